"""Statistics of repeated measurements: samples of runs in, whether and by how much they differ out."""

"""Experiments: settings and probes in, snapshots taken with and without the settings out."""

"""Beginning a pack of one's own: what `hostproof init` writes."""

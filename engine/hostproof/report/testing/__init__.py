"""Reports of tests: what a pack's cases came to, for terminals and for CI."""

"""Reports of a Difference: what blocks, what else changed, and what means nothing; one module a format."""

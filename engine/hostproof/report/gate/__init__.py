"""Reports of the gate: an Outcome in, the text of one format out."""

"""Floor 5: an Evaluation in, text out: pure functions, one module a format."""

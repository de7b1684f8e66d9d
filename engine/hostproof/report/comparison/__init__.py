"""A Comparison in, text out: for a terminal, Markdown, JSON, CSV."""

"""Floor 6: the commands; the only place that prints, reads arguments and chooses the exit code."""

"""One command a module: what was given in, the exit code out."""

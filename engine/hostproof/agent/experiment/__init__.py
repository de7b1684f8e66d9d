"""Experiments: kernel parameters are set to and fro while probes run, and put back whatever happens."""

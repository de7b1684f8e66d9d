"""Baselines: what was found on a machine once, stored under its fingerprint, and the gate that compares with it."""

"""Diff policies: what a team makes of the differences between two snapshots, as YAML in and checked rules out."""

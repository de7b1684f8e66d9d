"""Configuration as it stands in files: sysctl.d, limits.d, users, services; of a system that runs, or of none."""

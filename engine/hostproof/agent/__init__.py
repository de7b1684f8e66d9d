"""Stand-alone: what actually touches a machine. Python 3.6 and its standard library, nothing of hostproof."""

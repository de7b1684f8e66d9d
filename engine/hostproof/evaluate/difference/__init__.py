"""What differs between two snapshots, or two outputs, by meaning; and what a policy makes of it."""

"""Denials: records of the kernel's log in, which probe was refused what and what would allow it out."""

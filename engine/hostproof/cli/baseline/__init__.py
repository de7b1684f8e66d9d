"""`hostproof baseline ...`: what was found once, kept under its fingerprint, and the gate that compares with it."""

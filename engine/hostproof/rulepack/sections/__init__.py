"""The sections of a pack, one module each, and the shape, the names and the values that they share."""

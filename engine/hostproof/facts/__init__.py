"""Floor 1: what a fact is: its name, type, unit, owner and value, or Unknown with cause and cure."""

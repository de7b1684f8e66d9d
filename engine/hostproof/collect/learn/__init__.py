"""Learning: what to ask for each fact, and what the answers make of it: a value, or Unknown with its reason."""

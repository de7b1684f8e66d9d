"""Floor 2: the expression language: parse, check, compile, evaluate, explain."""

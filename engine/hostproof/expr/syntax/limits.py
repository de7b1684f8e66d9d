"""The bounds of an expression: each has its own problem or its own cause of Unknown."""

from __future__ import annotations

MOST_CHARACTERS = 4_000  # of one expression's text
DEEPEST = 32  # nodes inside nodes; a chain `a and b and c` is one node
MOST_NODES = 1_000  # of one expression, those of its lets included
DEEPEST_COMPREHENSION = 4  # lists walked inside each other
MOST_STEPS = 250_000  # of one evaluation, counted by `running.steps`

"""Each: which fields of the items a condition walks over say what they are, how long they took, what they printed."""

from __future__ import annotations

from hostproof.source.records import record


@record
class Each:
    """Which fields of an item are its `name`, how long it `took` and its `output`; the last two may be empty."""

    name: str
    took: str = ""
    output: str = ""

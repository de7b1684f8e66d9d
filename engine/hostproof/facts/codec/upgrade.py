"""Older formats of snapshots: a document as it was written in, the same as today's format has it out.

Each step leads from one format to the next, so that a change of the format adds one row and never touches another. A
step is a pure function over a document that was read whole and whose digest was right; what it gives is checked like
what was never changed. The digest stays that of the file: it says which snapshot was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hostproof.facts.codec.columns import Document
from hostproof.source.records import record

FORMAT = "snapshot-1"


@record
class Step:
    """What makes a document of the format `to`; `change` raises LookupError or TypeError for what is none of its."""

    to: str
    change: Callable[[Document], Document]


# By the format that each begins with. There has been no other format yet.
STEPS: Mapping[str, Step] = MappingProxyType({})


def upgraded(document: Document, steps: Mapping[str, Step]) -> Document:
    """Return a document in today's format. Raises LookupError or TypeError where a step finds something else."""
    while (made := document["hostproof"]) != FORMAT:
        step = steps[made]
        document = {**step.change(document), "hostproof": step.to}
    return document

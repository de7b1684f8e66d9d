"""A pause of the garbage collector while a pack's tens of thousands of nodes are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from looking through new objects again and again (measured: a fifth of loading a pack).

    What is made in between is bounded by a pack's own limits.
    """
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()

"""Probe `cpu`: how much of a processor this process is really given."""

import time

from ..probing.measure import SECOND, ticks
from ..probing.step import Context, Step


def share(context: Context) -> "dict[str, object]":
    """Be busy for a while; compare the time we were given with the time that went by."""
    began, used = ticks(), time.process_time()
    until = began + context.pick(SECOND // 10, SECOND * 6 // 10)
    while ticks() < until:
        pass
    return {"share": (time.process_time() - used) * SECOND / (ticks() - began)}


STEPS = (Step(("share",), share),)

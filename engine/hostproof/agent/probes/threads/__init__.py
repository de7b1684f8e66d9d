"""Probe `threads`: how many can be made and what ends it, and what waking, switching and starting cost."""

from ...probing.step import Step
from . import ceiling, latency

STEPS = (
    Step(("made", "asked", "error", "stopped_by", "stopped_at", "start"), ceiling.made, most=20.0),
    Step(("stack",), ceiling.default_stack),
    Step(("nproc.binds",), ceiling.limit_binds),
    Step(("wake.same", "wake.across", "wake.lost", "overhead"), latency.wake, most=20.0),
    Step(("switch.same", "switch.across"), latency.switch, most=20.0),
    Step(("program.error", "program.start"), latency.start_program, most=20.0),
)

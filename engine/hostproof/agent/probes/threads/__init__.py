"""Probe `threads`: how many can be made and what ends it, and what waking, switching and starting cost."""

from ...probing.step import Step
from .ceiling import limit_binds, made
from .latency import start_program, switch, wake

STEPS = (
    Step(("made", "asked", "error", "stopped_by", "stopped_at", "start"), made, most=20.0),
    Step(("nproc.binds",), limit_binds),
    Step(("wake.same", "wake.across", "wake.lost", "overhead"), wake, most=20.0),
    Step(("switch.same", "switch.across"), switch, most=20.0),
    Step(("program.error", "program.start"), start_program, most=20.0),
)

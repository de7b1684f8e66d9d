"""Probe `memory`: what can be reserved, mapped, protected, locked and shared, what it costs, and what limits it."""

from ...probing.step import Step
from .limits import limit, many_maps
from .mapped import advise, costs, execute, faults, huge, protect
from .reserved import lock, reserve
from .shared import memfd, shm

STEPS = (
    Step(("limit.lowest", "limit.own", "limit.group", "usable"), limit),
    Step(("heap", "arena", "arena.hinted", "reserve", "largest.private", "largest.noreserve"), reserve),
    Step(("protect",), protect),
    Step(("execute",), execute),
    Step(("advice", "dontneed"), advise),
    Step(("map.time", "protect.time", "advise.time", "overhead"), costs),
    Step(("fault.time", "fault.warm"), faults),
    Step(("huge.reserved", "huge.granted"), huge),
    Step(("lock.limit", "lock.held", "lock.error"), lock),
    Step(("memfd", "memfd.executable"), memfd),
    Step(("shm", "shm.room"), shm),
    Step(("maps.held", "maps.limit"), many_maps, most=20.0),
)

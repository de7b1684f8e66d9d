"""Learns cgroup.*: where the agent is, and the limits of its group and of all ancestors that can be seen."""

from __future__ import annotations

from collections.abc import Callable

from hostproof.collect.asks import Ask, Call, Collector
from hostproof.collect.builtin.answers import Answers, Outcome, Reading, learn, stranger, value_of
from hostproof.collect.builtin.cgroup import limits
from hostproof.collect.builtin.cgroup.tree import Hierarchy, Level, governing, lowest, parse_tree
from hostproof.facts.snapshot import Value

_Tree = tuple[Hierarchy, ...]

_V2_CONTROLLERS = "cgroup.controllers"
_FILES = {
    "controllers": (_V2_CONTROLLERS,),
    "pids": ("pids.current", "pids.max"),
    "memory": (
        *("memory.current", "memory.events", "memory.high", "memory.limit_in_bytes", "memory.max"),
        *("memory.oom_control", "memory.usage_in_bytes", "memory.use_hierarchy"),
    ),
    "cpu": ("cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.max", "cpu.stat"),
}


def mode(tree: _Tree) -> str:
    """Return v1, v2, hybrid or none.

    >>> mode((Hierarchy(2, frozenset(), "/", ()), Hierarchy(1, frozenset({"name=systemd"}), "/", ())))
    'v2'
    """
    with_controllers = any(not name.startswith("name=") for h in tree for name in h.controllers)
    if any(h.version == 2 for h in tree):
        return "hybrid" if with_controllers else "v2"
    return "v1" if tree else "none"


def _path(tree: _Tree) -> Value:
    v2_first = sorted(tree, key=lambda h: h.version != 2)
    return max((h.path for h in v2_first), key=len, default="/")


def _paths(tree: _Tree) -> Value:
    return {name: h.path for h in tree for name in sorted(h.controllers or {"unified"})}


def _controllers(tree: _Tree) -> Value:
    found = {name for h in tree for name in h.controllers if not name.startswith("name=")}
    for hierarchy in tree:
        if hierarchy.version == 2 and hierarchy.levels:
            found |= {*(hierarchy.levels[0].text(_V2_CONTROLLERS) or "").split()}
    return [*sorted(found)]


def _tasks_left(tree: _Tree) -> Value:
    hierarchy = governing(tree, "pids")
    left = [_left(level) for level in (hierarchy.levels if hierarchy else ())]
    return min((number for number in left if number is not None), default=None)


def _left(level: Level) -> int | None:
    limit, current = limits.tasks(level), limits.parse_limit(level.text("pids.current"))
    return None if limit is None or current is None else max(limit - current, 0)


def _limit(tree: _Tree, controller: str, limit: Callable[[Level], float | None]) -> tuple[float, Level] | None:
    hierarchy = governing(tree, controller)
    if hierarchy is None:
        return None
    levels = limits.accounted(hierarchy) if controller == "memory" else iter(hierarchy.levels)
    return lowest(levels, limit)


def _lowest(controller: str, limit: Callable[[Level], float | None]) -> Callable[[_Tree], Value]:
    def learn_limit(tree: _Tree) -> Value:
        found = _limit(tree, controller, limit)
        return None if found is None else found[0]

    return learn_limit


def _beside(
    controller: str, limit: Callable[[Level], float | None], current: Callable[[Level], Value], without: bool
) -> Callable[[_Tree], Value]:
    """Read something of the group with the lowest limit; `without` one, of the own group, or else nothing (null)."""

    def learn_current(tree: _Tree) -> Value:
        found = _limit(tree, controller, limit)
        if found is not None:
            return current(found[1])
        hierarchy = governing(tree, controller)
        return current(hierarchy.levels[0]) if without and hierarchy else None

    return learn_current


def _own_kills(tree: _Tree) -> Value:
    hierarchy = governing(tree, "memory")
    return limits.oom_kills(hierarchy.levels[0]) if hierarchy else None


_FACTS: dict[str, tuple[str, Callable[[_Tree], Value]]] = {
    "cgroup.mode": ("", mode),
    "cgroup.path": ("", _path),
    "cgroup.paths": ("", _paths),
    "cgroup.controllers": ("controllers", _controllers),
    "cgroup.pids.limit": ("pids", _lowest("pids", limits.tasks)),
    "cgroup.pids.current": (
        "pids",
        _beside("pids", limits.tasks, lambda level: limits.parse_limit(level.text("pids.current")), without=True),
    ),
    "cgroup.pids.room": ("pids", _tasks_left),
    "cgroup.memory.limit": ("memory", _lowest("memory", limits.memory)),
    "cgroup.memory.high": ("memory", _lowest("memory", limits.high)),
    "cgroup.memory.current": ("memory", _beside("memory", limits.memory, limits.memory_used, without=True)),
    "cgroup.memory.oom_kills": ("memory", _own_kills),
    "cgroup.cpu.quota": ("cpu", _lowest("cpu", limits.processors)),
    "cgroup.cpu.throttled": ("cpu", _beside("cpu", limits.processors, limits.throttled, without=False)),
    "cgroup.cpu.throttled_time": ("cpu", _beside("cpu", limits.processors, limits.throttled_time, without=False)),
}


def _call(names: frozenset[str]) -> Call:
    areas = {_FACTS[name][0] for name in names if name in _FACTS} - {""}
    return Call("cgroups", tuple(file for area in sorted(areas) for file in _FILES[area]))


def _asks(names: frozenset[str]) -> tuple[Ask, ...]:
    return (_call(names),)


def _parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
    call = _call(names)
    return {name: learn(_reading(name, call), answers) if name in _FACTS else stranger(name) for name in names}


def _reading(name: str, call: Call) -> Reading:
    def read(answers: Answers) -> Value:
        return _FACTS[name][1](parse_tree(value_of(answers, call, "mount /proc, with python3 on the target")))

    return Reading((call,), read)


COLLECTOR = Collector("cgroup", _asks, _parse)

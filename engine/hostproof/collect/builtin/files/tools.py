"""Learns tools.*: where the agent's PATH finds a program."""

from __future__ import annotations

import re

from hostproof.collect.asks import Call, Collector
from hostproof.collect.builtin.answers import Answers, NotLearntError, Outcome, Reading, learn, value_of
from hostproof.collect.builtin.words import fields, short
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_PREFIX = "tools."
_PROGRAM = re.compile(r"[^/\0]{1,255}")


def _call(names: frozenset[str]) -> Call:
    tools = (name.removeprefix(_PREFIX) for name in sorted(names))
    return Call("which", tuple(tool for tool in tools if _PROGRAM.fullmatch(tool)))


def _asks(names: frozenset[str]) -> tuple[Call, ...]:
    return (_call(names),)


def _parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
    call = _call(names)
    return {name: learn(_tool(name, call), answers) for name in names}


def _tool(name: str, call: Call) -> Reading:
    tool = name.removeprefix(_PREFIX)

    def find(answers: Answers) -> Value:
        if tool not in call.arguments:
            unknown = Unknown(Cause.UNSUPPORTED, f"{short(tool)} is no program's name", "write a name without slashes")
            raise NotLearntError(unknown)
        places = fields(value_of(answers, call, "install python3 on the target"))
        place = places.get(tool)
        if tool not in places or not (place is None or isinstance(place, str)):
            raise ValueError(f"it says nothing about {tool}")
        return place

    return Reading((call,), find)


COLLECTOR = Collector("tools", _asks, _parse)

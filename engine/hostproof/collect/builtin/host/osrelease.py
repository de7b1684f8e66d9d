"""Learns os.* from /etc/os-release or, as os-release(5) says, from /usr/lib/os-release where that is absent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hostproof.collect.builtin.answers import Answers, Reading, collector, missing, text_file, text_of
from hostproof.facts.snapshot import Value

_ETC, _USR = text_file("/etc/os-release"), text_file("/usr/lib/os-release")
_LINE = re.compile(r"""^([A-Z][A-Z0-9_]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)\s*$""", re.MULTILINE)


def parse_os_release(text: str) -> dict[str, str]:
    r"""Return the variables of an os-release file, without quotes and backslashes. Lines that are none are left out.

    >>> parse_os_release('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n# note\nVERSION_ID="12"\n')
    {'PRETTY_NAME': 'Debian GNU/Linux 12 (bookworm)', 'ID': 'debian', 'VERSION_ID': '12'}
    """
    return {name: _plain(value) for name, value in _LINE.findall(text)}


def distribution(variables: Mapping[str, str]) -> dict[str, Value]:
    """Return the facts that the variables give, with the defaults of os-release(5).

    >>> distribution({"ID": "arch", "NAME": "Arch Linux"})
    {'os.id': 'arch', 'os.like': [], 'os.version': None, 'os.name': 'Arch Linux'}
    """
    return {
        "os.id": variables.get("ID") or "linux",
        "os.like": [*variables.get("ID_LIKE", "").split()],
        "os.version": variables.get("VERSION_ID") or None,
        "os.name": variables.get("PRETTY_NAME") or variables.get("NAME") or "Linux",
    }


def _reading(name: str) -> Reading:
    def learn(answers: Answers) -> Value:
        text = text_of(answers, _USR if missing(answers, _ETC) else _ETC, "install the distribution's os-release file")
        return distribution(parse_os_release(text))[name]

    return Reading((_ETC, _USR), learn)


def _plain(value: str) -> str:
    if value.startswith("'"):
        return value[1:-1]
    return re.sub(r"\\(.)", r"\1", value[1:-1] if value.startswith('"') else value)


COLLECTOR = collector("os-release", {name: _reading(name) for name in distribution({})})

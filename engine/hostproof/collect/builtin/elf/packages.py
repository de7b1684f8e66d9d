"""Which packages are linked in: the names of functions of a Go program in, names of packages out.

A package is there if one of its functions is, inlined ones included. One without functions, such as unsafe, leaves no
trace, nor does one that the linker left out because nothing of it can be reached.
"""

from __future__ import annotations

import re

MOST = 65536
_ESCAPED = re.compile("%([0-9a-f]{2})")
_MADE_UP = (b"type:", b"type..", b"go:", b"go.", b"_cgo")  # names that the compiler gives, of no package


def packages_of(names: bytes) -> list[str]:
    r"""Return the packages of functions whose names stand one after the other, a NUL behind each.

    >>> packages_of(b"net/http/pprof.Index\0gopkg.in/yaml%2ev3.(*parser).peek\0slices.Sort[go.shape.int]\0")
    ['gopkg.in/yaml.v3', 'net/http/pprof', 'slices']
    """
    found = {_package(name) for name in names.split(b"\0")}
    real = found - {b"", b"_"}
    texts = (name.decode("utf-8", "replace") for name in real if not name.startswith(_MADE_UP))
    return sorted(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in texts)[:MOST]


def _package(name: bytes) -> bytes:
    """Return what stands before the first dot behind the last slash; type arguments may hold slashes of others."""
    plain = name.partition(b"[")[0]
    dot = plain.find(b".", plain.rfind(b"/") + 1)
    return plain[:dot] if dot > 0 else b""

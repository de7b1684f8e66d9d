"""What the Go linker wrote into a program of how it was built: bytes of .go.buildinfo in, versions and settings out.

The layout is that of debug/buildinfo and runtime/debug of Go 1.18 and later; for a program of an older one nothing is
read, because its texts lie elsewhere.
"""

from __future__ import annotations

import json

from hostproof.source.records import record

MAGIC = b"\xff Go buildinf:"
INLINE = 2  # texts stand behind the header, each after its length
HEADER = 32
AROUND = 16  # bytes of a mark before and after the text of modules


@record
class Module:
    """A module by path and version; `sum` is its line of go.sum, `replaced` the path that stood in for another's."""

    path: str
    version: str
    sum: str = ""
    replaces: str = ""

    @property
    def local(self) -> bool:
        """Whether it came from a folder, so that nobody else can tell what was in it."""
        return self.path.startswith((".", "/")) or (bool(self.replaces) and not self.version)


@record
class BuildInfo:
    """What `go version -m` prints: `settings` as the linker wrote them, the main module first in `modules`."""

    go: str
    path: str
    modules: tuple[Module, ...]
    settings: tuple[tuple[str, str], ...]


def read_build_info(data: bytes) -> BuildInfo:
    """Read the section of that name. Raises ValueError."""
    if len(data) < HEADER or not data.startswith(MAGIC):
        raise ValueError("it does not begin as build information does")
    if not data[15] & INLINE:
        raise ValueError("it was built by Go 1.17 or older, which wrote it otherwise")
    go, at = _text(data, HEADER)
    told, _ = _text(data, at)
    if len(told) >= 2 * AROUND + 1 and told[-AROUND - 1 : -AROUND] == b"\n":
        told = told[AROUND:-AROUND]
    return _parsed(go.decode("utf-8", "replace"), told.decode("utf-8", "replace"))


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a text whose length stands before it as a varint, and where it ends."""
    length = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("it ends in the middle of a length")
        byte = data[at]
        length |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            break
    if length > len(data) - at:
        raise ValueError("it ends in the middle of a text")
    return data[at : at + length], at + length


def _parsed(go: str, told: str) -> BuildInfo:
    r"""Read lines of words with tabs between them.

    >>> _parsed("go1.27.3", "path\tx/y\nmod\tx\t(devel)\t\nbuild\tCGO_ENABLED=1\n").settings
    (('CGO_ENABLED', '1'),)
    """
    path = ""
    modules: list[Module] = []
    settings: list[tuple[str, str]] = []
    for line in told.splitlines():
        kind, _, rest = line.partition("\t")
        words = [*rest.split("\t"), "", ""]
        if kind == "path":
            path = rest
        elif kind in ("mod", "dep"):
            modules.append(Module(words[0], words[1], words[2]))
        elif kind == "=>" and modules:
            modules[-1] = Module(words[0], words[1], words[2], replaces=modules[-1].path)
        elif kind == "build":
            settings.append(_setting(rest))
    return BuildInfo(go, path, tuple(modules), tuple(settings))


def _setting(text: str) -> tuple[str, str]:
    """Read `key=value`, of which either may be quoted as Go quotes.

    >>> _setting('-ldflags="-s -w"')
    ('-ldflags', '-s -w')
    """
    if text.startswith(('"', "`")):
        end = text.find(text[0] + "=", 1)
        return _unquoted(text[: end + 1]), _unquoted(text[end + 2 :])
    key, _, value = text.partition("=")
    return key, _unquoted(value)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == "`":
        return text[1:-1]
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))  # Go's quoting of printable text is JSON's
        except ValueError:
            return text[1:-1]
    return text

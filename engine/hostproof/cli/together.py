"""The reports over several hosts: parts in, kept on the disk; files, merged or one for each host, out at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

from hostproof.cli import screen
from hostproof.cli.arguments.given import Given
from hostproof.cli.outputs import NAME, STDOUT, Output
from hostproof.cli.reports import as_goes, render_all, shows_passes
from hostproof.evaluate.hosts import HostRow, RuleRow
from hostproof.evaluate.model import Evaluation, Gate
from hostproof.facts.snapshot import Snapshot
from hostproof.report.merged import Hosts, has_parts, part, whole

_IN_MEMORY = 2**24  # bytes of parts that aren't put on the disk


class Together:
    """What several hosts' reports are made of. An output with `{name}` in its path is a file for each host.

    `parts` may be called in another process than `add`; `add` wants the hosts in their order.
    """

    def __init__(self, outputs: Sequence[Output], number: int, given: Given) -> None:
        self._outputs = tuple(outputs)
        self._number = number
        self._given = given
        self._spools = [_Spool() for _ in outputs]
        self.hosts: list[HostRow] = []

    @property
    def needs_reports(self) -> bool:
        """Whether anything is wanted of a host besides its row."""
        return any(self._has_parts(output) for output in self._outputs)

    @property
    def shows_passes(self) -> bool:
        """Whether a report shows what passes found."""
        return shows_passes(self._outputs)

    def parts(self, evaluation: Evaluation, snapshot: Snapshot, number: int) -> list[bytes]:
        """Return what the host of that number adds to each output."""
        return [self._part(output, evaluation, snapshot, number) for output in self._outputs]

    def add(self, host: HostRow, parts: Sequence[bytes], name: str = "") -> None:
        """Take the next host; `name` is what `{name}` stands for."""
        self.hosts.append(host)
        for spool, said in zip(self._spools, parts, strict=False):
            spool.add(said, name)

    def files(self, rules: Sequence[RuleRow], gate: Gate) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the path and the pieces of each file; those for standard output come last."""
        about = Hosts(tuple(self.hosts), tuple(rules), gate)
        for output, spool in sorted(
            zip(self._outputs, self._spools, strict=True), key=lambda one: one[0].path == STDOUT
        ):
            if NAME in output.path:
                yield from ((output.named(name).path, iter([said])) for name, said in spool.named())
            else:
                yield output.path, self._pieces(output, spool, about)

    def _has_parts(self, output: Output) -> bool:
        return NAME in output.path or has_parts(output.format, self._number)

    def _part(self, output: Output, evaluation: Evaluation, snapshot: Snapshot, number: int) -> bytes:
        if not self._has_parts(output):
            return b""
        if NAME in output.path or output.format in {"terminal", "snapshot"}:
            said = render_all((output,), evaluation, snapshot, self._given)[0][1]
            return said if isinstance(said, bytes) else said.encode("utf-8", "backslashreplace")
        return part(output.format, evaluation, number).encode()

    def _pieces(self, output: Output, spool: _Spool, about: Hosts) -> Iterator[bytes]:
        if output.format != "terminal":
            pieces = whole(output.format, about, map(bytes.decode, spool))
            yield from (as_goes(output, piece).encode() for piece in pieces)
            return
        from hostproof.report.summary import render_summary

        for said in spool:
            if said:
                yield said + b"\n"
        colour = output.path == STDOUT and screen.takes_colour(refused=self._given.flag("no-color"))
        yield as_goes(output, render_summary(about.hosts, about.rules, colour)).encode("utf-8", "backslashreplace")


class _Spool:
    """Parts one after the other, in memory while they are few."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it ends with the command
        self._lengths: list[int] = []
        self._names: list[str] = []

    def add(self, said: bytes, name: str) -> None:
        self._file.write(said)
        self._lengths.append(len(said))
        self._names.append(name)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        yield from (self._file.read(length) for length in self._lengths)

    def named(self) -> Iterator[tuple[str, bytes]]:
        yield from zip(self._names, self, strict=True)

"""A Nagios plugin's output: an Evaluation in, one line with its status, performance data, and what is wrong, out.

See the Monitoring Plugins' guidelines (monitoring-plugins.org/doc/guidelines.html); Icinga, Naemon, Sensu and
Check_MK's agent take the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hostproof.evaluate.hosts import HostRow, exit_code_of
from hostproof.evaluate.model import Evaluation, Gate, OnUnknown, Result, Verdict
from hostproof.report import summary, wording
from hostproof.source.harmless import one_line, shortened

OK, WARNING, CRITICAL, UNKNOWN = 0, 1, 2, 3
STATUS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
MOST_LINE = 240
MOST_LINES = 20  # NRPE passes on 4 KiB
MOST_NAMED = 5


def render_nagios(evaluation: Evaluation) -> str:
    """Return the plugin's output for one host."""
    gate = evaluation.gate
    worst = [one for verdict in (Verdict.FAIL, Verdict.UNKNOWN) for one in wording.of_verdict(evaluation, verdict)]
    worst.sort(key=lambda one: not one.gated)
    # Warnings are told of only where there is nothing worse.
    named = ", ".join(dict.fromkeys(one.id for one in worst if one.gated or not evaluation.exit_code))
    numbers = [(str(verdict), evaluation.count(verdict)) for verdict in Verdict]
    word = STATUS[status(evaluation.exit_code, [_letters(evaluation)], gate)]
    text = f"{wording.host_name(evaluation)}: {wording.headline(evaluation)}" + (f": {named}" if named else "")
    return _output(word, text, numbers, map(_line, worst[:MOST_LINES]))


def render_many(hosts: Sequence[HostRow], gate: Gate) -> str:
    """Return the plugin's output for several hosts."""
    bad = [host for host in summary.gravest_first(hosts) if host.exit_code]
    named = ", ".join(host.name for host in bad[:MOST_NAMED]) + (", ..." if len(bad) > MOST_NAMED else "")
    word = STATUS[status(exit_code_of(hosts), [host.verdicts for host in hosts], gate)]
    text = summary.headline(hosts) + (f": {named}" if named else "")
    lines = (f"{summary.host_line(host)}: {host.name}" for host in bad[:MOST_LINES])
    return _output(word, text, list(summary.counts(hosts).items()), lines)


def status(exit_code: int, verdicts: Iterable[str], gate: Gate) -> int:
    """Return the plugin's exit code: unfit is critical, undecided unknown, and fit but warned of is a warning.

    `verdicts` are letters as `HostRow` has them. Warned of are failures below the gate, and what is undecided if the
    gate says `warn` of it.
    """
    if exit_code:
        return CRITICAL if exit_code == 1 else UNKNOWN
    warned = {"f", "u"} if gate.unknown is OnUnknown.WARN else {"f"}
    return WARNING if any(not warned.isdisjoint(letters) for letters in verdicts) else OK


def could_not(reason: str) -> str:
    """Return the output of a run that judged nothing."""
    return f"HOSTPROOF UNKNOWN - {_plain(reason)}\n"


def _letters(evaluation: Evaluation) -> str:
    return "".join(str(one.verdict)[0] for one in evaluation.results() if not one.gated)


def _output(word: str, text: str, numbers: Sequence[tuple[str, int]], lines: Iterable[str]) -> str:
    total = sum(number for _, number in numbers)
    data = " ".join(f"{name}={number};;;0;{total}" for name, number in numbers)
    return "".join(f"{line}\n" for line in (f"HOSTPROOF {word} - {_plain(text)} | {data}", *map(_plain, lines)))


def _line(result: Result) -> str:
    found = result.message.strip() or "; ".join(map(str, result.findings or result.unknowns)) or result.title
    note = "" if result.gated else " (does not count)"
    return f"{result.verdict} {result.severity}{note} {result.id}: {found}"


def _plain(text: str) -> str:
    """Return a line without the bar that begins performance data."""
    return shortened(one_line(text).replace("|", "/"), MOST_LINE)

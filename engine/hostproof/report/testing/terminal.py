"""What cases came to, for whoever writes them: tested packs in, failures with what, why and where, and the sums out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from hostproof.evaluate.cases import CaseOutcome, PackTested, Share, Wanted, passes, shortfalls
from hostproof.evaluate.cases.tested import shown
from hostproof.evaluate.model import Result, Verdict
from hostproof.report.layout import Line, coloured_text, labelled, plain_text, wrapped
from hostproof.source.harmless import one_line
from hostproof.source.spans import Span

NARROWEST, WIDEST = 40, 100
MOST_LISTED = 100  # of what no case shows, and of mutants, in each pack
_LABEL, _INDENT = 8, 4


def render_tests(tested: Sequence[PackTested], wanted: Wanted, width: int = 80, colour: bool = False) -> str:
    """Return the report for a terminal of `width` columns; without `colour` it is plain text, fit for a log.

    What coverage misses is listed where it is asked for.
    """
    width = min(max(width, NARROWEST), WIDEST)
    lines = [line for number, one in enumerate(tested) for line in _Page(one, wanted, width).lines(number)]
    return coloured_text(lines) if colour else plain_text(lines)


def place(where: Span) -> str:
    """Return where something stands as `file:line:column`; a built-in pack's files are below `rules/`."""
    path, here = where.file.path, str(where)
    at = path.rfind("/rules/")
    return here[at + 1 :] if at >= 0 and path.startswith("/") else here


class _Page:
    """What is said about one pack."""

    def __init__(self, tested: PackTested, wanted: Wanted, width: int) -> None:
        self._tested, self._wanted, self._width = tested, wanted, width

    def lines(self, number: int) -> Iterator[Line]:
        """Yield all lines; packs are an empty line apart."""
        if number:
            yield ()
        yield from self._head()
        for rule, outcomes in groupby(self._tested.failed, key=lambda outcome: outcome.case.rule):
            yield from self._rule(rule, list(outcomes))
        missed = [share for share in self._tested.shares if share.missed] if self._wanted.coverage is not None else []
        for share in missed:
            yield from self._missed(share)
        yield from self._survivors()
        yield from self._short()

    def _head(self) -> Iterator[Line]:
        good = passes(self._tested, self._wanted)
        word, style = ("PASS", "bold green") if good else ("FAIL", "bold red")
        failed, total = len(self._tested.failed), len(self._tested.outcomes)
        cases = f"{total} case{'' if total == 1 else 's'}"
        said = f"{failed} of {cases} came out otherwise" if failed else cases
        yield ((f"{word}  ", style), (f"{self._tested.name}: {said}", "bold"))
        sums = ", ".join(f"{share.sort} {_share(share)}" for share in self._tested.shares)
        yield from self._labelled("shown", sums)
        score = self._tested.score
        if score is not None:
            yield from self._labelled("mutants", f"{score.killed} of {score.total} killed ({shown(score.percent)})")

    def _labelled(self, label: str, text: str) -> Iterator[Line]:
        room = self._width - 6 - _LABEL - 1
        yield from labelled(f"{label:<{_LABEL}} ", wrapped(text, room), 6)

    def _rule(self, rule: str, outcomes: Sequence[CaseOutcome]) -> Iterator[Line]:
        yield ()
        title = dict(self._tested.rules).get(rule, "")
        for line in wrapped(one_line(f"{rule}: {title}"), self._width):
            yield ((line, "bold"),)
        for outcome in outcomes:
            yield from self._outcome(outcome)

    def _outcome(self, outcome: CaseOutcome) -> Iterator[Line]:
        case, result = outcome.case, outcome.result
        yield ("  ", ""), ("FAIL ", "red"), (place(case.where).rpartition(":")[0], ""), (_named(case.title), "bold")
        for label, text, style in (
            ("wanted", _expected(outcome), "green"),
            ("got", _got(result), "red"),
            *((("why" if not at else ""), str(why), "magenta") for at, why in enumerate(_reasons(result))),
            ("rule", f"{_at(result)}", "dim"),
        ):
            yield from labelled(
                f"{label:<{_LABEL - 1}} ",
                wrapped(one_line(text), self._width - _LABEL - _INDENT - 3),
                _INDENT + 3,
                style,
            )

    def _missed(self, share: Share) -> Iterator[Line]:
        yield ()
        yield ((f"{share.sort}: no case in which", "bold yellow"),)
        for missed in share.missed[:MOST_LISTED]:
            yield from self._entry(place(missed.where), missed.rule, missed.said, "")
        yield from _more(len(share.missed))

    def _survivors(self) -> Iterator[Line]:
        score = self._tested.score
        if score is None or not score.survivors:
            return
        yield ()
        yield (("mutants: no case notices that", "bold yellow"),)
        for mutant in score.survivors[:MOST_LISTED]:
            yield from self._entry(place(mutant.where), mutant.rule.id, mutant.said, mutant.text)
        yield from _more(len(score.survivors))

    def _entry(self, where: str, rule: str, said: str, text: str) -> Iterator[Line]:
        yield ("  ", ""), (where, ""), (f"  {rule}", "dim")
        room = self._width - _INDENT
        yield from labelled("", wrapped(one_line(said), room), _INDENT, "yellow")
        yield from labelled("", wrapped(one_line(text), room - 2), _INDENT + 2, "dim")

    def _short(self) -> Iterator[Line]:
        short = [said for _, said in shortfalls(self._tested, self._wanted)]
        if short:
            yield ()
        for said in short:
            yield ("too few  ", "bold red"), (said, "")


def _share(share: Share) -> str:
    return f"{share.total - len(share.missed)} of {share.total}"


def _named(title: str) -> str:
    return f"  {one_line(title)}" if title else ""


def _expected(outcome: CaseOutcome) -> str:
    case = outcome.case
    more = f" ({case.cause})" if case.cause else f", saying {case.message!r}" if case.message else ""
    return f"{case.expect}{more}"


def _got(result: Result) -> str:
    said = result.reason if result.verdict is Verdict.SKIPPED else result.message
    return f"{result.verdict}{f', saying {said!r}' if said else ''}"


def _reasons(result: Result) -> list[str]:
    return [str(why) for why in (result.unknowns or result.findings)][:8]


def _at(result: Result) -> str:
    at = result.file.rfind("/rules/")
    file = result.file[at + 1 :] if at >= 0 and result.file.startswith("/") else result.file
    return f"{file}:{result.line}"


def _more(number: int) -> Iterator[Line]:
    if number > MOST_LISTED:
        yield ((f"  and {number - MOST_LISTED} more", "dim"),)

"""`hostproof query`: the value of one expression over snapshots, as text, JSON or CSV; no machine is touched."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Sequence

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import QUERY_FORMATS
from hostproof.cli.commands.listing import wanted_word
from hostproof.cli.job import Job, read_job
from hostproof.cli.screen import show
from hostproof.cli.sources import find_snapshots, load_snapshot
from hostproof.cli.workers import in_order
from hostproof.evaluate.guard import Guard
from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.unknowns import undecided
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import Value
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.asking import scope_of
from hostproof.source.harmless import harmless, one_line
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record
from hostproof.source.spans import SourceFile

KNOWN, USAGE, UNKNOWN = 0, 2, 3


@record
class Found:
    """What an expression is over one snapshot: a value, also as `text`, or the fact, cause, detail and cure of none."""

    path: str
    host: str
    value: Value
    text: str
    unknown: tuple[str, str, str, str] | None = None


def run(given: Given) -> int:
    """Print the values; return 0, 3 if one of them is unknown, 2 if a snapshot can't be read.

    Raises ProblemError for what is no expression over the facts that there are, each fault at its characters.
    """
    form = "text"
    paths: tuple[str, ...] = ()
    problems = Problems()
    job = Job(())
    with noted(problems):
        form = wanted_word(given, QUERY_FORMATS)
    with noted(problems):
        paths = find_snapshots(given.rest[1:])
    with noted(problems):
        job = read_job(given) if given.texts("pack") or given.texts("profile") else Job(())
    problems.refuse()
    expr = check_expression(SourceFile("EXPR", given.rest[0]), scope_of(job.packs, builtin_catalog()), problems)
    problems.refuse()
    if expr is None:
        raise AssertionError("an expression without a problem is an expression")
    wrong: list[Problem] = []
    codes = {KNOWN}
    for piece, code in _pieces(form, _found(expr, job, paths, wrong), alone=len(paths) == 1):
        show(piece)
        codes.add(code)
    if wrong:
        raise ProblemError(tuple(wrong))
    return max(codes)


def _found(expr: Expr, job: Job, paths: Sequence[str], wrong: list[Problem]) -> Iterator[Found]:
    """Yield what is found over each snapshot; those that can't be read go to `wrong`."""
    for said in in_order(len(paths), _work(expr, job, paths)):
        found, problems = marshal.loads(said)  # noqa: S302 - from our own workers
        wrong += [Problem(code, message, None, hint) for code, message, hint in problems]
        if found:
            yield Found(*found)


def _work(expr: Expr, job: Job, paths: Sequence[str]) -> Callable[[int], bytes]:
    guard = Guard((), expr.types)
    params: dict[str, Value] = {}
    for pack in reversed(job.packs):
        params |= {name: param.default for name, param in pack.params.items()} | dict(job.params.get(pack.name, {}))

    def work(number: int) -> bytes:
        try:
            snapshot = load_snapshot(paths[number])
        except ProblemError as error:
            return marshal.dumps((None, [(one.code, one.message, one.hint) for one in error.problems]))
        env = Env(guard.look(snapshot), params)
        value = evaluate(expr, env)
        about = paths[number], snapshot.host.name or snapshot.target
        if isinstance(value, Unknown):
            why = next(iter(undecided(expr, env)), value)
            told = (why.fact, str(why.cause), why.detail, why.cure)
            return marshal.dumps(((*about, None, "", told), []))
        return marshal.dumps(((*about, _plain(value), format_value(value, expr.type), None), []))

    return work


def _plain(value: Value) -> Value:
    """Return the same without lists of our own kind."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def _pieces(form: str, found: Iterator[Found], *, alone: bool) -> Iterator[tuple[str, int]]:
    """Yield what is printed, and the exit code that it asks for."""
    write = {"text": _text, "json": _json, "csv": _csv}[form]
    begin, between, end = {"text": ("", "", ""), "json": ("[", ",", "\n]\n"), "csv": (_csv_line(_HEAD), "", "")}[form]
    if begin:
        yield begin, KNOWN
    before = ""
    for one in found:
        yield before + write(one, alone), UNKNOWN if one.unknown else KNOWN
        before = between
    if end:
        yield end, KNOWN


def _text(one: Found, alone: bool) -> str:
    if one.unknown:
        fact, cause, detail, cure = one.unknown
        said = f"unknown ({cause}) {fact}: {detail}" + (f"; to decide: {cure}" if cure else "")
    else:
        said = one.text
    return (harmless(said) if alone and not one.unknown else _line(said, one, alone)).rstrip("\n") + "\n"


def _line(said: str, one: Found, alone: bool) -> str:
    return one_line(said) if alone else f"{one_line(one.path)}  {one_line(one.host)}  {one_line(said)}"


def _json(one: Found, alone: bool) -> str:  # noqa: ARG001 - all writers are called alike
    import json

    said: dict[str, Value] = {"snapshot": one.path, "host": one.host}
    if one.unknown:
        said["unknown"] = dict(zip(("fact", "cause", "detail", "cure"), one.unknown, strict=True))
    else:
        said |= {"value": one.value, "text": one.text}
    return "\n  " + json.dumps(said, ensure_ascii=False)


_HEAD = ("snapshot", "host", "value", "text", "unknown")


def _csv(one: Found, alone: bool) -> str:  # noqa: ARG001
    import json

    if one.unknown:
        fact, cause, detail, _ = one.unknown
        return _csv_line((one.path, one.host, "", "", f"{fact}: {cause}: {detail}"))
    plain = one.value if isinstance(one.value, str) else json.dumps(one.value, ensure_ascii=False)
    return _csv_line((one.path, one.host, plain, one.text, ""))


def _csv_line(cells: Sequence[str]) -> str:
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()

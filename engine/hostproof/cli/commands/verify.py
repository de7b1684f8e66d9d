"""`hostproof verify`: a report held against the snapshot and packs it names: the same comes out, or what does not."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof import __version__
from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.found import with_profile
from hostproof.cli.job import Job, judge, read_job
from hostproof.cli.screen import show
from hostproof.cli.sources import load_snapshot
from hostproof.evaluate.model import Evaluation, Gate, OnUnknown
from hostproof.facts.codec.frame import MOST_BYTES
from hostproof.facts.snapshot import Snapshot
from hostproof.report.claims import Claim, ClaimError, differences, read_claims
from hostproof.rulepack.model import Severity
from hostproof.rulepack.params import from_command_line, settle_params
from hostproof.source.files import read_bytes
from hostproof.source.harmless import one_line
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import replace

SAME, OTHER = 0, 1
MOST = 20  # differences that are shown


def run(given: Given) -> int:
    """Say whether a report is what comes out now: 0 if it is, 1 if an input is another one, or the report was edited.

    Date, gate and parameters are those that the report names, unless the command line or its profile says otherwise.
    """
    problems = Problems()
    claims: tuple[Claim, ...] = ()
    with noted(problems):
        claims = _claims(given)
    if not given.text("snapshot"):
        problems.add("HP-E515", "there is no snapshot to judge again", hint="name it: --snapshot host.hpsnap")
    problems.refuse()
    snapshot = load_snapshot(given.text("snapshot"))
    claim = next((one for one in claims if one.snapshot == snapshot.digest), claims[0])
    job = _job(given, claim)
    evaluation = judge(job, snapshot, explain_passes=claim.form == "json")
    changed = [one_line(line) for line in _changed(claim, evaluation, snapshot)]
    if changed:
        return _say(OTHER, f"{given.rest[0]} was made of other inputs", changed)
    found = [one_line(line) for line in differences(claim, evaluation)]
    if found:
        hint = "its inputs are these, so it was edited, or made with a profile that is not given here"
        return _say(OTHER, f"{given.rest[0]} is not what comes out: {hint}", found)
    packs = ", ".join(pack.name for pack in evaluation.packs)
    return _say(SAME, f"{given.rest[0]} is what hostproof {__version__} says of {snapshot.digest} by {packs}", [])


def _claims(given: Given) -> tuple[Claim, ...]:
    if len(given.rest) != 1:
        raise _no_report(f"verify takes one report, here are {len(given.rest)}")
    try:
        return read_claims(read_bytes(given.rest[0], MOST_BYTES))
    except ClaimError as error:
        raise _no_report(f"{given.rest[0]}: {error}") from None


def _no_report(message: str) -> ProblemError:
    hint = "a report is what -f json=FILE or -f junit=FILE of check and eval wrote"
    return ProblemError((Problem("HP-E515", one_line(message), hint=hint),))


def _job(given: Given, claim: Claim) -> Job:
    """Return what to judge by: what the command line says, and where it is silent, what the report says."""
    given = with_profile(given)
    job = read_job(given)
    profile = bool(given.texts("profile"))
    date = job.date or claim.date
    gate = job.gate if profile or given.texts("fail-on") or given.texts("unknown") else _gate(claim)
    if profile or given.texts("param"):
        return replace(job, date=date, gate=gate)
    named = {pack.name for pack in job.packs}
    rows = [
        (f"{pack}.{name}", text) for pack, own in claim.params.items() if pack in named for name, text in own.items()
    ]
    problems = Problems()
    params = settle_params(job.packs, [from_command_line(*row) for row in rows], problems)
    # A parameter that is none any more is told as a difference.
    return replace(job, date=date, gate=gate, params=job.params if problems.errors else params)


def _gate(claim: Claim) -> Gate:
    try:
        return Gate(Severity(claim.gate[0]), OnUnknown(claim.gate[1]))
    except ValueError as error:
        raise _no_report(f"its gate is none: {error}") from None


def _changed(claim: Claim, evaluation: Evaluation, snapshot: Snapshot) -> Iterator[str]:
    """Yield which inputs are not those that the report names."""
    if claim.snapshot != snapshot.digest:
        yield f"snapshot: the report is about {claim.snapshot}, this is {snapshot.digest}"
    yield from _packs(claim, evaluation)
    if claim.date != evaluation.date:
        yield f"date: the report judges waivers by {claim.date}, here it is {evaluation.date}"
    gate = (str(evaluation.gate.fail_on), str(evaluation.gate.unknown))
    if claim.gate != gate:
        yield f"gate: the report has fail_on {claim.gate[0]}, unknown {claim.gate[1]}; here it is {gate[0]}, {gate[1]}"
    if claim.version != evaluation.version:
        yield f"version: the report was made by hostproof {claim.version}, this is {evaluation.version}"


def _packs(claim: Claim, evaluation: Evaluation) -> Iterator[str]:
    here = {pack.name: pack for pack in evaluation.packs}
    for name in dict.fromkeys([*claim.packs, *here]):
        if name not in here:
            yield f"pack {name}: the report was made with it; name it with --pack"
        elif name not in claim.packs:
            yield f"pack {name}: the report was made without it; name its packs with --pack"
        elif claim.packs[name] != here[name].digest:
            yield f"pack {name}: the report was made with {claim.packs[name]}, this is {here[name].digest}"
        elif dict(here[name].params) != claim.params.get(name, {}):
            then, now = (
                ", ".join(f"{n}={text}" for n, text in rows) or "all at their defaults"
                for rows in (sorted(claim.params.get(name, {}).items()), sorted(here[name].params))
            )
            yield f"params of {name}: the report was made with {then}; here: {now}"


def _say(code: int, headline: str, lines: list[str]) -> int:
    more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
    show("".join(f"{line}\n" for line in (one_line(headline), *(f"  {line}" for line in (*lines[:MOST], *more)))))
    return code

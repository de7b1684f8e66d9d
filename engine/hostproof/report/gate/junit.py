"""The gate as JUnit XML: an Outcome in, a file out that keeps all the rules of `report.junit`.

Names of suites and cases are the same at each run. A suite says whether there is a baseline and whether it is up to
date; then come the packs with a case for each rule or object of one, the facts and the outputs that changed. What is
new or worse is a failure, what could not be decided an error, what is known or merely shown is skipped, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hostproof.evaluate.baseline.gate import Change, Known, Outcome, undecided
from hostproof.evaluate.difference.model import Decision, FactChange, OutputChange, VerdictChange
from hostproof.evaluate.model import Evaluation, Gate, ObjectResult, PackResults, Result, Verdict
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Evidence
from hostproof.facts.units import format_time
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.gate import wording
from hostproof.report.junit import render_junit as render_evaluation
from hostproof.source.records import replace

BASELINE, FACTS, OUTPUTS = "baseline", "baseline-facts", "baseline-outputs"


def render_junit(outcome: Outcome) -> str:
    """Return the XML text, to be written as UTF-8."""
    return render_evaluation(_as_evaluation(outcome))


def _as_evaluation(outcome: Outcome) -> Evaluation:
    """Return what came out as an evaluation whose verdicts are the gate's."""
    judged = outcome.now.evaluation
    changes = outcome.difference.changes() if outcome.difference else ()
    packs = [_pack(BASELINE, "The gate", (_nearest(outcome), _renewal(outcome)))]
    if judged and outcome.difference is not None:
        packs += [replace(pack, results=tuple(_verdicts(outcome, pack.results))) for pack in judged.packs]
    for name, title, kind in ((FACTS, "Facts", FactChange), (OUTPUTS, "Outputs", OutputChange)):
        results = tuple(_change(name, change) for change in changes if isinstance(change, kind))
        if results:
            packs.append(_pack(name, title, results))
    snapshot = outcome.now.snapshot
    return Evaluation(
        host=snapshot.host,
        target=snapshot.target,
        created=snapshot.created,
        date=judged.date if judged else format_time(snapshot.created)[:10],
        snapshot_digest=snapshot_digest(snapshot),
        packs=tuple(packs),
        gate=judged.gate if judged else Gate(),
        exit_code=outcome.exit_code,
        version=judged.version if judged else _version(),
    )


def _version() -> str:
    from hostproof import __version__

    return __version__


def _pack(name: str, title: str, results: tuple[Result, ...]) -> PackResults:
    return PackResults(name, title, "", results)


def _result(  # noqa: PLR0913 (texts of a result)
    pack: str, name: str, title: str, verdict: Verdict, *, said: str = "", group: str = ""
) -> Result:
    unknowns = (Unknown(Cause.INCONCLUSIVE, said),) if verdict is Verdict.UNKNOWN else ()
    return Result(
        pack,
        name,
        title,
        group or name.partition(".")[0],
        Gate().fail_on,
        verdict,
        "the same as in the baseline",
        message=said if verdict is Verdict.FAIL else "",
        reason=said if verdict is Verdict.SKIPPED else "",
        unknowns=unknowns,
        gated=verdict in (Verdict.FAIL, Verdict.UNKNOWN),
    )


def _nearest(outcome: Outcome) -> Result:
    title = "A baseline is near enough"
    if outcome.nearest is None:
        far = "; ".join(wording.others(outcome))
        said = f"{outcome.reason}; there are: {far}" if far else outcome.reason
        return _result(BASELINE, "baseline.nearest", title, Verdict.UNKNOWN, said=said)
    return _result(BASELINE, "baseline.nearest", title, Verdict.PASS)


def _renewal(outcome: Outcome) -> Result:
    fixed = wording.renewal(outcome)
    verdict = Verdict.SKIPPED if fixed else Verdict.PASS
    said = f"fixed: {fixed}; record the baseline anew: hostproof baseline record" if fixed else ""
    return _result(BASELINE, "baseline.renewal", "The baseline is up to date", verdict, said=said)


def _verdicts(outcome: Outcome, results: Iterable[Result]) -> Iterator[Result]:
    known = {one.now.key: one for one in outcome.known}
    verdicts = outcome.difference.verdicts if outcome.difference else ()
    changes = {(one.pack, one.id, one.object): one for one in verdicts}
    for result in results:
        for one, name in _apart(result):
            key = (result.pack, result.id, name)
            # A rule whose objects changed has no change of its own.
            yield _verdict(one, known.get(key), changes.get(key) or changes.get((*key[:2], "")))


def _apart(result: Result) -> Iterator[tuple[Result, str]]:
    """Yield a rule, or each object it was judged over as if it were one; its name is then that of the object."""
    if not result.objects:
        yield result, ""
    for one in result.objects:
        yield _of_object(result, one), one.name


def _of_object(result: Result, one: ObjectResult) -> Result:
    return replace(
        result,
        title=one.name,
        verdict=one.verdict,
        findings=one.findings,
        unknowns=one.unknowns,
        message="\n".join([*map(str, one.findings), one.output]).strip() if one.verdict is Verdict.FAIL else "",
        took=one.took,
        objects=(),
    )


def _verdict(result: Result, known: Known | None, change: VerdictChange | None) -> Result:
    """Return a result as the gate sees it."""
    if result.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return result
    if known is not None and known.worse:
        return replace(result, message=f"{wording.known_line(known)}\n{result.message}", gated=True)
    if known is not None:
        return replace(result, verdict=Verdict.SKIPPED, reason=wording.known_line(known), gated=False)
    if change is not None and change.ruling.decision is Decision.BLOCK:
        was = f"new: was {change.before}" if change.before else "new: was not judged"
        return replace(result, message=f"{result.message or wording.said_of(change)} ({was})", gated=True)
    said = wording.said_of(change) if change else f"{result.verdict} as before"
    ruled = wording.ruled(change.ruling) if change else ""
    reason = f"{said}; {ruled or 'the policy lets it pass'}"
    return replace(result, verdict=Verdict.SKIPPED, reason=reason, gated=False)


def _change(pack: str, change: Change) -> Result:
    name = wording.name_of(change)
    group = name.partition(".")[0] if isinstance(change, FactChange) else "output"
    title = "as in the baseline"
    ruled = wording.ruled(change.ruling)
    said = "; ".join(part for part in (wording.said_of(change), ruled) if part) or "changed"
    decision = change.ruling.decision
    if decision is not Decision.BLOCK:
        verdict = Verdict.SKIPPED if decision is Decision.SHOW else Verdict.PASS
        return _result(pack, name, title, verdict, said=said, group=group)
    if undecided(change):
        return replace(
            _result(pack, name, title, Verdict.UNKNOWN, group=group), unknowns=change.ruling.unknowns, gated=True
        )
    diff = "" if isinstance(change, VerdictChange) else "\n".join(change.diff)
    made = _result(pack, name, title, Verdict.FAIL, said=said, group=group)
    return replace(made, evidence=(Evidence("diff", name, head=diff),) if diff else ())

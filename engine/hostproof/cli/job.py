"""What is judged and by what: packs, parameters, overrides, waivers, gate and date, as profile and arguments say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import ON_UNKNOWN, SEVERITIES
from hostproof.evaluate.guard import Guard
from hostproof.evaluate.model import Evaluation, Gate, OnUnknown, Result
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.rulepack.cache import cache_folder, load_cached
from hostproof.rulepack.find import find_packs
from hostproof.rulepack.model import Override, Rule, RulePack, Severity, Waiver
from hostproof.source.builtin import data_folder
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import field, record, replace

if TYPE_CHECKING:
    from hostproof.evaluate.explain import Explanation
    from hostproof.rulepack.params import GivenParam
    from hostproof.rulepack.profile import Profile

DEFAULT_PACK = "linux"


@record
class Job:
    """Everything a judgement depends on besides the snapshot; an empty `date` is the snapshot's own day.

    `effort` is how thorough a profile wants probes to be, empty where it doesn't say.
    """

    packs: tuple[RulePack, ...]
    params: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: MappingProxyType({}))
    gate: Gate = field(default_factory=Gate)
    overrides: tuple[Override, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    date: str = ""
    effort: str = ""


def read_job(given: Given) -> Job:
    """Return what a command line and its profile ask for, the command line winning; raises ProblemError."""
    profile = _profile(given)
    problems = Problems()
    gate = _gate(given, profile, problems)
    params = _given_params(given, problems)
    date = _date(given.text("date"), problems)
    problems.refuse()
    packs = _load(given, profile)
    settled = _settle(given, profile, packs, params)
    if profile is None:
        return Job(packs, settled, gate, date=date)
    return Job(packs, settled, gate, profile.overrides, profile.waivers, date, profile.effort)


def read_packs(given: Given) -> tuple[RulePack, ...]:
    """Return the packs that a command line, or its profile, names; raises ProblemError."""
    return _load(given, _profile(given))


def judge(job: Job, snapshot: Snapshot, *, explain_passes: bool = True, guard: Guard | None = None) -> Evaluation:
    """Judge a snapshot; raises ProblemError if no rule of any pack applies to it."""
    evaluation = evaluate_packs(
        job.packs,
        snapshot,
        job.params,
        job.gate,
        job.waivers,
        job.date,
        job.overrides,
        explain_passes=explain_passes,
        guard=guard,
    )
    return replace(
        evaluation, packs=tuple(replace(pack, results=_as_anywhere(pack.results)) for pack in evaluation.packs)
    )


def explained(job: Job, pack: RulePack, rule: Rule, snapshot: Snapshot) -> Explanation:
    """Explain one rule of a pack over a snapshot."""
    from hostproof.evaluate.explain import explain_rule

    params = job.params.get(pack.name, {})
    found = explain_rule(rule, pack, snapshot, params, job.waivers, job.date, job.overrides)
    return replace(found, result=_as_anywhere((found.result,))[0])


def _as_anywhere(results: Sequence[Result]) -> tuple[Result, ...]:
    """Name built-in packs by `rules/linux/pack.yaml`: a report doesn't depend on where hostproof is installed."""
    home = f"{data_folder('rules').parent}/"
    return tuple(replace(one, file=one.file.removeprefix(home)) for one in results)


def _profile(given: Given) -> Profile | None:
    path = given.text("profile")
    if not path:
        return None
    from hostproof.rulepack.profile import load_profile

    return load_profile(Path(path))


def _load(given: Given, profile: Profile | None) -> tuple[RulePack, ...]:
    named = [path for name in given.texts("pack") for path in find_packs(name)]
    paths = named or (list(profile.packs) if profile else []) or list(find_packs(DEFAULT_PACK))
    folder = cache_folder()
    packs = tuple(load_cached(path, folder) for path in paths)
    names = [pack.name for pack in packs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ProblemError((Problem("HP-E509", f"the pack {twice[0]!r} is named twice", hint="leave one of them out"),))
    return packs


def _settle(
    given: Given, profile: Profile | None, packs: Sequence[RulePack], params: Sequence[GivenParam]
) -> dict[str, dict[str, Value]]:
    """Return the parameters that differ from the packs' defaults, typed."""
    if profile is None and not params:
        return {}
    together = tuple(frozenset(map(str, find_packs(name))) for name in given.texts("pack"))
    if profile is not None:
        from hostproof.rulepack.profile import settle_profile

        return settle_profile(profile, packs, params, together)
    from hostproof.rulepack.params import settle_params

    problems = Problems()
    settled = settle_params(packs, params, problems, together)
    problems.refuse()
    return settled


def _given_params(given: Given, problems: Problems) -> list[GivenParam]:
    found = []
    for text in given.texts("param"):
        from hostproof.rulepack.params import from_command_line

        name, equals, value = text.partition("=")
        if name and equals:
            found.append(from_command_line(name, value))
        else:
            problems.add(
                "HP-E505", f"--param {text}: this is not name=value", hint="write --param min_backlog=1024, say"
            )
    return found


def _gate(given: Given, profile: Profile | None, problems: Problems) -> Gate:
    fail_on = _word(given, "fail-on", SEVERITIES, problems) or (profile and profile.fail_on) or Gate().fail_on
    unknown = _word(given, "unknown", ON_UNKNOWN, problems) or (profile and profile.unknown) or Gate().unknown
    return Gate(Severity(fail_on), OnUnknown(unknown))


def _word(given: Given, option: str, words: Sequence[str], problems: Problems) -> str:
    """Return a word of a closed list, or an empty text where none, or a wrong one, is given."""
    word = given.text(option)
    if option not in {*given.words} or word in words:
        return word
    near = nearest(word, words)
    hint = f"did you mean {near}?" if near else f"write one of {', '.join(words)}"
    problems.add("HP-E504", f"--{option} {word}: there is no such word here", hint=hint)
    return ""


def _date(text: str, problems: Problems) -> str:
    if not text:
        return ""
    from datetime import date

    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = ""
    if day != text:  # 20261231 and 2026-W53-4 are days too, but not as anybody writes them here
        problems.add("HP-E504", f"--date {text}: this is not a day", hint="write year, month and day: 2026-12-31")
    return day

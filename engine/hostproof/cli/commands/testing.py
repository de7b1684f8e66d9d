"""`hostproof test`: packs judged over their own cases, how much these show, and which slips they would notice."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import TEST_FORMATS
from hostproof.cli.found import with_profile
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.outputs import STDOUT, Output, read_outputs, require_writable, write_all
from hostproof.cli.screen import WIDTH_WITHOUT_TERMINAL, is_terminal, takes_colour, warn, width
from hostproof.cli.workers import in_order
from hostproof.evaluate.cases import (
    Case,
    CaseOutcome,
    MutationScore,
    PackTested,
    Wanted,
    coverage_of,
    load_cases,
    mutants_of,
    passes,
    run_case,
    surviving,
    updated,
)
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import FILE_NAME, find_packs
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.files import write_atomically
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record, replace

CASES = "cases"
_PASSED, _FAILED = 0, 1


@record
class _Asked:
    """What a command line asks for."""

    words: tuple[str, ...]
    wanted: Wanted
    outputs: tuple[Output, ...]
    mutate: bool
    update: bool
    plain: bool
    quiet: bool


@record
class _Loaded:
    """A pack with its cases."""

    pack: RulePack
    cases: tuple[Case, ...]


def run(given: Given) -> int:
    """Return 0 if all cases pass and thresholds are met, else 1; raises ProblemError for packs and cases at fault."""
    asked = _read(given)
    if not given.flag("watch"):
        return _run_once(asked)
    from hostproof.cli.watching import watch

    return watch(lambda: _run_once(asked), lambda: _folders(asked.words))


def _read(given: Given) -> _Asked:
    problems = Problems()
    coverage, mutants = (_percent(given, name, problems) for name in ("coverage", "mutants"))
    outputs: tuple[Output, ...] = ()
    with noted(problems):
        outputs = read_outputs(given.texts("format"), TEST_FORMATS)
        if not given.flag("quiet") and all(output.path != STDOUT for output in outputs):
            outputs = (*outputs, Output("terminal"))
        require_writable([output.path for output in outputs])
    problems.refuse()
    return _Asked(
        words=given.rest or _here(given),
        wanted=Wanted(coverage, mutants),
        outputs=outputs,
        mutate=given.flag("mutate") or mutants is not None,
        update=given.flag("update"),
        plain=given.flag("no-color"),
        quiet=given.flag("quiet"),
    )


def _here(given: Given) -> tuple[str, ...]:
    """Return what is tested where nothing is named: the pack of this folder, those of the profile, or `linux`."""
    if Path(FILE_NAME).is_file():
        return (".",)
    path = with_profile(given).text("profile")
    if not path:
        return (DEFAULT_PACK,)
    from hostproof.rulepack.profile import load_profile

    return tuple(map(str, load_profile(Path(path)).packs)) or (DEFAULT_PACK,)


def _percent(given: Given, name: str, problems: Problems) -> float | None:
    """Return a threshold such as `90%` or `90`; None where none is given or it is wrong."""
    text = given.text(name)
    if name not in given.words:
        return None
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if 0 <= value <= 100:
        return value
    problems.add("HP-E504", f"--{name} {text}: this is no percentage", hint=f"write --{name} 90%")
    return None


def _run_once(asked: _Asked) -> int:
    loaded = _load(asked.words)
    tested = [_tested(one, asked) for one in loaded]
    if asked.update:
        tested = [_updated(one, was) for one, was in zip(loaded, tested, strict=True)]
    write_all([(output.path, _render(output, tested, asked)) for output in asked.outputs])
    return _PASSED if all(passes(one, asked.wanted) for one in tested) else _FAILED


def _load(words: Sequence[str]) -> list[_Loaded]:
    """Return the packs that words mean with their cases; raises ProblemError with all that is wrong."""
    problems, found = Problems(), list[_Loaded]()
    for word in words:
        with noted(problems):
            for path in find_packs(word):
                with noted(problems):
                    found.append(_with_cases(path))
    problems.refuse()
    return found


def _with_cases(path: Path) -> _Loaded:
    catalog = builtin_catalog()
    pack = load_pack(path, catalog)
    folder = path.parent / CASES
    if not any(folder.glob("*.yaml")):
        first = pack.rules[0].id
        hint = f"write {folder}/{pack.name}.yaml: hostproof: 1, cases: [{{rule: {first}, expect: unknown}}]"
        raise ProblemError((Problem("HP-E361", f"the pack {pack.name} has no case, so nothing was tested", hint=hint),))
    return _Loaded(pack, load_cases(folder, pack, catalog))


def _tested(one: _Loaded, asked: _Asked) -> PackTested:
    outcomes = tuple(run_case(case, one.pack) for case in one.cases)
    tested = PackTested(
        name=one.pack.name,
        title=one.pack.title,
        rules=tuple((rule.id, rule.title) for rule in one.pack.rules),
        outcomes=outcomes,
        shares=coverage_of(one.pack, one.cases),
    )
    if not asked.mutate:
        return tested
    if tested.failed:
        warn(f"{one.pack.name}: no mutants are made while a case fails")
        return tested
    return replace(tested, score=_scored(one, quiet=asked.quiet))


def _scored(one: _Loaded, *, quiet: bool) -> MutationScore:
    """Return which mutants of a pack survive, tried on all cores, a rule at a time."""
    rules = one.pack.rules

    def tried(number: int) -> bytes:
        return json.dumps([*surviving(rules[number], one.pack, one.cases)]).encode()

    total, survivors = 0, []
    with _progress(one.pack, quiet=quiet) as tell:
        for rule, said in zip(rules, in_order(len(rules), tried), strict=True):
            mutants = mutants_of(rule, one.pack)
            total += len(mutants)
            survivors += [mutants[number] for number in json.loads(said)]
            tell(total)
    return MutationScore(total, tuple(survivors))


@contextmanager
def _progress(pack: RulePack, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give something that says on standard error how many mutants were tried, if that is a terminal."""
    if quiet or not is_terminal(sys.stderr):
        yield lambda _: None
        return
    try:
        yield lambda tried: print(f"\r{pack.name}: {tried} mutants tried", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _updated(one: _Loaded, tested: PackTested) -> PackTested:
    """Rewrite messages that differ, say so, and return the outcomes by the new texts."""
    texts = updated(tested.outcomes)
    for path, text in texts.items():
        write_atomically(path, text.encode())
        number = sum(outcome.message_differs for outcome in tested.outcomes if _file(outcome) == path)
        warn(f"{path}: {number} message{'' if number == 1 else 's'} updated")
    if not texts:
        return tested
    again = _with_cases(Path(one.pack.path))
    return replace(tested, outcomes=tuple(run_case(case, again.pack) for case in again.cases))


def _file(outcome: CaseOutcome) -> str:
    return outcome.case.where.file.path


def _render(output: Output, tested: Sequence[PackTested], asked: _Asked) -> str | bytes:
    if output.format == "junit":
        from hostproof.report.testing.junit import render_junit_tests

        return render_junit_tests(tested, asked.wanted).encode()
    from hostproof.report.testing.terminal import render_tests

    if output.path != STDOUT:
        return render_tests(tested, asked.wanted, WIDTH_WITHOUT_TERMINAL)
    return render_tests(tested, asked.wanted, width(), takes_colour(refused=asked.plain))


def _folders(words: Sequence[str]) -> list[Path]:
    """Return the folders of packs, as far as they are found; what is wrong is told by the run."""
    folders = []
    for word in words:
        try:
            folders += [path.parent for path in find_packs(word)]
        except ProblemError:
            folders.append(Path(word))
    return folders

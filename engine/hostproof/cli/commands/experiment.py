"""`hostproof experiment`: sets kernel parameters to and fro, runs probes, puts all back, and says what changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.commands.compare import TERMINAL, outputs_of, rendered
from hostproof.cli.outputs import Output, require_writable, write_all
from hostproof.cli.screen import is_terminal, show, warn
from hostproof.cli.taking import Taking, read_taking
from hostproof.collect.asks import USUAL
from hostproof.collect.experiment.holder import Held, hold, own_target
from hostproof.collect.experiment.runs import order_of, requests_of
from hostproof.collect.experiment.settings import Setting, read_settings, refusal
from hostproof.collect.run import collect
from hostproof.evaluate.comparison.compare import compare_runs
from hostproof.evaluate.comparison.measures import run_of
from hostproof.evaluate.statistics.library import require_library
from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import Snapshot
from hostproof.source.files import write_atomically
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record

DEFAULT_ROUNDS, MOST_ROUNDS = 6, 200
SIDES = {"A": "before", "B": "after"}


@record
class Plan:
    """What was asked for: settings, probes, the order of runs and the seed it came from, and where results go."""

    settings: tuple[Setting, ...]
    probes: tuple[str, ...]
    order: str
    seed: int
    host: bool
    taking: Taking
    outputs: tuple[Output, ...]
    folder: str

    @property
    def requests(self) -> tuple[FactRequest, ...]:
        """The facts of every run."""
        return requests_of(self.probes, [one.name for one in self.settings])


def run(given: Given) -> int:
    """Do the experiment; 0 whatever came out. Raises ProblemError, when all is as it was, for what can't be done."""
    plan = _plan(given)
    if given.flag("dry-run"):
        show("".join(f"{line}\n" for line in _told(plan, _present(plan))))
        return 0
    with hold(plan.settings, host=plan.host, ended=_say_what_is_left if plan.host else None) as held:
        for line in held.recovered:
            warn(f"hostproof: an earlier experiment was killed with all its guards; {line} was put back")
        taken = list(_runs(plan, held))
    sides = [
        [run_of(path, snapshot, _patterns(given)) for side, path, snapshot in taken if side == one] for one in "AB"
    ]
    found = compare_runs(*sides)
    head = _head(plan, held)
    write_all([(output.path, rendered(output.format, found, given, head)) for output in plan.outputs])
    return 0


def _patterns(given: Given) -> tuple[str, ...]:
    """Return which facts are compared: those of the probes, as the parameters differ by themselves."""
    return given.texts("facts") or ("probe.*",)


def _plan(given: Given) -> Plan:
    problems = Problems()
    settings, probes, outputs = tuple[Setting, ...](), tuple[str, ...](), tuple[Output, ...]()
    taking, rounds, seed = None, DEFAULT_ROUNDS, 0
    host, folder = given.flag("host"), given.text("output")
    with noted(problems):
        settings = read_settings(given.texts("set"), host=host)
    with noted(problems):
        probes = _probes(given.texts("probe"))
    with noted(problems):
        outputs = outputs_of(given)
        if given.flag("quiet"):
            outputs = tuple(one for one in outputs if one.format != TERMINAL)
        require_writable([f"{folder}/before/1.hpsnap"] if folder else [])
    with noted(problems):
        taking = read_taking(given)
    with noted(problems):
        rounds, seed = _number(given, "rounds", DEFAULT_ROUNDS, MOST_ROUNDS), _number(given, "seed", 1, 2**32)
    with noted(problems):
        require_library()
    problems.refuse()
    assert taking is not None
    return Plan(settings, probes, order_of(rounds, seed), seed, host, taking, outputs, folder)


def _number(given: Given, option: str, default: int, most: int) -> int:
    text = given.text(option, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        message = f"--{option} {text}: no number from 1 to {most}"
        raise ProblemError((Problem("HP-E504", message, None, f"write --{option} {default}, say"),))
    return int(text)


def _probes(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise refusal("an experiment needs a probe to run", f"--probe tcp; there are {', '.join(sorted(PROBES))}")
    for name in names:
        if name not in PROBES:
            near = nearest(name, PROBES)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(sorted(PROBES))}"
            raise ProblemError((Problem("HP-E504", f"--probe {name}: there is no such probe", None, hint),))
    return tuple(dict.fromkeys(names))


def _runs(plan: Plan, held: Held) -> Iterator[tuple[str, str, Snapshot]]:
    """Set, probe, and yield each run's side, path and snapshot; snapshots are written as they are taken."""
    seen = {"A": 0, "B": 0}
    tells = not plan.taking.quiet and is_terminal(sys.stderr)
    for number, side in enumerate(plan.order, 1):
        held.put(after=side == "B")
        if tells:
            warn(f"run {number} of {len(plan.order)}: {side}")
        effort = plan.taking.effort or USUAL
        snapshot = collect(plan.requests, held.target, plan.taking.timeout, effort=effort)
        if not any(fact.startswith("probe.") for fact in snapshot.values):
            why = next((one.detail for fact, one in snapshot.unknown.items() if fact.startswith("probe.")), "")
            raise refusal(f"no probe could learn anything: {why}", "try it by check --pack linux-probes")
        seen[side] += 1
        path = f"{SIDES[side]}/{seen[side]}.hpsnap"
        if plan.folder:
            write_atomically(str(Path(plan.folder) / path), encode_snapshot(snapshot))
        yield side, path, snapshot


def _present(plan: Plan) -> Mapping[str, str]:
    """Return what the parameters are now, without setting any."""
    names = [one.name for one in plan.settings]
    snapshot = collect(requests_of((), names), own_target(), plan.taking.timeout)
    found = {name: snapshot.get(f"sysctl.{name}") for name in names}
    return {name: str(value) for name, value in found.items() if isinstance(value, (int, str))}


def _told(plan: Plan, present: Mapping[str, str]) -> Iterator[str]:
    """Yield what would be done."""
    where = "of this machine" if plan.host else "of a network namespace of its own, which ends with the experiment"
    for one in plan.settings:
        now = present.get(one.name, "what it is now")
        yield f"set       {one.name} {where}: A {now}, B {one.value}"
    yield f"order     {plan.order}: {len(plan.order)} runs (seed {plan.seed})"
    for name in plan.probes:
        yield f"probe     {name}: {PROBES[name].effects}"
    for one in plan.settings:
        back = f"{one.name} is put back to {present.get(one.name, 'what it is now')}, also if hostproof is killed"
        yield f"restore   {back if plan.host else one.name + ' of this machine is never set'}"


def _head(plan: Plan, held: Held) -> list[str]:
    """Return what was compared, and that it is as it was."""
    changes = ", ".join(f"{name} {held.before[name]} -> {held.after[name]}" for name in sorted(held.before))
    where = "put back afterwards" if plan.host else "in a network namespace of its own"
    return [f"{changes} ({where}); runs {plan.order}, seed {plan.seed}"]


def _say_what_is_left(held: Held) -> None:
    """Say that everything was put back, if something went wrong; or how to do that if it may not have been."""
    if held.restored is not None:
        if sys.exc_info()[0] is not None:
            values = ", ".join(f"{name} = {value}" for name, value in held.restored.items())
            warn(f"hostproof: everything was put back: {values}")
        return
    if not held.before:
        return
    warn("hostproof: it is not certain that everything was put back. To be sure:")
    for name, value in held.before.items():
        warn(f"  sysctl -w {name}='{value}'")

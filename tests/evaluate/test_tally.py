"""Many snapshots: the verdicts alone are the verdicts of the whole evaluation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.evaluate.hosts import exit_code_of, row_of, rule_rows
from hostproof.evaluate.lacking import lacking, needs_of
from hostproof.evaluate.model import Gate, OnUnknown
from hostproof.evaluate.run import evaluate_packs
from hostproof.evaluate.tally import Tally
from hostproof.facts.codec import decode_snapshot, encode_snapshot
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import Override, RulePack, Severity, Waiver
from hostproof.source.problems import ProblemError

from .conftest import GOOD, host

OVERRIDES = ((), (Override("net.backlog", Severity.LOW),), (Override("web:disk.room", off="no disk"),))
WAIVERS = ((), (Waiver("disk.room", "known", "me", "2030-01-01"), Waiver("net.backlog", "old", "me", "2020-01-01")))


@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "sysctl.net.core.somaxconn": st.sampled_from([1, 4096, 10**6]),
            "web:disk.avail": st.sampled_from([0, 2**40]),
            "kernel.release": st.sampled_from(["5.10.0", "6.1.0"]),
            "kernel.arch": st.sampled_from(["x86_64", "riscv64"]),
        },
    ),
    unknown=st.dictionaries(st.sampled_from(sorted(GOOD)), st.sampled_from([Cause.DENIED, Cause.NOT_COLLECTED])),
    overrides=st.sampled_from(OVERRIDES),
    waivers=st.sampled_from(WAIVERS),
    gate=st.builds(Gate, st.sampled_from(Severity), st.sampled_from(OnUnknown)),
    from_file=st.booleans(),
)
def test_a_tally_says_what_an_evaluation_says(
    loaded: RulePack,
    values: dict[str, Value],
    unknown: dict[str, Cause],
    overrides: tuple[Override, ...],
    waivers: tuple[Waiver, ...],
    gate: Gate,
    from_file: bool,
) -> None:
    """Verdict, gate and exit code of every rule are the same, whatever a team adds and a host says."""
    taken = host(values, unknown)
    infos = {name: taken.facts[name] for name in (*taken.values, *taken.unknown)}
    taken = Snapshot(taken.created, "local", taken.host, taken.values, taken.unknown, infos, taken.evidence)
    if from_file:
        taken = decode_snapshot(encode_snapshot(taken), "here")
    policy = ({}, gate, waivers, "", overrides)
    whole = row_of(evaluate_packs([loaded], taken, *policy), "a", lacking(taken, needs_of([loaded])))
    assert Tally([loaded], *policy).row(taken, "a") == whole


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> RulePack:
    """Load the pack of this folder's tests once."""
    from hostproof.facts.builtin import builtin_catalog
    from hostproof.rulepack.load import load_pack

    from .conftest import PACK

    path = tmp_path_factory.mktemp("pack") / "pack.yaml"
    path.write_text(PACK)
    return load_pack(path, builtin_catalog())


def test_a_host_that_no_rule_is_about(load: Callable[[str], RulePack], snapshot: Callable[..., Snapshot]) -> None:
    """A snapshot over which every rule is skipped is refused here as there."""
    text = "hostproof: 1\npack: a\ntitle: A\nrules:\n- {id: a.b, title: T, severity: low, when: false, assert: true}\n"
    with pytest.raises(ProblemError, match="HP-E351"):
        Tally([load(text.replace("when: false", 'when: kernel.arch == "vax"'))]).row(snapshot())


def test_a_fact_of_another_type_is_unknown(pack: RulePack, snapshot: Callable[..., Snapshot]) -> None:
    """The guard looks at every snapshot, however many there are."""
    assert Tally([pack]).row(snapshot({"sysctl.net.core.somaxconn": "many"})).verdicts == "Upp"


def test_rows_say_severities_as_the_team_has_them(pack: RulePack) -> None:
    """An override changes the severity of its rule's row."""
    rows = rule_rows([pack], [Override("disk.room", Severity.INFO)])
    assert [row.severity for row in rows] == [Severity.HIGH, Severity.INFO, Severity.LOW]


def test_no_host_is_not_green() -> None:
    """The exit code of no host at all is that of undecided."""
    assert exit_code_of([]) == 3

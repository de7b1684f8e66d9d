"""Hand-made Evaluations that all renderers are tried on, and a strategy that fills them with hostile text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hostproof.evaluate.hosts import RuleRow, row_of
from hostproof.evaluate.model import (
    Evaluation,
    Gate,
    PackResults,
    Result,
    Verdict,
    WaiverNote,
    WaiverNotice,
    WaiverState,
)
from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Evidence, Host
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.merged import Hosts, part, whole
from hostproof.rulepack.model import Severity

HOST = Host("web-1", "0a1b2c3d4e5f6071", "6.1.0-18-amd64", "x86_64", "EPYC 7B13", "kvm", "v2", "Debian GNU/Linux 12")

BACKLOG = Result(
    pack="linux-network",
    id="net.backlog",
    title="The kernel holds a full listen backlog",
    group="net",
    severity=Severity.HIGH,
    verdict=Verdict.FAIL,
    expression="sysctl.net.core.somaxconn >= params.min_backlog",
    message="a listener is held to 128 waiting connections",
    findings=(Finding("sysctl.net.core.somaxconn", "128", ">= 4096"),),
    evidence=(Evidence("file", "/proc/sys/net/core/somaxconn", None, 41_000, 4, "128\n"),),
    rationale="A burst above the backlog is dropped or reset, and looks like a slow server.\n",
    remediation="sysctl -w net.core.somaxconn=4096\necho net.core.somaxconn=4096 > /etc/sysctl.d/60-backlog.conf\n",
    references=("https://docs.kernel.org/admin-guide/sysctl/net.html",),
    tags=("network",),
    file="rules/linux-network/pack.yaml",
    line=23,
    gated=True,
    took=41_000,
)
MTU = Result(
    "linux-network", "net.mtu", "Interfaces carry whole frames", "net", Severity.LOW, Verdict.FAIL,
    "all(i in net.interfaces: i.mtu >= 1500)",
    findings=tuple(Finding(f'net.interfaces["veth{number}"].mtu', "1450", ">= 1500") for number in range(10)),
    rationale="A smaller MTU in the middle of a path loses packets where ICMP is filtered.",
)  # fmt: skip
PROBE = Result(
    "linux-network", "net.conntrack", "Connection tracking has room", "net", Severity.MEDIUM, Verdict.UNKNOWN,
    "conntrack.count / conntrack.max < 80%",
    unknowns=(
        Unknown(Cause.DENIED, "open /proc/net/nf_conntrack: permission denied", "run as root", "conntrack.count"),
    ),
    evidence=(Evidence("command", "conntrack -C", 1, 3_200_000, 62, "conntrack v1.4.7: Operation not permitted\n"),),
    file="rules/linux-network/pack.yaml", line=80, gated=True, took=3_200_000,
)  # fmt: skip
THP = Result(
    "linux", "memory.thp", "Huge pages are left to the program", "memory", Severity.MEDIUM, Verdict.WAIVED,
    'memory.thp.enabled in ["madvise", "never"]',
    findings=(Finding("memory.thp.enabled", '"always"', 'in ["madvise", "never"]'),),
    waiver=WaiverNote("the database needs it until 14.2", "storage@example.org", "2026-12-31"),
)  # fmt: skip
SKIPPED = Result(
    "linux", "cgroup.pids", "The pids limit leaves room", "cgroup", Severity.MEDIUM, Verdict.SKIPPED,
    "cgroup.pids.max >= 1024", reason='does not apply: cgroup.mode = "v1", wanted == "v2"',
)  # fmt: skip
PASSED = Result(
    "linux", "clock.source", "The clock is read without a system call", "clock", Severity.HIGH, Verdict.PASS,
    'clock.source not in ["hpet", "acpi_pm"]', findings=(Finding("clock.source", '"tsc"'),), took=1_234_567_890,
)  # fmt: skip


def _evaluation(exit_code: int, *packs: tuple[str, tuple[Result, ...]]) -> Evaluation:
    return Evaluation(
        host=HOST,
        target="local",
        created=1_795_444_724_123_456_789,
        date="2026-11-23",
        snapshot_digest="sha256:" + "5e" * 32,
        packs=tuple(PackResults(name, f"The {name} pack", "sha256:" + "ab" * 32, results) for name, results in packs),
        gate=Gate(),
        exit_code=exit_code,
        version="0.1.0",
    )


@pytest.fixture(scope="session")
def unfit() -> Evaluation:
    """Every verdict once, over two packs, with a failure below the gate."""
    return _evaluation(1, ("linux", (PASSED, SKIPPED, THP)), ("linux-network", (MTU, BACKLOG, PROBE)))


@pytest.fixture(scope="session")
def undecided() -> Evaluation:
    """Nothing failed, but one rule could not be decided."""
    return _evaluation(3, ("linux", (PASSED, PROBE)))


@pytest.fixture(scope="session")
def fit() -> Evaluation:
    """Nothing but a pass."""
    return _evaluation(0, ("linux", (PASSED,)))


@pytest.fixture(scope="session")
def merge() -> Callable[[str, list[Evaluation]], str]:
    """Return a way to make one report of several hosts, whose rules are those of the first."""

    def merged(form: str, evaluations: list[Evaluation]) -> str:
        results = evaluations[0].results() if evaluations else ()
        rules = tuple(RuleRow(one.pack, one.id, one.title, one.severity) for one in results)
        about = Hosts(tuple(map(row_of, evaluations)), rules)
        return "".join(whole(form, about, (part(form, one, at) for at, one in enumerate(evaluations))))

    return merged


TRICKS = (
    "::error::owned", "  ::set-output name=a::b", "##vso[task.complete result=Succeeded;]", "##[error]x",
    "%0A::error::x", "a | b=1", "# SKIP", "# TODO", "Bail out!", "1..0", "ok 1", "  ...", "--- !!python", '"', "',",
    "\x1b[31mred\x1b[0m", "\x9b2J", "]]>", "<![CDATA[", "<script>alert(1)</script>", "<img src=x onerror=a>",
    "&lt;b&gt;", "</details>", "`` ` ```", "```\n# heading\n", "~~~", "| a | b |\n|---|---|", "\\|", "\\",
    "[x](javascript:a)", "![x](y)", "[a]: http://evil.example", "https://evil.example/", "www.evil.example",
    "a@b.example", "@everyone", "#1", "GH-1", "* * *", "- - -", "===", "1. one", "1) one", "> quote",
    "    code", "\t", "\r", "\r\n", "\n\n", "\u2028", "\u202e", "\u200b", "\ud800", "\ufffe", "\ufdd0",
    "\U0001ffff", "\x00", "\x7f", "\x85", "$$x$$", "**b**", "__b__", "~~s~~", "<a@b.c>", "<http://x>",
    "&#60;b&#62;", "&amp", "wide 漢字 e\u0301", "",
)  # fmt: skip


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Give any text, lone surrogates included, mixed with what is known to break parsers."""
    return "".join(
        draw(st.lists(st.sampled_from(TRICKS) | st.text(st.characters(codec=None), max_size=12), max_size=5))
    )


@st.composite
def _results(draw: st.DrawFn) -> Result:
    some = st.lists(_texts(), max_size=2).map(tuple)
    evidence = st.builds(
        Evidence, _texts(), _texts(), st.none() | st.integers(-9, 255), st.just(1), st.just(9), _texts(), _texts()
    )
    result = st.builds(
        Result,
        pack=_texts(),
        id=_texts(),
        title=_texts(),
        group=_texts(),
        severity=st.sampled_from(Severity),
        verdict=st.sampled_from(Verdict),
        expression=_texts(),
        message=_texts(),
        reason=_texts(),
        findings=st.lists(st.builds(Finding, _texts(), _texts(), _texts()), max_size=2).map(tuple),
        unknowns=st.lists(
            st.builds(Unknown, st.sampled_from(Cause), _texts(), _texts(), _texts()), min_size=1, max_size=2
        ).map(tuple),
        evidence=st.lists(evidence, max_size=1).map(tuple),
        rationale=_texts(),
        remediation=_texts(),
        references=some,
        tags=some,
        file=_texts(),
        line=st.integers(0, 10**6),
        gated=st.booleans(),
        waiver=st.builds(WaiverNote, _texts(), _texts(), st.just("2026-12-31"), _texts()),
        took=st.integers(0, 10**15),
    )
    return _consistent(draw(result))


def _notices() -> SearchStrategy[WaiverNotice]:
    said = _texts().filter(bool)
    day = st.just("2026-12-31")
    return st.builds(WaiverNotice, _texts(), st.sampled_from(WaiverState), said, _texts(), day, _texts(), st.none())


@st.composite
def _evaluations(draw: st.DrawFn) -> Evaluation:
    packs = st.builds(PackResults, _texts(), _texts(), _texts(), st.lists(_results(), max_size=4).map(tuple))
    return draw(
        st.builds(
            Evaluation,
            host=st.builds(Host, _texts(), _texts(), _texts()),
            target=_texts(),
            created=st.integers(-(10**18), 10**20),
            date=st.just("2026-11-23"),
            snapshot_digest=_texts(),
            packs=st.lists(packs, max_size=2).map(tuple),
            gate=st.builds(Gate),
            exit_code=st.sampled_from((0, 1, 3)),
            version=_texts(),
            notices=st.lists(_notices(), max_size=2).map(tuple),
        )
    )


@pytest.fixture(scope="session")
def hostile_text() -> SearchStrategy[str]:
    """Give texts that are there to break something."""
    return _texts()


@pytest.fixture(scope="session")
def hostile() -> SearchStrategy[Evaluation]:
    """Give evaluations of every shape in which each text is hostile."""
    return _evaluations()


def _consistent(result: Result) -> Result:
    """Give a result what its verdict demands, and nothing that it forbids."""
    return replace(
        result,
        unknowns=result.unknowns if result.verdict is Verdict.UNKNOWN else (),
        waiver=result.waiver if result.verdict is Verdict.WAIVED else None,
        gated=result.gated and result.verdict in (Verdict.FAIL, Verdict.UNKNOWN),
    )


@pytest.fixture
def golden(update: bool) -> Callable[[str, str], None]:
    """Compare a text with tests/golden/report/NAME; with --update, write it there instead."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parents[1] / "golden" / "report" / name
        if update:
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text

    return compare

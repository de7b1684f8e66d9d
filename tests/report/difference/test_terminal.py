"""The terminal report of a Difference: what comes first, what is folded, and what a person reads of each change."""

from __future__ import annotations

from hostproof.evaluate.difference.model import (
    Decision,
    Difference,
    FactChange,
    OutputChange,
    Ruling,
    SampleTest,
    Side,
    Turn,
    VerdictChange,
)
from hostproof.evaluate.model import Verdict
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import Host, Value
from hostproof.facts.types import DURATION, Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.difference.terminal import render_difference
from hostproof.report.difference.wording import headline, percent
from hostproof.rulepack.model import Severity

BLOCK, ALLOW = Ruling(Decision.BLOCK, "x.blocks", "it is worse"), Ruling(Decision.ALLOW, "x.noise", "it is noise")
TEST = SampleTest(30, 30, 1e6, 2e6, 1.0, 0.8, 1.2, 0.001, 0.9, 0.05, None)


def fact(name: str, of: Type, before: Value | Unknown, after: Value | Unknown, ruling: Ruling = Ruling()) -> FactChange:  # noqa: B008
    """Return a change of a fact."""
    return FactChange(name, of, Owner.FILES, before, after, ruling=ruling)


def difference(*changes: VerdictChange | FactChange | OutputChange) -> Difference:
    """Return a difference of two hosts with other kernels."""
    before, after = (
        Side(name, "sha256:0", 1_795_444_724_000_000_000, Host("web", kernel=kernel))
        for name, kernel in (("a", "6.1"), ("b", "6.12"))
    )
    kinds = (VerdictChange, FactChange, OutputChange)
    verdicts, facts, outputs = (tuple(one for one in changes if isinstance(one, kind)) for kind in kinds)
    return Difference(before, after, "team", verdicts, facts, outputs)  # type: ignore[arg-type] # sorted by kind


def test_nothing_differs() -> None:
    """Of two alike nothing is listed, and the kernels are told apart all the same."""
    said = render_difference(difference())
    assert said.startswith("OK  nothing differs\n")
    assert "kernel: 6.1 -> 6.12" in said


def test_what_blocks_comes_first() -> None:
    """New failures before facts, what blocks before what is shown, samples of which nothing is sure last."""
    samples = Type(parse_type("samples<duration>").kind, DURATION)
    unsure = FactChange("a.first", samples, Owner.FILES, [1], [2], test=TEST)
    shown = fact("z.last", DURATION, 5_000_000, Unknown(Cause.DENIED, "needs root"))
    bad = fact("m.middle", DURATION, 1, 2, BLOCK)
    noise = fact("n.noise", DURATION, 1, 2, ALLOW)
    verdicts = (Verdict.PASS, Verdict.FAIL, Turn.NEW_FAILURE, True)
    failure = VerdictChange("p", "r.id", "It holds", "", Severity.HIGH, *verdicts, ruling=BLOCK)
    said = render_difference(difference(unsure, shown, bad, noise, failure))
    order = ("BLOCKED", "BLOCKS", "r.id: It holds", "m.middle", "CHANGED", "z.last", "a.first", "ALLOWED", "x.noise")
    places = [said.index(word) for word in order]
    assert places == sorted(places)
    assert "new failure: pass -> fail (high)" in said
    assert "by  x.blocks: it is worse" in said
    assert "5ms -> unknown (denied: needs root)" in said
    assert "median 1ms -> 2ms (+100.0%, 95% between +80.0% and +120.0%)" in said
    assert "1  x.noise: it is noise\n         n.noise" in said


def test_outputs_are_shown_line_by_line() -> None:
    """With the exit statuses where they differ; blanks in a line stay, and a long diff is cut."""
    long = ("@@ -1 +1,99 @@", "-a  b", *(f"+{number}" for number in range(99)))
    said = render_difference(difference(OutputChange("df  /", 0, None, long)))
    assert "exit status 0 -> none" in said
    assert "          -a  b\n" in said
    assert "and 89 more lines: -f patch has all" in said


def test_versions_have_an_order() -> None:
    """A version is newer or older, a Debian package's by dpkg's order; what is no such version has none."""
    rows = [("version", "6.1", "6.12"), ("debian_version", "1:2.0-1", "1:2.0~rc1-1"), ("debian_version", "?", "1")]
    said = render_difference(difference(*(fact(f"f{at}", parse_type(of), a, b) for at, (of, a, b) in enumerate(rows))))
    assert ["6.1 -> 6.12 (newer)" in said, "1:2.0-1 -> 1:2.0~rc1-1 (older)" in said, "? -> 1\n" in said] == [True] * 3


def test_the_headline_counts() -> None:
    """It says how many block, are shown and allowed."""
    some = [fact(name, DURATION, 1, 2, ruling) for name, ruling in (("a", BLOCK), ("b", ALLOW), ("c", Ruling()))]
    assert headline(difference(*some)) == "1 of 3 changes blocks; 1 shown, 1 allowed"
    assert headline(difference(some[1])) == "1 change, and none blocks; 1 allowed"


def test_a_share_is_a_change() -> None:
    """Small shares keep their digits, large ones are times, and infinite ones have no bound."""
    shares = (0.05, -0.5, 0.00002, 11.0, float("inf"))
    assert [percent(share) for share in shares] == ["+5.0%", "-50.0%", "+2e-05", "x 12", "without bound"]

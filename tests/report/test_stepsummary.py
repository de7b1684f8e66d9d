"""GitHub's step summary: the Markdown report, never more than a runner takes, cut where a chapter begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hostproof.evaluate.model import Evaluation
from hostproof.report.markdown import render_markdown
from hostproof.report.pipelines.stepsummary import MOST_BYTES, fitted, render_step_summary

CUT = "The report is longer than a step summary may be; its other formats hold all of it.\n"


def test_short(unfit: Evaluation) -> None:
    """A report that fits is the Markdown report."""
    assert render_step_summary(unfit) == render_markdown(unfit)


def test_long(unfit: Evaluation, merge: Callable[[str, list[Evaluation]], str]) -> None:
    """Of 400 hosts with much to say, whole chapters of the first are kept."""
    many = [replace(unfit, host=replace(unfit.host, name=f"h{at}")) for at in range(400)]
    text = merge("step-summary", many)
    assert 900_000 < len(text.encode()) <= 1024 * 1024
    assert text.endswith(CUT)
    assert text.count("<details>") == text.count("</details>")


@settings(max_examples=10)
@given(data=st.data())
def test_cut_anywhere(hostile: SearchStrategy[Evaluation], data: st.DataObject) -> None:
    """Wherever it is cut, nothing is left open."""
    whole = render_markdown(data.draw(hostile))
    room = data.draw(st.integers(0, len(whole.encode())))
    text = "".join(fitted([whole], room))
    kept = text.removesuffix("\n\n---\n\n" + CUT)
    assert whole.startswith(kept)
    assert len(kept.encode()) <= room
    lines = kept.splitlines()
    assert sum(line.startswith("<details>") for line in lines) == sum(line.startswith("</details>") for line in lines)
    assert MOST_BYTES < 1024 * 1024

"""Bad files: each is refused with the right code at the right place, and said in words that help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.source.files import read_source
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.render import render_problems
from hostproof.source.yaml import load_yaml

HERE = Path(__file__).parent
EXPECTED = dict(
    line.split(maxsplit=1) for line in (HERE / "bad" / "expected.txt").read_text().splitlines() if line[:1] != "#"
)


def problems_of(path: str) -> tuple[Problem, ...]:
    """Read a file as every loader does, and return what is wrong with it."""
    problems = Problems()
    try:
        load_yaml(read_source(path), problems)
    except ProblemError as error:
        return error.problems
    return problems.ordered()


def test_the_table_is_complete() -> None:
    """Every file of the folder stands in the table, and the other way round."""
    assert {path.name for path in (HERE / "bad").glob("*.yaml")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_gives_its_problems(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All problems of the file are told, each at its place, and nothing else."""
    monkeypatch.chdir(HERE)
    spans = [(problem.code, problem.span) for problem in problems_of(f"bad/{name}")]
    found = [f"{code}@{span.line}:{span.column}" for code, span in spans if span]
    assert found == EXPECTED[name].split()


def test_the_words_are_the_golden_ones(
    monkeypatch: pytest.MonkeyPatch, golden: Callable[[str], Callable[[str], None]]
) -> None:
    """What a person reads about each file, in one text that can be read through."""
    monkeypatch.chdir(HERE)
    texts = [f"# {name}\n{render_problems(problems_of(f'bad/{name}'))}" for name in sorted(EXPECTED)]
    golden("problems/yaml.txt")("\n".join(texts))

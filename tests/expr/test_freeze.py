"""Freezing: what was checked once needs neither grammar nor checker again."""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.expr.findings import find
from hostproof.expr.freeze import freeze, thaw

FACTS = {
    "n": {"type": "count", "value": 3},
    "xs": {"type": "list<{name: string, n: count?}>", "value": [{"name": "a", "n": 1}, {"name": "b", "n": None}]},
    "j": {"type": "any", "value": {"a": [1]}},
}
TEXTS = (
    "n >= 4",
    "all(x in xs: x.n != null and x.n > n - 3) or j.a[0] == 2",
    "2 if n > params.k else small ?? 3",
    'p99([1ms]) < 5ms and version("6.1") >= version("5")',
)


def frozen_and_back(data: tuple[object, ...]) -> tuple[object, ...]:
    """Return data after it was written and read."""
    again = marshal.loads(marshal.dumps(data))
    assert isinstance(again, tuple)
    return again


@pytest.mark.parametrize("text", TEXTS)
def test_everything_comes_back(text: str, world: Callable[..., object]) -> None:
    """A thawed expression has the same text, type, needs, size, value and findings, and can be frozen again."""
    made = world(FACTS, {"k": {"type": "count", "value": 5}}, {"small": "n"})
    expr = made.expr(text)
    again = thaw(frozen_and_back(freeze(expr)))
    for name in ("text", "type", "needs", "types", "size", "depth"):
        assert getattr(again, name) == getattr(expr, name)
    assert again.source is None
    assert evaluate(again, made.env) == evaluate(expr, made.env)
    assert find(again, made.env) == find(expr, made.env)
    assert repr(again.root) == repr(thaw(frozen_and_back(freeze(again))).root)


def test_other_data_is_refused(world: Callable[..., object]) -> None:
    """What another hostproof or another Python froze raises ValueError instead of misbehaving."""
    data = freeze(world(FACTS).expr("n > 1"))
    for other in (("hostproof 0.0.0 cpython-27 expr 1", *data[1:]), data[:-1], ()):
        with pytest.raises(ValueError, match="frozen by another"):
            thaw(other)


def test_thawing_and_judging_imports_no_parser(tmp_path: Path, world: Callable[..., object]) -> None:
    """A warm start needs neither lark nor the check, nor the compiler, to come to a verdict."""
    path = tmp_path / "frozen"
    path.write_bytes(marshal.dumps(freeze(world(FACTS).expr("n >= 4 and n < 2 or any(x in xs: x.n == 1)"))))
    code = (
        "import marshal, sys; from pathlib import Path\n"
        "from hostproof.expr.evaluate import evaluate; from hostproof.expr.findings import find\n"
        "from hostproof.expr.freeze import thaw; from hostproof.expr.scope import Env\n"
        "from hostproof.facts.snapshot import Host, Snapshot\n"
        "expr = thaw(marshal.loads(Path(sys.argv[1]).read_bytes()))\n"
        "env = Env(Snapshot(0, 'local', Host(), {'n': 3, 'xs': [{'n': 1}]}))\n"
        "assert evaluate(expr, env) is True and find(expr, env)\n"
        "slow = {'lark', 're2', *(f'hostproof.expr.{name}' for name in ('check', 'parse', 'compile'))}\n"
        "bad = slow & {*sys.modules}\n"
        "sys.exit(f'imported {bad}' if bad else 0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=60)

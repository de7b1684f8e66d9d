"""The kinds of input and the laws of each: bytes in, whether they were accepted out; `BrokenError` if a law fails."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from zlib import crc32

import documents
import grammar
import world

from hostproof.expr.check import check_expression
from hostproof.expr.compile import compiled
from hostproof.expr.evaluate import SLOW, evaluate
from hostproof.expr.explain import explain
from hostproof.expr.findings import find
from hostproof.expr.freeze import freeze, freeze_template, thaw, thaw_template
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.template import MOST_RENDERED, check_template, render_template
from hostproof.expr.unknowns import undecided
from hostproof.expr.walk import Walk
from hostproof.facts.codec import decode_snapshot, encode_snapshot, snapshot_digest
from hostproof.facts.codec.frame import pack_frame
from hostproof.facts.fits import fits
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.frozen import freeze_pack, thaw_pack
from hostproof.rulepack.load import check_pack
from hostproof.source.codes import CODES
from hostproof.source.harmless import harmless
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.render import render_problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

MOST_EXPLAINED = 20_000  # lines of one explanation


class BrokenError(AssertionError):
    """Says which law an input breaks."""


def demand(holds: bool, law: str) -> None:
    """Raise BrokenError unless the law holds."""
    if not holds:
        raise BrokenError(law)


@dataclass(frozen=True)
class Kind:
    """One kind: what is done with an input, what makes one from a seed, real ones to begin with, and its share.

    `longest` bounds what a byte fuzzer makes.
    """

    check: Callable[[bytes], bool]
    make: Callable[[Random], bytes]
    seeds: Callable[[], list[bytes]]
    share: float
    longest: int = 0


def check_an_expression(data: bytes) -> bool:
    """Every text is refused with problems at their places, or can be evaluated, told of, explained, kept and thawed."""
    text, random = data.decode(errors="replace"), Random(crc32(data))
    problems = Problems()
    expr = check_expression(SourceFile("fuzzed", text), random.choice(world.SCOPES), problems)
    _told(problems, len(text))
    demand((expr is None) is (problems.errors > 0), "an expression is refused exactly if an error is told")
    if expr is not None:
        _evaluated(expr, world.environment(random, expr.needs))
    return expr is not None


def _told(problems: Problems, length: int) -> None:
    for problem in problems.found:
        demand(problem.code in CODES, f"{problem.code} is a known code")
        demand(bool(problem.message), "a problem has a message")
        span = problem.span
        demand(span is not None, f"{problem.code} has a place")
        demand(span is None or 0 <= span.start <= span.end <= length, f"{problem.code} lies in the text: {span}")
    if problems.found:
        shown = render_problems(problems.ordered())
        demand(harmless(shown) == shown, "what is shown of problems is harmless")


def _evaluated(expr: Expr, env: Env) -> None:
    walked = Walk(env).value(expr.root)
    try:
        quick = compiled(expr)(env.snapshot.values, env)
    except SLOW:
        pass
    else:
        demand(_same(quick, walked), f"compiled {quick!r:.200} is walked {walked!r:.200}")
    again = thaw(marshal.loads(marshal.dumps(freeze(expr))))
    for result in (evaluate(expr, env), evaluate(again, env)):
        demand(_same(result, walked), f"evaluated {result!r:.200} is walked {walked!r:.200}")
    demand(_same(Walk(env).value(again.root), walked), "a thawed expression is walked alike")
    demand(isinstance(walked, Unknown) or fits(walked, expr.type), f"{walked!r:.200} is of type {expr.type}")
    _explained(expr, env, walked)


def _explained(expr: Expr, env: Env, result: object) -> None:
    unknowns, findings = undecided(expr, env), find(expr, env)
    demand(bool(unknowns) is isinstance(result, Unknown), f"{result!r:.200} goes with {unknowns}")
    demand(not findings or isinstance(result, bool), "findings are of decided conditions")
    demand(all(finding.subject and finding.value for finding in findings), "findings have a subject and a value")
    told = [str(finding) for finding in findings]
    demand(all(harmless(one) == one and "\n" not in one for one in told), f"findings are harmless lines: {told!r:.300}")
    lines = [*explain(expr, env).lines()]
    demand(0 < len(lines) <= MOST_EXPLAINED, f"an explanation has {len(lines)} lines")
    demand(all(harmless(one) == one and "\n" not in one for one in lines), "an explanation is made of harmless lines")


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and (one == other if isinstance(one, Unknown) else repr(one) == repr(other))


def check_a_template(data: bytes) -> bool:
    """Every template is refused with problems, or fills in a text that is bounded."""
    text, random = data.decode(errors="replace"), Random(crc32(data))
    problems = Problems()
    template = check_template(SourceFile("fuzzed", text), random.choice(world.SCOPES), problems)
    _told(problems, len(text))
    demand((template is None) is (problems.errors > 0), "a template is refused exactly if an error is told")
    if template is None:
        return False
    env = world.environment(random, template.needs)
    shown = render_template(template, env)
    demand(len(shown) <= MOST_RENDERED, "what a template fills in is bounded")
    again = thaw_template(marshal.loads(marshal.dumps(freeze_template(template))))
    demand(render_template(again, env) == shown, "a thawed template fills in alike")
    return True


def check_yaml(data: bytes) -> bool:
    """Every text is a tree whose characters all have a place, or is refused with problems."""
    text = data.decode(errors="replace")
    problems = Problems()
    node = load_yaml(SourceFile("fuzzed", text), problems)
    _told(problems, len(text))
    demand(node is not None or problems.errors > 0, "a text that is refused has a problem")
    for scalar in () if node is None else _scalars(node):
        spans = [scalar.where, *(scalar.span(at, at + 1) for at in range(min(len(scalar.text), 200)))]
        demand(all(0 <= span.start <= span.end <= len(text) for span in spans), "every character has a place")
    return node is not None


def _scalars(node: Node) -> Iterator[Scalar]:
    """Yield the texts of a tree; each node once, however many aliases it has."""
    waiting, seen = [node], set[int]()
    while waiting:
        here = waiting.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, Scalar):
            yield here
        elif isinstance(here, Sequence):
            waiting += here.items
        elif isinstance(here, Mapping):
            waiting += [part for entry in here.entries for part in entry]


def check_pack_text(data: bytes) -> bool:
    """Every pack is refused with problems, or can be kept, thawed and judged."""
    file, random = SourceFile("fuzzed", data.decode(errors="replace")), Random(crc32(data))
    problems = Problems()
    pack = check_pack(file, world.SCOPES[0].catalog, problems)
    _told(problems, len(file.text))
    demand((pack is None) is (problems.errors > 0), "a pack is refused exactly if an error is told")
    if pack is None:
        return False
    again = thaw_pack(marshal.loads(marshal.dumps(freeze_pack(pack))), file)
    for one, other in zip(pack.rules, again.rules, strict=True):
        env = world.environment(random, one.needs & world.FACTS.keys())
        demand(_same(evaluate(one.holds, env), evaluate(other.holds, env)), "a thawed rule judges alike")
    return True


def check_a_snapshot(data: bytes) -> bool:
    """Every file is refused with ProblemError, or is written again byte for byte alike in meaning.

    What begins with `{` is taken for the JSON inside a file, and gets its digest and its frame here: no fuzzer
    guesses those.
    """
    try:
        snapshot = decode_snapshot(_sealed(data) if data[:1] == b"{" else data, "fuzzed")
    except ProblemError as refused:
        demand(bool(refused.problems) and all(p.code in CODES for p in refused.problems), "a refusal has known codes")
        render_problems(refused.problems)
        return False
    again = decode_snapshot(encode_snapshot(snapshot), "again")
    demand(snapshot_digest(again) == snapshot_digest(snapshot) == snapshot.digest, "what is read is what is written")
    demand(all(fits(snapshot.values[name], snapshot.facts[name].type) for name in snapshot.values), "values fit")
    return True


def _sealed(body: bytes) -> bytes:
    body = body.rstrip()
    digest = sha256(body).hexdigest().encode()
    return pack_frame(body[:-1] + b',"digest":"sha256:' + digest + b'"}')


def _texts(*folders: str, suffix: str = "*.yaml", most: int = 6_000) -> list[bytes]:
    """Return the files of some folders of the tests, but the long ones."""
    tests = Path(__file__).parents[1]
    found = [
        path.read_bytes() for folder in folders for path in sorted((tests / folder).rglob(suffix)) if path.is_file()
    ]
    return [data for data in found if len(data) <= most]


def _expressions() -> list[bytes]:
    return [grammar.expression(Random(seed)) for seed in range(400)]


KINDS = {
    "expression": Kind(check_an_expression, grammar.expression, list, 0.1),
    "template": Kind(check_a_template, grammar.template, list, 0.02),
    "pack": Kind(check_pack_text, documents.pack, list, 0.01),
    "expression-bytes": Kind(check_an_expression, documents.mutated(_expressions), _expressions, 0.36, 400),
    "yaml-bytes": Kind(
        check_yaml,
        documents.mutated(lambda: _texts("source/bad", "suite/rulepack")),
        lambda: _texts("source/bad", "suite/rulepack", most=1_000),
        0.3,
        1_000,
    ),
    "snapshot-bytes": Kind(check_a_snapshot, documents.mutated(documents.snapshots), documents.snapshots, 0.21, 3_000),
}

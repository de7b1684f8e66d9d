"""The section `rules` of a policy: nodes in, rules with expressions checked against their kind of change out."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.check import check_expression
from hostproof.expr.model import Expr
from hostproof.expr.scope import Scope
from hostproof.expr.template import Template, check_template
from hostproof.facts.types import BOOL, Type
from hostproof.facts.typetext import parse_type
from hostproof.rulepack.policy.kinds import NUMBERS, catalog_of, words_of
from hostproof.rulepack.policy.model import Over, PolicyRule
from hostproof.rulepack.sections.ids import read_id
from hostproof.rulepack.sections.shape import MOST_TEXT, Shape, beginning
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar

RULE_KEYS = ("id", "over", "of", "facts", "rules", "outputs", "allow", "block", "message")
MOST_RULES = 1_000
MOST_NAMES = 200
MOST_EXPRESSION = 1_000_000  # the language has a smaller bound of its own, and says it better
_IDS = ("HP-E378", "HP-E378")  # wrong, and twice
_CHOSEN_BY = {Over.VERDICTS: "rules", Over.OUTPUTS: "outputs"}
_CHOOSING = ("facts", "rules", "outputs")


def read_policy_rules(node: Node | None, shape: Shape) -> tuple[PolicyRule, ...]:
    """Return the rules that are right; what is wrong with the others is added to the problems."""
    items = (shape.sequence(node, "`rules`", "rules: [...]") if node is not None else None) or ()
    if node is not None and isinstance(items, tuple) and not items and not shape.problems.errors:
        shape.problems.add(shape.codes.empty, "a policy without a rule says nothing", node.where, "write one at least")
    if len(items) > MOST_RULES:
        message = f"a policy may have {MOST_RULES:,} rules, and this one has {len(items):,}"
        shape.problems.add(shape.codes.length, message, items[MOST_RULES].where)
    seen: dict[str, Scalar] = {}
    found = []
    for item in items[:MOST_RULES]:
        if shape.enough:
            break
        found.append(_Written(item, shape).rule(seen))
    return tuple(rule for rule in found if rule is not None)


class _Written:
    """One rule as it is written."""

    def __init__(self, node: Node, shape: Shape) -> None:
        self._node = shape.mapping(node, "a rule", "- id: looks")
        self._shape = shape
        self._problems = shape.problems

    def rule(self, seen: dict[str, Scalar]) -> PolicyRule | None:
        """Return the checked rule, or None with problems added; `seen` holds the ids so far."""
        if self._node is None:
            return None
        before = self._problems.errors
        self._shape.keys(self._node, RULE_KEYS, ("id", "over"), "a policy's rule")
        name = read_id(self._get("id"), seen, self._shape, self._problems, _IDS)
        over, effect = self._over(), self._effect(self._node)
        if over is None:
            return None  # nothing else can be checked
        names, told = self._names(self._node, over), self._problems.errors
        of = self._of(self._node.get("of"), over)
        typed = self._problems.errors == told
        scope = Scope(catalog_of(over, of))
        holds = self._condition(effect, scope, over) if effect and typed else None
        message = self._message(scope) if holds else None
        if name is None or holds is None or effect is None or self._problems.errors > before:
            return None
        return PolicyRule(name.text, over, effect[0], holds, name.where, of, names, message)

    def _get(self, name: str) -> Node | None:
        return self._node.get(name) if self._node else None

    def _over(self) -> Over | None:
        node = self._get("over")
        word = self._shape.word(node, tuple(Over), "HP-E379", "a kind of change") if node else ""
        return Over(word) if word else None

    def _effect(self, root: Mapping) -> tuple[bool, Node] | None:
        """Return whether the rule blocks, and its condition."""
        allow, block = root.get("allow"), root.get("block")
        if allow is not None and block is None:
            return False, allow
        if block is not None and allow is None:
            return True, block
        if allow is None and any(key.text not in RULE_KEYS for key, _ in root.entries):
            return None  # it may be misspelt, and of that was told
        what = "both allows and blocks" if allow else "neither allows nor blocks"
        hint = "write either `allow: CONDITION` or `block: CONDITION`"
        self._problems.add("HP-E380", f"this rule {what}", beginning(root), hint)
        return None

    def _of(self, node: Node | None, over: Over) -> Type | None:
        if node is None:
            return None
        written = self._shape.written(node, "`of`")
        if written is None:
            return None
        if over not in (Over.NUMBERS, Over.SAMPLES, Over.FACTS):
            self._problems.add("HP-E381", f"rules over {over} take no type", node.where, "leave `of` out")
            return None
        words = [str(of) for of in NUMBERS]
        try:
            found = parse_type(written.text)
        except ValueError as error:
            near = nearest(written.text, words)
            hint = f"did you mean {near!r}?" if near else f"write one of {', '.join(words)}"
            self._problems.add("HP-E381", f"{written.text[:80]!r} is not a type: {error}", node.where, hint)
            return None
        if over is Over.FACTS or found in NUMBERS:
            return found
        message = f"{over} are never of type {written.text[:80]}"
        self._problems.add("HP-E381", message, node.where, f"write one of {', '.join(words)}")
        return None

    def _names(self, root: Mapping, over: Over) -> tuple[str, ...]:
        right = _CHOSEN_BY.get(over, "facts")
        for key, _ in root.entries:
            if key.text in _CHOOSING and key.text != right:
                message = f"a rule over {over} chooses by `{right}`, not by `{key.text}`"
                self._problems.add("HP-E382", message, key.where, f"write {right}: [...]")
        node = root.get(right)
        items = (self._shape.sequence(node, f"`{right}`", f"{right}: ['net.*']") if node is not None else None) or ()
        if node is not None and not items and isinstance(node, Scalar) is False:
            self._problems.add(self._shape.codes.empty, f"`{right}` names nothing", node.where, "leave it out for all")
        if len(items) > MOST_NAMES:
            message = f"`{right}` may have {MOST_NAMES} patterns, and has {len(items):,}"
            self._problems.add(self._shape.codes.length, message, items[MOST_NAMES].where)
        found = [self._shape.text(item, "a pattern of names") for item in items[:MOST_NAMES]]
        return tuple(scalar.text for scalar in found if scalar)

    def _condition(self, effect: tuple[bool, Node], scope: Scope, over: Over) -> Expr | None:
        blocks, node = effect
        written = self._shape.written(node, "`block`" if blocks else "`allow`", MOST_EXPRESSION)
        if written is None:
            return None
        comment = written.comment_follows()
        if comment is not None:
            hint = "if it is part of the text, write the whole in quotes; else put it on a line of its own"
            self._problems.add("HP-W001", "the text ends before this comment", comment, hint)
        expr = check_expression(written, scope, self._problems, BOOL)
        if expr is not None:
            self._refuse_words(expr, written, over)
        return expr

    def _refuse_words(self, expr: Expr, written: Scalar, over: Over) -> None:
        """Tell of a text that a name with few words is compared with and never is."""
        words = words_of(over)
        for name, literal in _compared(expr.root):
            value = literal.value
            if name in words and isinstance(value, str) and value not in words[name]:
                near = nearest(value, words[name])
                hint = f'did you mean "{near}"?' if near else f"it is one of {', '.join(words[name])}"
                where = written.span(literal.start, literal.end)
                self._problems.add("HP-E384", f"{name} is never {value[:80]!r}", where, hint)

    def _message(self, scope: Scope) -> Template | None:
        text = self._shape.text(self._get("message"), "`message`", MOST_TEXT)
        return check_template(text, scope, self._problems) if text else None


def _compared(root: model.Node) -> Iterator[tuple[str, model.Literal]]:
    """Yield names and the literals that they are compared with, or looked for among."""
    todo: list[model.Node] = [root]
    while todo:
        node = todo.pop()
        todo += model.below(node)
        sides: tuple[model.Node, ...] = ()
        if isinstance(node, model.Comparison):
            sides = (node.first, *(operand for _, operand in node.rest))
        elif isinstance(node, model.Membership):
            listed = node.container.items if isinstance(node.container, model.ListOf) else ()
            sides = (node.item, *listed)
        names = [side.name for side in sides if isinstance(side, model.Fact)]
        yield from ((name, side) for name in names for side in sides if isinstance(side, model.Literal))

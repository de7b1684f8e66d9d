"""A Policy: checked rules about changes, each of which allows or blocks those it holds for."""

from __future__ import annotations

from enum import StrEnum

from hostproof.expr.model import Expr
from hostproof.expr.template import Template
from hostproof.facts.types import Type
from hostproof.source.records import record
from hostproof.source.spans import Span


class Over(StrEnum):
    """What kind of change a rule is about; `kinds` has the names that its expressions may use."""

    NUMBERS = "numbers"
    SAMPLES = "samples"
    TEXTS = "texts"
    FACTS = "facts"
    VERDICTS = "verdicts"
    OUTPUTS = "outputs"


@record
class PolicyRule:
    """One rule: where `holds` is true of a change, the change is blocked (`blocks`) or allowed.

    `names` are patterns of the names it is about, all where there are none; `of` is the type that it takes the values
    to be, None where it looks at values of any type. `message` is shown with what it decides.
    """

    id: str
    over: Over
    blocks: bool
    holds: Expr
    span: Span
    of: Type | None = None
    names: tuple[str, ...] = ()
    message: Template | None = None


@record
class Policy:
    """A policy ready to be applied: of the rules that speak of a change, the first that holds decides."""

    name: str
    path: str
    rules: tuple[PolicyRule, ...]
    title: str = ""

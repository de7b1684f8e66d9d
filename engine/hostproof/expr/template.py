"""Templates: texts with expressions in braces, `held {probe.x} of {limit}`; checked once, filled in per snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr.evaluate import evaluate
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env, Scope
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, Kind, Type
from hostproof.facts.units import format_value, show_text
from hostproof.facts.unknown import Unknown
from hostproof.source.problems import Problems
from hostproof.source.records import record
from hostproof.source.spans import Located, Span

MOST_RENDERED = 8_000  # characters of a filled-in template
_MOST_VALUE = 400
_MOST_ITEMS = 8
_OPENING, _CLOSING = "([{", ")]}"


@record(eq=False)
class Template:
    """A checked template: its text as written, and its parts in order, plain texts and expressions."""

    text: str
    parts: tuple[str | Expr, ...]

    @property
    def needs(self) -> frozenset[str]:
        """The facts its expressions read."""
        return frozenset[str]().union(*(part.needs for part in self.parts if isinstance(part, Expr)))


@record
class Slice:
    """A part of a located text, located itself."""

    whole: Located
    start: int
    end: int

    @property
    def text(self) -> str:
        """The part's text."""
        return self.whole.text[self.start : self.end]

    def span(self, start: int, end: int) -> Span:
        """Return where a range of the part stands in the file."""
        return self.whole.span(self.start + start, self.start + end)


def check_template(source: Located, scope: Scope, problems: Problems) -> Template | None:
    """Check all expressions of a template; `{{` and `}}` are plain braces.

    Returns None after adding problems, each at its exact place.
    """
    from hostproof.expr.check import check_expression  # a template from the cache is only filled in

    before = problems.errors
    parts: list[str | Expr | None] = []
    for piece in _cut(source, problems):
        parts.append(piece if isinstance(piece, str) else check_expression(piece, scope, problems))
    sound = tuple(part for part in parts if part is not None)
    return Template(source.text, sound) if problems.errors == before and len(sound) == len(parts) else None


def _cut(source: Located, problems: Problems) -> Iterator[str | Slice]:
    """Yield plain texts and the insides of braces."""
    text, at, plain = source.text, 0, ""
    while at < len(text):
        if text[at] not in "{}":
            following = min((p for p in (text.find("{", at), text.find("}", at)) if p >= 0), default=len(text))
            plain, at = plain + text[at:following], following
        elif text[at : at + 2] in {"{{", "}}"}:
            plain, at = plain + text[at], at + 2
        elif text[at] == "}":
            problems.add("HP-E244", '"}" stands alone', source.span(at, at + 1), "write }} for a plain brace")
            at += 1
        else:
            end = _closing(text, at)
            if end is None:
                hint = "close it with }, or write {{ for a plain brace"
                problems.add("HP-E243", 'the expression that begins at "{" has no end', source.span(at, at + 1), hint)
                return
            yield plain
            yield Slice(source, at + 1, end)
            plain, at = "", end + 1
    yield plain


def _closing(text: str, opening: int) -> int | None:
    """Return where the brace that opens at `opening` is closed; texts and brackets inside are stepped over."""
    depth, at = 0, opening
    while at < len(text):
        character = text[at]
        if character in "\"'":
            at = _after_text(text, at)
            continue
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and character == "}":
            return at
        if depth <= 0:
            return None
        at += 1
    return None


def _after_text(text: str, at: int) -> int:
    """Return where the quoted text that begins at `at` is over."""
    quote = text[at]
    raw = text[at - 1] == "r" and not (text[at - 2].isalnum() or text[at - 2] == "_")
    at += 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" and not raw else 1
    return at + 1


def render_template(template: Template, env: Env) -> str:
    """Fill in a template; what is Unknown shows as `unknown (cause)`. At most 8,000 characters come out."""
    shown = "".join(part if isinstance(part, str) else _shown(part, env) for part in template.parts)
    return shown if len(shown) <= MOST_RENDERED else shown[: MOST_RENDERED - 1] + "…"


def _shown(expr: Expr, env: Env) -> str:
    value = evaluate(expr, env)
    return f"unknown ({value.cause})" if isinstance(value, Unknown) else show_plain(value, expr.type)


def show_plain(value: Value, of: Type) -> str:
    """Return a value as it reads best inside a sentence: texts without quotes, lists without brackets."""
    if isinstance(value, str):
        return show_text(value, _MOST_VALUE)
    if isinstance(value, list) and of.kind in {Kind.LIST, Kind.SAMPLES, Kind.ANY}:
        shown = ", ".join(show_plain(item, of.item or ANY) for item in value[:_MOST_ITEMS])
        more = f" and {len(value) - _MOST_ITEMS} more" if len(value) > _MOST_ITEMS else ""
        return (shown[:_MOST_VALUE] or "nothing") + more
    return format_value(value, of)

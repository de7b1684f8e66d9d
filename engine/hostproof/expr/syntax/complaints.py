"""What to say of a text that is no expression: where reading stopped in, a code, a message and a hint out."""

from __future__ import annotations

from dataclasses import dataclass

from hostproof.expr.syntax.limits import DEEPEST, MOST_CHARACTERS

RESERVED = frozenset({"if", "else", "or", "and", "not", "in", "matches", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """The texts of one problem."""

    code: str
    message: str
    hint: str = ""


# Signs of other languages, longest first, and what to write instead.
_ELSEWHERE = (
    ("===", "write =="),
    ("!==", "write !="),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("=>", "write >="),
    ("=<", "write <="),
    ("<>", "write !="),
    ("=~", "write `matches`"),
    ("!~", "write `not (a matches b)`"),
    ("**", "there are no powers"),
    ("//", "comments belong into the YAML, in front of the rule"),
    ("/*", "comments belong into the YAML, in front of the rule"),
    ("#", "comments belong into the YAML, in front of the rule"),
    ("!", "write `not`"),
    ("=", "write == to compare"),
    ("&", "write `and`, or bit_and(a, b)"),
    ("|", "write `or`"),
    ("?", "write `a if condition else b`"),
    ("${", "names are written as they are, without ${}"),
    ("$", "names are written as they are, without $"),
    ("{", "braces belong into messages; here names are written as they are"),
    ("`", "texts are written \"so\" or 'so'"),
    ("“", "texts are written \"so\" or 'so'"),
    ("”", "texts are written \"so\" or 'so'"),
    ("‘", "texts are written \"so\" or 'so'"),
    ("’", "texts are written \"so\" or 'so'"),
    ("≥", "write >="),
    ("≤", "write <="),
    ("≠", "write !="),
    ("\u00a0", "write a plain blank"),
    (";", "an expression is one condition; join two by `and`"),
    (".", "a number begins with a digit: 0.5"),
    ("+", "a number carries no +"),
)
_WORDS = {
    "is": "write ==",
    "AND": "write `and`",
    "OR": "write `or`",
    "NOT": "write `not`",
    "IN": "write `in`",
    "then": "write `a if condition else b`",
    "xor": "write !=",
    "like": "write `matches` or glob(text, pattern)",
    "contains": "write contains(text, part), or `item in list`",
    "div": "write /",
    "mod": "write %",
}
_CLOSING = {"RPAR": ")", "RSQB": "]"}


def complain(kind: str, found: str, rest: str, expected: frozenset[str]) -> Complaint:
    """Say what is wrong; `rest` is the text from the place on, `expected` names the grammar's terminals.

    `kind` is that of `parse.Refusal`.
    """
    if kind == "empty":
        return Complaint("HP-E201", "the expression is empty", "write a condition, such as cpu.online >= 2")
    if kind == "long":
        return Complaint(
            "HP-E202", f"an expression may have {MOST_CHARACTERS} characters at most", "split it with `let`"
        )
    if kind == "deep":
        return Complaint("HP-E203", f"an expression may nest {DEEPEST} deep at most", "split it with `let`")
    if kind == "end":
        return Complaint("HP-E207", f"the expression ends too early: expected {_wanted(expected)}", _open(expected))
    if found in "\"'" or rest.startswith(('r"', "r'")):
        return Complaint(
            "HP-E208", f"the text that begins with {rest[:12].rstrip()} has no end", f"close it with {_quote(rest)}"
        )
    hint = _hint(found, rest, expected)
    code = "HP-E205" if kind == "character" else "HP-E206"
    return Complaint(code, f"{_shown(found, rest)} does not fit here: expected {_wanted(expected)}", hint)


def _quote(rest: str) -> str:
    return rest.removeprefix("r")[:1]


def _open(expected: frozenset[str]) -> str:
    return " or ".join(
        f"a bracket is open: write {_CLOSING[name]}"
        for name in sorted(_CLOSING)
        if name in expected and "PATH" not in expected
    )


def _shown(found: str, rest: str) -> str:
    sign = next((sign for sign, _ in _ELSEWHERE if rest.startswith(sign)), "") if not found[:1].isalnum() else ""
    text = sign or found
    return f'"{text}"' if text.isprintable() else f"the character U+{ord(text[0]):04X}"


def _hint(found: str, rest: str, expected: frozenset[str]) -> str:
    if found in RESERVED and expected == {"PATH"}:
        return f'"{found}" is a reserved word: write ["{found}"] without the dot'
    if found in _WORDS and "PATH" not in expected:
        return _WORDS[found]
    if found in RESERVED and "PATH" in expected:
        return f'"{found}" is a reserved word and no name'
    if not found[:1].isalnum():
        return next((hint for sign, hint in _ELSEWHERE if rest.startswith(sign)), "")
    return "names are made of the letters a to z, digits and _" if not found.isascii() else ""


def _wanted(expected: frozenset[str]) -> str:
    """Sum up what could stand here."""
    if expected == {"PATH"}:
        return "a name"
    if "PATH" in expected:
        return "a value"
    closing = [_CLOSING[name] for name in sorted(_CLOSING) if name in expected]
    words = ["an operator", *closing[:1]] if "ORDER" in expected else closing or sorted(expected)
    if expected in ({"_IN"}, {"_ELSE"}):
        words = [f"`{name[1:].lower()}`" for name in sorted(expected)]
    return " or ".join(words)

"""What to say of a text that is no expression: where reading stopped in, a code, a message and a hint out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hostproof.expr.syntax.limits import DEEPEST, MOST_CHARACTERS

RESERVED = frozenset({"if", "else", "or", "and", "not", "in", "matches", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Stop:
    """Where reading stopped: `kind` and the rest are those of `parse.Refusal`, `text` is the whole expression."""

    text: str
    kind: str
    start: int
    found: str
    expected: frozenset[str]

    @property
    def before(self) -> str:
        """What was read so far."""
        return self.text[: self.start]

    @property
    def rest(self) -> str:
        """What begins where reading stopped."""
        return self.text[self.start :]


@dataclass(frozen=True, slots=True)
class Complaint:
    """The texts of one problem."""

    code: str
    message: str
    hint: str = ""
    marked: int = 0  # characters that are meant, where it isn't the token that was found


_COMMENT = "comments belong into the YAML, in front of the rule"
_QUOTES = "texts are written \"so\" or 'so'"
# Signs of other languages, longest first, and what to write instead.
_ELSEWHERE = (
    ("===", "write =="),
    ("!==", "write !="),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("=>", "write >="),
    ("=<", "write <="),
    ("=~", "write `matches`"),
    ("!~", "write `not (a matches b)`"),
    ("//", _COMMENT),
    ("/*", _COMMENT),
    ("#", _COMMENT),
    ("!", "write `not`"),
    ("=", "write == to compare"),
    ("&", "write `and`; bits are compared by bit_and(a, b)"),
    ("|", "write `or`"),
    ("?", "write `a if condition else b`"),
    ("${", "names are written as they are, without ${}"),
    ("$", "names are written as they are, without $"),
    ("{", "braces belong into messages; here names are written as they are"),
    ("`", _QUOTES),
    ("“", _QUOTES),
    ("”", _QUOTES),
    ("‘", _QUOTES),
    ("’", _QUOTES),
    ("≥", "write >="),
    ("≤", "write <="),
    ("≠", "write !="),
    ("\u00a0", "write a plain blank"),
    (";", "an expression is one condition; join two by `and`"),
)
# The same for words.
_WORDS = {
    "is": "write ==",
    "AND": "write `and`",
    "OR": "write `or`",
    "NOT": "write `not`",
    "IN": "write `in`",
    "then": "write `a if condition else b`",
    "xor": "write !=",
    "like": "write `matches`, or glob(text, pattern)",
    "contains": "write contains(text, part), or `item in list`",
    "div": "write /",
    "mod": "write %",
}
# Signs that only the one before them shows to be of another language.
_AFTER = {
    ("==", "="): "write ==",
    ("!=", "="): "write !=",
    ("<", ">"): "write !=",
    ("/", "/"): "floor(a / b) divides without a rest; " + _COMMENT,
    ("*", "*"): "there are no powers: write a * a",
    (".", "."): "one dot is enough",
}
_CLOSING = {"(": ")", "[": "]"}
_TEXT = re.compile(r'r"[^"\n]*"|"(?:[^"\\\n]|\\.)*"|r\'[^\'\n]*\'|\'(?:[^\'\\\n]|\\.)*\'')
_LAST = re.compile(r"(\w+|[^\w\s]+)\s*\Z")


def complain(stop: Stop) -> Complaint:
    """Say what is wrong where reading stopped, and what to write instead."""
    if stop.kind == "empty":
        return Complaint("HP-E201", "the expression is empty", "write a condition, such as cpu.online >= 2")
    if stop.kind == "long":
        message = f"an expression may have {MOST_CHARACTERS:,} characters at most, this one has {len(stop.text):,}"
        return Complaint("HP-E202", message, "split it with `let`, or into two rules")
    if stop.kind == "deep":
        return Complaint("HP-E203", f"an expression may nest {DEEPEST} deep at most", "split it with `let`")
    if stop.kind == "end":
        return Complaint("HP-E207", f"the expression ends too early: expected {_wanted(stop)}", _end_hint(stop))
    if stop.rest.startswith(('"', "'", 'r"', "r'")) and stop.kind == "character":
        return _open_text(stop)
    code = "HP-E205" if stop.kind == "character" else "HP-E206"
    message = f"{_shown(stop)} does not fit here: expected {_wanted(stop)}"
    return Complaint(code, message, _hint(stop), len(_sign(stop)))


def _open_text(stop: Stop) -> Complaint:
    line, _, more = stop.rest.partition("\n")
    quote = stop.rest.removeprefix("r")[0]
    shown = line if len(line) <= 20 else line[:19] + "…"
    hint = f"close it with {quote}" + (" on its line; a line break is written \\n" if more and quote in more else "")
    return Complaint("HP-E208", f"the text that begins with {shown} has no end", hint)


def _open_bracket(text: str) -> str:
    """Return the last bracket of a text that is still open; empty if none is."""
    opened: list[str] = []
    for sign in re.findall(r"[()\[\]]", _TEXT.sub("", text)):
        if sign in _CLOSING:
            opened.append(sign)
        elif opened:
            opened.pop()
    return opened[-1] if opened else ""


def _wanted(stop: Stop) -> str:
    """Sum up what could stand here."""
    if stop.expected == {"PATH"}:
        return "a name"
    if "PATH" in stop.expected:
        return "a value"
    if stop.expected in ({"_IN"}, {"_ELSE"}):
        return "`in`" if "_IN" in stop.expected else "`else`"
    bracket = _open_bracket(stop.before)
    after = f"`{_CLOSING[bracket]}`" if bracket else "the end"
    return f"an operator or {after}" if {"_AND", "PLUS", "_IF"} & stop.expected else after


def _end_hint(stop: Stop) -> str:
    bracket = _open_bracket(stop.before)
    if stop.expected == {"_ELSE"} or ("_ELSE" in stop.expected and " if " in stop.before):
        return "write `a if condition else b`"
    last = _LAST.search(stop.before)
    if "PATH" in stop.expected and last is not None:
        return f"something must follow {last[1]}"
    return f"a bracket is open: close it with {_CLOSING[bracket]}" if bracket else "write the rest of it"


def _shown(stop: Stop) -> str:
    if stop.found[:1] in {'"', "'"} or stop.found.startswith(('r"', "r'")):
        return stop.found
    text = stop.found if stop.found[:1].isalnum() else _sign(stop) or stop.found
    return f'"{text}"' if text.isprintable() else f"the character U+{ord(text[0]):04X}"


def _sign(stop: Stop) -> str:
    """Return the sign of another language that begins where reading stopped, or an empty text."""
    return next((sign for sign, _ in _ELSEWHERE if stop.rest.startswith(sign)), "")


def _hint(stop: Stop) -> str:
    word = stop.found[:1].isalnum() or stop.found[:1] == "_"
    return _word_hint(stop) if word and stop.found.isascii() else _sign_hint(stop)


def _word_hint(stop: Stop) -> str:
    found, takes_value = stop.found, "PATH" in stop.expected
    if found in RESERVED and stop.expected == {"PATH"}:
        return f'"{found}" is a reserved word: write ["{found}"] instead of .{found}'
    if found in RESERVED and takes_value:
        return f'"{found}" is a reserved word and no name'
    if found in {"in", "matches"}:
        return "comparisons don't go on: join two by `and`"
    if stop.expected == {"_IN"}:
        return "write `a not in b`, or a != b"
    return _WORDS.get(found, "join two conditions by `and` or `or`")


def _sign_hint(stop: Stop) -> str:
    """Tell what a sign that fits nowhere here stands for elsewhere, or what is wrong around it."""
    for (before, sign), hint in _AFTER.items():
        if stop.found == sign and stop.before.rstrip().endswith(before):
            return hint
    elsewhere = next((hint for sign, hint in _ELSEWHERE if stop.rest.startswith(sign)), "")
    if elsewhere:
        return elsewhere
    if stop.found in {")", "]"} and stop.before.rstrip().endswith(","):
        return "take out the comma before it"
    if stop.expected == {"_ELSE"}:
        return "write `a if condition else b`"
    if stop.found in {")", "]"} and "PATH" not in stop.expected:
        bracket = _open_bracket(stop.before)
        return f"close the other bracket first, with {_CLOSING[bracket]}" if bracket else "no bracket is open here"
    return _loose_hint(stop)


def _loose_hint(stop: Stop) -> str:
    if not stop.found.isascii():
        return "names are made of the letters a to z, digits and _"
    if re.match(r"\.[0-9]", stop.rest):
        return "a number begins with a digit: 0" + (re.match(r"\.[0-9]+", stop.rest) or [""])[0]
    if stop.found == "+":
        return "a number carries no +"
    if stop.found[:1] in {'"', "'", "r"}:
        return "join two texts by +"
    return "write a value here" if "PATH" in stop.expected else "take it out"

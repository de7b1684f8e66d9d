"""Functions over texts."""

from __future__ import annotations

from hostproof.expr.arithmetic import MOST_ITEMS, MOST_TEXT
from hostproof.expr.functions.patterns import glob_pattern, pattern
from hostproof.expr.functions.row import Call, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause


def matches(text: str, source: str) -> bool:
    """Find a regular expression anywhere in a text."""
    return pattern(source).search(text) is not None


def extract(text: str, source: str) -> str | None:
    """Return the first group of a regular expression, or the whole match if it has none; null if it doesn't match."""
    compiled = pattern(source)
    found = compiled.search(text)
    return None if found is None else found.group(1 if compiled.groups else 0)


def glob(text: str, source: str) -> bool:
    """Match a whole text with a shell glob."""
    return glob_pattern(source).fullmatch(text) is not None


def split(text: str, by: str | None = None) -> list[Value]:
    """Cut a text at each `by`, or at blanks and line ends."""
    if by == "":
        raise ValueError("a text cannot be cut at an empty one")
    parts = text.split(by, MOST_ITEMS)
    if len(parts) > MOST_ITEMS:
        raise UndecidedError(Cause.TOO_LARGE, f"a list may grow to {MOST_ITEMS} items at most")
    return list(parts)


def join(items: list[str], by: str) -> str:
    """Put texts together with `by` between them."""
    if sum(map(len, items)) + len(by) * len(items) > MOST_TEXT:
        raise UndecidedError(Cause.TOO_LARGE, f"a text may grow to {MOST_TEXT} characters at most")
    return by.join(items)


def _bad_pattern(arguments: tuple[Value, ...]) -> tuple[int, str] | None:
    return _refused(arguments, pattern)


def _bad_glob(arguments: tuple[Value, ...]) -> tuple[int, str] | None:
    return _refused(arguments, glob_pattern)


def _refused(arguments: tuple[Value, ...], compiled: object) -> tuple[int, str] | None:
    source = arguments[1]
    if not isinstance(source, str) or not callable(compiled):
        return None
    try:
        compiled(source)
    except ValueError as problem:
        return 1, str(problem)
    return None


def _bad_separator(arguments: tuple[Value, ...]) -> tuple[int, str] | None:
    return (1, "a text cannot be cut at an empty one") if arguments[1:] == ("",) else None


def _text(call: Call) -> tuple[Form, ...]:
    return (Form(("string",), "string", call),)


def _test(call: Call) -> tuple[Form, ...]:
    return (Form(("string", "string"), "bool", call),)


ROWS: tuple[Function, ...] = (
    Function("lower", _text(str.lower), "The text in lower case.", ('lower("Go")', '"go"'), builds=True),
    Function("upper", _text(str.upper), "The text in upper case.", ('upper("Go")', '"GO"'), builds=True),
    Function(
        "strip",
        _text(str.strip),
        "The text without blanks and line ends around it.",
        ('strip(" a b ")', '"a b"'),
        builds=True,
    ),
    Function(
        "split",
        (Form(("string",), "list<string>", split), Form(("string", "string"), "list<string>", split)),
        "The parts of a text between blanks and line ends, or between a separator.",
        ('split("1,2", ",")', '["1", "2"]'),
        _bad_separator,
        builds=True,
    ),
    Function(
        "join",
        (Form(("list<string>", "string"), "string", join),),
        "The texts of a list as one, with a separator between them.",
        ('join(["a", "b"], "+")', '"a+b"'),
        builds=True,
    ),
    Function(
        "startswith",
        _test(str.startswith),
        "Whether a text begins with another.",
        ('startswith("eth0", "eth")', "true"),
    ),
    Function(
        "endswith",
        _test(str.endswith),
        "Whether a text ends with another.",
        ('endswith("a.timer", ".socket")', "false"),
    ),
    Function(
        "contains",
        _test(str.__contains__),
        "Whether a text holds another; for lists write `item in list`.",
        ('contains("quiet splash", "splash")', "true"),
    ),
    Function(
        "glob",
        _test(glob),
        "Whether a whole text matches a shell glob: `*`, `?`, `[a-z]`, `[!a-z]`.",
        ('glob("eth0", "eth[0-9]")', "true"),
        _bad_glob,
    ),
    Function(
        "matches",
        _test(matches),
        "Whether a regular expression (RE2) is found anywhere in a text; an operator, `text matches pattern`.",
        (r'"eth0" matches r"^eth\d+$"', "true"),
        _bad_pattern,
    ),
    Function(
        "extract",
        (Form(("string", "string"), "string?", extract),),
        "The first group of a regular expression (RE2), or its whole match; null where it is not found.",
        (r'extract("hz=1000", r"hz=(\d+)")', '"1000"'),
        _bad_pattern,
        builds=True,
    ),
)

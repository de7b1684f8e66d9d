"""Functions over texts that are versions."""

from __future__ import annotations

from hostproof.expr.functions.row import Constants, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.unknown import Cause


def version(text: str) -> str:
    """Return the text itself: any text is a version."""
    return text


def debian_version(text: str) -> str:
    """Return the text itself, if it is the version of a Debian package."""
    from hostproof.facts.debian import debian_parts

    try:
        debian_parts(text)
    except ValueError as problem:
        raise UndecidedError(Cause.PARSE_ERROR, str(problem)) from None
    return text


def _bad_version(arguments: Constants) -> tuple[int, str] | None:
    text = arguments[0]
    if isinstance(text, str) and not any("0" <= character <= "9" for character in text):
        return 0, "a version has digits"
    return None


def _bad_debian_version(arguments: Constants) -> tuple[int, str] | None:
    text = arguments[0]
    try:
        debian_version(text if isinstance(text, str) else "0")
    except UndecidedError as problem:
        return 0, problem.unknown.detail
    return None


ROWS: tuple[Function, ...] = (
    Function(
        "version",
        (Form(("string",), "version", version), Form(("version",), "version", version)),
        "A text as a version, ordered by its numbers: kernel releases, Go versions, dotted versions.",
        ('version("6.1") < version("6.12-rc3")', "true"),
        _bad_version,
    ),
    Function(
        "debian_version",
        tuple(Form((of,), "debian_version", debian_version) for of in ("string", "version", "debian_version")),
        "A text as the version of a Debian package, ordered as dpkg does.",
        ('debian_version("1:2.36-9+deb12u4") > debian_version("2.36-9+deb12u10")', "true"),
        _bad_debian_version,
    ),
)

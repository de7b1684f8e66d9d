"""Names in packs and profiles: which are allowed, and why one is not."""

from __future__ import annotations

import re

# What expressions can write without brackets: letters, digits, underscores.
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PACK = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_RULE = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9]+(?:[.:_-][a-z0-9]+)*")
_RESERVED = frozenset({"if", "else", "or", "and", "not", "in", "matches", "true", "false", "null", "params"})


def word_fault(name: str) -> str:
    """Return why a param, a let or a pack's own fact can't be named so, or an empty text."""
    if name in _RESERVED:
        return f"{name!r} is a word of the expression language"
    if not _WORD.fullmatch(name):
        return f"{name[:80]!r} can't be used in an expression: letters, digits and _ make a name, 64 at most"
    return ""


def pack_fault(name: str) -> str:
    """Return why a pack can't be named so, or an empty text."""
    if len(name) <= 64 and _PACK.fullmatch(name):
        return ""
    return f"{name[:80]!r} is not a pack's name: small letters, digits and single - make one, as in linux-network"


def rule_fault(name: str) -> str:
    """Return why a rule can't have this id, or an empty text."""
    if len(name) <= 100 and _RULE.fullmatch(name):
        return ""
    return f"{name[:120]!r} is not an id: small letters and digits, joined by single . - or _, as in net.backlog"


def tag_fault(name: str) -> str:
    """Return why this is no tag, or an empty text."""
    if len(name) <= 64 and _TAG.fullmatch(name):
        return ""
    return f"{name[:80]!r} is not a tag: small letters and digits, joined by single . : - or _"

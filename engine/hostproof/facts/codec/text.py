"""Canonical JSON: as orjson writes it, without orjson where the text is small and plain.

Importing orjson takes three times as long as starting Python (it imports dataclasses, inspect, uuid and more), and
reading a usual snapshot with Python's own JSON a millisecond more. The two write the same but for numbers with an
exponent, and read the same but for integers of more than 64 bits, lone surrogates and deep nesting: wherever one of
these may be, and for large texts, orjson decides.
"""

from __future__ import annotations

import json
import re
import sys

from hostproof.facts.codec.columns import Document

_LARGE = 512 * 1024
# Inside a text as well, now and then: then orjson is asked in vain.
_DOUBTFUL = re.compile(rb"[\[,:]-?[0-9]+(?:\.[0-9]+)?[eE]|\\u[dD]")
_LONG = re.compile(rb"[\[,:]-?[0-9]{19}")
_LEAST, _LARGEST = -(2**63), 2**64 - 1
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class TextError(ValueError):
    """Raised for bytes that are no JSON as orjson reads it."""


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20 or not _LEAST <= int(digits) <= _LARGEST:
        raise ValueError("an integer of more than 64 bits")
    return int(digits)


_READER = json.JSONDecoder(parse_constant=_refuse)
_CAREFUL = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole)


def dumps(document: Document) -> bytes:
    """Return a document's canonical text."""
    if "orjson" not in sys.modules:
        try:
            text = _WRITER.encode(document).encode()
        except (ValueError, TypeError, RecursionError):  # orjson says it better
            text = b""
        if text and len(text) <= _LARGE and not _DOUBTFUL.search(text):
            return text
    import orjson

    return orjson.dumps(document)


def loads(text: bytes) -> object:
    """Return what a JSON text holds. Raises TextError."""
    if "orjson" not in sys.modules and len(text) <= _LARGE and not _DOUBTFUL.search(text):
        try:
            return (_CAREFUL if _LONG.search(text) else _READER).decode(text.decode())
        except (ValueError, RecursionError):  # orjson decides, and says why
            pass
    import orjson

    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise TextError(str(error)) from None

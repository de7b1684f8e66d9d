"""Documents as JSON text: any text in them made harmless first, the same bytes for the same document."""

from __future__ import annotations

import json
from math import isfinite
from typing import TypeAlias

from hostproof.source.harmless import harmless

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def json_text(document: Json) -> str:
    """Return a document as indented JSON; who prints a field of it with `jq -r` sees no escape sequence."""
    return json.dumps(harmless_json(document), indent=2, ensure_ascii=False) + "\n"


def harmless_json(value: Json) -> Json:
    """Return the same with every text and key harmless, and numbers that JSON lacks as null."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, list):
        return [harmless_json(item) for item in value]
    if isinstance(value, dict):
        return {harmless(key): harmless_json(item) for key, item in value.items()}
    return value

"""The spelling of types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.types import BYTES, COUNT, STRING, Kind, Type, list_of, record
from hostproof.facts.typetext import DEEPEST, parse_type

_SIMPLE = [kind for kind in Kind if kind not in (Kind.LIST, Kind.MAP, Kind.SAMPLES, Kind.RECORD)]
_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)


def _bigger(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    holders = st.sampled_from([Kind.LIST, Kind.MAP, Kind.SAMPLES])
    records = st.dictionaries(_NAMES, inner, min_size=1, max_size=3).map(
        lambda f: Type(Kind.RECORD, fields=tuple(f.items()))
    )
    return st.one_of(st.builds(Type, holders, inner, nullable=st.booleans()), records)


TYPES = st.recursive(st.builds(Type, st.sampled_from(_SIMPLE), nullable=st.booleans()), _bigger, max_leaves=6)


@given(TYPES)
def test_what_a_type_prints_reads_back(wanted: Type) -> None:
    """`parse_type` is the inverse of `str`."""
    assert parse_type(str(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("bytes", BYTES),
        ("count?", COUNT.optional()),
        (" list < {name : string,mtu: bytes} > ", list_of(record(name=STRING, mtu=BYTES))),
        ("{a: string,}", record(a=STRING)),
        ("list<count?>?", list_of(COUNT.optional()).optional()),
    ],
)
def test_spellings(text: str, wanted: Type) -> None:
    """Spaces are free, `record` before the brace may be left out, a last comma is allowed."""
    assert parse_type(text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a type, found nothing more"),
        ("byte", "expected a type, found 'byte'"),
        ("list", "expected '<' after list, as in list<any>, found nothing more"),
        ("list<bytes", "expected '>', found nothing more"),
        ("bytes bytes", "expected the end of the type, found 'bytes'"),
        ("bytes??", "expected the end of the type, found '?'"),
        ("{}", "a record needs at least one field"),
        ("{a: int, a: int}", "field 'a' stands twice"),
        ("{a int}", "expected ':' after field 'a', found 'int'"),
        ("{: int}", "expected a field's name, found ':'"),
        ("{a: int", "expected ',' or '}', found nothing more"),
        ("bytes;", "';' has no meaning in a type"),
        ("list<" * 17 + "int" + ">" * 17, "types may nest 16 deep at most"),
        ("x" * 2001, "a type may have 2000 characters at most, this one has 2001"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, said: str) -> None:
    """A text that is no type is refused with its offending token."""
    with pytest.raises(ValueError, match=r"\A") as refused:
        parse_type(text)
    assert str(refused.value) == said


def test_the_deepest_type_is_read() -> None:
    """Nesting up to the bound is fine."""
    holders = DEEPEST - 1
    assert str(parse_type("list<" * holders + "int" + ">" * holders)).count("list") == holders

"""Readers: what files and commands hold becomes values of the declared type, or Unknown that says what was found."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.collect.readers import READERS, read_record, read_value
from hostproof.facts.fits import fits, not_storable
from hostproof.facts.requests import Reader
from hostproof.facts.snapshot import Value
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown

MODULES = ("coerce", "words", "structured", "regex")
DF = b"Filesystem  1B-blocks  Used Avail Use%\n/dev/vda 100 40 60 40%\ntmpfs 50 0 50 0%\n"


@pytest.mark.parametrize("name", MODULES)
def test_the_samples_in_the_docstrings_are_right(name: str) -> None:
    """Every reader shows a real sample of its input, and what it makes of it."""
    module = importlib.import_module(f"hostproof.collect.readers.{name}")
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize(
    ("reader", "option", "text", "gives", "value"),
    [
        ("text", "", b"Linux\n", "string", "Linux"),
        ("text", "", b"  keeps blanks \n\n", "string", "  keeps blanks "),
        ("text", "", b" 4096 \n", "count", 4096),
        ("text", "", b"-1\n", "int", -1),
        ("text", "", b"0x1f", "int", 31),
        ("text", "", b"12 KiB", "bytes", 12288),
        ("text", "", b"1234", "bytes", 1234),
        ("text", "", b"1.5s", "duration", 1_500_000_000),
        ("text", "", b"0", "duration", 0),
        ("text", "", b"95%", "ratio", 0.95),
        ("text", "", b"0.5", "ratio", 0.5),
        ("text", "", b"10 MB/s", "rate", 10_000_000.0),
        ("text", "", b"+3.5", "float", 3.5),
        ("text", "", b"1", "float", 1.0),
        ("text", "", b"On\n", "bool", True),
        ("text", "", b"disabled", "bool", False),
        ("text", "", b"1.22.3\n", "version", "1.22.3"),
        ("text", "", b"1700000000", "time", 1_700_000_000 * 10**9),
        ("text", "", b"1700000000.123456789", "time", 1_700_000_000_123_456_789),
        ("text", "", b"1970-01-02T00:00:00Z", "time", 86400 * 10**9),
        ("text", "", b"1970-01-02T01:00:00.5+01:00", "time", 86400_500_000_000),
        ("text", "", b"unlimited\n", "count?", None),
        ("text", "", b"max", "bytes?", None),
        ("text", "", b"\n", "string?", None),
        ("text", "", b"none", "string?", "none"),
        ("text", "", b"\xff\xfe", "string", "\\xff\\xfe"),
        ("text", "", b"anything", "any", "anything"),
        ("lines", "", b"a\r\n\n b \n", "list<string>", ["a", " b"]),
        ("lines", "", b"1\n2\n", "list<count>", [1, 2]),
        ("lines", "", b"", "list<string>", []),
        ("number", "KiB", b" 12\n", "bytes", 12288),
        ("number", "ms", b"3", "duration", 3_000_000),
        ("number", "KiB", b"12 MiB", "bytes", 12582912),
        ("number", "%", b"40", "ratio", 0.4),
        ("number", "", b"17", "any", "17"),
        ("json", "", b'{"a": [1, 2.5, null, true, "x"]}', "any", {"a": [1, 2.5, None, True, "x"]}),
        ("json", "", b"[{\"n\": 1, \"m\": \"2 KiB\", \"x\": 0}]", "list<{n: count, m: bytes}>", [{"n": 1, "m": 2048}]),
        ("json", "", b'{"a": 3.0, "b": 4}', "map<int>", {"a": 3, "b": 4}),
        ("json", "", b"1700000000", "time", 1_700_000_000 * 10**9),
        ("json", "", b"null", "count?", None),
        ("json", "", b"3", "float", 3.0),
        ("keyvalue", "", b"# c\n; d\nA=1\nB='x = y'\n", "map<string>", {"A": "1", "B": "x = y"}),
        ("keyvalue", ":", b"VmRSS:\t 12 KiB\nVmHWM: 16 KiB\n", "map<bytes>", {"VmRSS": 12288, "VmHWM": 16384}),
        ("keyvalue", " ", b"pgfault 12\npgmajfault   3\n", "map<count>", {"pgfault": 12, "pgmajfault": 3}),
        ("table", "", DF, "list<{filesystem: string, avail: bytes, use: ratio}>",
         [{"filesystem": "/dev/vda", "avail": 60, "use": 0.4}, {"filesystem": "tmpfs", "avail": 50, "use": 0.0}]),
        ("table", "a, b", b"# no row\n1 two words\n", "list<{a: int, b: string}>", [{"a": 1, "b": "two words"}]),
        ("regex", r"\d+", b"a 12 b 13", "int", 12),
        ("regex", r"(\d+)", b"a 12 b 13", "list<int>", [12, 13]),
        ("regex", r"x=(\S+)", b"x=9 y=8", "int", 9),
        ("regex", r"(?P<k>\w)=(?P<v>\d)", b"a=1 b=2", "list<{k: string, v: int}>",
         [{"k": "a", "v": 1}, {"k": "b", "v": 2}]),
        ("regex", r"(?P<k>\w)(=(?P<v>\d))?", b"a", "list<{k: string, v: int}>", [{"k": "a"}]),
        ("regex", r"(?P<k>\w)=(?P<v>\d)", b"a=1", "map<string>", {"k": "a", "v": "1"}),
    ],
)  # fmt: skip
def test_what_was_found_becomes_a_value(reader: str, option: str, text: bytes, gives: str, value: Value) -> None:
    """Each reader, with each type it is good for."""
    wanted = parse_type(gives)
    found = read_value(Reader(reader, option), text, wanted)
    assert found == value
    assert type(found) is type(value)
    assert fits(found, wanted)


@pytest.mark.parametrize(
    ("reader", "option", "text", "gives", "says"),
    [
        ("text", "", b"many", "count", "'many' is not count"),
        ("text", "", b"-1", "count", "-1 is not count"),
        ("text", "", b"", "count", "nothing where count"),
        ("text", "", b"\n", "version", "nothing where a version"),
        ("text", "", b"12K", "bytes", "'12K' is not bytes; units are"),
        ("text", "", b"5", "duration", "'5' is a number without a unit"),
        ("text", "", b"5ms", "bytes", "'5ms' is a number of duration"),
        ("text", "", b"5ms", "count", "'5ms' is a number of duration"),
        ("text", "", b"1.5", "count", "without a unit, where count"),
        ("text", "", b"99999999999999999999", "count", "is not count"),
        ("text", "", b"maybe", "bool", "'maybe' is neither"),
        ("text", "", b"yesterday", "time", "'yesterday' is neither a time"),
        ("text", "", b"2025-01-31T12:00:00", "time", "time zone"),
        ("text", "", b"a", "list<string>", "'a' is not list<string>"),
        ("text", "", b"a", "map<string>", "'a' is not map<string>"),
        ("lines", "", b"1\nx\n", "list<int>", "item 2: 'x' is not int"),
        ("lines", "", b"1\n", "int", "is not int"),
        ("lines", "", b"\n".join(b"x" for _ in range(100_001)), "list<string>", "the bound is 100000"),
        ("number", "", b"12 13", "int", "'12 13' is not one number"),
        ("number", "KiB", b"", "bytes", "'' is not one number"),
        ("number", "furlong", b"12", "bytes", "'12furlong' is not bytes"),
        ("json", "", b"", "any", "Expecting value"),
        ("json", "", b'{"a": 1', "any", "delimiter"),
        ("json", "", b'{"a": NaN}', "any", "NaN is not JSON"),
        ("json", "", b"[Infinity]", "any", "Infinity is not JSON"),
        ("json", "", b"[1e999]", "any", "the number inf"),
        ("json", "", b'{"a": 1, "b": {"c": 1, "c": 2}}', "any", "key 'c' stands twice"),
        ("json", "", rb'["\ud800"]', "any", "not Unicode"),
        ("json", "", b"[18446744073709551616]", "any", "beyond 64 bits"),
        ("json", "", b"9" * 5000, "any", "digits"),
        ("json", "", b"[" * 100 + b"]" * 100, "any", "nested deeper"),
        ("json", "", b"[" * 200_000, "any", "nested too deeply"),
        ("json", "", b'"\xff"', "any", "byte 1 is not UTF-8"),
        ("json", "", b"5", "duration", "5 is a number without a unit"),
        ("json", "", b"true", "int", "True is not int"),
        ("json", "", b"1", "bool", "1 is not bool"),
        ("json", "", b"null", "count", "None is not count"),
        ("json", "", b"1.5", "count", "1.5 is not count"),
        ("json", "", b"[]", "string", "[] is not string"),
        ("json", "", b'{"a": {"b": "x"}}', "map<map<int>>", "a: b: 'x' is not int"),
        ("keyvalue", "", b"no separator\n", "map<string>", "'no separator' has no '='"),
        ("keyvalue", "", b"port=1\nport=2\n", "map<int>", "port: ['1', '2'] is not int"),
        ("table", "", b"", "list<{a: int}>", "nothing where a table"),
        ("table", "", b"a b\n1\n", "list<{a: int}>", "row 1, '1', has 1 cells; there are 2 columns"),
        ("regex", r"x(\d)", b"nothing here", "int", "nothing matches 'x(\\\\d)' in 'nothing here'"),
        ("regex", r"(?<x", b"", "int", "is no regular expression"),
        ("regex", r"(a)\1", b"aa", "string", "is no regular expression"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_parse_error(reader: str, option: str, text: bytes, gives: str, says: str) -> None:
    """The detail quotes what was found, on one line, and the cure says where to look."""
    found = read_value(Reader(reader, option), text, parse_type(gives))
    assert isinstance(found, Unknown)
    assert (found.cause, found.cure != "") == (Cause.PARSE_ERROR, True)
    assert says in found.detail
    assert len(found.detail) <= 400


def test_a_field_that_is_wrong_spoils_no_other() -> None:
    """Each field of a record stands for itself: known, absent, null or wrong."""
    gives = parse_type("{avail: bytes, used: bytes, size: bytes, limit: bytes?}")
    found = read_record(Reader("keyvalue"), b"avail=1 KiB\nused=some\n", gives)
    assert found["avail"] == 1024
    assert found["limit"] is None
    assert [(name, why.cause) for name, why in found.items() if isinstance(why, Unknown)] == [
        ("used", Cause.PARSE_ERROR),
        ("size", Cause.ABSENT),
    ]


def test_a_record_s_fields_share_what_makes_the_whole_unreadable() -> None:
    """No JSON, no field."""
    found = read_record(Reader("json"), b"no", parse_type("{a: int, b: int}"))
    assert {str(why.cause) for why in found.values() if isinstance(why, Unknown)} == {"parse-error"}
    assert set(found) == {"a", "b"}


def test_a_key_that_stands_several_times_is_a_list_where_one_is_wanted() -> None:
    """As sshd prints its ports; a single one is a list as well."""
    gives = parse_type("{port: list<int>, user: list<string>}")
    found = read_record(Reader("keyvalue", " "), b"port 22\nport 2222\nuser a\n", gives)
    assert found == {"port": [22, 2222], "user": ["a"]}


def test_one_row_is_a_record() -> None:
    """Of a table with one row the fields can be declared; with more rows nobody could tell which is meant."""
    gives = parse_type("{avail: bytes}")
    assert read_record(Reader("table"), b"Avail\n12\n", gives) == {"avail": 12}
    several = read_record(Reader("table"), b"Avail\n12\n13\n", gives)["avail"]
    assert isinstance(several, Unknown)
    assert "2 rows where one was expected" in several.detail


def test_a_hostile_pattern_or_text_takes_no_time() -> None:
    """What takes other engines forever is linear."""
    found = read_value(Reader("regex", r"(a*)*b"), b"a" * 100_000, parse_type("string"))
    assert isinstance(found, Unknown)


SCALARS = "any string int count? bytes duration ratio time bool version"
CONTAINERS = "list<int> map<bytes> list<{a:int,b:string?}> map<list<any>> samples<duration>"
TYPES = st.sampled_from(f"{SCALARS} {CONTAINERS}".split()).map(parse_type)
READER = st.sampled_from(sorted(READERS))
OPTIONS = st.sampled_from(["", "=", " ", "a,b", r"(\w+)", r"(?P<a>\d+)(?P<b>x)?", "KiB", "ms", "(", "\x00"])
TEXTS = st.binary() | st.text().map(str.encode) | st.from_regex(rb"([a-z]{1,3}[=: ][0-9]{1,4}( ?[KM]iB|%|ms)?\n){0,4}")


@given(READER, OPTIONS, TEXTS, TYPES)
def test_any_text_gives_a_value_of_the_type_or_unknown(reader: str, option: str, text: bytes, gives) -> None:
    """Nothing is raised, and a value is always of its type and fit for a snapshot."""
    found = read_value(Reader(reader, option), text, gives)
    if not isinstance(found, Unknown):
        assert fits(found, gives)
        assert not not_storable(found)

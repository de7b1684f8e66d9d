"""Hostile answers: whatever files hold, no collector raises, and what it gives fits the catalog and can be stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.builtin.files.mounts import parse_mountinfo
from hostproof.collect.builtin.host.kconfig import unpack
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.fits import fits, not_storable
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

from .conftest import HOSTS, READING, Host, all_asks, parse_all, wanted

SAMPLES = [Host(path).answers(all_asks()) for path in sorted(HOSTS.iterdir()) if path.is_dir()]
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def check(collector: str, answers: Mapping[Ask, Answer]) -> None:
    """Assert that a collector's outcomes are Unknown or what the catalog promises."""
    catalog = builtin_catalog()
    for name, outcome in COLLECTORS[collector].parse(wanted()[collector], answers).items():
        row = catalog.get(name)
        assert row is not None
        if isinstance(outcome, Unknown):
            assert outcome.detail
            assert outcome.cure
        else:
            assert fits(outcome, row.type), f"{name}: {outcome!r}"
            assert not not_storable(outcome), f"{name}: {outcome!r}"


@pytest.mark.parametrize("collector", READING)
@settings(max_examples=15)
@given(data=st.data())
def test_any_bytes_are_survived(collector: str, data: st.DataObject) -> None:
    """Files of random bytes and calls that return random JSON make no collector raise or lie about a type."""
    answers = {ask: data.draw(random_answer(ask)) for ask in COLLECTORS[collector].asks(wanted()[collector])[:8]}
    check(collector, answers)


@pytest.mark.parametrize("collector", READING)
@settings(max_examples=30)
@given(data=st.data())
def test_spoilt_samples_are_survived(collector: str, data: st.DataObject) -> None:
    """Real files with pieces cut out, doubled, or numbers blown up make no collector raise or lie about a type."""
    sample = data.draw(st.sampled_from(SAMPLES))
    asks = COLLECTORS[collector].asks(wanted()[collector])
    spoilt = data.draw(st.sets(st.sampled_from(asks), max_size=4))
    spoil = data.draw(st.sampled_from(WAYS))
    place = data.draw(st.integers(0, 2000))
    check(collector, {ask: spoil_answer(sample[ask], spoil, place) if ask in spoilt else sample[ask] for ask in asks})


def random_answer(ask: Ask) -> st.SearchStrategy[Answer]:
    """Return answers of the right kind with nonsense in them."""
    if isinstance(ask, ReadFile):
        return st.builds(Answer, data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    if isinstance(ask, ReadGlob):
        return st.builds(Answer, files=st.dictionaries(st.text(max_size=20), st.binary(max_size=60), max_size=3))
    assert isinstance(ask, Call)
    return st.builds(Answer, value=PLAIN)


def cut(text: str, place: int) -> str:
    """Leave the end away."""
    return text[: place % (len(text) + 1)]


def gap(text: str, place: int) -> str:
    """Leave a piece away."""
    start = place % (len(text) + 1)
    return text[:start] + text[start + 7 :]


def double(text: str, place: int) -> str:
    """Repeat a piece."""
    start = place % (len(text) + 1)
    return text[:start] + text[start : start + 9] * 3 + text[start + 9 :]


def blow_up(text: str, place: int) -> str:
    """Make one number enormous."""
    numbers = list(re.finditer(r"[0-9]+", text))
    if not numbers:
        return text
    number = numbers[place % len(numbers)]
    return text[: number.start()] + "9" * (place % 40) + text[number.end() :]


def negate(text: str, place: int) -> str:
    """Make one number negative."""
    numbers = list(re.finditer(r"[0-9]+", text))
    start = numbers[place % len(numbers)].start() if numbers else 0
    return text[:start] + "-" + text[start:]


WAYS = (cut, gap, double, blow_up, negate)


def spoil_answer(answer: Answer, spoil: object, place: int) -> Answer:
    """Return an answer with its content spoilt."""
    assert callable(spoil)
    if answer.error is not None:
        return answer
    if answer.value is not None:
        try:
            value: Value = json.loads(spoil(json.dumps(answer.value), place))
        except ValueError:
            return answer
        return Answer(value=value) if not not_storable(value) else answer
    files = {path: spoil(data.decode(), place).encode() for path, data in (answer.files or {}).items()}
    return Answer(data=spoil(answer.data.decode("latin-1"), place).encode("latin-1"), files=files)


def test_long_texts_take_no_long_time() -> None:
    """Texts of the worst kinds are read in linear time: this ends."""
    for unit in (
        b" ",
        b"\n",
        b"0-65535,",
        b"a",
        b'"',
        b"\\",
        b"flags:",
        b"flags\t: x\n",
        b"A=\n",
        b"[",
        b"Max  ",
        b"- ",
    ):
        data = unit * (65536 // len(unit))
        parse_all({ask: Answer(data=data, files={"/x": data}) for ask in all_asks()})


def test_a_gzip_bomb_is_refused() -> None:
    """A configuration that unpacks to more than 16 MiB is not unpacked any further."""
    import gzip

    with pytest.raises(ValueError, match="longer than 16777216 bytes"):
        unpack(gzip.compress(b"#" * 17 * 1024 * 1024))


@given(st.binary(max_size=300))
def test_damaged_gzip_is_a_value_error(data: bytes) -> None:
    """Bytes that are no gzip file raise ValueError and nothing else."""
    with pytest.raises(ValueError, match=r"gzip|cut"):
        unpack(data)


@given(st.text(alphabet="0123456789: /-,.rw\\\n", max_size=200))
def test_mountinfo_never_raises(text: str) -> None:
    """Any text gives a list of mounts."""
    assert isinstance(parse_mountinfo(text), list)

"""Records behave as frozen, slotted dataclasses do: the same body under both decorators, compared."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.records import field, record


@record
class Ours:
    """A record of all kinds of fields."""

    number: int
    word: str = "x"
    parts: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list, shown=False)
    late: str = field(default_factory=str, init=False, compare=False)

    @property
    def twice(self) -> int:
        """The number doubled: a record has methods like any class."""
        return 2 * self.number


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same, made by the standard library."""

    number: int
    word: str = "x"
    parts: tuple[int, ...] = ()
    notes: list[str] = dataclasses.field(default_factory=list, repr=False)
    late: str = dataclasses.field(default_factory=str, init=False, compare=False)


FIELDS = (st.integers(0, 2), st.sampled_from("ab"), st.tuples(st.integers(0, 1)))


@given(st.tuples(*FIELDS), st.tuples(*FIELDS))
def test_records_are_equal_as_dataclasses_are(one: tuple, other: tuple) -> None:
    """Two records are equal, and show themselves, just where two dataclasses do."""
    assert (Ours(*one) == Ours(*other)) is (Theirs(*one) == Theirs(*other))
    assert repr(Ours(*one)) == repr(Theirs(*one)).replace("Theirs", "Ours")
    assert Ours(*one) != Theirs(*one)


def test_equal_records_have_one_hash() -> None:
    """A record of hashable values is a key like a dataclass, and one with a list is none."""

    @record
    class Key:
        a: int
        b: str = ""

    assert {Key(1): "found"}[Key(1, "")] == "found"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Ours(1))


def test_nothing_of_a_record_changes() -> None:
    """Fields can neither be set nor deleted, and there is no room for others."""
    ours = Ours(1)
    for name in ("number", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(ours, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del ours.word
    assert not hasattr(ours, "__dict__")
    assert ours == Ours(1)


def test_a_record_may_be_open_or_itself_alone() -> None:
    """What isn't frozen can be set and is no key; without `eq` a record equals itself alone, and is a key."""

    @record(frozen=False)
    class Open:
        a: int

    @record(eq=False)
    class Place:
        a: int

    changed = Open(1)
    changed.a = 2
    assert changed == Open(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(changed)
    place = Place(1)
    assert place != Place(1)
    assert {place: "here"}[place] == "here"
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.a = 2


def test_the_standard_library_knows_records() -> None:
    """`fields`, `replace`, `asdict`, `astuple`, `match`, copies and pickles work as with dataclasses."""
    ours, theirs = Ours(1, notes=["n"]), Theirs(1, notes=["n"])
    assert [(f.name, f.type, f.init) for f in dataclasses.fields(ours)] == [
        (f.name, f.type, f.init) for f in dataclasses.fields(theirs)
    ]
    assert dataclasses.is_dataclass(Ours)
    assert dataclasses.replace(ours, word="y") == Ours(1, "y", (), ["n"])
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.astuple(ours) == dataclasses.astuple(theirs)
    assert copy.copy(ours) == copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == ours
    assert Ours.__match_args__ == Theirs.__match_args__
    assert ours.twice == 2


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, "x", (), [], "late"), {}), ((1,), {"nothing": 1})])
def test_wrong_arguments_are_refused(values: tuple, named: dict) -> None:
    """A record takes its fields and nothing else, the first of its class no less than the second."""
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Ours\.__init__\(\)"):
            Ours(*values, **named)


def test_a_default_that_is_made_is_made_anew() -> None:
    """Two records share no list."""
    Ours(1).notes.append("n")
    assert Ours(1).notes == []


def test_a_base_is_refused() -> None:
    """Fields of a base would be missed without a word, so there must be none."""
    with pytest.raises(TypeError, match="has a base"):
        record(type("Heir", (Ours,), {}))


def test_making_records_needs_no_dataclasses() -> None:
    """A module of records and its first record import nothing of the standard library's."""
    import subprocess

    program = (
        "import sys\n"
        "from hostproof.source.records import record\n"
        "@record\nclass A:\n    a: int\n"
        "A(1)\nsys.exit('dataclasses' in sys.modules or 'inspect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0

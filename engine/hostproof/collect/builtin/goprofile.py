"""Profiles of Go programs: the bytes of a pprof profile in, what is most of it out.

The format is protocol buffers, usually compressed by gzip; its messages are described here for the library that reads
them. Source: https://github.com/google/pprof/blob/main/proto/profile.proto
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from hostproof.collect.builtin.answers import Outcome
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line
from hostproof.source.records import record

if TYPE_CHECKING:
    from google.protobuf.message import Message

MOST_BYTES = 64 * 1024 * 1024  # of a profile when it is unpacked
MOST_SITES = 20
MOST_NAME = 200  # characters of a function's name
GZIP = b"\x1f\x8b"
COLLECTING = frozenset({"runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.bgsweep", "runtime.bgscavenge"})
_CURE = "name a profile as net/http/pprof serves it without debug=, or as runtime/pprof writes it with debug 0"
_REPEATED, _OPTIONAL = 3, 1  # FieldDescriptorProto.Label
_INT64, _UINT64, _STRING, _MESSAGE = 3, 4, 9, 11  # FieldDescriptorProto.Type

# Message by message: name, number and type of each field; a leading * means repeated. Others are passed over.
_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "ValueType": "type:1:int64 unit:2:int64",
        "Sample": "*location_id:1:uint64 *value:2:int64",
        "Location": "id:1:uint64 *line:4:Line",
        "Line": "function_id:1:uint64 line:2:int64",
        "Function": "id:1:uint64 name:2:int64",
        "Profile": (
            "*sample_type:1:ValueType *sample:2:Sample *location:4:Location *function:5:Function"
            " *string_table:6:string duration_nanos:10:int64"
        ),
    }
)
_SCALARS: Mapping[str, int] = MappingProxyType({"int64": _INT64, "uint64": _UINT64, "string": _STRING})


class _ValueType(Protocol):
    type: int
    unit: int


class _Sample(Protocol):
    location_id: list[int]
    value: list[int]


class _Line(Protocol):
    function_id: int


class _Location(Protocol):
    id: int
    line: list[_Line]


class _Function(Protocol):
    id: int
    name: int


class _Profile(Protocol):
    sample_type: list[_ValueType]
    sample: list[_Sample]
    location: list[_Location]
    function: list[_Function]
    string_table: list[str]
    duration_nanos: int


@record
class Stack:
    """The functions of one sample, innermost first, and its values in the order of the profile's types."""

    functions: tuple[str, ...]
    values: tuple[int, ...]


@record
class Profile:
    """A profile: what its values are (`inuse_space`), its stacks, and over how many nanoseconds it was taken."""

    types: tuple[str, ...]
    stacks: tuple[Stack, ...]
    took: int

    def total(self, of: str) -> int:
        """Return the sum of one of the values. Raises ValueError where the profile has no such value."""
        at = self._at(of)
        return sum(stack.values[at] for stack in self.stacks)

    def by_site(self, of: str, site: Callable[[Stack], str]) -> list[tuple[str, int]]:
        """Return one of the values by site, the largest first, twenty at most. Raises ValueError like `total`."""
        at = self._at(of)
        found: Counter[str] = Counter()
        for stack in self.stacks:
            found[site(stack)] += stack.values[at]
        largest = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(name, value) for name, value in largest[:MOST_SITES] if value > 0]

    def _at(self, of: str) -> int:
        if of not in self.types:
            raise ValueError(f"a profile of {', '.join(self.types) or 'nothing'}, not of {of}")
        return self.types.index(of)


def profile_of(kind: str, said: Value) -> Outcome:
    """Return the record of a profile that an agent sent in base64, or Unknown; `kind` is goroutines, heap or cpu."""
    make = {"goroutines": _goroutines, "heap": _heap, "cpu": _cpu}[kind]
    try:
        return make(read_profile(base64.b64decode(str(said), validate=True)))
    except (ValueError, zlib.error, IndexError, ArithmeticError) as error:
        return Unknown(Cause.PARSE_ERROR, one_line(f"the profile can't be read: {error}"), _CURE)


def read_profile(data: bytes) -> Profile:
    """Return a profile, compressed or not. Raises ValueError where it is none, or too large."""
    from google.protobuf.message import DecodeError

    message = _message_class()()
    try:
        message.ParseFromString(_unpacked(data))
    except DecodeError as error:
        raise ValueError("it is no profile in the format of pprof") from error
    return _profile(message)  # type: ignore[arg-type]  # its fields are made at run time, from the table above


def _goroutines(profile: Profile) -> dict[str, Value]:
    total = profile.total("goroutine")
    sites = profile.by_site("goroutine", _beyond_runtime)
    listed: list[Value] = [{"function": name, "count": n, "share": n / total} for name, n in sites]
    return {"total": total, "sites": listed}


def _heap(profile: Profile) -> dict[str, Value]:
    inuse = profile.total("inuse_space")
    sites = profile.by_site("inuse_space", _beyond_runtime)
    listed: list[Value] = [{"function": name, "inuse": n, "share": n / inuse} for name, n in sites]
    objects, allocated = profile.total("inuse_objects"), profile.total("alloc_space")
    return {"inuse": inuse, "objects": objects, "allocated": allocated, "sites": listed}


def _cpu(profile: Profile) -> dict[str, Value]:
    busy = profile.total("cpu")
    at = profile.types.index("cpu")
    collecting = sum(stack.values[at] for stack in profile.stacks if not COLLECTING.isdisjoint(stack.functions))
    sites = profile.by_site("cpu", lambda stack: stack.functions[0] if stack.functions else "")
    listed: list[Value] = [{"function": name, "busy": n, "share": n / busy} for name, n in sites]
    return {"took": profile.took, "busy": busy, "gc": collecting / busy if busy else 0.0, "sites": listed}


def _beyond_runtime(stack: Stack) -> str:
    """Return the innermost function that is not the runtime's own: where a goroutine waits, who allocates."""
    outside = (name for name in stack.functions if not name.startswith(("runtime.", "runtime/", "internal/")))
    return next(outside, stack.functions[0] if stack.functions else "")


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    found = unpacker.decompress(data, MOST_BYTES)
    if unpacker.unconsumed_tail:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    if not unpacker.eof:
        raise ValueError("it ends in the middle")
    return found


def _profile(message: _Profile) -> Profile:
    texts = list(message.string_table)
    functions = {one.id: one_line(texts[one.name], MOST_NAME) for one in message.function}
    places = {one.id: tuple(functions.get(line.function_id, "") for line in one.line) for one in message.location}
    types = tuple(texts[one.type] for one in message.sample_type)
    if not types:
        raise ValueError("it is no profile in the format of pprof")
    return Profile(types, tuple(_stacks(message, places, len(types))), message.duration_nanos)


def _stacks(message: _Profile, places: Mapping[int, tuple[str, ...]], values: int) -> Iterator[Stack]:
    for sample in message.sample:
        if len(sample.value) != values:
            raise ValueError("a sample lacks values")
        functions = (name for place in sample.location_id for name in places.get(place, ()))
        yield Stack(tuple(functions), tuple(sample.value))


@cache
def _message_class() -> type[Message]:
    """Return the class of a profile, made by the library from the table of its messages."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="hostproof/profile.proto", package="hostproof", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields.split():
            word, number, of = field.split(":")
            made = message.field.add(name=word.lstrip("*"), number=int(number))
            made.label = _REPEATED if word.startswith("*") else _OPTIONAL  # type: ignore[assignment]
            made.type = _SCALARS.get(of, _MESSAGE)  # type: ignore[assignment]
            if of not in _SCALARS:
                made.type_name = f".hostproof.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("hostproof.Profile"))

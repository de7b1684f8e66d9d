"""Frozen, slotted records: a class body with annotations in, what `dataclass(frozen=True, slots=True)` makes of it out.

Every run makes some fifty such classes. `dataclass` writes and compiles six functions for each, which together takes
longer than starting Python twice. Here a class gets closures, and only its `__init__` is compiled, when it is first
called. `dataclasses.fields`, `replace`, `asdict` and `is_dataclass` work as usual.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast, dataclass_transform, overload

if TYPE_CHECKING:
    from dataclasses import Field

T = TypeVar("T")
_MISSING = object()


class _Spec:
    """What `field` says of a field beyond its annotation."""

    __slots__ = ("compare", "default", "factory", "init", "shown")

    def __init__(
        self, default: object, factory: Callable[[], object] | None = None, *, init: bool, compare: bool, shown: bool
    ) -> None:
        self.default, self.factory = default, factory
        self.init, self.compare, self.shown = init, compare, shown


def field(
    default_factory: Callable[[], T] | None = None, *, init: bool = True, compare: bool = True, shown: bool = True
) -> T:
    """Say, as `dataclasses.field` does, that a field's default is made anew for each record, or is left out of things.

    A field that isn't for `init` holds its default; one that isn't for `compare` counts for neither `==` nor `hash`,
    and one that isn't to be `shown` is left out of `repr`.
    """
    return cast("T", _Spec(_MISSING, default_factory, init=init, compare=compare, shown=shown))


@overload
def record(cls: type[T], /) -> type[T]: ...


@overload
def record(*, frozen: bool = True, eq: bool = True) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T] | None = None, /, *, frozen: bool = True, eq: bool = True) -> object:
    """Return the class anew as a frozen, slotted record of its annotated names; it must have no base of its own.

    With `frozen=False` its fields can be set, and it is no key; with `eq=False` it is equal to itself alone. Raises
    TypeError if the class has a base, whose fields would be missed.
    """
    if cls is None:
        return lambda given: _made(given, frozen=frozen, eq=eq)
    return _made(cls, frozen=frozen, eq=eq)


def replace(one: T, **changes: object) -> T:
    """Return a record with some fields changed, as `dataclasses.replace` does, whose module takes long to import."""
    return type(one)(**{**as_mapping(one), **changes})


def names_of(cls: type) -> tuple[str, ...]:
    """Return the names of a record's fields, those that are given when one is made."""
    names: tuple[str, ...] = cls.__match_args__  # type: ignore[attr-defined] # every record has it
    return names


def as_mapping(one: object) -> dict[str, object]:
    """Return a record's fields by name, in their order."""
    return {name: getattr(one, name) for name in names_of(type(one))}


def _made(cls: type, *, frozen: bool, eq: bool) -> type:
    if cls.__bases__ != (object,):
        raise TypeError(f"{cls.__name__} has a base: make it a dataclass")
    body = dict(vars(cls))
    names = tuple(body.get("__annotations__", ()))
    specs = {name: _spec(body.pop(name, _MISSING)) for name in names}
    for left_by_the_first in ("__dict__", "__weakref__"):
        body.pop(left_by_the_first, None)
    if eq:
        own = {"__hash__": body["__hash__"]} if body.get("__hash__") else {}
        body |= _equality(tuple(name for name in names if specs[name].compare), frozen=frozen) | own
    if frozen:
        body |= {"__setattr__": _refuse, "__delattr__": _refuse, "__getstate__": _state, "__setstate__": _set_state}
    body["__slots__"] = names
    body["__match_args__"] = tuple(name for name in names if specs[name].init)
    body["__dataclass_fields__"] = _Fields(specs)
    body.setdefault("__repr__", _repr_of(tuple(name for name in names if specs[name].shown)))
    made = type(cls.__name__, (), body)
    made.__qualname__ = cls.__qualname__
    _compile_late(made, specs)
    return made


def _spec(value: object) -> _Spec:
    return value if isinstance(value, _Spec) else _Spec(value, init=True, compare=True, shown=True)


def _equality(compared: tuple[str, ...], *, frozen: bool) -> dict[str, object]:
    """Return what makes a record equal to one of the same class with the same values, and a key if it is frozen."""
    values = _values_of(compared)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed if frozen else None}


def _values_of(names: tuple[str, ...]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _repr_of(names: tuple[str, ...]) -> Callable[[object], str]:
    return lambda self: f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse(self: object, name: str, _value: object = None) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"a {type(self).__name__} is frozen: {name!r} stays what it is")


def _state(self: object) -> list[object]:
    return [getattr(self, name) for name in type(self).__slots__]  # type: ignore[attr-defined]


def _set_state(self: object, state: list[object]) -> None:
    for name, value in zip(type(self).__slots__, state, strict=True):  # type: ignore[attr-defined]
        object.__setattr__(self, name, value)


def _compile_late(made: type, specs: dict[str, _Spec]) -> None:
    """Give the class an `__init__` that puts the real one in its place, and calls that."""

    def first(self: object, *values: object, **named: object) -> None:
        made.__init__ = _compiled(made, specs)  # type: ignore[misc]
        made.__init__(self, *values, **named)  # type: ignore[misc]

    made.__init__ = first  # type: ignore[misc]


def _compiled(made: type, specs: dict[str, _Spec]) -> Callable[..., None]:
    """Return an `__init__` as one would write it by hand, setting each slot."""
    arguments, lines = ["self"], []
    names: dict[str, object] = {"_missing": _MISSING}
    for name, spec in specs.items():
        names |= {f"_set_{name}": vars(made)[name].__set__, f"_of_{name}": spec.factory or spec.default}
        given = name
        if spec.init and spec.factory is None:
            arguments.append(name if spec.default is _MISSING else f"{name}=_of_{name}")
        elif spec.init:
            arguments.append(f"{name}=_missing")
            given = f"_of_{name}() if {name} is _missing else {name}"
        else:
            given = f"_of_{name}()"
        lines.append(f"    _set_{name}(self, {given})\n")
    exec(f"def __init__({', '.join(arguments)}):\n{''.join(lines) or '    pass'}", names)  # noqa: S102 - names of fields
    init = cast("Callable[..., None]", names["__init__"])
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


class _Fields:
    """The `__dataclass_fields__` of a record, made when somebody asks for them."""

    def __init__(self, specs: dict[str, _Spec]) -> None:
        self._specs = specs

    def __get__(self, _record: object, owner: type) -> dict[str, Field[object]]:
        import dataclasses

        rows = []
        for name, spec in self._specs.items():
            default = {} if spec.default is _MISSING else {"default": spec.default}
            made = {"default_factory": spec.factory} if spec.factory else default
            told = dataclasses.field(**made, init=spec.init, compare=spec.compare, repr=spec.shown)
            rows.append((name, owner.__annotations__[name], told))
        twin = dataclasses.make_dataclass(owner.__name__, rows, init=False, repr=False, eq=False)
        fields = cast("dict[str, Field[object]]", twin.__dataclass_fields__)  # type: ignore[attr-defined]
        owner.__dataclass_fields__ = fields  # type: ignore[attr-defined]
        return fields

"""The section `facts` of a pack: its own ways to learn facts, beside the built-in ones."""

from __future__ import annotations

from collections.abc import Iterable

from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.requests import DEFAULT_TIMEOUT, SECOND, FactRequest, FileSource, ProbeSource, RunSource
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import parse_quantity
from hostproof.rulepack.model import Param
from hostproof.rulepack.sections.include import Part, declared, entries_of
from hostproof.rulepack.sections.names import word_fault
from hostproof.rulepack.sections.params import read_type
from hostproof.rulepack.sections.probes import Known, probe_rows, read_probe
from hostproof.rulepack.sections.readers import read_reader
from hostproof.rulepack.sections.shape import MOST_LINE, MOST_TEXT, Shape, beginning, described
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence

FACT_KEYS = ("run", "file", "probe", "with", "timeout", "read", "gives")
MOST_TIMEOUT = 3600 * SECOND
MOST_ARGUMENTS = 200
MOST_FIELDS = 100


def read_collectors(
    parts: tuple[Part, ...], pack: str, catalog: Catalog, params: dict[str, Param], shape: Shape
) -> dict[str, FactRequest]:
    """Return the requests of a pack's own facts, by the name its expressions use; wrong ones are left out.

    `params` are the pack's parameters that are right: the arguments of a probe may be theirs.
    """
    found: dict[str, FactRequest] = {}
    untold = declared(parts, "params").keys() - params.keys()
    hidden = {row.name.split(".")[0] for row in catalog}
    for key, value in entries_of(parts, "facts", shape):
        fault = word_fault(key.text)
        if fault:
            shape.problems.add("HP-E107", fault, key.where)
        elif key.text in hidden:
            hint = "give it another name, unless the pack is to do without them"
            shape.problems.add("HP-W101", f"{key.text!r} hides the built-in facts {key.text}.*", key.where, hint)
        written = shape.mapping(value, f"the fact {key.text!r}", "{run: [uname, -r], read: text, gives: version}")
        if written is not None:
            apart, name = shape.apart(), f"{pack}:{key.text}"
            if written.get("probe") is not None:
                request = read_probe(name, written, catalog, Known(params, untold), apart)
            else:
                request = _Declared(key.text, written, apart).request(name)
            shape.problems.found += apart.problems.found
            if request is not None and not fault:
                found[key.text] = request
    return found


def own_rows(requests: Iterable[FactRequest], pack: str, catalog: Catalog) -> tuple[FactSpec, ...]:
    """Return the rows that a pack's own facts add to the catalog: one, or one for each field of a record."""
    rows = []
    for request in requests:
        if isinstance(request.source, ProbeSource):
            rows += probe_rows(request, pack, catalog)
            continue
        owner = Owner.FILES if isinstance(request.source, FileSource) else Owner.PROCESS
        for name, kind in given(request):
            rows.append(FactSpec(name, kind, owner, f"a fact of the pack {pack}", pack))
    return tuple(rows)


def given(request: FactRequest) -> tuple[tuple[str, Type], ...]:
    """Return the facts that one request gives, with their types; none for a built-in one."""
    if request.gives is None:
        return ()
    if request.gives.kind is Kind.RECORD:
        return tuple((f"{request.name}.{field}", kind) for field, kind in request.gives.fields)
    return ((request.name, request.gives),)


class _Declared:
    """One fact's mapping."""

    def __init__(self, name: str, node: Mapping, shape: Shape) -> None:
        self._what = f"the fact {name!r}"
        self._node = node
        self._shape = shape

    def request(self, full_name: str) -> FactRequest | None:
        """Return the request it stands for, or None with problems added."""
        problems = self._shape.problems
        self._shape.keys(self._node, FACT_KEYS, ("read", "gives"), self._what)
        for key, _ in self._node.entries:
            if key.text == "with":
                message = f"{self._what} has no key 'with': only a probe takes arguments"
                problems.add("HP-E101", message, key.where, "write them into the command, or name a `probe`")
        source, gives, timeout = self._source(), self._gives(), self._timeout()
        reader = read_reader(self._node.get("read"), gives, self._shape)
        if problems.errors:
            return None
        return FactRequest(full_name, source, reader, gives, timeout)

    def _source(self) -> FileSource | RunSource | None:
        given = [name for name in ("run", "file") if self._node.get(name) is not None]
        if len(given) != 1:
            message = (
                f"{self._what} has both `run` and `file`" if given else f"{self._what} has no `run`, `file` or `probe`"
            )
            self._shape.problems.add("HP-E114", message, beginning(self._node), "say where it comes from, once")
            return None
        node = self._node.get(given[0])
        return self._run(node) if given[0] == "run" else self._file(node)

    def _run(self, node: Node | None) -> RunSource | None:
        if isinstance(node, Sequence):
            return self._arguments(node)
        shell = self._shape.text(node, "`run`", MOST_TEXT)
        return RunSource(shell=shell.text) if shell else None

    def _arguments(self, node: Sequence) -> RunSource | None:
        if len(node.items) > MOST_ARGUMENTS:
            message = f"`run` may have {MOST_ARGUMENTS} arguments, and has {len(node.items):,}"
            self._shape.problems.add("HP-E122", message, node.where)
        words = [self._argument(item) for item in node.items[:MOST_ARGUMENTS]]
        if not words or (words[0] is not None and not words[0].strip()):
            self._shape.problems.add("HP-E105", "`run` names no program", node.where, "write run: [program, argument]")
        return RunSource(argv=tuple(word for word in words if word is not None))

    def _argument(self, item: Node) -> str | None:
        """Return an argument as it is written; it may be empty, but then in quotes."""
        if isinstance(item, Scalar) and not (item.plain and item.value is None):
            scalar = self._shape.written(item, "an argument of `run`", MOST_TEXT) if item.text.strip() else item
            return scalar.text if scalar else None
        message = f"an argument of `run` is a text, not {described(item)}"
        self._shape.problems.add("HP-E103", message, item.where, "write it in quotes")
        return None

    def _file(self, node: Node | None) -> FileSource | None:
        path = self._shape.text(node, "`file`", most=4000)
        if path is None:
            return None
        if path.text.startswith("/"):
            return FileSource(path.text)
        message = f"{path.text[:MOST_LINE]!r} is not an absolute path"
        self._shape.problems.add("HP-E120", message, path.where, "write it from the target's root: /etc/fstab")
        return None

    def _timeout(self) -> int:
        node = self._node.get("timeout")
        scalar = self._shape.written(node, "`timeout`")
        if scalar is None:
            return DEFAULT_TIMEOUT
        try:
            value, kind = parse_quantity(scalar.text)
        except ValueError as error:
            self._shape.problems.add("HP-E119", f"`timeout`: {error}", scalar.where, "write a duration, as in 5s")
            return 0
        if kind.kind is not Kind.DURATION:
            hint = f"write its unit, as in {scalar.text}s" if kind.kind in (Kind.INT, Kind.FLOAT) else "as in 5s"
            self._shape.problems.add("HP-E119", f"{scalar.text!r} is not a duration", scalar.where, hint)
        elif not 0 < value <= MOST_TIMEOUT:
            self._shape.problems.add("HP-E119", "a timeout is more than nothing and an hour at most", scalar.where)
        return int(value)

    def _gives(self) -> Type | None:
        node = self._node.get("gives")
        if not isinstance(node, Mapping):
            gives = read_type(node, f"what {self._what} gives", self._shape)
            if gives and node:
                for name, _ in gives.fields:
                    self._check_name(name, node)
            return gives
        fields = {}
        for key, value in self._shape.entries(node, "`gives`", MOST_FIELDS):
            self._check_name(key.text, key)
            kind = read_type(value, f"the type of {key.text!r}", self._shape)
            if kind is not None:
                fields[key.text] = kind
        if not node.entries:
            self._shape.problems.add("HP-E105", f"{self._what} gives nothing", node.where, "write gives: {name: type}")
        return Type(Kind.RECORD, fields=tuple(fields.items())) if fields else None

    def _check_name(self, name: str, node: Node) -> None:
        fault = word_fault(name)
        if fault:
            self._shape.problems.add("HP-E107", fault, node.where)

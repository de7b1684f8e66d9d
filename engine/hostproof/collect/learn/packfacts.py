"""A pack's own facts: a FactRequest with its source in, the ask for it, and values of the declared type out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hostproof.collect.asks import Answer, Ask, Probe, ReadFile, RunCommand
from hostproof.collect.builtin.probes import ask_of as probe_ask
from hostproof.collect.builtin.probes import outcomes_of
from hostproof.collect.readers import Outcome, read_record, read_value
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.builtin.probes import ALL_PROBES
from hostproof.facts.catalog import Owner
from hostproof.facts.requests import FactRequest, FileSource, ProbeSource, Reader, RunSource
from hostproof.facts.types import STRING, Kind, Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # what a shell says of a command it can't run (POSIX, 2.8.2)
_TEXT = Reader("text")


def ask_of(request: FactRequest) -> Ask:
    """Return what the agent is to be asked for a pack's own fact."""
    if isinstance(request.source, FileSource):
        return ReadFile(request.source.path)
    if isinstance(request.source, RunSource):
        return RunCommand(request.source.argv, request.source.shell, request.timeout)
    if isinstance(request.source, ProbeSource):
        return _probe_of(request, request.source)
    raise ValueError(f"{request.name} has no source")


def _probe_of(request: FactRequest, source: ProbeSource) -> Probe:
    shorts = [short for short, _ in request.gives.fields] if request.gives else []
    return probe_ask(ALL_PROBES[source.name], dict(source.arguments), shorts, own=request.name)


def owner_of(request: FactRequest, name: str = "") -> Owner:
    """Return whose reading a pack's own fact is: a file's; else that of the namespaces the agent runs in.

    /proc and /sys show the namespaces of whoever looks, and so does nearly every command. Of a probe's facts it is as
    the catalog says.
    """
    source = request.source
    if isinstance(source, ProbeSource):
        row = builtin_catalog().get(ALL_PROBES[source.name].before + name.removeprefix(f"{request.name}."))
        return row.owner if row else Owner.PROCESS
    if isinstance(source, FileSource) and not source.path.startswith(("/proc/", "/sys/")):
        return Owner.FILES
    return Owner.NAMESPACE


def declared(request: FactRequest) -> dict[str, Type]:
    """Return the facts a request stands for, with their types: a record's fields each, else the one."""
    gives = request.gives or STRING
    if gives.kind is Kind.RECORD:
        return {f"{request.name}.{name}": of for name, of in gives.fields}
    return {request.name: gives}


def learn(request: FactRequest, names: frozenset[str], answers: Mapping[Ask, Answer]) -> dict[str, Outcome]:
    """Return what a request's facts are, by the answer to its ask."""
    ask = ask_of(request)
    if isinstance(ask, Probe):
        before = f"{request.name}."
        shorts = {name.removeprefix(before): name for name in names}
        return {shorts[short]: found for short, found in outcomes_of(ask, shorts, answers).items()}
    answer = answers[ask]
    why = _refused(answer)
    if why is not None:
        return dict.fromkeys(names, why)
    gives, reader = request.gives or STRING, request.reader or _TEXT
    if gives.kind is not Kind.RECORD:
        return {request.name: read_value(reader, answer.data, gives)}
    record = read_record(reader, answer.data, gives)
    return {f"{request.name}.{name}": value for name, value in record.items()}


def _refused(answer: Answer) -> Unknown | None:
    """Return why an answer holds nothing to read; a command that failed may have printed half of it."""
    if answer.error is not None or not answer.status:
        return answer.error
    words = one_line(answer.stderr.decode("utf-8", "replace"), 200)
    ended = f"it was ended by signal {-answer.status}" if answer.status < 0 else f"it ended with status {answer.status}"
    failed = Unknown(Cause.FAILED, ended + (f": {words}" if words else ""), "run it by hand on the target")
    if answer.status == NOT_FOUND:
        return replace(failed, cause=Cause.NO_TOOL, cure="install what it runs")
    return replace(failed, cause=Cause.DENIED) if answer.status == NOT_EXECUTABLE else failed

"""The kinds of changes: which names a policy's expressions may use over each, of which types, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.types import (
    ANY,
    BOOL,
    BYTES,
    COUNT,
    DURATION,
    FLOAT,
    INT,
    RATE,
    RATIO,
    STRING,
    Type,
    list_of,
    samples_of,
)
from hostproof.rulepack.policy.model import Over
from hostproof.source.records import record

NUMBERS: tuple[Type, ...] = (INT, COUNT, FLOAT, RATIO, DURATION, BYTES, RATE)
VERDICTS = ("pass", "fail", "unknown", "skipped", "waived", "none")
TURNS = ("new failure", "newly unknown", "fixed", "decided", "appeared", "gone", "other")
SEVERITIES = ("critical", "high", "medium", "low", "info")


@record
class Name:
    """A name that expressions may use; `words` are all that a text can be, where there are only a few."""

    name: str
    type: Type
    meaning: str
    words: tuple[str, ...] = ()


_FACT = (
    Name("name", STRING, "The fact's name, with the place inside it: `net.interfaces[eth0].mtu`"),
    Name("volatile", BOOL, "Whether it is known to differ each time somebody looks: load, free memory, counters"),
)
_NUMBERS = (
    *_FACT,
    Name("change", RATIO, "By what share it grew: 10% from 10 to 11, -50% from 10 to 5; unknown from 0"),
    Name("noise", RATIO, "How far earlier baselines lie from before; unknown without any"),
)
_SAMPLES = (
    *_FACT,
    Name("change", RATIO, "By what share the median grew"),
    Name("low", RATIO, "Lower end of the 95% interval of `change`"),
    Name("high", RATIO, "Upper end of it"),
    Name("p", FLOAT, "Probability of such a difference by chance"),
    Name(
        "effect", FLOAT, "Cliff's delta, -1 to 1: how much more often a sample after is larger than the other way round"
    ),
    Name("noise", RATIO, "How far the medians of earlier baselines lie apart; unknown without any"),
    Name("differs", BOOL, "Whether they differ beyond chance, least effect and noise; unknown where there are too few"),
)
_LINES = (
    Name("added", list_of(STRING), "Lines that are there only after, or more often; one that moved is not added"),
    Name("removed", list_of(STRING), "Lines that are there only before, or more often"),
)
_TEXTS = (
    Name("before", STRING, "The text before"),
    Name("after", STRING, "The text after"),
    *_LINES,
    Name("cosmetic", BOOL, "Whether only white space, time stamps, times like 0.01s, addresses and pids differ"),
)
_VERDICTS = (
    Name("pack", STRING, "The pack's name"),
    Name("rule", STRING, "The rule's id"),
    Name("object", STRING, "What it was judged over, of a rule with `each`; else empty"),
    Name("severity", STRING, "critical, high, medium, low, info", SEVERITIES),
    Name("before", STRING, "pass, fail, unknown, skipped, waived; none where it was not judged", VERDICTS),
    Name("after", STRING, "The same after", VERDICTS),
    Name("turn", STRING, ", ".join(TURNS), TURNS),
    Name("gated", BOOL, "Whether the verdict after would turn a run red, by severity and gate"),
)
_OUTPUTS = (
    Name("name", STRING, "The command, or the name it was recorded under"),
    *_TEXTS,
    Name("status_before", INT.optional(), "Exit status before; null where there is none, as of a file"),
    Name("status_after", INT.optional(), "Exit status after"),
    Name("appeared", BOOL, "Whether there is no such output before"),
    Name("gone", BOOL, "Whether there is no such output after"),
)


def names_of(over: Over, of: Type | None = None) -> tuple[Name, ...]:
    """Return the names that a rule over such changes may use; `of` types `before` and `after` where any type may be."""
    plain = of or FLOAT
    return {
        Over.NUMBERS: (*_values(plain), *_NUMBERS),
        Over.SAMPLES: (*_values(samples_of(plain)), *_SAMPLES),
        Over.TEXTS: (*_FACT, *_TEXTS),
        Over.FACTS: (*_values(of or ANY), *_FACT, *_LINES),
        Over.VERDICTS: _VERDICTS,
        Over.OUTPUTS: _OUTPUTS,
    }[over]


def catalog_of(over: Over, of: Type | None) -> Catalog:
    """Return the same as the catalog that expressions are checked against."""
    return Catalog(FactSpec(n.name, n.type, Owner.FILES, n.meaning, "policy") for n in names_of(over, of))


def words_of(over: Over) -> Mapping[str, tuple[str, ...]]:
    """Return, by name, the only texts that it can be."""
    return {name.name: name.words for name in names_of(over) if name.words}


def _values(of: Type) -> tuple[Name, ...]:
    return Name("before", of, "The value before"), Name("after", of, "The value after")

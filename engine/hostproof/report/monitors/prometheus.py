"""Prometheus' text format: hosts and rules in, a file for node_exporter's textfile collector out.

Each verdict is a set of states, of which one is 1. Series are bounded: beyond some, rules are counted over hosts.
See prometheus.io/docs/instrumenting/exposition_formats; the collector takes no time stamps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from hostproof import __version__
from hostproof.evaluate.hosts import LETTERS, HostRow, RuleRow, row_of
from hostproof.evaluate.model import Evaluation, Verdict
from hostproof.report import summary
from hostproof.source.harmless import one_line
from hostproof.source.records import replace

MOST_SERIES = 50_000
MOST_HOSTS = 5_000  # that have series of their own
MOST_TEXT = 200
Samples = Iterator[tuple[dict[str, str], float]]
_WORDS = {0: "fit", 1: "unfit", 3: "undecided"}


def render_prometheus(evaluation: Evaluation) -> str:
    """Return the file of one host."""
    rules = [RuleRow(one.pack, one.id, one.title, one.severity) for one in evaluation.results()]
    return "".join(render_many([row_of(evaluation)], rules))


def render_many(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Iterator[str]:
    """Yield the file of several hosts; a second host of a name gets a number, as no series may stand there twice."""
    named = _own_names(hosts)
    yield from _family("hostproof_info", "Which hostproof judged.", iter([({"version": __version__}, 1)]))
    yield from _family("hostproof_hosts", "How many hosts got a verdict.", _counted(named))
    if len(named) <= MOST_HOSTS:
        for name, meaning, samples in _OF_HOSTS:
            yield from _family(name, meaning, samples(named))
    if len(named) * len(rules) * (len(Verdict) + 1) <= MOST_SERIES:
        yield from _family("hostproof_rule_verdict", "A rule's verdict on a host.", _by_rule(named, rules))
        yield from _family("hostproof_rule_red", "Whether a rule turns the run red.", _red(named, rules))
    if len(named) != 1:
        yield from _family("hostproof_rule_hosts", "On how many hosts a rule got a verdict.", _hosts_of(named, rules))


def _own_names(hosts: Sequence[HostRow]) -> list[HostRow]:
    seen: Counter[str] = Counter()
    found = []
    for host in hosts:
        name = one_line(host.name, MOST_TEXT)
        seen[name] += 1
        found.append(replace(host, name=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return found


def _family(name: str, meaning: str, samples: Samples) -> Iterator[str]:
    """Give one metric: help, type, and a line for each series."""
    yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{inside}}} {value:.15g}\n"


def _escaped(text: str) -> str:
    return one_line(text, MOST_TEXT).replace("\\", "\\\\").replace('"', '\\"')


def _counted(hosts: Sequence[HostRow]) -> Samples:
    for word, number in summary.counts(hosts).items():
        yield {"verdict": word}, number


def _verdicts(hosts: Sequence[HostRow]) -> Samples:
    for host in hosts:
        for code, word in _WORDS.items():
            yield {"host": host.name, "verdict": word}, host.exit_code == code


def _times(hosts: Sequence[HostRow]) -> Samples:
    for host in hosts:
        yield {"host": host.name}, host.created // 1_000_000_000


def _rules(hosts: Sequence[HostRow]) -> Samples:
    for host in hosts:
        for verdict in Verdict:
            yield {"host": host.name, "verdict": str(verdict)}, host.count(verdict)


def _reds(hosts: Sequence[HostRow]) -> Samples:
    for host in hosts:
        yield {"host": host.name}, host.gated(Verdict.FAIL) + host.gated(Verdict.UNKNOWN)


def _by_rule(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Samples:
    for host in hosts:
        for rule, letter in zip(rules, host.verdicts, strict=True):
            for verdict in Verdict:
                labels = {"host": host.name, **_labels(rule), "verdict": str(verdict)}
                yield labels, letter.lower() == LETTERS[verdict]


def _red(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Samples:
    for host in hosts:
        for rule, letter in zip(rules, host.verdicts, strict=True):
            yield {"host": host.name, **_labels(rule)}, letter.isupper()


def _hosts_of(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Samples:
    columns = [Counter(letters) for letters in zip(*(host.verdicts.lower() for host in hosts), strict=True)]
    for rule, numbers in zip(rules, columns, strict=False):
        for verdict in Verdict:
            yield {**_labels(rule), "verdict": str(verdict)}, numbers[LETTERS[verdict]]


def _labels(rule: RuleRow) -> dict[str, str]:
    return {"pack": rule.pack, "rule": rule.id, "severity": str(rule.severity)}


_OF_HOSTS: tuple[tuple[str, str, Callable[[Sequence[HostRow]], Samples]], ...] = (
    ("hostproof_host_verdict", "A host's verdict.", _verdicts),
    ("hostproof_snapshot_timestamp_seconds", "When the facts were learnt.", _times),
    ("hostproof_rules", "How many rules got a verdict.", _rules),
    ("hostproof_rules_red", "How many rules turn the run red.", _reds),
)

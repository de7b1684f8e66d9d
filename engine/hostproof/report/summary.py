"""What is said of several hosts together: rows of hosts and rules in; headline, tables and terminal lines out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from hostproof.evaluate.hosts import HostRow, RuleRow, exit_code_of, hosts_by_rule
from hostproof.evaluate.model import Verdict
from hostproof.report.layout import Line, coloured_text, plain_text
from hostproof.report.markdown import MARKS
from hostproof.report.markdowntext import prose
from hostproof.source.harmless import one_line

MOST_HOSTS, MOST_RULES = 20, 20  # lines on a terminal
MOST_TABLE = 1000  # rows of a Markdown table
_WORDS = {0: "fit", 1: "unfit", 3: "undecided"}
_GRAVEST = (1, 3, 0)
_STYLES = {0: "bold green", 1: "bold red", 3: "bold yellow"}


def verdict_word(hosts: Sequence[HostRow]) -> str:
    """Return fit, unfit or undecided: the gravest of all hosts."""
    return _WORDS[exit_code_of(hosts)]


def counts(hosts: Sequence[HostRow]) -> dict[str, int]:
    """Return how many hosts there are of each verdict."""
    found = Counter(host.exit_code for host in hosts)
    return {_WORDS[code]: found[code] for code in (0, 1, 3)}


def headline(hosts: Sequence[HostRow]) -> str:
    """Return how it stands with all of them in a sentence: `2 of 10 hosts are unfit, 1 is undecided`."""
    number = counts(hosts)
    parts = [f"{number[word]} {_be(number[word])} {word}" for word in ("unfit", "undecided") if number[word]]
    if not parts:
        return f"{len(hosts)} of {_things(len(hosts), 'host')} {_be(len(hosts))} fit"
    first = parts[0].split(" ", 1)
    return ", ".join([f"{first[0]} of {_things(len(hosts), 'host')} {first[1]}", *parts[1:]])


def host_line(host: HostRow) -> str:
    """Return how it stands with one host: `2 of 48 rules fail, 1 is undecided`; only what turns the run red is told."""
    judged = len(host.verdicts) - host.count(Verdict.SKIPPED)
    failed, unknown = host.gated(Verdict.FAIL), host.gated(Verdict.UNKNOWN)
    rules = _things(judged, "rule")
    if failed:
        more = f", {unknown} {_be(unknown)} undecided" if unknown else ""
        return f"{failed} of {rules} {'fails' if failed == 1 else 'fail'}{more}"
    if unknown:
        return f"{unknown} of {rules} {_be(unknown)} undecided"
    return f"{host.count(Verdict.PASS)} of {rules} {'holds' if host.count(Verdict.PASS) == 1 else 'hold'}"


def gravest_first(hosts: Sequence[HostRow]) -> list[HostRow]:
    """Return the hosts, unfit before undecided before fit, those with more failures first."""
    return sorted(
        hosts,
        key=lambda host: (_GRAVEST.index(host.exit_code), -host.gated(Verdict.FAIL), -host.gated(Verdict.UNKNOWN)),
    )


def render_summary(hosts: Sequence[HostRow], rules: Sequence[RuleRow], colour: bool = False) -> str:
    """Return the lines for a terminal: the verdict, the gravest hosts, the rules that fail on most hosts, counts."""
    lines = [*_head(hosts), *_hosts(hosts), *_rules(hosts, rules), *_foot(hosts)]
    return coloured_text(lines) if colour else plain_text(lines)


def markdown_summary(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> str:
    """Return the beginning of a Markdown page: the verdict, a table of the hosts, a table of what fails."""
    code = exit_code_of(hosts)
    parts = [f"# {MARKS[code]} {headline(hosts)}", "\n".join(_host_table(hosts))]
    table = list(_rule_table(hosts, rules))
    if len(table) > 2:
        parts += ["## Rules", "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def _head(hosts: Sequence[HostRow]) -> Iterator[Line]:
    yield ((f"{verdict_word(hosts).upper()}  ", _STYLES[exit_code_of(hosts)]), (headline(hosts), "bold"))


def _hosts(hosts: Sequence[HostRow]) -> Iterator[Line]:
    worst = [host for host in gravest_first(hosts) if host.exit_code][:MOST_HOSTS]
    if not worst:
        return
    yield ()
    yield (("HOSTS", "bold"),)
    width = max(len(one_line(host.name)) for host in worst)
    for host in worst:
        word = _WORDS[host.exit_code]
        where = f"  ({one_line(host.source)})" if host.source else ""
        text = f"  {one_line(host.name):<{width}}  {host_line(host)}"
        yield (("  " + f"{word:<9}", _STYLES[host.exit_code]), (text, ""), (where, "dim"))
    left = sum(1 for host in hosts if host.exit_code) - len(worst)
    if left:
        yield ((f"  and {left} more", "dim"),)


def _rules(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Iterator[Line]:
    failed, unknown = hosts_by_rule(hosts, Verdict.FAIL), hosts_by_rule(hosts, Verdict.UNKNOWN)
    order = _most_first(failed, unknown, rules)
    if not order:
        return
    yield ()
    yield (("RULES", "bold"),)
    for at in order[:MOST_RULES]:
        rule = rules[at]
        yield (
            (f"  {rule.severity:<8}  ", ""),
            (one_line(f"{rule.id}: {rule.title}"), "bold"),
            (f"  {_said(failed[at], unknown[at])}", ""),
        )
    if len(order) > MOST_RULES:
        yield ((f"  and {len(order) - MOST_RULES} more", "dim"),)


def _foot(hosts: Sequence[HostRow]) -> Iterator[Line]:
    numbers = counts(hosts)
    said = ", ".join(f"{numbers[word]} {word}" for word in numbers if numbers[word])
    yield ()
    yield ((f"{_things(len(hosts), 'host')}: {said}", "bold"),)


def _most_first(failed: Counter[int], unknown: Counter[int], rules: Sequence[RuleRow]) -> list[int]:
    return sorted(failed | unknown, key=lambda at: (rules[at].severity.rank, -failed[at], -unknown[at], at))


def _said(failed: int, unknown: int) -> str:
    parts = [f"fails on {_things(failed, 'host')}" if failed else "", f"unknown on {unknown}" if unknown else ""]
    return ", ".join(part for part in parts if part)


def _host_table(hosts: Sequence[HostRow]) -> Iterator[str]:
    yield "| host | verdict | | snapshot |"
    yield "|---|---|---|---|"
    for host in gravest_first(hosts)[:MOST_TABLE]:
        cells = (host.name, f"{MARKS[host.exit_code]} {_WORDS[host.exit_code]}", host_line(host), host.source or "")
        yield f"| {' | '.join(map(prose, cells))} |"
    if len(hosts) > MOST_TABLE:
        yield f"| and {len(hosts) - MOST_TABLE} more | | | |"


def _rule_table(hosts: Sequence[HostRow], rules: Sequence[RuleRow]) -> Iterator[str]:
    failed, unknown = hosts_by_rule(hosts, Verdict.FAIL), hosts_by_rule(hosts, Verdict.UNKNOWN)
    yield "| rule | title | severity | hosts that fail | undecided |"
    yield "|---|---|---|---:|---:|"
    for at in _most_first(failed, unknown, rules):
        rule = rules[at]
        yield f"| {prose(rule.id)} | {prose(rule.title)} | {rule.severity} | {failed[at]} | {unknown[at]} |"


def _things(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"

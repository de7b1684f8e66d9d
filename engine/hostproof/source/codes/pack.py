"""Codes of packs: E1xx refuses a pack, W1xx advises."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E101", "A key that a pack does not have", "titel: Network stack"),
    CodeRow("HP-E102", "A key is missing", "- id: net.backlog\n  title: a rule without an assert"),
    CodeRow("HP-E103", "Another kind of value is needed here", "rules: net.backlog"),
    CodeRow("HP-E104", "A text that YAML reads as something else", "id: 9.10"),
    CodeRow("HP-E105", "An empty text", 'assert: ""'),
    CodeRow("HP-E106", "Not a format that this hostproof reads", "hostproof: 2"),
    CodeRow("HP-E107", "A name that cannot be used", "pack: Linux Network"),
    CodeRow("HP-E108", "An id that stands twice", "- id: net.backlog, in two rules"),
    CodeRow("HP-E109", "A pack without a rule", "rules: []"),
    CodeRow("HP-E110", "Not a severity", "severity: hihg"),
    CodeRow("HP-E111", "Not a type", "min_backlog: {type: cuont, default: 4096}"),
    CodeRow("HP-E112", "A value that is not of its type", "limit: {type: duration, default: 5}"),
    CodeRow("HP-E113", "A default beyond its own limits", "limit: {type: count, default: 5, min: 10}"),
    CodeRow("HP-E114", "A fact without a source, or with two", "disk: {read: text, gives: string}"),
    CodeRow("HP-E115", "A probe that hostproof does not have", "probe: net.tcp"),
    CodeRow("HP-E116", "Not a reader", "read: jsno"),
    CodeRow("HP-E117", "Not a regular expression", "read: {regex: '(?P<avail>'}"),
    CodeRow("HP-E118", "A reader that cannot give the type", "{read: lines, gives: bytes}"),
    CodeRow("HP-E119", "Not a usable timeout", "timeout: 5"),
    CodeRow("HP-E120", "Not a path of a target", "file: etc/fstab"),
    CodeRow("HP-E121", "Not a link", "references: [man 7 ip]"),
    CodeRow("HP-E122", "Too long or too many", "a title of 500 characters"),
    CodeRow("HP-E123", "Not a way to decide", "decide: surely"),
    CodeRow(
        "HP-E124", "A quantile whose interval reaches no comparison", "assert: p99(x) in [5ms], with decide: confident"
    ),
    CodeRow("HP-E125", "Not a path of an included file", "include: [../other/rules.yaml]"),
    CodeRow("HP-E126", "A file that is included twice", "include: [rules/clock.yaml, rules/clock.yaml]"),
    CodeRow("HP-E127", "A key of a pack in a fragment", "include: [more.yaml], in an included file"),
    CodeRow("HP-E128", "A name that two files declare", "params: {limit: ...}, in a pack and in its fragment"),
    CodeRow("HP-E129", "An argument that the probe does not take", "{probe: tcp, with: {conections: 200}}"),
    CodeRow("HP-E130", "A probe's argument that is not of its type", "{probe: tcp, with: {connections: many}}"),
    CodeRow("HP-E131", "A probe's argument beyond its limits", "{probe: tcp, with: {connections: 0}}"),
    CodeRow("HP-E132", "A parameter that the pack does not have", "{probe: tcp, with: {connections: params.cnt}}"),
    CodeRow("HP-E133", "Objects of a rule that walks over none", "each: name, and assert: probe.cpu.share > 50%"),
    CodeRow("HP-E134", "Not a field that can stand there", "each: {name: elapsed}"),
    CodeRow("HP-E135", "Not a pattern of a secret", "redact: ['licence=.*'], without a group"),
    CodeRow("HP-W101", "A fact that hides built-in ones", "facts: {kernel: ...}, beside kernel.release"),
    CodeRow("HP-W102", "A fact that no rule reads", "facts: {disk: ...}, and no disk in any rule"),
    CodeRow("HP-W103", "A rule that decides with confidence, and compares no quantile", "decide: confident"),
    CodeRow("HP-W104", "A rule that says the same of every host", "assert: true"),
    CodeRow(
        "HP-W105", "A file beside included ones that is not included", "include: [rules/a.yaml], and a rules/b.yaml"
    ),
)

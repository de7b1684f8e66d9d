"""Codes of cases and of evaluation: E35x refuses, W35x advises."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E351", "No rule was judged", "hostproof check --pack arm-servers, on another processor"),
    CodeRow("HP-E352", "The file of cases is malformed", "- rule: net.backlog\n  expects: pass"),
    CodeRow("HP-E353", "A case for a rule that the pack does not have", "- rule: net.baklog\n  expect: pass"),
    CodeRow("HP-E354", "A case gives a fact that nobody collects", "facts: {kernel.relaese: 6.1}"),
    CodeRow("HP-E355", "A case gives a value of another type", "facts: {clock.resolution: 4}, where 4ms is meant"),
    CodeRow("HP-E356", "A case sets a parameter that the pack does not have", "params: {min_baklog: 1024}"),
    CodeRow("HP-E357", "Not a verdict or cause", "unknown: {kernel.cmdline: forbidden}"),
    CodeRow("HP-E358", "A case's date is malformed", "date: 2026-02-30"),
    CodeRow("HP-E359", "A case contradicts itself", "facts: {kernel.release: 6.1}\nunknown: {kernel.release: denied}"),
    CodeRow("HP-E360", "A case's snapshot can't be read", "snapshot: no-such.hpsnap"),
    CodeRow("HP-E361", "A pack without cases", "hostproof test team, where the folder team/cases has no file"),
    CodeRow("HP-W351", "A case gives a fact that its rule does not read", "facts: {kernel.arch: x86_64}"),
)

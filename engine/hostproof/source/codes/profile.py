"""Codes of profiles, parameters and the choice of packs: E301 to E349 refuse, W301 to W349 advise."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E301", "No such pack", "hostproof check --pack linx"),
    CodeRow("HP-E302", "A folder without a pack", "hostproof check --pack ./empty"),
    CodeRow("HP-E303", "No such parameter", "hostproof check --param min_baklog=128"),
    CodeRow("HP-E304", "A parameter's value is not of its type", "hostproof check --param min_free=10"),
    CodeRow("HP-E305", "A parameter's value is beyond its limits", "hostproof check --param min_backlog=0"),
    CodeRow("HP-E306", "A parameter that several packs have", "--param min_free=1GiB, for two packs with a min_free"),
    CodeRow("HP-E311", "A key that a profile does not have", "pack: linux, instead of packs"),
    CodeRow("HP-E312", "A key is missing", "waivers: [{rule: net.backlog}]"),
    CodeRow("HP-E313", "Another kind of value is needed here", "packs: linux"),
    CodeRow("HP-E314", "A text that YAML reads as something else", "owner: 12"),
    CodeRow("HP-E315", "An empty text", 'reason: ""'),
    CodeRow("HP-E316", "Not a format that this hostproof reads", "hostproof: 2"),
    CodeRow("HP-E317", "Too long or too many", "a reason of 500 characters"),
    CodeRow("HP-E318", "A rule that no pack of the profile has", "rules: {net.baklog: {severity: low}}"),
    CodeRow("HP-E319", "A rule that several packs have", "rules: {net.backlog: ...}, for two packs with such a rule"),
    CodeRow("HP-E320", "Not a severity", "gate: {fail_on: hihg}"),
    CodeRow("HP-E321", "Not what a gate makes of unknowns", "gate: {unknown: error}"),
    CodeRow("HP-E322", "An override that changes nothing, or too much", "net.backlog: {off: true, severity: low}"),
    CodeRow("HP-E323", "Not a day", "expires: 2026-02-30"),
    CodeRow("HP-E324", "A waiver that ends before it starts", "{starts: 2026-07-01, expires: 2026-06-30}"),
    CodeRow("HP-E325", "The same pack twice", "packs: [linux, linux]"),
    CodeRow("HP-E326", "Not how thorough probes can be", "effort: fast"),
    CodeRow("HP-E327", "Not a pattern of host names", "waivers: [{rule: net.backlog, hosts: 'web-[0-9'}]"),
)

"""Codes of diff policies: E371 to E399 refuse, W371 to W399 advise."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E371", "A key that a policy does not have", "alow: cosmetic"),
    CodeRow("HP-E372", "A key of a policy is missing", "rules: [{id: looks, allow: cosmetic}]"),
    CodeRow("HP-E373", "Another kind of value is needed in a policy", "rules: looks"),
    CodeRow("HP-E374", "A text of a policy that YAML reads as something else", "id: 12"),
    CodeRow("HP-E375", "An empty text, or a policy without a rule", "rules: []"),
    CodeRow("HP-E376", "Not a format of policies that this hostproof reads", "hostproof: 2"),
    CodeRow("HP-E377", "Too long or too many for a policy", "a title of 500 characters"),
    CodeRow("HP-E378", "An id of a policy's rule is malformed, or stands twice", "id: No Temp Paths"),
    CodeRow("HP-E379", "Not a kind of change", "over: number"),
    CodeRow("HP-E380", "A policy's rule neither allows nor blocks, or does both", "{id: looks, over: texts}"),
    CodeRow("HP-E381", "Not a type that such changes have", "{over: numbers, of: string}"),
    CodeRow("HP-E382", "Names are chosen by another key", "{over: verdicts, facts: [net.*]}"),
    CodeRow("HP-E383", "No such policy to build on", "base: strict"),
    CodeRow("HP-E384", "A word that can't be met", 'turn == "new_failure"'),
    CodeRow("HP-E385", "No such policy", "hostproof diff a.hpsnap b.hpsnap --policy missing.yaml"),
)

"""Codes of baselines: E409 to E419 refuse a file, a folder, or what would be recorded."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E409", "Not a baseline", "a package.json among the baselines"),
    CodeRow("HP-E410", "The baseline is cut short, or in conflict", "<<<<<<< HEAD, left by a merge"),
    CodeRow("HP-E411", "The baseline was altered", 'a "fail" that somebody turned into "pass" by hand'),
    CodeRow("HP-E412", "The baseline was recorded by a newer hostproof", '{"hostproof":"baseline-2"}'),
    CodeRow("HP-E413", "The baseline's content is not what its format says", "a verdict that is none"),
    CodeRow("HP-E414", "Not a folder of baselines", "hostproof baseline list --baselines README.md"),
    CodeRow("HP-E415", "No output that can be recorded", "hostproof baseline record --output photo.jpg"),
    CodeRow("HP-E416", "Of which machine is not known", "hostproof baseline record sysctl-only.hpsnap"),
    CodeRow("HP-E417", "Both an output and a machine", "hostproof baseline gate host.hpsnap --output test.out"),
    CodeRow("HP-E418", "Not one snapshot", "hostproof baseline gate a.hpsnap b.hpsnap"),
)

"""Codes of snapshots: E4xx refuses a snapshot file."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E401", "Not a snapshot", "hostproof eval photo.jpg"),
    CodeRow("HP-E402", "The snapshot is cut short", "a copy that stopped half-way"),
    CodeRow("HP-E403", "The snapshot is damaged", "a file with a flipped bit"),
    CodeRow("HP-E404", "The snapshot is too large", "a file that unpacks to more than 64 MiB"),
    CodeRow("HP-E405", "The snapshot was altered", "a value edited by hand, the digest left as it was"),
    CodeRow("HP-E406", "The snapshot's text was not written by hostproof", 'a key that stands twice: {"a":1,"a":2}'),
    CodeRow("HP-E407", "The snapshot was made by a newer hostproof", '{"hostproof":"snapshot-2"}'),
    CodeRow("HP-E408", "The snapshot's content is not what its format says", 'a fact without a row in "facts"'),
)

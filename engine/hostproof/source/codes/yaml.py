"""Codes of files and YAML: E0xx refuses a text, W0xx advises."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E001", "The file does not exist", "hostproof lint no-such-pack.yaml"),
    CodeRow("HP-E002", "The file cannot be read", "a file that only root may read"),
    CodeRow("HP-E003", "Not a regular file", "hostproof lint /dev/zero"),
    CodeRow("HP-E004", "The text is too long", "a pack of more than 4 MiB"),
    CodeRow("HP-E005", "The file is not UTF-8", "title: Gr\\xfc\\xdfe, written as Latin-1"),
    CodeRow("HP-E006", "A character that YAML does not allow", 'title: "a\\x00b", with a real NUL'),
    CodeRow("HP-E007", "Not well-formed YAML", "rules: [a, b"),
    CodeRow("HP-E008", "A tab where only spaces may indent", "rules:\n\t- id: a.b"),
    CodeRow("HP-E009", "The file holds nothing", "# only a comment"),
    CodeRow("HP-E010", "A key is given twice", "title: a\ntitle: b"),
    CodeRow("HP-E011", "A key is not text", "443: https"),
    CodeRow("HP-E012", "A key is a list or a mapping", "[a, b]: c"),
    CodeRow("HP-E013", "Tags are not allowed", "title: !!str 12"),
    CodeRow("HP-E014", "Directives are not allowed", "%YAML 1.1\n---\ntitle: a"),
    CodeRow("HP-E015", "More than one document", "title: a\n---\ntitle: b"),
    CodeRow("HP-E016", "Merge keys are not allowed", "<<: *defaults"),
    CodeRow("HP-E017", "An alias without its anchor", "limit: *limt"),
    CodeRow("HP-E018", "An alias inside what it stands for", "a: &a [*a]"),
    CodeRow("HP-E019", "Nested too deeply", "[[[[...]]]], 101 deep"),
    CodeRow("HP-E020", "Too many values", "aliases of aliases that multiply to millions"),
    CodeRow("HP-E021", "Too many aliases", "a list of 1,001 aliases"),
    CodeRow("HP-E022", "A number out of range", "limit: 99999999999999999999"),
    CodeRow("HP-E023", "The file cannot be written", "hostproof check -f junit=/proc/out.xml"),
    CodeRow("HP-W001", "A comment cuts an unquoted text short", "assert: a == b # c"),
)

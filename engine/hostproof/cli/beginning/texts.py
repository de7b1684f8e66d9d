"""What a new pack consists of: a name, a title and a kind of CI in, the text of each file out."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from hostproof.source.builtin import data_folder

# Copied beside the pack, so that editors of the whole team find them, wherever hostproof is installed.
SCHEMAS = ".hostproof"
_COPIED = ("pack", "cases", "profile")
GITHUB = ".github/workflows/hostproof.yml"
GITLAB, GITLAB_INCLUDED = ".gitlab-ci.yml", "hostproof.gitlab-ci.yml"

_PACK = """\
# yaml-language-server: $schema=../.hostproof/pack-1.schema.json
hostproof: 1
pack: @PACK@
title: @TITLE@

# What a team may set without touching a rule. The type carries the unit.
params:
  min_room: {type: bytes, default: 64MiB, description: Room that a day of logs takes}

# What this pack learns by itself. `hostproof facts` lists what is built in, and needs no entry here.
facts:
  var:
    run: [df, -B1, --output=avail, /var]
    read: {regex: '(?m)^\\s*(?P<avail>\\d+)$'}
    gives: {avail: bytes}

rules:
  - id: disk.logs
    title: There is room for a day of logs
    severity: high
    assert: var.avail >= params.min_room
    message: "{var.avail} left on /var, {params.min_room} are needed"
    rationale: A service that can't write its log blocks, or loses what happened.
    remediation: Make room on /var, or move the logs.
"""

_CASES = """\
# yaml-language-server: $schema=../../.hostproof/cases-1.schema.json
hostproof: 1
cases:
  - rule: disk.logs
    title: just enough
    facts: {var.avail: 64MiB}
    expect: pass
  - rule: disk.logs
    title: a byte too little
    facts: {var.avail: 67108863B}
    expect: fail
    message: 64MiB are needed
  - rule: disk.logs
    title: nobody could look
    unknown: {var.avail: denied}
    expect: unknown
    cause: denied
"""

_PROFILE = """\
# yaml-language-server: $schema=.hostproof/profile-1.schema.json
hostproof: 1
packs: [./@PACK@]   # and built-in ones by name: [linux, ./@PACK@]
# What differs from the packs' defaults here:
# params: {min_room: 256MiB}
gate: {fail_on: medium, unknown: fail}
"""

_ON_GITHUB = """\
# The rules are checked and tested; no machine is judged. That is done on it, by
# `hostproof check --profile hostproof.yaml --ci github`.
name: hostproof
on: [push, pull_request]
permissions: {contents: read}
jobs:
  rules:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install hostproof   # or the wheel that your team keeps
      - run: hostproof lint ./@PACK@
      - run: hostproof test ./@PACK@ --coverage 100% --mutants 90% -f junit=cases.xml
"""

_ON_GITLAB = """\
# The rules are checked and tested; no machine is judged. That is done on it, by
# `hostproof check --profile hostproof.yaml --ci gitlab`.
hostproof-rules:
  image: python:3.12
  script:
    - pip install hostproof   # or the wheel that your team keeps
    - hostproof lint ./@PACK@
    - hostproof test ./@PACK@ --coverage 100% --mutants 90% -f junit=cases.xml
  artifacts:
    when: always
    reports: {junit: cases.xml}
"""


def files_of(pack: str, title: str, ci_file: str) -> dict[str, str]:
    """Return the text of each file of a new pack, by its path; `ci_file` is where that of CI goes, or empty."""
    texts = {
        f"{pack}/pack.yaml": _PACK,
        f"{pack}/cases/{pack}.yaml": _CASES,
        "hostproof.yaml": _PROFILE,
    }
    if ci_file:
        texts[ci_file] = _ON_GITHUB if ci_file == GITHUB else _ON_GITLAB
    # A JSON text is a YAML text as well, whatever is in the title.
    quoted = json.dumps(title, ensure_ascii=False)
    filled = {path: text.replace("@PACK@", pack).replace("@TITLE@", quoted) for path, text in texts.items()}
    return filled | _schemas()


def _schemas() -> dict[str, str]:
    names = [f"{kind}-1.schema.json" for kind in _COPIED]
    return {str(PurePosixPath(SCHEMAS, name)): (data_folder("schema") / name).read_text("utf-8") for name in names}

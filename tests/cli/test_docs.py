"""`hostproof docs` from the shell: a page to standard output, pages into a folder, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import PACK, Told

CASES = "hostproof: 1\ncases:\n  - {rule: team.number, title: four, facts: {number: 4}, expect: fail}\n"
PAGE = """\
# `team`: Team

<!-- Made by `hostproof docs`; edit the pack instead. -->

What a team needs.

1 rule, 1 parameter, 1 case.

## Rules

| rule | severity | what holds |
| --- | --- | --- |
| [team.number](#team.number) | high | The number is large enough |

## Parameters

Set by `--param NAME=VALUE`, or by `params:` of a profile; each has a default.

| parameter | type | default | allowed | what it is |
| --- | --- | --- | --- | --- |
| `least` | `count` | `5` | any | Least number |

## Facts of its own

### number

Reads `/etc/number`, taken as `number`; at most 10s.

| fact | type |
| --- | --- |
| `number` | `count` |

## Each rule

### <a id="team.number"></a>team.number

**The number is large enough** · high

```
assert: number >= params.least
```

**Says:** {number} of {params.least}

**Why:** Small numbers are too small.

**Fix:**

```
echo {params.least} > number
```

**Parameters:** `least`

**Facts:** `number`

**Cases:**

- fail (1): four
"""


@pytest.fixture(autouse=True)
def team(tmp_path: Path) -> Path:
    """Write a pack with a case, and return its folder."""
    folder = tmp_path / "team"
    (folder / "cases").mkdir(parents=True)
    (folder / "pack.yaml").write_text("# What a team needs.\n" + PACK.replace("NUMBER", "/etc/number"))
    (folder / "cases" / "a.yaml").write_text(CASES)
    return folder


def test_a_page(told: Told) -> None:
    """One pack goes to standard output, all of it."""
    assert told("docs", "team") == (0, PAGE, "")


def test_a_folder(told: Told, tmp_path: Path) -> None:
    """Each pack has its page, and README.md leads to them; a collection is its packs."""
    assert told("docs", "team", "go", "-o", "out/pages") == (0, "", "")
    names = {path.name for path in (tmp_path / "out" / "pages").iterdir()}
    assert {"team.md", "go-cgo.md", "README.md"} < names
    assert (tmp_path / "out" / "pages" / "team.md").read_text() == PAGE
    assert (
        "| [team](team.md) | Team | 1 | What a team needs. |" in (tmp_path / "out" / "pages" / "README.md").read_text()
    )


def test_a_pack_without_cases(told: Told, team: Path) -> None:
    """Nothing that could be told is a reason to refuse: the page says that there are none."""
    (team / "cases" / "a.yaml").unlink()
    code, out, _ = told("docs", "team")
    assert (code, out.endswith("**Cases:** none\n")) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("team", "rootfs"), "HP-E502"),
        (("team", "team", "-o", "out"), "HP-E509"),
        (("nowhere",), "HP-E301"),
        (("team", "-o", "team/pack.yaml"), "HP-E503"),
    ],
)
def test_what_is_refused(told: Told, words: tuple[str, ...], said: str) -> None:
    """What can't be written is told before anything is, with its code."""
    code, out, err = told("docs", *words)
    assert (code, out) == (2, "")
    assert said in err

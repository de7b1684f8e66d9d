"""Whether Go follows a quota of processors, tried with each toolchain on a machine that seems to have eight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from faults.needs import unmet
from faults.noticing import took
from faults.running import Judging, broken, judge, python_of
from gofaults.goroot import with_go
from gofaults.runtime import FAULTS
from gotools import each_toolchain
from hostproof.facts.versions import version_key

pytestmark = pytest.mark.xdist_group("go")
QUOTA = next(fault for fault in FAULTS if fault.id == "go-runtime.quota-old")


@each_toolchain()
def test_go_follows_the_quota_of_its_own_group_since_1_25(goroot: Path, tmp_path: Path) -> None:
    """With a quota of 1.5 processors of eight, Go 1.25 and later run two goroutines at once, older ones eight."""
    fault = replace(QUOTA, base=with_go(goroot))
    if reason := unmet(fault.needs):
        pytest.skip(f"fault not injected: {reason}")
    with broken(fault) as words:
        took(fault, words)
        said = judge(Judging.of(fault, tmp_path), words, python_of(fault))
    follows = version_key(goroot.parent.name) >= version_key("1.25")
    assert said["procs.quota"].verdict == ("pass" if follows else "fail"), said["procs.quota"].said

"""Packs of several files: one pack comes out, whatever file a rule stands in, and no file from outside comes in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hostproof.facts.catalog import Catalog
from hostproof.rulepack import cache
from hostproof.rulepack.cache import load_cached
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.problems import ProblemError

SUITE = Path(__file__).parents[1] / "suite" / "rulepack" / "packs"
OTHER = "hostproof: 1\nrules:\n  - {id: c.d, title: C, severity: low, assert: cpu.online > 1}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a pack of three files, of which one may do with what one likes."""
    folder = tmp_path / "pack"
    shutil.copytree(SUITE / "parts", folder / "parts")
    shutil.copy(SUITE / "good-included.yaml", folder / "pack.yaml")
    return folder


def all_of(pack: RulePack) -> list[object]:
    """Return what of a pack can be compared, with the places of its rules."""
    places = [(rule.id, str(rule.span), rule.span.file.text, rule.needs, rule.holds.text) for rule in pack.rules]
    return [pack.name, pack.digest, dict(pack.params), pack.requests, [one.path for one in pack.fragments], places]


def test_fragments_are_merged(pack: Path, catalog: Catalog) -> None:
    """Rules come in the order of the files, the pack's own first, and each keeps the place where it stands."""
    found = load_pack(pack, catalog)
    assert [(rule.id, str(rule.span).removeprefix(f"{pack}/")) for rule in found.rules] == [
        ("own.rule", "pack.yaml:9:9"),
        ("part.rule", "parts/rules.yaml:4:9"),
        ("part.other", "parts/rules.yaml:8:9"),
    ]
    assert list(found.params) == ["least", "never"]
    assert [request.name for request in found.requests] == ["of-several-files:motd"]
    assert found.rules[1].needs == {"cpu.online", "of-several-files:motd"}
    assert [file.path for file in found.fragments] == [
        str(pack / "parts/rules.yaml"),
        str(pack / "parts/deep/declared.yml"),
    ]


def test_the_digest_covers_every_file_and_its_place(pack: Path, catalog: Catalog) -> None:
    """Another letter in any of the files is another pack, and so is the same text in another place or order."""
    digests = [load_pack(pack, catalog).digest]
    for name in ("pack.yaml", "parts/rules.yaml", "parts/deep/declared.yml"):
        with (pack / name).open("a") as file:
            file.write("# more\n")
        digests.append(load_pack(pack, catalog).digest)
    text = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text(text.replace("parts/rules.yaml", "parts/moved.yaml"))
    (pack / "parts/rules.yaml").rename(pack / "parts/moved.yaml")
    digests.append(load_pack(pack, catalog).digest)
    assert len(set(digests)) == len(digests)
    shutil.copytree(pack, pack.parent / "elsewhere")
    assert load_pack(pack.parent / "elsewhere", catalog).digest == digests[-1]


def test_a_cached_pack_of_several_files_is_the_same_pack(
    pack: Path, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken from the cache, nothing of it is different, and nothing is loaded a second time."""
    fresh, made = load_pack(pack, catalog), load_cached(pack, tmp_path / "cache")
    monkeypatch.setattr(cache, "_loaded", lambda _: pytest.fail("loaded anew"))
    kept = load_cached(pack, tmp_path / "cache")
    assert all_of(kept) == all_of(made) == all_of(fresh)


def changed(pack: Path) -> None:
    """Write another rule into a fragment."""
    (pack / "parts/rules.yaml").write_text(OTHER)


def gone(pack: Path) -> None:
    """Take a fragment away."""
    (pack / "parts/rules.yaml").unlink()


def led_out(pack: Path) -> None:
    """Put a link to a file outside, of the same text, in a fragment's place."""
    (pack / "parts/rules.yaml").rename(pack.parent / "rules.yaml")
    (pack / "parts/rules.yaml").symlink_to(pack.parent / "rules.yaml")


def folder_led_out(pack: Path) -> None:
    """Put a link to a folder outside in the place of the fragments' folder."""
    (pack / "parts").rename(pack.parent / "parts")
    (pack / "parts").symlink_to(pack.parent / "parts")


def test_a_changed_fragment_is_loaded_anew(pack: Path, tmp_path: Path) -> None:
    """The cache holds for all the files: another text in an included one is another pack."""
    load_cached(pack, tmp_path / "cache")
    changed(pack)
    assert [rule.id for rule in load_cached(pack, tmp_path / "cache").rules] == ["own.rule", "c.d"]
    assert [rule.id for rule in load_cached(pack, tmp_path / "cache").rules] == ["own.rule", "c.d"]


@pytest.mark.parametrize(
    ("harm", "code"),
    [(gone, "HP-E001"), (led_out, "HP-E125"), (folder_led_out, "HP-E125")],
)
def test_a_fragment_must_be_there_and_inside(
    pack: Path, tmp_path: Path, harm: Callable[[Path], None], code: str, catalog: Catalog
) -> None:
    """A missing fragment, or one that a link leads out of the pack's folder, is told at its path, cached or not."""
    load_cached(pack, tmp_path / "cache")
    harm(pack)
    for load in (lambda: load_pack(pack, catalog), lambda: load_cached(pack, tmp_path / "cache")):
        with pytest.raises(ProblemError) as refused:
            load()
        first = refused.value.problems[0]
        assert (first.code, str(first.span)) == (code, f"{pack / 'pack.yaml'}:5:11")


def test_a_link_inside_the_pack_is_the_file_it_leads_to(pack: Path, catalog: Catalog) -> None:
    """One may include a link that stays inside, but not the same file by two names."""
    (pack / "link.yaml").symlink_to("parts/rules.yaml")
    text = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text(text.replace("[parts/rules.yaml", "[link.yaml"))
    assert len(load_pack(pack, catalog).rules) == 3
    (pack / "pack.yaml").write_text(text.replace("[parts/rules.yaml", "[parts/rules.yaml, link.yaml"))
    with pytest.raises(ProblemError) as refused:
        load_pack(pack, catalog)
    assert [problem.code for problem in refused.value.problems] == ["HP-E126"]


def test_a_pack_reached_by_a_link_is_the_folder_it_is_in(pack: Path, catalog: Catalog) -> None:
    """A link to a pack's folder is as good as the folder."""
    (pack.parent / "link").symlink_to(pack)
    assert len(load_pack(pack.parent / "link", catalog).rules) == 3


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_a_fragment_is_a_regular_file(pack: Path, make: Callable[[Path], None], catalog: Catalog) -> None:
    """A folder or a pipe in a fragment's place is refused, and not waited for."""
    gone(pack)
    make(pack / "parts/rules.yaml")
    with pytest.raises(ProblemError) as refused:
        load_pack(pack, catalog)
    assert [problem.code for problem in refused.value.problems if problem.code < "HP-E100"] == ["HP-E003"]


def test_more_files_than_a_pack_may_have(pack: Path, catalog: Catalog) -> None:
    """A hundred fragments are enough for anybody."""

    def named(count: int) -> Iterator[str]:
        for number in range(count):
            (pack / f"{number}.yaml").write_text(OTHER.replace("c.d", f"c.n{number}"))
            yield f"{number}.yaml"

    head = "hostproof: 1\npack: many\ntitle: Many files\n"
    (pack / "pack.yaml").write_text(f"{head}include: [{', '.join(named(100))}]\n")
    assert len(load_pack(pack, catalog).rules) == 100
    (pack / "pack.yaml").write_text(f"{head}include: [{', '.join(named(101))}]\n")
    with pytest.raises(ProblemError) as refused:
        load_pack(pack, catalog)
    assert [problem.code for problem in refused.value.problems] == ["HP-E122"]

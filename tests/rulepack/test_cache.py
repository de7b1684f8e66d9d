"""Cached packs: the same pack as a fresh one, only ever from a folder that is the user's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.expr.explain import explain
from hostproof.expr.scope import Env
from hostproof.expr.template import render_template
from hostproof.facts.catalog import Catalog
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.rulepack import cache
from hostproof.rulepack.cache import cache_folder, load_cached
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.builtin import data_folder
from hostproof.source.problems import ProblemError

GOOD = Path(__file__).parents[1] / "suite" / "rulepack" / "packs" / "good-everything.yaml"
HEAVY = {"ruamel", "lark", "jsonschema", "click", "re2", "orjson", "zstandard", "difflib", "decimal", "fractions"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where packs are to be cached."""
    return tmp_path / "cache" / "hostproof"


def without_expressions(pack: RulePack) -> list[object]:
    """Return what of a pack can be compared."""
    rules = [
        (r.id, r.title, r.severity, r.rationale, r.references, r.tags, r.needs, r.span.start, str(r.span), r.holds.text)
        for r in pack.rules
    ]
    return [pack.name, pack.title, pack.path, pack.digest, dict(pack.params), pack.requests, rules]


def outcomes(pack: RulePack, values: dict[str, Value]) -> list[object]:
    """Return what a pack's expressions and templates come to over some facts."""
    params = {name: param.default for name, param in pack.params.items()}
    env = Env(Snapshot(0, "local", Host(), values), params)
    found: list[object] = []
    for rule in pack.rules:
        for expr in filter(None, (rule.holds, rule.applies)):
            found += [evaluate(expr, env), repr(explain(expr, env)), expr.type, expr.needs]
        found += [render_template(one, env) for one in (rule.message, rule.remediation) if one]
    return found


@pytest.mark.parametrize("path", [GOOD, data_folder("rules") / "linux"], ids=["suite", "linux"])
def test_a_cached_pack_is_the_same_pack(path: Path, folder: Path, catalog: Catalog) -> None:
    """Everything a pack holds, places included, and everything it judges is the same from the cache."""
    fresh, made, kept = load_pack(path, catalog), load_cached(path, folder), load_cached(path, folder)
    assert len(list(folder.iterdir())) == 1
    assert without_expressions(kept) == without_expressions(made) == without_expressions(fresh)
    values: dict[str, Value] = {"kernel.release": "6.1", "sysctl.net.core.somaxconn": 128, "cpu.online": 2}
    assert outcomes(kept, values) == outcomes(made, values) == outcomes(fresh, values)
    assert kept.needed() == fresh.needed()


def test_a_kept_pack_is_taken_and_not_loaded_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time, nothing is parsed or checked."""
    load_cached(GOOD, folder)
    monkeypatch.setattr(cache, "_loaded", lambda _: pytest.fail("loaded anew"))
    assert load_cached(GOOD, folder).name == "linux-network2"


def test_a_cached_pack_needs_no_parser(folder: Path) -> None:
    """A process that takes a pack from the cache imports neither YAML nor grammar nor schema, nor the checker."""
    load_cached(GOOD, folder)
    code = (
        "import sys; from pathlib import Path; from hostproof.rulepack.cache import load_cached\n"
        "load_cached(Path(sys.argv[1]), Path(sys.argv[2])); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, GOOD, folder], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert loaded & {"hostproof.expr.check", "hostproof.rulepack.load", "hostproof.source.yaml"} == set()


def test_a_changed_pack_is_loaded_anew(tmp_path: Path, folder: Path) -> None:
    """The text decides: another title is another pack, and takes the old one's place."""
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD.read_text())
    load_cached(path, folder)
    path.write_text(GOOD.read_text().replace("Network stack", "Another title"))
    assert load_cached(path, folder).title == "Another title"
    assert len(list(folder.iterdir())) == 1


def test_another_hostproof_or_python_loads_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version made is not taken, whichever of the two is another."""
    load_cached(GOOD, folder)
    keys = {cache._key(cache.read_source(GOOD))}
    for name, value in (("__version__", "0.0.0"), ("_FLOORS", ("facts",))):
        with monkeypatch.context() as patch:
            patch.setattr(cache, name, value)
            keys.add(cache._key(cache.read_source(GOOD)))
    monkeypatch.setattr(sys, "version", "another")
    keys.add(cache._key(cache.read_source(GOOD)))
    assert len(keys) == 4


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other", "long", "text"])
def test_a_damaged_file_is_ignored_and_replaced(folder: Path, damage: str, catalog: Catalog) -> None:
    """A torn, altered or foreign file costs a fresh load, and nothing else."""
    load_cached(GOOD, folder)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "cut": whole[:-1],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "empty": b"",
            "other": bytes(64) + whole[64:],
            "long": whole + b"x",
            "text": b"hostproof",
        }[damage]
    )
    assert without_expressions(load_cached(GOOD, folder)) == without_expressions(load_pack(GOOD, catalog))
    assert len(file.read_bytes()) == len(whole)


def test_a_wrong_pack_is_never_kept(tmp_path: Path, folder: Path) -> None:
    """A pack with problems is refused each time, and leaves nothing behind."""
    path = tmp_path / "pack.yaml"
    path.write_text("hostproof: 1\n")
    for _ in range(2):
        with pytest.raises(ProblemError):
            load_cached(path, folder)
    assert list(folder.iterdir()) == []


def test_the_folder_is_for_its_owner_alone(folder: Path) -> None:
    """The folder is made so that nobody else may look or write, and so are the files."""
    load_cached(GOOD, folder)
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, mode: int) -> None:
    """Code from such a folder could be anybody's: the pack is loaded anew, and nothing is written."""
    folder.mkdir(parents=True)
    folder.chmod(mode)
    assert load_cached(GOOD, folder).name == "linux-network2"
    assert list(folder.iterdir()) == []


def test_a_link_is_not_used(folder: Path, tmp_path: Path) -> None:
    """A link in the folder's place could lead anywhere, and so could one in a file's place."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    load_cached(GOOD, folder)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_is_not_used(folder: Path) -> None:
    """Neither a folder that another user owns, nor one that would have to be made in another user's home."""
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, 65534, 65534)
    load_cached(GOOD, folder)
    assert list(folder.iterdir()) == []
    os.chown(folder.parent, 65534, 65534)
    load_cached(GOOD, folder.parent / "another")
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("place", ["file", "missing"])
def test_without_a_folder_packs_load_all_the_same(tmp_path: Path, place: str) -> None:
    """A file in the way, or no folder at all, is no problem of the user's."""
    (tmp_path / "file").write_text("")
    assert load_cached(GOOD, tmp_path / place / "x").name == "linux-network2"
    assert load_cached(GOOD, None).name == "linux-network2"


@pytest.mark.parametrize(
    ("base", "home", "wanted"),
    [
        ("/c", "/h", "/c/hostproof"),
        ("", "/h", "/h/.cache/hostproof"),
        ("relative", "/h", "/h/.cache/hostproof"),
        ("", "", None),
        (None, None, None),
    ],
)
def test_the_folder_is_where_the_desktop_standard_puts_it(
    monkeypatch: pytest.MonkeyPatch, base: str | None, home: str | None, wanted: str | None
) -> None:
    """XDG_CACHE_HOME if it is an absolute path, else .cache in the home, else nowhere."""
    for name, value in (("XDG_CACHE_HOME", base), ("HOME", home)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert cache_folder() == (Path(wanted) if wanted else None)


def test_a_kept_pack_takes_no_more_room_than_it_has(folder: Path) -> None:
    """A small pack is read from the cache where there is little memory left."""
    load_cached(GOOD, folder)
    little = (
        "import pathlib, resource, sys\nfrom hostproof.rulepack import cache\n"
        "used = int(open('/proc/self/statm').read()"
        ".split()[0]) * resource.getpagesize()\nresource.setrlimit(resource.RLIMIT_AS, (used + 2**26,) * 2)\n"
        "print(cache.load_cached(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])).name)"
    )
    command = [sys.executable, "-c", little, str(GOOD), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, f"{load_cached(GOOD, folder).name}\n"), done.stderr

"""Finding packs: a built-in name or a path that the user named in, the file of a pack or of a collection out."""

from __future__ import annotations

from pathlib import Path

from hostproof.source.builtin import data_folder
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError

FILE_NAME = "pack.yaml"
COLLECTION_NAME = "packs.yaml"  # several packs under one name: see collection.py


def pack_file(path: Path) -> Path:
    """Return the file that a pack's path means: itself, or the `pack.yaml` of a folder."""
    return path / FILE_NAME if path.is_dir() else path


def builtin_packs() -> tuple[str, ...]:
    """Return the names of the packs that hostproof comes with, sorted."""
    return tuple(sorted(path.parent.name for path in data_folder("rules").glob(f"*/{FILE_NAME}")))


def builtin_names() -> tuple[str, ...]:
    """Return the names of the packs and of the collections that hostproof comes with, sorted."""
    collections = (path.parent.name for path in data_folder("rules").glob(f"*/{COLLECTION_NAME}"))
    return tuple(sorted({*builtin_packs(), *collections}))


def find_pack(name_or_path: str, base: Path = Path()) -> Path:
    """Return the file of a pack: a built-in one by its bare name, any other by a path from the folder `base`.

    It may also be the file of a collection, whose packs `find_packs` has. A folder of the current directory can't pass
    for a built-in pack: `linux` is built in, `./linux` is a path.
    Raises ProblemError (HP-E301, HP-E302) with the nearest name as a hint.
    """
    known, path = data_folder("rules") / name_or_path, base / name_or_path
    try:
        for name in (FILE_NAME, COLLECTION_NAME) if _is_name(name_or_path) else ():
            if (known / name).is_file():
                return known / name
        if path.is_dir():
            return _in_folder(path, name_or_path)
        if path.exists():
            return path
    except (OSError, ValueError):
        pass  # a name too long, or with a NUL, leads nowhere
    raise ProblemError((Problem("HP-E301", f"there is no pack {name_or_path[:200]!r}", None, _hint(name_or_path)),))


def find_packs(name_or_path: str, base: Path = Path()) -> tuple[Path, ...]:
    """Return the files of the packs that a name means: those of a collection in its order, or the one pack's.

    Raises ProblemError like `find_pack`, and for a collection that isn't well-formed.
    """
    found = find_pack(name_or_path, base)
    if found.name != COLLECTION_NAME:
        return (found,)
    from hostproof.rulepack.collection import packs_of

    return packs_of(found)


def _is_name(text: str) -> bool:
    return bool(text) and text.replace("-", "").isalnum()


def _in_folder(folder: Path, named: str) -> Path:
    for name in (FILE_NAME, COLLECTION_NAME):
        if (folder / name).exists() and not (folder / name).is_dir():
            return folder / name
    hint = f"a pack is a folder with a {FILE_NAME}, or the file itself"
    raise ProblemError((Problem("HP-E302", f"the folder {named!r} has no {FILE_NAME}", None, hint),))


def _hint(text: str) -> str:
    if not _is_name(text):
        return "the path leads nowhere"
    near = nearest(text, builtin_names())
    return f"did you mean {near!r}?" if near else f"built in are {', '.join(builtin_names())}; others are named by path"

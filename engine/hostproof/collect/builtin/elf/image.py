"""What the agent sent of a program and of the files around it: plain values in, files to look up by their paths out."""

from __future__ import annotations

from hostproof.collect.builtin.elf.program import Program, read_program
from hostproof.collect.builtin.elf.sparse import SparseFile, unsqueezed
from hostproof.facts.snapshot import Value


class Image:
    """The program's own path (`place`, within its root), and what is known of every path that could matter.

    Raises ValueError for what the agent would never send.
    """

    def __init__(self, said: Value) -> None:
        self._said = _mapping(said)
        self.path = str(self._said.get("path", ""))
        self.place = str(self._said.get("place", ""))
        self.library_path = str(self._said.get("library_path", ""))
        self.texts = {path: str(text) for path, text in self._part("texts").items()}
        self.cache = unsqueezed(self._said.get("cache", ""))
        left_out = self._said.get("left_out")
        self.left_out = [str(path) for path in left_out] if isinstance(left_out, list) else []
        self._read: dict[str, Program | str] = {}

    def _part(self, name: str) -> dict[str, Value]:
        return _mapping(self._said.get(name))

    def real(self, path: str) -> str:
        """Return where a path's file really is, empty if there is none."""
        return str(self._part("found").get(path, ""))

    def anyone_may_write(self, folder: str) -> bool | None:
        """Return whether anyone may put files into a folder; None where nobody looked."""
        said = _mapping(self._part("folders").get(folder))
        return bool(said["anyone"]) if "anyone" in said else None

    def exists(self, folder: str) -> bool:
        """Return whether a folder of an RPATH or RUNPATH is there."""
        return bool(_mapping(self._part("folders").get(folder)).get("exists"))

    def mode(self, real: str) -> int:
        """Return the permissions of a file."""
        mode = self._object(real).get("mode")
        return mode if isinstance(mode, int) else 0

    def file(self, real: str) -> SparseFile:
        """Return a file by its real path. Raises ValueError where it could not be read."""
        found = self._object(real)
        size = found.get("size")
        if not isinstance(size, int):
            raise ValueError(str(found.get("error") or "it was not read"))  # noqa: TRY004 - nothing is of a wrong type
        return SparseFile(size, found.get("parts"))

    def program(self, real: str) -> Program | str:
        """Return what a file is, or why that can't be said."""
        if real not in self._read:
            try:
                self._read[real] = read_program(self.file(real))
            except ValueError as problem:
                self._read[real] = str(problem)
        return self._read[real]

    def _object(self, real: str) -> dict[str, Value]:
        return _mapping(self._part("objects").get(real))


def _mapping(said: Value) -> dict[str, Value]:
    return said if isinstance(said, dict) else {}

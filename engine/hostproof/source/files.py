"""Reading texts that people wrote, and writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from hostproof.source.problems import Problem, ProblemError
from hostproof.source.spans import SourceFile

MOST_BYTES = 4 * 1024 * 1024
BYTE_ORDER_MARK = "\ufeff"


def read_source(path: str | Path) -> SourceFile:
    """Return the text of a regular UTF-8 file of at most 4 MiB, without its byte order mark.

    The text keeps its line ends. Raises `ProblemError` if there is no such file, or if it is anything else:
    a folder or a device could be read for ever.
    """
    data = read_bytes(path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode())
        place = SourceFile(str(path), data.decode(errors="replace")).span(at, at + 1)
        message = f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8"
        raise ProblemError((Problem("HP-E005", message, place, "save the file as UTF-8"),)) from error
    return SourceFile(str(path), text.removeprefix(BYTE_ORDER_MARK))


def read_bytes(path: str | Path, most: int = MOST_BYTES) -> bytes:
    """Return what a regular file of at most `most` bytes holds. Raises `ProblemError` like `read_source`."""
    try:
        # Looked at before it is opened: opening a pipe waits, and opening a device can do anything.
        _demand_regular(path, Path(path).stat().st_mode)
        with Path(path).open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError as error:
        _refuse("HP-E001", f"there is no file {path}", error)
    except (OSError, ValueError) as error:
        _refuse("HP-E002", f"{path} cannot be read: {_reason(error)}", error)
    if len(data) > most:
        _refuse("HP-E004", f"{path} has more than {most:,} bytes")
    return data


def _demand_regular(path: str | Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        _refuse("HP-E003", f"{path} is a folder, not a file")
    if not stat.S_ISREG(mode):
        _refuse("HP-E003", f"{path} is not a regular file")


def write_atomically(path: str | Path, data: bytes | Iterable[bytes]) -> None:
    """Give the file `path` the content `data`, bytes or pieces of them, all of it or, on failure, none.

    The content is on the disk before the file gets its name. A file that exists keeps its mode, and a link to a
    file stays one; a new file's mode, and missing folders, follow the umask. A device or a pipe is written to.
    Raises `ProblemError`.
    """
    pieces = (data,) if isinstance(data, bytes) else data
    try:
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(Path(path))
        if mode is None or stat.S_ISREG(mode):
            _replace(target, pieces, mode)
        else:
            with Path(path).open("wb") as file:
                file.writelines(pieces)
    except (OSError, ValueError) as error:
        _refuse("HP-E023", f"{path} cannot be written: {_reason(error)}", error)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, pieces: Iterable[bytes], mode: int | None) -> None:
    draft = target.with_name(f".{os.urandom(8).hex()}.hostproof")
    try:
        # Not tempfile: it makes files for their owner alone, whatever the umask.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Put the new name on the disk as well; not every file system can, and the file is whole either way."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _refuse(code: str, message: str, cause: Exception | None = None) -> NoReturn:
    raise ProblemError((Problem(code, message),)) from cause

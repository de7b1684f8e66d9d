"""Rows of the probe `files`: what a folder is good for.

Sources: open(2), linkat(2), rename(2), flock(2), fcntl(2), inotify(7), fsync(2), fallocate(2), copy_file_range(2),
xattr(7), mmap(2). Where a fact is "ok", an errno's name or "wrong": wrong is a call that succeeded without having its
effect.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import BOOL, COUNT, DURATION, RATIO, STRING, Type, list_of, samples_of

PROBE = ProbeSpec(
    "files",
    "Files",
    "tries each operation in a scratch folder and looks at its effect; times an fsync after each of up to 400 writes"
    " of 4 KiB (200 when quick, 2000 when full)",
    "writes up to 4 MiB to a new folder below `folder`, a few hundred fsyncs; removed afterwards",
    params=(
        ProbeParam("folder", STRING, "", "Folder to try; empty is TMPDIR, or /tmp. It must exist, and be writable."),
    ),
)


def _row(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"probe.files.{name}", kind, Owner.FILES, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("folder", STRING, "Folder that was tried, without symbolic links"),
    _row("type", STRING, "Type of the file system there: ext4, overlay, tmpfs..."),
    _row("in_memory", BOOL, "Whether that is in memory, where nothing is durable"),
    _row("options", list_of(STRING), "Options of its mount and file system, but for paths: rw, noexec, uuid=on..."),
    _row("room", STRING, "Writing a file of 1 MiB: ok, or the errno that refused it or its folder"),
    _row("room.files", STRING, "Making 64 files at once: ok, or the errno that refused them or their folder"),
    _row("run", STRING, "Running a program put there: ok or an errno"),
    _row("fsync", STRING, "Outcome of fsync of a file: ok or an errno"),
    _row("fsync.folder", STRING, "Outcome of fsync of a folder, which makes a rename durable: ok or an errno"),
    _row("fsync.time", samples_of(DURATION), "Time of fsync after a write of 4 KiB, our overhead included"),
    _row("fsync.rounds", COUNT, "Rounds made; the one with the lowest 99th percentile is told"),
    _row("fsync.overhead", DURATION, "Time of an empty measured call: the floor of these times"),
    _row("fsync.pressure", RATIO, "Share of that time in which some task waited for a processor (PSI)"),
    _row("tmpfile", STRING, "O_TMPFILE, then a name by linkat: ok, an errno or wrong"),
    _row("direct", STRING, "Writing and reading an aligned block with O_DIRECT: ok, an errno or wrong"),
    _row("exchange", STRING, "Outcome of renameat2 with RENAME_EXCHANGE: ok, an errno or wrong"),
    _row(
        "noreplace",
        STRING,
        "Outcome of renameat2 with RENAME_NOREPLACE onto a name that is taken: ok if that is refused",
    ),
    _row("mapped", STRING, "Writing by a shared mapping of a file: ok, an errno or wrong"),
    _row("allocate", STRING, "Outcome of fallocate of blocks: ok, an errno or wrong"),
    _row("punch", STRING, "Outcome of fallocate with FALLOC_FL_PUNCH_HOLE: ok, an errno or wrong"),
    _row("copy", STRING, "Outcome of copy_file_range: ok, an errno or wrong"),
    _row("reflink", STRING, "Cloning a file (FICLONE): ok, an errno or wrong"),
    _row("flock", STRING, "Outcome of flock by two descriptors: ok if they exclude each other, an errno or wrong"),
    _row("ofd_lock", STRING, "Open file description locks by two descriptors: ok, an errno or wrong"),
    _row("notice", STRING, "Outcome of inotify on making, changing and renaming a file: ok, an errno or wrong"),
    _row("links", STRING, "A hard and a symbolic link: ok, an errno or wrong"),
    _row("attribute", STRING, "An extended attribute user.*: ok, an errno or wrong"),
    _row("case", BOOL, "Whether names that differ by the case of a letter are different files"),
)

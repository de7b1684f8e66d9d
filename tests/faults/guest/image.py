"""A fetched kernel in, the files that qemu starts it from out: the kernel, and a small system in memory around Python.

Everything but the kernel, its modules and apparmor_parser is this machine's own: Python with its library, a shell, tc.
"""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from faults.guest.archive import Entry, archive, file_entry

MODULES = ("virtio_pci", "virtio_console", "sch_netem", "sch_tbf")
PROGRAMS = ("sh", "cat", "date", "sleep", "mkdir", "grep", "tc", "ip", "unshare", "prlimit", "setpriv", "mount", "true")
# What no probe imports, and is large.
LEFT_OUT = {
    "test",
    "idlelib",
    "lib2to3",
    "ensurepip",
    "tkinter",
    "turtledemo",
    "pydoc_data",
    "__pycache__",
    "dist-packages",
}
FOLDERS = ("proc", "sys", "dev", "tmp", "run", "root", "etc", "var/tmp")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
ETC = {
    "passwd": PASSWD,
    "group": "root:x:0:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "resolv.conf": "nameserver 127.0.0.1\n",
    "os-release": 'ID=guest\nNAME="guest of the fault tests"\nVERSION_ID="1"\n',
}


def image(fetched: Path, python: str) -> bytes:
    """Return the archive of the guest's files; raises OSError for what is missing on this machine."""
    entries: dict[str, Entry] = {}
    found = [path for name in PROGRAMS if (path := shutil.which(name))]
    parser = shutil.which("apparmor_parser", path=f"{fetched / 'sbin'}:/sbin:/usr/sbin")
    for program in (python, *found, *([parser] if parser else [])):
        _add_program(Path(program), entries)
    library = Path(_said(python, "-c", "import os; print(os.path.dirname(os.__file__))").strip())
    for path in _library(library):
        entries[str(path).lstrip("/")] = file_entry(path)
        if path.suffix == ".so":
            _add_libraries(path, entries)
    entries |= {f"etc/{name}": (stat.S_IFREG | 0o644, text.encode()) for name, text in ETC.items()}
    entries["init"] = (stat.S_IFREG | 0o755, (Path(__file__).with_name("init.py")).read_bytes())
    entries["usr/bin/python3"] = (stat.S_IFLNK | 0o777, str(Path(python).resolve()).encode())
    for number, path in enumerate(in_order(MODULES, fetched)):
        entries[f"modules/{number:02}-{path.name}"] = file_entry(path)
    return archive(entries, FOLDERS)


def _add_program(path: Path, entries: dict[str, Entry]) -> None:
    real = path.resolve()
    entries[f"usr/bin/{path.name}"] = file_entry(real)
    entries[f"bin/{path.name}"] = (stat.S_IFLNK | 0o777, f"/usr/bin/{path.name}".encode())
    entries[f"sbin/{path.name}"] = (stat.S_IFLNK | 0o777, f"/usr/bin/{path.name}".encode())
    if path.name.startswith("python"):
        entries[str(real).lstrip("/")] = file_entry(real)
    _add_libraries(real, entries)


def _add_libraries(path: Path, entries: dict[str, Entry]) -> None:
    """Add the shared objects that the loader says it would load; these are this machine's own, trusted files."""
    for word in re.findall(r"(/\S+) \(0x", _said("ldd", str(path))):
        if word.lstrip("/") not in entries:
            entries[word.lstrip("/")] = file_entry(Path(word))


def _library(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith("config-"):
            continue
        if path.is_dir():
            yield from _library(path)
        elif path.is_file() and path.suffix in {".py", ".so"}:
            yield path


def in_order(names: Sequence[str], fetched: Path) -> list[Path]:
    """Return the files of kernel modules and of all they depend on, those first that others need."""
    files = {path.stem.replace("-", "_"): path for path in fetched.glob("lib/modules/*/kernel/**/*.ko")}
    ordered: dict[str, Path] = {}

    def add(name: str) -> None:
        if name in ordered or name not in files:  # the latter is built into the kernel
            return
        needs = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for one in needs[1].decode().split(",") if needs and needs[1] else ():
            add(one.replace("-", "_"))
        ordered[name] = files[name]

    for name in names:
        add(name)
    return list(ordered.values())


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout

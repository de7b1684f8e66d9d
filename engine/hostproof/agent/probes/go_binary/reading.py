"""Reads a program, its loader, and each library that might be loaded for it, wherever a loader could look.

More is read than a loader would: which of the files it takes, and whether they do, is decided from what is sent.
"""

import binascii
import glob
import os
import stat

from ...lines import AskError, ask_error, to_text
from ...probing.step import Context
from .elf import OF_LIBRARY, OF_PROGRAM, Elf
from .root import folder_of, within

MOST_SENT = 6 * 1024 * 1024  # of text; a step may say 8 MiB
MOST_FILES = 512
MOST_PLACES = 20000
MOST_TEXT = 4 * 1024 * 1024
MULTIARCH = ("x86_64-linux-gnu", "aarch64-linux-gnu", "i386-linux-gnu", "arm-linux-gnueabihf", "arm-linux-gnueabi",
             "riscv64-linux-gnu", "powerpc64le-linux-gnu", "s390x-linux-gnu", "loongarch64-linux-gnu",
             "mips64el-linux-gnuabi64", "mipsel-linux-gnu")  # fmt: skip
LIBS = ("lib", "lib64", "libx32", "lib32", *("lib/" + name for name in MULTIARCH))
USUAL = (*(before + lib for before in ("/", "/usr/") for lib in LIBS), "/usr/local/lib")
VARIANTS = ("", "glibc-hwcaps/x86-64-v2/", "glibc-hwcaps/x86-64-v3/", "glibc-hwcaps/x86-64-v4/")


class Reader:
    """All that is known of a program so far, by the paths that its root has."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.sent = 0
        self.found: "dict[str, str]" = {}  # where the file of a path really is
        self.objects: "dict[str, dict[str, object]]" = {}
        self.texts: "dict[str, str]" = {}
        self.folders: "dict[str, dict[str, object]]" = {}
        self.looked: "set[str]" = set()
        self.cache = b""
        self.left_out: "list[str]" = []

    def add(self, path: str, program: str = "") -> "Elf | None":
        """Read the file at a path, where there is one that was not read yet; `program` is where the judged one is."""
        if path in self.looked or len(self.looked) > MOST_PLACES:
            return None
        self.looked.add(path)
        try:
            real, there = (path, program) if program else within(self.root, path)
            if not program and not os.path.exists(there):
                return None
            self.found[path] = real
            if real in self.objects:
                return None
            if len(self.objects) >= MOST_FILES:
                self.left_out.append(path)
                return None
            handle = open_file(there)
        except OSError as problem:
            if program:
                raise
            self.objects[path] = {"error": problem.strerror or str(problem)}
            self.found[path] = path
            return None
        try:
            return self.read(real, handle, bool(program))
        finally:
            os.close(handle)

    def read(self, real: str, handle: int, program: bool) -> Elf:
        """Read the parts of an open file."""
        elf = Elf(handle)
        elf.read_sections(OF_PROGRAM if program else OF_LIBRARY)
        if program:
            elf.read_functions()
        parts = [self.part(real, offset, data) for offset, data in sorted(elf.parts.items())]
        mode = os.fstat(handle).st_mode
        self.objects[real] = {"size": elf.size, "mode": stat.S_IMODE(mode), "parts": [part for part in parts if part]}
        return elf

    def part(self, real: str, offset: int, data: bytes) -> "list[object]":
        """Return a part as it is sent: where it is, its length, and itself; empty where there is no room for it."""
        text = squeezed(data)
        if self.sent + len(text) > MOST_SENT:
            self.left_out.append(real)
            return []
        self.sent += len(text)
        return [offset, len(data), text]

    def text(self, path: str) -> str:
        """Read a text file of the root, and keep it; empty where there is none."""
        try:
            handle = open_file(within(self.root, path)[1])
        except OSError:
            return ""
        try:
            self.texts[path] = to_text(os.pread(handle, 65536, 0))
        finally:
            os.close(handle)
        return self.texts[path]

    def configured(self) -> "list[str]":
        """Return the folders of ld.so.conf and of what it includes, and those that musl is told (ldconfig(8))."""
        waiting, folders = ["/etc/ld.so.conf"], []
        while waiting and len(self.texts) < MOST_FILES:
            path = waiting.pop(0)
            if path in self.texts:
                continue
            for line in self.text(path).splitlines():
                words = line.partition("#")[0].split()
                if words[:1] == ["include"]:
                    patterns = [os.path.join(os.path.dirname(path), word) for word in words[1:]]
                    waiting += [found for pattern in patterns for found in self.matching(pattern)]
                elif words and words[0] != "hwcap":
                    folders += [word.partition("=")[0] for word in words]
        for path in self.matching("/etc/ld-musl-*.path"):
            folders += self.text(path).replace("\n", ":").split(":")
        return [folder for folder in folders if folder.startswith("/")]

    def matching(self, pattern: str) -> "list[str]":
        """Return the paths of the root that match a shell pattern."""
        before = self.root.rstrip("/")
        found = sorted(glob.glob(glob.escape(before) + pattern)) if ".." not in pattern.split("/") else []
        return [path[len(before) :] for path in found][:MOST_FILES]

    def cached(self, name: str) -> "list[str]":
        """Return the paths in ld.so.cache whose last part is a name; whatever the cache's format."""
        import re

        wanted = re.compile(rb"\0(/[^\0]*/" + re.escape(os.fsencode(name)) + rb")(?=\0)")
        return [os.fsdecode(path) for path in wanted.findall(self.cache)]


def image(context: Context) -> "dict[str, object]":
    """Return all parts of all files, as `image`."""
    path = str(context.arguments.get("path") or "")
    root = os.path.join("/", str(context.arguments.get("root") or "/"))
    if not path:
        raise AskError("not-collected", "no program was named", "name one: --param binary=/path/to/program")
    if not path.startswith("/"):
        raise AskError("failed", path + " does not begin with /", "write the whole path, as in $PWD/" + path)
    if not os.path.isdir(root):
        raise AskError("absent", "there is no folder " + root, "name a root directory: --param root=/mnt/image")
    place = str(context.arguments.get("place") or "") or os.path.realpath(path)
    if place.startswith(root.rstrip("/") + "/"):
        place = place[len(root.rstrip("/")) :]
    reader = Reader(root)
    try:
        program = reader.add(place, program=path)
    except OSError as problem:
        raise ask_error(problem, path) from None
    library_path = str(context.arguments.get("library_path") or "")
    if program is not None and program.order:
        read_around(reader, place, program, library_path)
    said = {name: getattr(reader, name) for name in ("found", "objects", "texts", "folders", "left_out")}
    return {"image": dict(said, path=path, place=place, library_path=library_path, cache=squeezed(reader.cache))}


def read_around(reader: Reader, place: str, program: Elf, library_path: str) -> None:
    """Read the loader, and every library that is needed, by every path that it may be found at."""
    interpreter = [offset for kind, offset, _, _ in program.segments if kind == 3]
    if not interpreter and not program.needed:
        note_folders(reader, place, program)
        return
    for offset in interpreter:
        reader.add(os.fsdecode(program.parts.get(offset, b"").rstrip(b"\0")))
    reader.cache = cache_of(reader)
    folders = list(dict.fromkeys([*library_path.split(":"), *reader.configured(), *USUAL]))
    waiting = [(place, program)]
    while waiting:
        path, elf = waiting.pop()
        note_folders(reader, path, elf)
        folders += [folder for folder in expanded(elf.paths, path) if folder not in folders]
        for name in elf.needed:
            places = [folder.rstrip("/") + "/" + variant + name for folder in folders if folder for variant in VARIANTS]
            for found in [name] if "/" in name else [*places, *reader.cached(name)]:
                other = reader.add(found) if found.startswith("/") else None
                if other is not None and len(waiting) < MOST_FILES:
                    waiting.append((found, other))


def note_folders(reader: Reader, path: str, elf: Elf) -> None:
    """Learn who may write to the folders that a file's RPATH or RUNPATH names."""
    for folder in expanded(elf.paths, path):
        if folder.startswith("/") and folder not in reader.folders and len(reader.folders) < MOST_FILES:
            reader.folders[folder] = folder_of(reader.root, folder)


def expanded(entries: "list[str]", path: str) -> "list[str]":
    """Return the folders that entries may stand for, with whatever LIB and PLATFORM may be (ld.so(8))."""
    found = []
    for entry in entries:
        for word in ("$ORIGIN", "${ORIGIN}"):
            entry = entry.replace(word, os.path.dirname(path))
        lib = any(word in entry for word in ("$LIB", "${LIB}"))
        for name in LIBS if lib else ("",):
            found.append(entry.replace("${LIB}", name).replace("$LIB", name))
    return found


def cache_of(reader: Reader) -> bytes:
    """Return ld.so.cache, empty where there is none."""
    try:
        handle = open_file(within(reader.root, "/etc/ld.so.cache")[1])
    except OSError:
        return b""
    try:
        data = os.pread(handle, MOST_TEXT, 0)
    finally:
        os.close(handle)
    reader.sent += len(squeezed(data))
    return data


def open_file(path: str) -> int:
    """Open a regular file to read it. Raises OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(22, "no regular file")
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def squeezed(data: bytes) -> str:
    """Return bytes as short text."""
    import zlib

    return binascii.b2a_base64(zlib.compress(data, 6), newline=False).decode("ascii")

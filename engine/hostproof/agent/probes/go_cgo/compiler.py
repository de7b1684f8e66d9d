"""The C compiler by itself: whether it compiles, finds headers, links, and makes code for the machine Go builds for."""

import os
import struct

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context
from .programs import BARE, HEADERS, PLUS, SIZES
from .settings import Settings

WORKS = "ok"
MOST = 30.0
# ELF e_machine by class and byte order (elf(5), include/uapi/linux/elf-em.h), as Go names machines.
MACHINES = {
    (3, 1, 1): "386", (62, 2, 1): "amd64", (40, 1, 1): "arm", (183, 2, 1): "arm64", (243, 2, 1): "riscv64",
    (258, 2, 1): "loong64", (22, 2, 2): "s390x", (21, 2, 2): "ppc64", (21, 2, 1): "ppc64le", (8, 1, 2): "mips",
    (8, 1, 1): "mipsle", (8, 2, 2): "mips64", (8, 2, 1): "mips64le", (62, 1, 1): "x32", (183, 1, 1): "arm64-ilp32",
}  # fmt: skip

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Sequence


def place(context: Context, name: str, text: str) -> str:
    """Write a source into the scratch folder, and return its path."""
    path = os.path.join(context.scratch(), name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def said(words: "Sequence[str]", context: Context) -> str:
    """Return "ok", or the line that says best why a program failed."""
    done = gotool.run(words, folder=context.scratch(), most=MOST)
    return complaint(done) if done.status else WORKS


def complaint(done: "gotool.Done") -> str:
    """Return the line in which a compiler says what is wrong, rather than the first one."""
    lines = [line.strip() for line in (done.err or done.out).splitlines()]
    telling = [line for line in lines if "error" in line or "undefined reference" in line or "cannot find" in line]
    return telling[0][:400] if telling else done.trouble()


def who(context: Context) -> "dict[str, object]":
    """Tell which compiler it is."""
    settings = Settings(context)
    path = settings.found("CC")
    if not path:
        none = missing(settings, "CC")
        return {"cc.path": "", "cc.version": none, "cc.machine": none}
    words = settings.words("CC")
    version = gotool.run([*words, "--version"], most=MOST)
    machine = gotool.run([*words, "-dumpmachine"], most=MOST)
    return {
        "cc.path": path,
        "cc.version": first_line(version),
        "cc.machine": first_line(machine),
    }


def first_line(done: "gotool.Done") -> "str | AskError":
    """Return the first line a program printed."""
    lines = done.out.strip().splitlines()
    return lines[0] if lines and not done.status else done.error("use gcc or clang")


def missing(settings: Settings, variable: str) -> AskError:
    """Return why nothing can be said about a program that isn't there."""
    try:
        settings.need(variable)
    except AskError as problem:
        return problem
    return AskError("failed", "it came and went", "run it again")


def alone(context: Context) -> "dict[str, object]":
    """Try the compiler without any options of the user: compile, with headers, link, run."""
    settings = Settings(context)
    settings.need("CC")
    words, program = settings.compiler(), os.path.join(context.scratch(), "alone")
    found: "dict[str, object]" = {"cc.compiles": said(words + object_of(context, "bare.c", BARE), context)}
    found["cc.headers"] = said(words + object_of(context, "headers.c", HEADERS), context)
    bare = place(context, "bare.c", BARE)
    found["cc.links"] = said([*words, "-pthread", "-o", program, bare], context)
    found["cc.runs"] = (
        said([program], context)
        if found["cc.links"] == WORKS and not settings.cross
        else AskError("inconclusive", "there is no program for this machine to run", "see what comes before it")
    )
    return found


def object_of(context: Context, name: str, text: str) -> "list[str]":
    """Return the words that make an object file of a source."""
    return ["-c", "-o", os.path.join(context.scratch(), name + ".o"), place(context, name, text)]


def with_flags(context: Context) -> "dict[str, object]":
    """Try the compiler with the user's own options; see which machine the object is for, and what they alter."""
    settings = Settings(context)
    settings.need("CC")
    words = settings.compiler("CGO_CPPFLAGS", "CGO_CFLAGS")
    compiled = said(words + object_of(context, "flags.c", BARE), context)
    program, source = os.path.join(context.scratch(), "flags"), place(context, "flags.c", BARE)
    linked = said([*words, "-o", program, source, *settings.words("CGO_LDFLAGS")], context)
    none = AskError("inconclusive", "nothing could be compiled: " + compiled, "see the rule flags.compile")
    return {
        "flags.compile": compiled,
        "flags.link": linked if compiled == WORKS else none,
        "flags.altered": altered(settings, context) if compiled == WORKS else none,
        "cc.goarch": machine_of(os.path.join(context.scratch(), "flags.c.o")) if compiled == WORKS else none,
    }


def altered(settings: Settings, context: Context) -> "list[str] | AskError":
    """Return what is of another size or sign with the user's options than without."""
    if settings.cross:
        return AskError("unsupported", "a program for another machine can't be run here", "see it on that machine")
    before, after = (sizes(settings, flags, context) for flags in ((), ("CGO_CPPFLAGS", "CGO_CFLAGS")))
    if before is None or after is None:
        return AskError("inconclusive", "the program that prints sizes can't be built", "see the rules cc.*")
    return [line.split()[0] for line in after if line not in before]


def sizes(settings: Settings, flags: "tuple[str, ...]", context: Context) -> "list[str] | None":
    """Return what the program says of sizes, built with some options; None where it can't be."""
    program = os.path.join(context.scratch(), "sizes")
    words = [*settings.compiler(*flags), "-o", program, place(context, "sizes.c", SIZES)]
    if gotool.run(words, folder=context.scratch(), most=MOST).status:
        return None
    done = gotool.run([program], most=MOST)
    return None if done.status else done.out.splitlines()


def machine_of(path: str) -> "str | AskError":
    """Return the machine an ELF file is for, by Go's name; "elf-NUMBER" for others, "none" for what is no ELF."""
    with open(path, "rb") as file:
        head = file.read(20)
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return "none"
    number = struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)[0]
    return MACHINES.get((number, head[4], head[5]), "elf-{}".format(number))


def plus(context: Context) -> "dict[str, object]":
    """Try the C++ compiler: whether it is there, and a program with exceptions runs."""
    settings = Settings(context)
    path = settings.found("CXX")
    if not path:
        return {"cxx.path": "", "cxx.works": missing(settings, "CXX")}
    program, source = os.path.join(context.scratch(), "plus"), place(context, "plus.cc", PLUS)
    words = [*settings.compiler("CGO_CPPFLAGS", "CGO_CXXFLAGS", plus=True), "-o", program, source]
    built = said(words, context)
    return {"cxx.path": path, "cxx.works": said([program], context) if built == WORKS and not settings.cross else built}


def pkg_config(context: Context) -> "dict[str, object]":
    """Try pkg-config: whether it is there, and answers."""
    settings = Settings(context)
    path = settings.found("PKG_CONFIG")
    if not path:
        return {"pkg_config.path": "", "pkg_config.works": missing(settings, "PKG_CONFIG")}
    return {"pkg_config.path": path, "pkg_config.works": said([*settings.words("PKG_CONFIG"), "--version"], context)}

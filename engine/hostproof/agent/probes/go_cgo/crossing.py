"""Cross builds: whether paths, variables and headers of this machine get into what is built for another."""

import os
import shlex

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context
from .compiler import complaint, place
from .programs import HEADERS
from .settings import FLAGS, FOR_PKG_CONFIG, HIDDEN, Settings

# Debian's names of folders by machine (https://wiki.debian.org/Multiarch/Tuples): what lies there is that machine's.
TUPLES = {
    "386": "i386-linux-gnu", "amd64": "x86_64-linux-gnu", "arm": "arm-linux-gnueabihf", "arm64": "aarch64-linux-gnu",
    "loong64": "loongarch64-linux-gnu", "mips64le": "mips64el-linux-gnuabi64", "mipsle": "mipsel-linux-gnu",
    "ppc64": "powerpc64-linux-gnu", "ppc64le": "powerpc64le-linux-gnu", "riscv64": "riscv64-linux-gnu",
    "s390x": "s390x-linux-gnu",
}  # fmt: skip
HERE = ("/usr/include", "/usr/local/include", "/include", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")
TAKES_NEXT = ("-I", "-L", "-isystem", "-iquote", "-idirafter", "-isysroot", "--sysroot", "-B")


def look(context: Context) -> "dict[str, object]":
    """Tell what of this machine gets into a build for another; nothing does into one for this machine."""
    settings = Settings(context)
    if not settings.cross:
        return {"cross.paths": [], "cross.headers": [], "cross.variables": []}
    return {
        "cross.paths": paths(settings),
        "cross.variables": [name for name in (*HIDDEN, *FOR_PKG_CONFIG) if points_here(settings, name)],
        "cross.headers": headers(settings, context),
    }


def paths(settings: Settings) -> "list[str]":
    """Return the words of CC, CXX and the flags that name this machine's own folders, each with its variable."""
    found = []
    for variable in ("CC", "CXX", *FLAGS):
        words = settings.words(variable)
        found += [
            "{}: {}".format(variable, shown)
            for shown, path in named(words)
            if is_here(path, settings.env.get("GOARCH", ""), settings.env.get("GOOS", ""))
        ]
    return found


def named(words: "list[str]") -> "list[tuple[str, str]]":
    """Return the folders that options name: (as written, the path)."""
    found = []
    for number, word in enumerate(words):
        after = words[number + 1] if number + 1 < len(words) else ""
        if word in TAKES_NEXT:
            found.append((shlex.quote(word) + " " + after, after))
            continue
        for option in sorted(TAKES_NEXT, key=len, reverse=True):
            if word.startswith(option):
                found.append((word, word[len(option) :].lstrip("=")))
                break
    return found


def is_here(path: str, goarch: str, goos: str) -> bool:
    """Say whether a folder is one of this machine's own system, and not the part of it that is another machine's."""
    if not path.startswith("/"):
        return False
    path = os.path.normpath(path)
    if path == "/":
        return True
    own = TUPLES.get(goarch) if goos == "linux" else None
    if own and own in path.split("/"):
        return False
    tuples = [one for one in TUPLES.values() if one != own]
    return path in HERE or any(path.startswith(base + "/" + one) for base in HERE for one in tuples)


def points_here(settings: Settings, variable: str) -> bool:
    """Say whether a variable of the environment names a folder of this machine."""
    target = (settings.env.get("GOARCH", ""), settings.env.get("GOOS", ""))
    return any(
        is_here(path, *target) or path.startswith("/usr/lib/pkgconfig")
        for path in settings.environment.get(variable, "").split(":")
    )


def headers(settings: Settings, context: Context) -> "list[str] | AskError":
    """Return the folders of this machine's headers that the compiler reads for the target (gcc -M names each file)."""
    settings.need("CC")
    words = [*settings.compiler("CGO_CPPFLAGS", "CGO_CFLAGS"), "-M", place(context, "headers.c", HEADERS)]
    done = gotool.run(words, folder=context.scratch(), most=30.0)
    if done.status:
        return AskError("failed", complaint(done), "install the target's headers, and name them by --sysroot")
    files = [os.path.normpath(word) for word in done.out.replace("\\\n", " ").split() if word.startswith("/")]
    foreign = [TUPLES[settings.env["GOHOSTARCH"]]] if settings.env.get("GOHOSTARCH") in TUPLES else []
    if settings.env.get("GOOS") != "linux":
        return sorted({os.path.dirname(file) for file in files if file.startswith(("/usr/include/", "/usr/local/"))})
    if settings.env.get("GOARCH") == settings.env.get("GOHOSTARCH"):
        return []
    return sorted({os.path.dirname(file) for file in files if any("/include/" + one + "/" in file for one in foreign)})

"""Real programs for tests: built once per toolchain below build/programs, by `built`, or by this file as a prefix.

`python programs.py GOROOT WORDS...` sees that they are there and goes on as WORDS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

KEPT = Path(__file__).parents[2] / "build"
FOLDER = KEPT / "programs"
APP = FOLDER / "app"  # a whole program, for faults to put others into its place
LIBRARY = "libhostproofgone.so.1"
SOURCE = """package main

// #include <stdlib.h>
// extern int there(void);
import "C"
import (
	"fmt"
	"reflect"
)

func main() {
	C.free(nil)
	fmt.Println(reflect.TypeOf(1)%s)
}
"""
BUILDS = {
    "cgo": {"CGO_ENABLED": "1"},
    "stripped": {"CGO_ENABLED": "1", "GOFLAGS": "-trimpath -ldflags=-s"},
    "pie": {"CGO_ENABLED": "1", "GOFLAGS": "-buildmode=pie"},
    "temporary": {"CGO_ENABLED": "1", "GOFLAGS": "-ldflags=-r=/tmp/hostproof-none"},
    "relative": {"CGO_ENABLED": "1", "GOFLAGS": "-ldflags=-r=lib"},
    "pure": {"CGO_ENABLED": "0", "GOFLAGS": "-trimpath"},
    "arm64": {"CGO_ENABLED": "0", "GOARCH": "arm64"},
    "gone": {"CGO_ENABLED": "1", "CGO_LDFLAGS": f"-L. -l:{LIBRARY} -Wl,-rpath,$ORIGIN/libs"},
}


def built(goroot: Path, names: Iterable[str] = BUILDS) -> Path:
    """Return the folder of a toolchain's programs, named as `BUILDS` are; they are built where they are not there."""
    folder = FOLDER / goroot.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / LIBRARY).exists():
        (folder / "there.c").write_text("int there(void) { return 1; }\n")
        library = ("gcc", "-shared", "-fPIC", f"-Wl,-soname,{LIBRARY}", "-o", LIBRARY, "there.c")
        subprocess.run(library, cwd=folder, check=True)
    for name in names:
        if not (folder / name).exists():
            build(goroot, folder, name, BUILDS[name])
    return folder


def build(goroot: Path, folder: Path, name: str, environment: dict[str, str]) -> None:
    """Build one program."""
    source = folder / f"source-{name}"
    source.mkdir(exist_ok=True)
    (source / "go.mod").write_text("module example.invalid/app\n\ngo 1.21\n")
    text = SOURCE % (", C.there()" if name == "gone" else "")
    if environment["CGO_ENABLED"] == "0":
        text = text.replace('import "C"\n', "").replace("\tC.free(nil)\n", "")
    (source / "main.go").write_text(text)
    shutil.copy(folder / LIBRARY, source)
    plain = {"GOENV": "off", "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
    kept = {word: os.environ[word] for word in ("HOME", "TMPDIR") if word in os.environ}
    cache = {"GOCACHE": str(KEPT / "cache" / "hostproof" / "go-build"), "PATH": "/usr/bin:/bin", "GOTELEMETRY": "off"}
    given = {**kept, **plain, **cache, **environment}
    given["CGO_LDFLAGS"] = given.get("CGO_LDFLAGS", "").replace("-L.", f"-L{source}")
    given["CGO_LDFLAGS_ALLOW"] = ".*"
    given["GOFLAGS"] += " -buildvcs=false"  # this checkout is not theirs
    subprocess.run((goroot / "bin" / "go", "build", "-o", folder / name, "."), cwd=source, env=given, check=True)


def main(goroot: str, *words: str) -> None:
    """See that all programs are there, then become something else."""
    programs = built(Path(goroot))
    if not APP.exists():
        shutil.copy(programs / "cgo", APP)
    os.execvp(words[0], words)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""cgo: how it is set up, whether its compiler works, whether a program that uses it is built and runs.

Sources: pkg.go.dev/cmd/cgo, `go help environment`, gcc(1), elf(5).
"""

from ...probing.step import Step
from . import building, compiler, crossing, settings

STEPS = (
    Step(
        (
            "go", "version", "host", "target", "cross", "enabled.now", "enabled.set", "flags.own", "flags.allowed",
            "cc.command", "cxx.command", "cxx.chosen", "pkg_config.command", "pkg_config.chosen", "hidden", "libdir",
        ),
        settings.look,
        most=35,
    ),
    Step(("cc.path", "cc.version", "cc.machine"), compiler.who, most=65),
    Step(("cc.compiles", "cc.headers", "cc.links", "cc.runs"), compiler.alone, most=90),
    Step(("flags.compile", "flags.link", "flags.altered", "cc.goarch"), compiler.with_flags, most=90),
    Step(("cxx.path", "cxx.works"), compiler.plus, most=65),
    Step(("pkg_config.path", "pkg_config.works"), compiler.pkg_config, most=45),
    Step(("build.says", "build.runs", "build.goarch", *building.SHOWN), building.build, most=200),
    Step(("cross.paths", "cross.variables", "cross.headers"), crossing.look, most=65),
)  # fmt: skip

"""Probe `go_toolchain`: which Go there is, whether it is whole, and what it can do: by using it, without a network."""

from ...probing.step import Step
from .command import find
from .goroot import look, std, std_builds
from .module import check_module
from .places import places
from .race import race
from .settings import own_settings, settings
from .trial import trial

STEPS = (
    Step(("command", "version", "release", "runs", "trouble", "commands"), find, 60.0),
    Step(
        (
            "goroot_set",
            "goroot_foreign",
            "goroot",
            "gopath",
            "goflags",
            "gotoolchain",
            "goenv",
            "goenv_faults",
            "cgo_enabled",
        ),
        settings,
        60.0,
    ),
    Step(("version_file", "tools", "loose"), look, 60.0),
    Step(("std_packages", "std_broken"), std, 90.0),
    Step(("std_builds", "std_said"), std_builds, 900.0),
    Step(("places",), places, 60.0),
    Step(
        ("builds", "runs_built", "built_with", "lists", "vet", "vet_finds", "test", "test_finds", "said", "build_time"),
        trial,
        400.0,
    ),
    Step(("own_settings", "own_settings_said"), own_settings, 300.0),
    Step(("race_supported", "race", "race_said"), race, 300.0),
    Step(("module_lists", "module_verified", "module_said"), check_module, 120.0),
)

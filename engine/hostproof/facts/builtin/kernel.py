"""Rows about the kernel, the distribution and the boot they came from.

Sources: proc_sys_kernel(5), os-release(5), Documentation/admin-guide/tainted-kernels.rst,
Documentation/admin-guide/kernel-parameters.rst, Documentation/kbuild/kconfig.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import DURATION, STRING, VERSION, list_of

_HOST, _NAMESPACE, _FILES = Owner.HOST_KERNEL, Owner.NAMESPACE, Owner.FILES

ROWS: tuple[FactSpec, ...] = (
    FactSpec("kernel.release", VERSION, _HOST, "Release of the running kernel, as `uname -r` prints it", "kernel"),
    FactSpec("kernel.version", STRING, _HOST, "Build line of the running kernel, as `uname -v` prints it", "kernel"),
    FactSpec(
        "kernel.arch", STRING, _HOST, "Machine word of the kernel, as `uname -m` prints it: x86_64, aarch64", "kernel"
    ),
    FactSpec(
        "kernel.cmdline", list_of(STRING), _HOST, "Boot parameters, one item each, quotes kept together", "kernel"
    ),
    FactSpec(
        "kernel.tainted",
        list_of(STRING),
        _HOST,
        "Why the kernel calls itself tainted, e.g. out-of-tree-module, die, soft-lockup; empty when it does not",
        "kernel",
    ),
    FactSpec(
        "kernel.modules",
        list_of(STRING),
        _HOST,
        "Loaded modules; empty where the kernel was built without modules",
        "kernel",
    ),
    FactSpec(
        "kernel.config.*",
        STRING,
        _HOST,
        "A build option under its full name, kernel.config.CONFIG_SECCOMP: y, m, n (also where the configuration "
        "does not mention it), or its text without quotes",
        "kernel-config",
    ),
    FactSpec("boot.id", STRING, _HOST, "Random identifier of this boot", "kernel"),
    FactSpec("uptime", DURATION, _HOST, "Time since boot, time asleep included", "kernel"),
    FactSpec("host.name", STRING, _NAMESPACE, "Host name of the UTS namespace", "kernel"),
    FactSpec(
        "os.id", STRING, _FILES, "Distribution, in lower case: debian, alpine; linux where it is not said", "os-release"
    ),
    FactSpec(
        "os.like", list_of(STRING), _FILES, "Distributions it derives from, closest first (ID_LIKE)", "os-release"
    ),
    FactSpec("os.version", VERSION.optional(), _FILES, "VERSION_ID; null for a rolling release", "os-release"),
    FactSpec("os.name", STRING, _FILES, "Name for people (PRETTY_NAME)", "os-release"),
)

"""What an experiment sets: words of a command line in, checked settings out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record

PREFIX = "sysctl."
MOST_VALUE = 1000
_NAME = re.compile(r"[a-z][\w-]*(?:[./][\w:@-]+)+", re.ASCII)
# What would not be as it was afterwards, or might end the machine before it is. Sources: admin-guide/sysctl of the
# kernel's documentation, and networking/ip-sysctl.rst there.
REFUSED = (
    ("kernel.sysrq", "it decides what keys may do to the whole machine"),
    ("kernel.panic*", "the machine may panic or restart before it is put back"),
    ("kernel.*_panic", "the machine may panic before it is put back"),
    ("vm.panic_on_oom", "the machine may panic before it is put back"),
    ("vm.drop_caches", "it is an action: caches that were dropped can't be put back"),
    ("vm.compact_memory", "it is an action, and can't be read"),
    ("vm.stat_refresh", "it is an action"),
    ("vm.overcommit_*", "there may be no memory left to put it back with"),
    ("vm.min_free_kbytes", "programs may be killed for want of memory"),
    ("vm.nr_*hugepages*", "memory that was taken may not be had back"),
    ("vm.admin_reserve_kbytes", "there may be no memory left to put it back with"),
    ("kernel.core_pattern", "it names a program that the kernel runs as root"),
    ("kernel.modprobe", "it names a program that the kernel runs as root"),
    ("kernel.hotplug", "it names a program that the kernel runs as root"),
    ("kernel.poweroff_cmd", "it names a program that the kernel runs as root"),
    ("kernel.usermodehelper.*", "capabilities that were dropped can't be had back"),
    ("kernel.cap_last_cap", "it can't be set"),
    ("kernel.modules_disabled", "it can't be put back before the next boot"),
    ("kernel.kexec_load_disabled", "it can't be put back before the next boot"),
    ("kernel.unprivileged_bpf_disabled", "1 can't be put back before the next boot"),
    ("kernel.yama.ptrace_scope", "3 can't be put back before the next boot"),
    ("kernel.perf_event_max_*", "it can't be put back while it is in use"),
    ("kernel.ns_last_pid", "it changes by itself"),
    ("kernel.hostname", "the machine would have another name meanwhile"),
    ("kernel.domainname", "the machine would have another name meanwhile"),
    ("kernel.pid_max", "the machine may not be able to start programs meanwhile"),
    ("kernel.threads-max", "the machine may not be able to start programs meanwhile"),
    ("fs.file-max", "the machine may not be able to open files meanwhile"),
    ("fs.nr_open", "the machine may not be able to open files meanwhile"),
    ("fs.binfmt_misc.*", "it decides how programs are run"),
    ("net.*.flush", "it is an action, and can't be read"),
)
# Setting these sets others, which stay so; in a namespace that ends they may.
REFUSED_ON_HOST = (
    ("net.ipv4.ip_forward", "setting it resets other settings of all interfaces"),
    ("net.ipv4.conf.*.forwarding", "setting it resets other settings of the interface"),
    ("net.ipv6.conf.*.forwarding", "setting it resets other settings of the interface"),
    ("net.ipv*.conf.all.*", "setting it may set that of every interface"),
    ("net.ipv6.conf.*.disable_ipv6", "addresses that are lost don't come back"),
)


@record
class Setting:
    """A kernel parameter by its name without `sysctl.`, and the value to try."""

    name: str
    value: str


def read_settings(texts: Sequence[str], *, host: bool) -> tuple[Setting, ...]:
    """Return what `--set NAME=VALUE` asks for; raises ProblemError (HP-E541) for all that must not be set."""
    problems = Problems()
    found: dict[str, Setting] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        setting = Setting(name.strip().removeprefix(PREFIX), " ".join(value.split()))
        try:
            _require_wellformed(setting, bool(equals), found)
            _require_safe(setting.name, host)
            found[setting.name] = setting
        except ProblemError as error:
            problems.found.extend(error.problems)
    if not texts:
        problems.add("HP-E541", "an experiment needs something to set", hint="--set sysctl.net.core.somaxconn=1024")
    problems.refuse()
    return tuple(found.values())


def _require_wellformed(setting: Setting, equals: bool, found: dict[str, Setting]) -> None:
    if not equals or not setting.value or not _NAME.fullmatch(setting.name) or len(setting.value) > MOST_VALUE:
        hint = "write --set sysctl.net.core.somaxconn=1024"
        raise refusal(f"--set {setting.name}{'=' * equals}{setting.value}: this is not name=value", hint)
    if setting.name in found:
        raise refusal(f"--set {setting.name} is given twice", "an experiment compares one value with what it is now")


def _require_safe(name: str, host: bool) -> None:
    dotted = name.replace("/", ".")
    for pattern, reason in (*REFUSED, *(REFUSED_ON_HOST if host else ())):
        if fnmatchcase(dotted, pattern):
            raise refusal(f"{name} is not set by experiments: {reason}", "change it yourself, and use compare")
    if not host and not dotted.startswith("net."):
        hint = "add --host to set it for the whole machine while the experiment lasts; it is put back afterwards"
        raise refusal(f"{name} is the whole machine's: no namespace has one of its own", hint)


def refusal(message: str, hint: str = "") -> ProblemError:
    """Return the problem of an experiment that can't be done."""
    return ProblemError((Problem("HP-E541", message, None, hint),))

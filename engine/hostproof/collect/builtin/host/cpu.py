"""Learns cpu.* from /proc/cpuinfo, the agent's affinity and /sys/devices/system/cpu."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hostproof.collect.asks import ReadGlob
from hostproof.collect.builtin.answers import (
    MOUNT_PROC,
    MOUNT_SYS,
    SYS,
    Answers,
    Reading,
    collector,
    decoded,
    failure,
    files_of,
    from_files,
    from_text,
    missing,
    text_file,
    text_of,
)
from hostproof.collect.builtin.words import ranges
from hostproof.facts.snapshot import Value

_CPUINFO, _STATUS = text_file("/proc/cpuinfo", 4194304), text_file("/proc/self/status")
_GOVERNORS = ReadGlob("/sys/devices/system/cpu/cpufreq/policy*/scaling_governor", 256)
_WEAKNESSES = ReadGlob("/sys/devices/system/cpu/vulnerabilities/*", 4096, 256)
# What architectures call them in /proc/cpuinfo: x86 and LoongArch, Arm, s390, POWER, RISC-V.
_MODEL = re.compile(r"^(?:model name|Model Name|cpu|uarch)\s*: *(\S.*)$", re.MULTILINE)
_FLAGS = re.compile(r"^(?:flags|Features|features|isa)\s*: *(.*)$", re.MULTILINE)


def parse_cpu_list(text: str) -> frozenset[int]:
    r"""Return the numbers of a list of processors. Raises ValueError.

    Source: "CPU list" in Documentation/admin-guide/cputopology.rst.

    >>> sorted(parse_cpu_list("0-2,7\n"))
    [0, 1, 2, 7]
    """
    return frozenset(ranges(text, 65535))


def parse_allowed(status: str) -> frozenset[int]:
    r"""Return the processors a process may run on, from its status file. Raises ValueError.

    >>> sorted(parse_allowed("Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\n"))
    [0, 1]
    """
    found = re.search(r"^Cpus_allowed_list:\s*(\S+)$", status, re.MULTILINE)
    if not found:
        raise ValueError("it has no Cpus_allowed_list")
    return parse_cpu_list(found[1])


def parse_model(cpuinfo: str) -> str:
    r"""Return the first processor's model; empty where the architecture names none.

    >>> parse_model("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\n")
    'AMD EPYC'
    """
    found = _MODEL.search(cpuinfo)
    return found[1].strip() if found else ""


def parse_flags(cpuinfo: str) -> Value:
    r"""Return the features all processors share, in the order of the first.

    >>> parse_flags("flags\t\t: fpu sse2 avx2\n\nflags\t\t: fpu sse2\n")
    ['fpu', 'sse2']
    """
    rows = [dict.fromkeys(row.split()) for row in dict.fromkeys(_FLAGS.findall(cpuinfo))]
    return [flag for flag in rows[0] if all(flag in row for row in rows)] if rows else []


def parse_governors(files: Mapping[str, bytes]) -> Value:
    r"""Return the governors in use, each once.

    >>> parse_governors({"policy0": b"performance\n", "policy1": b"performance\n"})
    ['performance']
    """
    return [*sorted({decoded(data).strip() for data in files.values()})]


def parse_weaknesses(files: Mapping[str, bytes]) -> Value:
    r"""Return what the kernel says about each weakness, by file name. Raises ValueError when there is no file.

    >>> parse_weaknesses({"/sys/devices/system/cpu/vulnerabilities/meltdown": b"Not affected\n"})
    {'meltdown': 'Not affected'}
    """
    if not files:
        raise ValueError("there is no file: kernels report them since 4.15")
    return {path.rpartition("/")[2]: decoded(data).strip() for path, data in files.items()}


def _cpuinfo(parse: Callable[[str], Value]) -> Reading:
    return Reading((_CPUINFO,), lambda answers: parse(text_of(answers, _CPUINFO, MOUNT_PROC)))


def _usable(answers: Answers) -> Value:
    """Count the allowed processors that are online: the kernel leaves those that are not in the mask."""
    allowed = parse_allowed(text_of(answers, _STATUS, MOUNT_PROC))
    return len(allowed if failure(answers, SYS, "") else allowed & parse_cpu_list(text_of(answers, SYS, MOUNT_SYS)))


def _governors(answers: Answers) -> Value:
    """Return the governors; without cpufreq the folder is empty or absent, which counts only where /sys is mounted."""
    text_of(answers, SYS, MOUNT_SYS)
    return [] if missing(answers, _GOVERNORS) else parse_governors(files_of(answers, _GOVERNORS, MOUNT_SYS))


COLLECTOR = collector(
    "cpu",
    {
        "cpu.online": from_text(SYS.path, lambda text: len(parse_cpu_list(text)), MOUNT_SYS),
        "cpu.usable": Reading((_STATUS, SYS), _usable),
        "cpu.model": _cpuinfo(parse_model),
        "cpu.flags": _cpuinfo(parse_flags),
        "cpu.governors": Reading((_GOVERNORS, SYS), _governors),
        "cpu.vulnerabilities": from_files(_WEAKNESSES, parse_weaknesses, "mount /sys, with a kernel since 4.15"),
    },
)

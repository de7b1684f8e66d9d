"""Learns kernel.config.* from /proc/config.gz, or from the file that the distribution installed for the release."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from hostproof.collect.asks import Ask, Collector, ReadFile, ReadGlob
from hostproof.collect.builtin.answers import (
    PROC,
    UNANSWERED,
    Answers,
    NotLearntError,
    Outcome,
    Reading,
    decoded,
    failure,
    good,
    learn,
    missing,
    text_of,
)
from hostproof.collect.builtin.words import short
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_PREFIX = "kernel.config."
_GZ = ReadFile("/proc/config.gz", 1048576)
_BOOT = ReadGlob("/boot/config-*", 1048576, 16)
_MODULES = ReadGlob("/lib/modules/*/config", 1048576, 16)
_ASKS: tuple[Ask, ...] = (_GZ, _BOOT, _MODULES, PROC)
_CURE = "build the kernel with CONFIG_IKCONFIG_PROC, or install its configuration as /boot/config-RELEASE"
_LONGEST = 16 * 1024 * 1024  # of the unpacked text; a distribution's has about 300 KB
_OPTION = re.compile(r"^(?:(CONFIG_\w+)=(.*)|# (CONFIG_\w+) is not set)$", re.MULTILINE | re.ASCII)


def parse_config(text: str) -> dict[str, str]:
    r"""Return options by name: y, m, n, numbers as they stand, texts without quotes and escapes.

    Source: Documentation/kbuild/kconfig-language.rst, scripts/kconfig/confdata.c.

    >>> parse_config('CONFIG_SMP=y\n# CONFIG_XEN is not set\nCONFIG_HZ=250\nCONFIG_LSM="landlock,bpf"\n')
    {'CONFIG_SMP': 'y', 'CONFIG_XEN': 'n', 'CONFIG_HZ': '250', 'CONFIG_LSM': 'landlock,bpf'}
    """
    return {name or unset: _unquoted(value) if name else "n" for name, value, unset in _OPTION.findall(text)}


def unpack(data: bytes) -> str:
    """Return the text of a gzip file. Raises ValueError when it is damaged, cut or longer than 16 MiB."""
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(data, _LONGEST)
    except zlib.error as error:
        raise ValueError(f"it is not gzip data: {error}") from None
    if not inflate.eof:
        raise ValueError(f"it is cut, or longer than {_LONGEST} bytes unpacked")
    return decoded(plain)


def _asks(_names: frozenset[str]) -> tuple[Ask, ...]:
    return _ASKS


def _parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
    options = learn(Reading(_ASKS, _options), answers)
    return {name: _option(name, options) for name in names}


def _options(answers: Answers) -> Value:
    text = _installed(answers) if failure(answers, _GZ, "") else unpack(good(answers, _GZ, _CURE).data)
    options = parse_config(text)
    if not options:
        raise ValueError("the kernel configuration names no option")
    return {**options}


def _installed(answers: Answers) -> str:
    """Return the configuration file of the running release, wherever a distribution puts it."""
    release = text_of(answers, PROC, "mount /proc").strip()
    tried = [failure(answers, _GZ, _CURE)]
    for ask, path in ((_BOOT, f"/boot/config-{release}"), (_MODULES, f"/lib/modules/{release}/config")):
        found = answers.get(ask, UNANSWERED).files or {}
        if path in found:
            return decoded(found[path])
        refused = None if missing(answers, ask) else failure(answers, ask, _CURE)
        tried.append(refused or Unknown(Cause.ABSENT, f"{path}: not there", _CURE))
    reasons = [unknown for unknown in tried if unknown]
    worst = next((unknown for unknown in reasons if unknown.cause is not Cause.ABSENT), reasons[0])
    raise NotLearntError(replace(worst, detail="; ".join(unknown.detail for unknown in reasons)))


def _option(name: str, options: Outcome) -> Outcome:
    option = name.removeprefix(_PREFIX)
    if not isinstance(options, dict):
        return options
    if not option.startswith("CONFIG_"):
        return Unknown(Cause.ABSENT, f"{short(option)} is no kernel option", f"write {_PREFIX}CONFIG_{option}")
    return options.get(option, "n")


def _unquoted(value: str) -> str:
    if len(value) < 2 or not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])


COLLECTOR = Collector("kernel-config", _asks, _parse)

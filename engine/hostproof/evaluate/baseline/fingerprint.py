"""The fingerprint: a Host in, the seven things that a baseline must fit out, and a name for its folder.

The kernel counts by its series, the first two numbers of its release: `6.1.0-18-amd64` (Debian's name for a 6.1.76)
is of the series 6.1, `5.14.0-362.el9.x86_64` of 5.14, `6.12-rc3` of 6.12. What a distribution writes behind them (ABI
number, build, flavour) changes with every update, and behaviour seldom does: baselines would be worthless in a week.
"""

from __future__ import annotations

import re
from hashlib import sha256

from hostproof.facts.snapshot import Host
from hostproof.source.records import as_mapping, record

ANY = "any-host"
_SERIES = re.compile(r"[^0-9]*([0-9]{1,6})(?:\.([0-9]{1,6}))?")
_NOT_PLAIN = re.compile(r"[^a-z0-9._]+")


@record
class Fingerprint:
    """What a baseline is of; texts are empty where not known, all of them in a baseline that is for any host."""

    arch: str = ""
    series: str = ""
    distribution: str = ""
    virtualisation: str = ""
    cgroup: str = ""
    cpu: str = ""
    go: str = ""

    @property
    def known(self) -> bool:
        """Whether it says enough to be near to anything: kernel series and architecture."""
        return bool(self.arch and self.series)

    @property
    def for_any(self) -> bool:
        """Whether it is that of a baseline for any host."""
        return self == Fingerprint()

    def __str__(self) -> str:
        if self.for_any:
            return "any host"
        named = (f"Linux {self.series}" if self.series else "", self.arch, self.distribution, self.virtualisation)
        more = (f"cgroup {self.cgroup}" if self.cgroup else "", self.cpu, self.go)
        return ", ".join(part for part in (*named, *more) if part)


def fingerprint_of(host: Host) -> Fingerprint:
    """Return the fingerprint of a host."""
    return Fingerprint(
        host.arch, series_of(host.kernel), host.distribution, host.virtualisation, host.cgroup, host.cpu, host.go
    )


def series_of(release: str) -> str:
    """Return the series of a kernel release, empty where it has no number.

    >>> series_of("6.1.0-18-amd64"), series_of("6.12-rc3"), series_of("")
    ('6.1', '6.12', '')
    """
    match = _SERIES.match(release)
    if match is None:
        return ""
    major, minor = match.groups()
    return f"{int(major)}.{int(minor or 0)}"


def numbers_of(series: str) -> tuple[int, int]:
    """Return major and minor number of a series; (-1, -1) of none."""
    major, _, minor = series.partition(".")
    return (int(major), int(minor)) if major and minor else (-1, -1)


def folder_of(fingerprint: Fingerprint) -> str:
    """Return a folder's name: what a person looks for, and eight digits that stand for all seven parts.

    >>> folder_of(Fingerprint("x86_64", "6.1", "Debian GNU/Linux 12 (bookworm)", "kvm", "v2"))
    '6.1-x86_64-debian-12-kvm-49c8855c'
    """
    if fingerprint.for_any:
        return ANY
    words = _plain(fingerprint.distribution).split("-")
    system = "-".join(dict.fromkeys((words[0], next((word for word in words if word[:1].isdigit()), ""))))
    parts = (fingerprint.series, _plain(fingerprint.arch), system.strip("-"), _plain(fingerprint.virtualisation))
    whole = "\n".join(str(value) for value in as_mapping(fingerprint).values())
    digest = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return "-".join([*(part[:24] for part in parts if part), digest])


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub("-", text.lower()).strip("-.")

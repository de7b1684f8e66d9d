"""Learns packages.*: the databases of dpkg, apk and rpm in, one sorted list out, whoever keeps it."""

from __future__ import annotations

from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob
from hostproof.collect.builtin.answers import (
    UNANSWERED,
    Answers,
    NotLearntError,
    decoded,
    joint,
    missing,
)
from hostproof.collect.builtin.packages.apk import parse_installed
from hostproof.collect.builtin.packages.dpkg import parse_status
from hostproof.collect.builtin.packages.package import Package, Unreadable, told
from hostproof.collect.builtin.packages.rpm import parse_rpms
from hostproof.collect.builtin.words import fields
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record, replace

MOST = 16 * 1024 * 1024  # bytes: what the agent reads of one file; 10,000 packages have about as many
MOST_PACKAGES = 65536

STATUS = ReadFile("/var/lib/dpkg/status", MOST)
PARTS = ReadGlob("/var/lib/dpkg/status.d/*", 1048576, 4096)  # images without dpkg: distroless
APK = ReadFile("/lib/apk/db/installed", MOST)
APK_USR = ReadFile("/usr/lib/apk/db/installed", MOST)  # apk 3
RPM = Call("rpms")
# What rpm's databases begin with: where the call can't be made, for lack of Python, they tell that there is none.
RPM_FILES = tuple(
    ReadFile(f"{folder}/{name}", 100)
    for folder in ("/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm")
    for name in ("rpmdb.sqlite", "Packages.db", "Packages")
)
_DATABASES: tuple[Ask, ...] = (STATUS, PARTS, APK, APK_USR, RPM)
ASKS: tuple[Ask, ...] = (*_DATABASES, *RPM_FILES)
_CURE = "see that the database is there and can be read, or say with a pack's own fact how packages are told here"
_WHOLE = frozenset({"installed", "triggers-awaited", "triggers-pending"})


@record
class Found:
    """What all databases hold together."""

    managers: tuple[str, ...]
    packages: tuple[Package, ...]
    unreadable: tuple[Unreadable, ...]


def found(answers: Answers) -> Found:
    """Return what the databases hold. Raises NotLearntError, ValueError.

    One that is there and can't be read makes all unknown: the list would lack what is in it.
    """
    no_rpm = all(missing(answers, file) for file in RPM_FILES)
    for ask in _DATABASES:
        why = answers.get(ask, UNANSWERED).error
        if why is not None and why.cause is not Cause.ABSENT and not (ask is RPM and no_rpm):
            raise NotLearntError(why if why.cure else replace(why, cure=_CURE))
    return _read(tuple(answers.get(ask, UNANSWERED) for ask in _DATABASES))


def _read(said: tuple[Answer, ...]) -> Found:
    status, parts, apk, apk_usr, rpm = said
    managers, rows = [], list[Package | Unreadable]()
    if _there(status) or parts.files:
        managers.append("dpkg")
        rows += parse_status(decoded(status.data), STATUS.path)
        for path, data in sorted((parts.files or {}).items()):
            if not path.endswith(".md5sums"):
                rows += parse_status(decoded(data), path)
        rows += (Unreadable(path, 0, why.detail) for path, why in parts.missed.items())
    if _there(apk) or _there(apk_usr):
        managers.append("apk")
        rows += parse_installed(decoded(apk.data), APK.path)
        if apk_usr.data != apk.data:  # they are one where /lib is a link to /usr/lib
            rows += parse_installed(decoded(apk_usr.data), APK_USR.path)
    if _there(rpm) and fields(rpm.value).get("path"):
        managers.append("rpm")
        rows += parse_rpms(rpm.value)
    if not managers:
        detail = "there is no database of dpkg, apk or rpm: not in " + ", ".join(
            (STATUS.path, PARTS.pattern, APK.path, "/usr/lib/sysimage/rpm, /var/lib/rpm")
        )
        raise NotLearntError(Unknown(Cause.ABSENT, detail, _CURE))
    packages = sorted({one for one in rows if isinstance(one, Package)}, key=_order)
    if len(packages) > MOST_PACKAGES:
        raise NotLearntError(Unknown(Cause.TOO_LARGE, f"there are more than {MOST_PACKAGES} packages", _CURE))
    return Found(tuple(managers), tuple(packages), tuple(one for one in rows if isinstance(one, Unreadable)))


def _there(answer: Answer) -> bool:
    return answer.error is None


def _order(package: Package) -> tuple[str, str, str, str]:
    return package.name, package.arch, package.version, package.manager


def _incomplete(package: Package) -> bool:
    """Tell whether something is left to be done for a package; waiting triggers are not counted (dpkg(1))."""
    return package.status not in _WHOLE


COLLECTOR = joint(
    "packages",
    ASKS,
    found,
    {
        "packages.installed": lambda whole: [one.value() for one in whole.packages],
        "packages.managers": lambda whole: [*whole.managers],
        "packages.incomplete": lambda whole: [one.value() for one in whole.packages if _incomplete(one)],
        "packages.unreadable": lambda whole: told(whole.unreadable),
    },
)

"""Learns lsm.* from lsm_list_modules(2) or securityfs, and from the files of SELinux and lockdown."""

from __future__ import annotations

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import Answers, Reading, collector, failure, text_file, text_of, value_of
from hostproof.collect.builtin.host.memory import parse_choice
from hostproof.collect.builtin.words import line, natural, strings
from hostproof.facts.snapshot import Value

_CALL = Call("lsm_list_modules")
_LIST = text_file("/sys/kernel/security/lsm")
_LOCKDOWN = text_file("/sys/kernel/security/lockdown")
_ENFORCE = text_file("/sys/fs/selinux/enforce")
_LABEL = text_file("/proc/self/attr/current")
_SECURITYFS = "mount -t securityfs securityfs /sys/kernel/security, or use a kernel since 6.8"

_LABELLING = {"selinux", "smack", "apparmor"}


def active(answers: Answers) -> list[str]:
    """Return the modules in force: what the kernel says when it is called, else what securityfs lists."""
    if failure(answers, _CALL, "") is None:
        return strings(value_of(answers, _CALL, ""))
    return line(text_of(answers, _LIST, _SECURITYFS)).split(",")


def _label(answers: Answers) -> Value:
    """Return the label; where no module gives one, reading the file is an error (EINVAL)."""
    if not _LABELLING & {*active(answers)}:
        return None
    return text_of(answers, _LABEL, "mount /proc").strip(" \n\0") or None


def _selinux(answers: Answers) -> Value:
    if failure(answers, _ENFORCE, "") is not None and "selinux" not in active(answers):
        return "disabled"
    return (
        "enforcing"
        if natural(text_of(answers, _ENFORCE, "mount -t selinuxfs selinuxfs /sys/fs/selinux"))
        else "permissive"
    )


def _lockdown(answers: Answers) -> Value:
    if failure(answers, _LOCKDOWN, "") is not None and "lockdown" not in active(answers):
        return "none"
    return parse_choice(text_of(answers, _LOCKDOWN, "mount -t securityfs securityfs /sys/kernel/security"))


COLLECTOR = collector(
    "lsm",
    {
        "lsm.active": Reading((_CALL, _LIST), lambda answers: [*active(answers)]),
        "lsm.label": Reading((_CALL, _LIST, _LABEL), _label),
        "lsm.selinux": Reading((_CALL, _LIST, _ENFORCE), _selinux),
        "lsm.lockdown": Reading((_CALL, _LIST, _LOCKDOWN), _lockdown),
    },
)

"""Says who refused a system call, and on what evidence: answers and circumstances in, a state with its reason out."""

from .table import Call
from .tries import KILLED, STUCK

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .circumstances import Circumstances

AVAILABLE, UNSUPPORTED, ABSENT = "available", "unsupported", "absent"
ABSENT_OR_FILTERED, CAPABILITY_OR_SECCOMP = "absent-or-filtered", "capability-or-seccomp"
SECCOMP, LSM, CAPABILITY, SYSCTL, RLIMIT, REFUSED = "seccomp", "lsm", "capability", "sysctl", "rlimit", "refused"
STATES = (
    *(AVAILABLE, UNSUPPORTED, ABSENT, ABSENT_OR_FILTERED, SECCOMP, LSM),
    *(CAPABILITY, CAPABILITY_OR_SECCOMP, SYSCTL, RLIMIT, REFUSED),
)

DENIALS = ("EPERM", "EACCES")
CONFINED = ("selinux", "apparmor", "smack", "tomoyo")  # modules whose policy may refuse any call to one process

# By call or use: the sysctl that can refuse it, what value does, and the capabilities that it doesn't hold for.
# Documentation/admin-guide/sysctl/kernel.rst and vm.rst; userns_clone is a patch of Debian's and others.
SYSCTLS: "dict[str, tuple[tuple[str, Callable[[int], bool], tuple[str, ...]], ...]]" = {
    "io_uring_setup": (
        ("kernel/io_uring_disabled", lambda value: value == 2, ()),
        ("kernel/io_uring_disabled", lambda value: value == 1, ("sys_admin",)),
    ),
    "bpf": (("kernel/unprivileged_bpf_disabled", lambda value: value != 0, ("bpf", "sys_admin")),),
    "perf_event_open": (("kernel/perf_event_paranoid", lambda value: value > 2, ("perfmon", "sys_admin")),),
    "userfaultfd": (("vm/unprivileged_userfaultfd", lambda value: value == 0, ("sys_ptrace",)),),
    "syslog": (("kernel/dmesg_restrict", lambda value: value != 0, ("syslog", "sys_admin")),),
    "finit_module": (("kernel/modules_disabled", lambda value: value != 0, ()),),
    "ptrace": (
        ("kernel/yama/ptrace_scope", lambda value: value == 3, ()),
        ("kernel/yama/ptrace_scope", lambda value: value == 2, ("sys_ptrace",)),
    ),
    "user": (("kernel/unprivileged_userns_clone", lambda value: value == 0, ("sys_admin",)),),
}


class Verdict:
    """Who refused a call, if anybody, and why we think so."""

    def __init__(self, state: str, why: str) -> None:
        self.state = state
        self.why = why


NO_ANSWERS = {
    KILLED: Verdict(SECCOMP, "the process that tried it was ended by SIGSYS"),
    STUCK: Verdict(REFUSED, "it did not answer"),
    "": Verdict(REFUSED, "it could not be tried"),
}


def classify(call: Call, answer: str, again: str, inside: str, here: "Circumstances") -> Verdict:
    """Return the state of a call.

    `answer` is what it came to, `again` the same with other arguments, `inside` the same as `answer` in a user
    namespace of its own; both are empty where that wasn't tried.
    """
    if answer in call.answers:
        return Verdict(AVAILABLE, "Linux itself answered, with {}".format(answer))
    if answer == "ENOSYS":
        return missing(call, here)
    if answer in DENIALS:
        return denied(call, answer, again, inside, here)
    if answer in NO_ANSWERS:
        return NO_ANSWERS[answer]
    return unusual(call, answer, again, here)


def unusual(call: Call, answer: str, again: str, here: "Circumstances") -> Verdict:
    """Return what an errno means that the kernel isn't known to give."""
    if answer == "EOPNOTSUPP" and call.config == "SECURITY_LANDLOCK":
        return Verdict(ABSENT, "Landlock is built in and was not enabled at boot: EOPNOTSUPP")
    if here.filter and again == answer:
        return Verdict(SECCOMP, "a filter is active, and other arguments gave {} as well".format(answer))
    return Verdict(AVAILABLE, "something behind the call answered, with an unusual {}".format(answer))


def missing(call: Call, here: "Circumstances") -> Verdict:
    """Return who is behind ENOSYS: the kernel's age, its configuration or a filter."""
    since = tuple(int(part) for part in call.since.split("."))
    if here.release and here.release < since:
        return Verdict(UNSUPPORTED, "it came with Linux " + call.since)
    if here.filter == 0:
        return Verdict(
            ABSENT, "no filter is active" + (", CONFIG_{} may be off".format(call.config) if call.config else "")
        )
    if not call.config and here.filter:
        return Verdict(SECCOMP, "a filter is active, and every Linux since {} has it".format(call.since))
    built = here.built(call.config) if call.config else None
    if built is False:
        return Verdict(ABSENT, "the kernel was built without CONFIG_" + call.config)
    if built and here.filter:
        return Verdict(SECCOMP, "a filter is active, and the kernel was built with CONFIG_" + call.config)
    return Verdict(ABSENT_OR_FILTERED, "a filter may be active, and the kernel's configuration can't be read")


def denied(call: Call, answer: str, again: str, inside: str, here: "Circumstances") -> Verdict:
    """Return who is behind EPERM or EACCES."""
    setting = forbidding(call.name, here)
    if setting:
        return Verdict(SYSCTL, setting)
    if here.lacks(call.rights):
        return for_want_of_rights(call, answer, inside, here)
    if again and again not in (answer, KILLED, ""):
        return by_module(here) or Verdict(REFUSED, "{}, but {} with other arguments".format(answer, again))
    if here.filter:
        twice = ", whatever its arguments" if again == answer else ""
        return Verdict(SECCOMP, "a filter is active, and Linux would not answer {}{}".format(answer, twice))
    return by_module(here) or Verdict(
        REFUSED, "{}, and neither a filter nor a security module, capability or sysctl explains it".format(answer)
    )


def for_want_of_rights(call: Call, answer: str, inside: str, here: "Circumstances") -> Verdict:
    """Return what it means that a call is refused for which a capability is missing."""
    needed = "needs {}{}".format(names_of(call.rights), " outside of user namespaces" if here.contained else "")
    if inside in call.answers:
        return Verdict(CAPABILITY, "{}; in a user namespace of its own, which has it, Linux answered".format(needed))
    if here.filter:
        return Verdict(CAPABILITY_OR_SECCOMP, needed + ", and a filter is active")
    return Verdict(CAPABILITY, "{}; no filter is active".format(needed))


def names_of(rights: "Sequence[str]") -> str:
    """Return capabilities as people write them."""
    return " or ".join("CAP_" + right.upper() for right in rights)


def by_module(here: "Circumstances") -> "Verdict | None":
    """Return that a security module refused, if one is there that might and says that it knows this process."""
    found = [module for module in here.modules or () if module in CONFINED]
    if not found or not here.label or "unconfined" in here.label:
        return None
    return Verdict(LSM, "{} confines this process as {}, and nothing else explains it".format(found[0], here.label))


def forbidding(name: str, here: "Circumstances") -> str:
    """Return which sysctl forbids a call or use, and why it holds for us; empty where none does."""
    for sysctl, forbids, rights in SYSCTLS.get(name, ()):
        value = here.sysctl(sysctl)
        if value is not None and forbids(value) and not any(here.may(right) for right in rights):
            return "{} is {}".format(sysctl.replace("/", "."), value)
    return ""

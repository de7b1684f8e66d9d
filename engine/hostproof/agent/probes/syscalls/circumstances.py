"""What may refuse a system call here: filter, capabilities, security modules, sysctls, configuration, release.

Sources: proc_pid_status(5), seccomp(2), capabilities(7), lsm_list_modules in Documentation/userspace-api/lsm.rst.
"""

import ctypes
import os
import re
import struct
import zlib

from ...probing.system import libc
from .tries import ask

PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS = 21, 39
CAPABILITIES = {
    "dac_read_search": 2, "setpcap": 8, "ipc_lock": 14, "sys_module": 16, "sys_ptrace": 19, "sys_admin": 21,
    "sys_nice": 23, "syslog": 34, "perfmon": 38, "bpf": 39,
}  # fmt: skip
CAPABILITY_VERSION_3 = 0x20080522
# By number: LSM_ID_* of include/uapi/linux/lsm.h.
MODULES = {
    100: "capability", 101: "selinux", 102: "smack", 103: "tomoyo", 104: "apparmor", 105: "yama", 106: "loadpin",
    107: "safesetid", 108: "lockdown", 109: "bpf", 110: "landlock", 111: "ima", 112: "evm", 113: "ipe",
}  # fmt: skip
MOST_CONFIG = 4 * 1024 * 1024


class Circumstances:
    """What holds for this process; None where it could not be learnt.

    `filter` is the seccomp mode (0 none, 1 strict, 2 filter), `capabilities` the bits of the effective set, `modules`
    the names of the active security modules, `label` what they call this process, `release` the kernel's numbers.
    `contained` is whether it is in a user namespace of its own, where capabilities don't count for the machine.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is known, by its name
        self,
        filter: "int | None" = None,  # noqa: A002 - the kernel's own word for it
        no_new_privs: "bool | None" = None,
        capabilities: "int | None" = None,
        modules: "list[str] | None" = None,
        label: "str | None" = None,
        release: "tuple[int, ...]" = (),
        sysctls: "dict[str, int] | None" = None,
        config: "dict[str, str] | None" = None,
        contained: bool = False,
    ) -> None:
        self.filter = filter
        self.no_new_privs = no_new_privs
        self.capabilities = capabilities
        self.modules = modules
        self.label = label
        self.release = release
        self.sysctls = sysctls
        self.config = config
        self.contained = contained

    def may(self, right: str) -> "bool | None":
        """Return whether we have a capability that counts for the machine."""
        if self.contained:
            return False
        return None if self.capabilities is None else bool(self.capabilities >> CAPABILITIES[right] & 1)

    def lacks(self, rights: "list[str]") -> bool:
        """Tell whether one of some capabilities is needed and we surely have none of them."""
        return bool(rights) and all(self.may(right) is False for right in rights)

    def sysctl(self, name: str) -> "int | None":
        """Return the number a sysctl is set to, None where there is none or it can't be read."""
        return read_number("/proc/sys/" + name) if self.sysctls is None else self.sysctls.get(name)

    def built(self, option: str) -> "bool | None":
        """Return whether the kernel was built with an option, None where its configuration can't be read."""
        if self.config is None:
            self.config = read_config()
        return self.config.get(option, "n") != "n" if self.config else None


def circumstances() -> Circumstances:
    """Return what holds for this process."""
    status = read_status()
    return Circumstances(
        filter=whole(status.get("Seccomp"), 10, prctl_value(PR_GET_SECCOMP)),
        no_new_privs=flag(whole(status.get("NoNewPrivs"), 10, prctl_value(PR_GET_NO_NEW_PRIVS))),
        capabilities=whole(status.get("CapEff"), 16, capget()),
        modules=active_modules(),
        label=label(),
        release=numbers_of(os.uname()[2]),
        contained=in_user_namespace(),
    )


def in_user_namespace() -> bool:
    """Tell whether this process is in another user namespace than the first: not all users are mapped to themselves."""
    text = read_text("/proc/self/uid_map")
    return text is not None and text.split() != ["0", "0", "4294967295"]


def whole(text: "str | None", base: int, other: "int | None") -> "int | None":
    """Return a text as a number, something other where there is none."""
    return other if text is None else int(text, base)


def flag(number: "int | None") -> "bool | None":
    """Return a number as yes or no."""
    return None if number is None else number != 0


def numbers_of(release: str) -> "tuple[int, ...]":
    """Return the numbers a kernel release begins with: (6, 1, 0) for 6.1.0-18-amd64."""
    found = re.match(r"\d+(\.\d+)*", release)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def read_text(path: str, most: int = 65536) -> "str | None":
    """Return a small file's text, None where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(most).decode("ascii", "replace")
    except OSError:
        return None


def read_number(path: str) -> "int | None":
    """Return the number in a file, None where there is none."""
    text = (read_text(path) or "").strip()
    return int(text) if re.match(r"-?\d{1,18}$", text) else None


def read_status() -> "dict[str, str]":
    """Return the fields of /proc/self/status; empty without /proc."""
    pairs = (line.partition(":") for line in (read_text("/proc/self/status") or "").splitlines())
    return {name: value.strip() for name, _, value in pairs}


def prctl_value(option: int) -> "int | None":
    """Return what prctl(2) says, None where it refuses."""
    found = libc.prctl(option, 0, 0, 0, 0)
    return None if found < 0 else int(found)


def capget() -> "int | None":
    """Return the effective capabilities as the kernel says without /proc (capget(2))."""
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    sets = ctypes.create_string_buffer(24)
    if libc.capget(header, sets):
        return None
    words = struct.unpack("6I", sets.raw)
    return int(words[0] | words[3] << 32)


def active_modules() -> "list[str] | None":
    """Return the active security modules: by lsm_list_modules(2) since Linux 6.8, before that from securityfs."""
    ids, size = (ctypes.c_uint64 * 32)(), ctypes.c_uint32(256)
    found, number = ask("lsm_list_modules", ctypes.byref(ids), ctypes.byref(size), 0)
    if not number:
        return [MODULES.get(ids[index], str(ids[index])) for index in range(found)]
    text = read_text("/sys/kernel/security/lsm")
    return None if text is None else text.strip().split(",")


def label() -> "str | None":
    """Return what the security modules call this process, None where they call it nothing."""
    for path in ("/proc/self/attr/apparmor/current", "/proc/self/attr/current"):
        text = (read_text(path) or "").strip("\0\n ")
        if text:
            return text
    return None


def read_config() -> "dict[str, str]":
    """Return the kernel's configuration by option, without CONFIG_; empty where it can't be read."""
    try:
        with open("/proc/config.gz", "rb") as file:
            unpacker = zlib.decompressobj(31)
            text = unpacker.decompress(file.read(MOST_CONFIG), MOST_CONFIG).decode("ascii", "replace")
    except (OSError, zlib.error):
        text = read_text("/boot/config-" + os.uname()[2], MOST_CONFIG) or ""
    return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.MULTILINE))

"""Learns virtualisation.* by weighing what the processor, the firmware, the clocks and /sys/hypervisor say."""

from __future__ import annotations

import re

from hostproof.collect.builtin.answers import (
    Answers,
    NotLearntError,
    Reading,
    collector,
    failure,
    text_file,
    text_of,
)
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_CPUINFO = text_file("/proc/cpuinfo", 4194304)
_VERSION = text_file("/proc/version")
_CLOCKS = text_file("/sys/devices/system/clocksource/clocksource0/available_clocksource")
_XEN = text_file("/sys/hypervisor/type")
_XEN_ROLE = text_file("/proc/xen/capabilities")
_DEVICE_TREE = text_file("/proc/device-tree/hypervisor/compatible")
_DMI = tuple(
    text_file(f"/sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name", "board_vendor", "bios_vendor")
)
_ASKS = (_CPUINFO, _VERSION, _CLOCKS, _XEN, _XEN_ROLE, _DEVICE_TREE, *_DMI)

# Words of the firmware's tables, and the hypervisor they are of.
_VENDORS = (
    ("VMware", "vmware"),
    ("VirtualBox", "virtualbox"),
    ("innotek GmbH", "virtualbox"),
    ("Xen", "xen"),
    ("Parallels", "parallels"),
    ("Apple Virtualization", "apple"),
    ("Bochs", "bochs"),
    ("BHYVE", "bhyve"),
    ("Amazon EC2", "amazon"),
    ("Google Compute Engine", "google"),
    ("KVM", "kvm"),
    ("OpenStack", "kvm"),
    ("QEMU", "qemu"),
)
_CLOCK_OF = {
    "kvm-clock": "kvm",
    "xen": "xen",
    "hyperv_clocksource_tsc_page": "hyperv",
    "hyperv_clocksource_msr": "hyperv",
}
_TREE_OF = {"linux,kvm": "kvm", "xen": "xen", "vmware": "vmware"}


def signs(texts: dict[str, str]) -> list[tuple[str, str]]:
    r"""Return the signs of a hypervisor, strongest first, as (source:word, kind); kind is empty where none is named.

    `texts` are the files that could be read, by path.

    >>> signs({"/proc/cpuinfo": "flags\t: fpu hypervisor\n", "/sys/class/dmi/id/sys_vendor": "QEMU\n"})
    [('dmi:QEMU', 'qemu'), ('cpu:hypervisor', '')]
    """
    found: list[tuple[str, str]] = []
    if (kind := texts.get(_XEN.path, "").strip()) and "control_d" not in texts.get(_XEN_ROLE.path, ""):
        found.append((f"sysfs:{kind[:32]}", kind[:32]))  # control_d is in the capabilities of dom0, which is the host
    found += [(f"clock:{word}", _CLOCK_OF[word]) for word in texts.get(_CLOCKS.path, "").split() if word in _CLOCK_OF]
    tree = texts.get(_DEVICE_TREE.path, "").replace("\0", " ").split()
    found += [
        (f"devicetree:{word}", kind) for word in tree for start, kind in _TREE_OF.items() if word.startswith(start)
    ]
    found += [
        (f"dmi:{word}", kind) for word, kind in _VENDORS if any(word in texts.get(file.path, "") for file in _DMI)
    ]
    if "Microsoft Corporation" in texts.get(_DMI[0].path, "") and "Virtual Machine" in texts.get(_DMI[1].path, ""):
        found.append(("dmi:Microsoft Virtual Machine", "hyperv"))
    if "microsoft" in texts.get(_VERSION.path, "").lower():
        found.append(("kernel:microsoft", "hyperv"))  # WSL 2
    if re.search(r"^vendor_id\s*: User Mode Linux", texts.get(_CPUINFO.path, ""), re.MULTILINE):
        found.append(("cpu:User Mode Linux", "uml"))
    if re.search(r"^flags\s*:.* hypervisor\b", texts.get(_CPUINFO.path, ""), re.MULTILINE):
        found.append(("cpu:hypervisor", ""))  # CPUID leaf 1, ECX bit 31: reserved for hypervisors to set
    return found


def hypervisor(texts: dict[str, str]) -> str | None:
    r"""Return the kind of hypervisor, None on bare metal. Raises NotLearntError where nothing speaks for either.

    On x86 the processor's flag decides whether there is one (firmware of metal servers in a cloud names the cloud,
    too); the other signs then say which. qemu stands for its emulation: with KVM a clock or the firmware says kvm.

    >>> hypervisor({"/proc/cpuinfo": "flags\t: fpu sse\n", "/sys/class/dmi/id/sys_vendor": "Amazon EC2\n"})
    >>> hypervisor({"/proc/cpuinfo": "flags\t: fpu hypervisor\n"})
    'other'
    """
    found = signs(texts)
    certain = [kind for sign, kind in found if kind and not sign.startswith("dmi:")]
    if re.search(r"^flags\s*:", texts.get(_CPUINFO.path, ""), re.MULTILINE):
        virtual = bool(certain) or ("cpu:hypervisor", "") in found
    elif found or any(file.path in texts for file in _DMI):
        virtual = bool(found)
    else:
        detail = "neither processor nor firmware says whether there is a hypervisor"
        raise NotLearntError(Unknown(Cause.INCONCLUSIVE, detail, "mount /sys; run as root"))
    return next((kind for _, kind in found if kind), "other") if virtual else None


def _texts(answers: Answers) -> dict[str, str]:
    text_of(answers, _CPUINFO, "mount /proc")
    return {file.path: text_of(answers, file, "") for file in _ASKS if failure(answers, file, "") is None}


def _kind(answers: Answers) -> Value:
    return hypervisor(_texts(answers))


def _markers(answers: Answers) -> Value:
    return [sign for sign, _ in signs(_texts(answers))]


COLLECTOR = collector(
    "virtualisation",
    {"virtualisation.kind": Reading(_ASKS, _kind), "virtualisation.markers": Reading(_ASKS, _markers)},
)

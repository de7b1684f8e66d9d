"""Parsers, one table each: texts as kernels and distributions write them, and the odd ones."""

from __future__ import annotations

import gzip

import pytest

from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.builtin.cgroup.limits import parse_limit, parse_quota
from hostproof.collect.builtin.files.mounts import mount_of, parse_mountinfo
from hostproof.collect.builtin.files.room import room
from hostproof.collect.builtin.host.clock import zone_of
from hostproof.collect.builtin.host.cpu import parse_cpu_list, parse_flags, parse_model
from hostproof.collect.builtin.host.kconfig import parse_config
from hostproof.collect.builtin.host.kernel import parse_cmdline, parse_tainted
from hostproof.collect.builtin.host.osrelease import distribution, parse_os_release
from hostproof.collect.builtin.host.virtualisation import hypervisor
from hostproof.collect.builtin.net.names import parse_hosts, parse_resolv, parse_sources
from hostproof.collect.builtin.net.ports import parse_range, parse_reserved
from hostproof.collect.builtin.process.container import runtime
from hostproof.collect.builtin.process.status import parse_capabilities
from hostproof.collect.builtin.sysctl import parse_any, path_of
from hostproof.collect.builtin.words import decimal, natural, whole
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown


def one(name: str, answers: dict[Ask, Answer]) -> Value | Unknown:
    """Learn one fact."""
    from hostproof.facts.builtin import builtin_catalog

    row = builtin_catalog().get(name)
    assert row is not None
    return COLLECTORS[row.collector].parse(frozenset({name}), answers)[name]


def sysctl(name: str, text: str) -> Value | Unknown:
    """Learn one parameter from the text of its file."""
    (ask,) = COLLECTORS["sysctl"].asks(frozenset({name}))
    return one(name, {ask: Answer(data=text.encode())})


@pytest.mark.parametrize("text", ["", " ", "1_000", "٣", "0x10", "1.5", "9223372036854775808", "9" * 5000, "+1", "1 2"])
def test_lenient_numbers_are_refused(text: str) -> None:
    """What int() would take, and no kernel writes, is no whole number."""
    with pytest.raises(ValueError, match="is not a whole number of 64 bits"):
        whole(text)


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e9", "-1.0", ".5", "1."])
def test_lenient_decimals_are_refused(text: str) -> None:
    """What float() would take, and no kernel writes, is no number."""
    with pytest.raises(ValueError, match="is not a number"):
        decimal(text)


def test_negative_counts_are_refused() -> None:
    """A count is not negative."""
    with pytest.raises(ValueError, match="-1 is negative"):
        natural("-1")


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("", []),
        ("quiet\n", ["quiet"]),
        ("a=1  b\tc", ["a=1", "b", "c"]),
        ("init=\"/bin/sh -c 'x y'\" ro", ["init=\"/bin/sh -c 'x y'\"", "ro"]),
        ('open="never closed ro', ['open="never closed ro']),
    ],
)
def test_boot_parameters(text: str, parameters: list[str]) -> None:
    """Parameters are split at blanks outside of double quotes."""
    assert parse_cmdline(text) == parameters


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ("0\n", []),
        ("1", ["proprietary-module"]),
        ("512", ["warn"]),
        ("16384", ["soft-lockup"]),
        (str(1 << 40), ["bit-40"]),
    ],
)
def test_taints(mask: str, words: list[str]) -> None:
    """Each bit has its word, also one that a newer kernel invents."""
    assert parse_tainted(mask) == words


@pytest.mark.parametrize(
    ("text", "processors"),
    [("0\n", {0}), ("0-3\n", {0, 1, 2, 3}), ("0,2-3,8", {0, 2, 3, 8}), ("\n", set()), ("3-3", {3})],
)
def test_processor_lists(text: str, processors: set[int]) -> None:
    """Lists of processors name single ones and ranges."""
    assert parse_cpu_list(text) == processors


@pytest.mark.parametrize("text", ["3-1", "x", "0-", "-1", "0-99999999", "0-65535,0-65535"])
def test_bad_processor_lists(text: str) -> None:
    """Backward, endless and doubled ranges are refused."""
    with pytest.raises(ValueError, match="is no range of numbers"):
        parse_cpu_list(text)


@pytest.mark.parametrize(
    ("cpuinfo", "model", "flags"),
    [
        ("processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu vme\n", "Intel(R) Xeon(R)", ["fpu", "vme"]),
        ("processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n", "", ["fp", "asimd"]),
        ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported", []),
        ("flags : a b c\nflags : c a\n", "", ["a", "c"]),
        ("", "", []),
    ],
)
def test_processors(cpuinfo: str, model: str, flags: list[str]) -> None:
    """Model and shared features are found on several architectures."""
    assert parse_model(cpuinfo) == model
    assert parse_flags(cpuinfo) == flags


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\n", {"CONFIG_A": "y", "CONFIG_B": "m", "CONFIG_C": "n"}),
        ('CONFIG_S="a \\"b\\" \\\\c"\nCONFIG_E=""\n', {"CONFIG_S": 'a "b" \\c', "CONFIG_E": ""}),
        ("CONFIG_ADDR=0xffff\n#CONFIG_X=y\n CONFIG_Y=y\n# CONFIG_Z is set\n", {"CONFIG_ADDR": "0xffff"}),
    ],
)
def test_kernel_options(text: str, options: dict[str, str]) -> None:
    """Options are read as kconfig writes them, anything else is left out."""
    assert parse_config(text) == options


def test_kernel_options_without_config_gz_come_from_the_release_in_boot() -> None:
    """Of several installed configurations, only the running release's counts; without it all places are named."""
    gone = Answer(error=Unknown(Cause.ABSENT, "/proc/config.gz: No such file or directory"))
    asks = COLLECTORS["kernel-config"].asks(frozenset())
    answers = {ask: Answer(files={}) if isinstance(ask, ReadGlob) else gone for ask in asks}
    answers[ReadFile("/proc/sys/kernel/osrelease", 262144)] = Answer(data=b"6.1.0-9\n")
    boot = next(ask for ask in asks if isinstance(ask, ReadGlob) and ask.pattern.startswith("/boot"))
    answers[boot] = Answer(files={"/boot/config-6.1.0-8": b"CONFIG_A=y\n", "/boot/config-6.1.0-9": b"CONFIG_A=m\n"})
    assert one("kernel.config.CONFIG_A", answers) == "m"
    answers[boot] = Answer(files={"/boot/config-6.1.0-8": b"CONFIG_A=y\n"})
    lacking = one("kernel.config.CONFIG_A", answers)
    assert isinstance(lacking, Unknown)
    assert lacking.cause is Cause.ABSENT
    assert "/proc/config.gz: No such file" in lacking.detail
    assert "/boot/config-6.1.0-9" in lacking.detail
    assert "/lib/modules/6.1.0-9/config" in lacking.detail
    assert "CONFIG_IKCONFIG_PROC" in lacking.cure


def test_a_broken_config_gz_is_not_replaced_by_another_file() -> None:
    """A configuration that cannot be read is a parse error."""
    answers: dict[Ask, Answer] = {ReadFile("/proc/config.gz", 1048576): Answer(data=gzip.compress(b"x" * 999)[:20])}
    outcome = one("kernel.config.CONFIG_A", answers)
    assert isinstance(outcome, Unknown)
    assert outcome.cause is Cause.PARSE_ERROR


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", ("linux", [], None, "Linux")),
        ("ID=arch\nNAME='Arch Linux'\n", ("arch", [], None, "Arch Linux")),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\nPRETTY_NAME="Rocky \\"9\\""', None),
    ],
)
def test_os_release(text: str, facts: tuple[str, list[str], str | None, str] | None) -> None:
    """Quotes, escapes, defaults and rolling releases are read as os-release(5) says."""
    wanted = facts or ("rocky", ["rhel", "centos", "fedora"], "9.3", 'Rocky "9"')
    assert tuple(distribution(parse_os_release(text)).values()) == wanted


@pytest.mark.parametrize(
    ("text", "limit"),
    [("max\n", None), ("0\n", 0), ("9223372036854771712\n", None), ("9223372036854710272", None), ("4096", 4096)],
)
def test_limits_of_groups(text: str, limit: int | None) -> None:
    """v2 says max, v1 the largest number of whole pages, of 4 KiB or of 64."""
    assert parse_limit(text) == limit


@pytest.mark.parametrize(("text", "quota"), [("max 100000\n", None), ("30000 100000\n", 0.3), ("400000 50000", 8.0)])
def test_quotas(text: str, quota: float | None) -> None:
    """A quota is processors: time in a period."""
    assert parse_quota(text) == quota


@pytest.mark.parametrize("text", ["", "100000", "1 0", "x 100000", "1 2 3"])
def test_bad_quotas(text: str) -> None:
    """A quota without a period, or with none, is refused."""
    with pytest.raises(ValueError, match=r"quota|number"):
        parse_quota(text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "ext4"), ("/tmp", "tmpfs"), ("/tmp/a/b", "tmpfs"), ("/tmpfoo", "ext4"), ("/mnt/x", "xfs")],
)
def test_the_mount_of_a_path(path: str, kind: str) -> None:
    """The longest mount point above a path has it, and of several on one place the last."""
    rows = [("/", "ext4"), ("/tmp", "tmpfs"), ("/mnt", "vfat"), ("/mnt", "xfs")]
    text = "\n".join(f"{n} 1 8:{n} / {place} rw - {kind} dev rw" for n, (place, kind) in enumerate(rows))
    found = mount_of(path, parse_mountinfo(text))
    assert found is not None
    assert found.type == kind


def test_mounts_without_optional_fields_and_with_many() -> None:
    """Optional fields before the dash may be none or several; a dash may stand in a path."""
    text = "1 0 8:1 / / rw - ext4 a rw\n2 1 0:5 / /a-b rw shared:1 master:2 unbindable - tmpfs - rw,mode=755\nx\n"
    assert [(m.path, m.device, m.options) for m in parse_mountinfo(text)] == [
        ("/", "a", ("rw",)),
        ("/a-b", "-", ("rw", "mode=755")),
    ]


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"])
def test_only_line_feeds_end_lines_of_the_kernel(end: str) -> None:
    """A path with another line separator in it, which the kernel does not escape, adds no mount."""
    text = f"1 0 8:1 / /a{end}2 0 8:2 / /tmp rw - tmpfs t rw - ext4 dev rw\n"
    assert len(parse_mountinfo(text)) <= 1


def test_room_without_inodes_or_space() -> None:
    """File systems without a fixed number of inodes have null, empty ones are not used at all."""
    found = room({"frsize": 512, "blocks": 0, "bfree": 0, "bavail": 0, "files": 0, "favail": 2**64 - 1})
    assert found == {"size": 0, "available": 0, "used": 0.0, "inodes": None, "inodes_available": None}


def test_room_beyond_64_bits_is_capped() -> None:
    """Sizes that a snapshot cannot hold are cut to the largest it can."""
    found = room({"frsize": 2**40, "blocks": 2**40, "bfree": 0, "bavail": 0, "files": 2**64 - 1, "favail": 5})
    assert found["size"] == found["inodes"] == 2**63 - 1


@pytest.mark.parametrize(
    ("target", "zone"),
    [
        ("/usr/share/zoneinfo/UTC", "UTC"),
        ("../usr/share/zoneinfo/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("/usr/share/zoneinfo/", None),
        ("/etc/clock", None),
    ],
)
def test_zones(target: str, zone: str | None) -> None:
    """A zone is what follows the database in the link."""
    assert zone_of(target) == zone


FLAGS, METAL = "flags\t\t: fpu sse hypervisor\n", "flags\t\t: fpu sse\n"
CLOCKS = "/sys/devices/system/clocksource/clocksource0/available_clocksource"
VENDOR, PRODUCT = "/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ({"/proc/cpuinfo": METAL}, None),
        ({"/proc/cpuinfo": METAL, VENDOR: "Dell Inc.\n"}, None),
        ({"/proc/cpuinfo": METAL, VENDOR: "Amazon EC2\n", PRODUCT: "m5.metal\n"}, None),
        ({"/proc/cpuinfo": FLAGS, VENDOR: "Amazon EC2\n"}, "amazon"),
        ({"/proc/cpuinfo": FLAGS, VENDOR: "QEMU\n"}, "qemu"),
        ({"/proc/cpuinfo": FLAGS, VENDOR: "QEMU\n", CLOCKS: "kvm-clock tsc\n"}, "kvm"),
        ({"/proc/cpuinfo": FLAGS, VENDOR: "VMware, Inc.\n"}, "vmware"),
        ({"/proc/cpuinfo": FLAGS, VENDOR: "Microsoft Corporation\n", PRODUCT: "Virtual Machine\n"}, "hyperv"),
        ({"/proc/cpuinfo": FLAGS}, "other"),
        ({"/proc/cpuinfo": METAL, "/sys/hypervisor/type": "xen\n"}, "xen"),
        ({"/proc/cpuinfo": METAL, "/sys/hypervisor/type": "xen\n", "/proc/xen/capabilities": "control_d\n"}, None),
        ({"/proc/cpuinfo": "Features : fp\n", "/proc/device-tree/hypervisor/compatible": "linux,kvm\0"}, "kvm"),
        ({"/proc/cpuinfo": "Features : fp\n", VENDOR: "GIGABYTE\n"}, None),
        ({"/proc/cpuinfo": "vendor_id : User Mode Linux\nflags : \n"}, "uml"),
    ],
)
def test_hypervisors(texts: dict[str, str], kind: str | None) -> None:
    """No sign alone is believed against the processor's flag; without any the answer is bare metal only if told."""
    assert hypervisor(texts) == kind


@pytest.mark.parametrize(
    ("signs", "kind"),
    [
        ([], None),
        ([("file:/.dockerenv", "docker")], None),
        ([("namespace:pid", "")], None),
        ([("cgroup:docker", "docker"), ("file:/.dockerenv", "docker")], "docker"),
        ([("cgroup:kubernetes", "kubernetes"), ("namespace:pid", "")], "kubernetes"),
        ([("root:overlay", ""), ("namespace:pid", "")], "other"),
        ([("file:/.dockerenv", "docker"), ("root:overlay", "")], None),
        ([("named:lxc", "lxc"), ("namespace:user", "")], None),
    ],
)
def test_containers_need_two_signs(signs: list[tuple[str, str]], kind: str | None) -> None:
    """One sign alone, or several without the kernel's, are no container; the first that names a runtime says which."""
    assert runtime(signs) == kind


@pytest.mark.parametrize(
    ("text", "servers", "search", "options"),
    [
        ("", [], [], []),
        ("nameserver 8.8.8.8 # not a comment there\n", ["8.8.8.8"], [], []),
        ("#nameserver 1.1.1.1\n;nameserver 2.2.2.2\n nameserver 3.3.3.3\nnameserver\n", [], [], []),
        ("search a b\ndomain c\n", [], ["c"], []),
        ("domain c\nsearch a b\noptions x\noptions y z\n", [], ["a", "b"], ["x", "y", "z"]),
        ("nameserver\tfe80::1%eth0\n", ["fe80::1%eth0"], [], []),
        ("\r\n\xa0\nnameserver 1.1.1.1\r\n", ["1.1.1.1"], [], []),
    ],
)
def test_resolver(text: str, servers: list[str], search: list[str], options: list[str]) -> None:
    """Keywords, comments and the last search list are read as resolv.conf(5) says."""
    found = [parse_resolv(text, word) for word in ("nameserver", "search", "options")]
    assert found == [servers, search, options]


def test_hosts_and_sources() -> None:
    """Names are compared without case, comments and actions are left out, each address counts once."""
    assert parse_hosts("127.0.0.1 localhost\n# ::1 localhost\n127.0.0.1 LocalHost\n::1 x localhost", "localhost") == [
        "127.0.0.1",
        "::1",
    ]
    assert parse_sources("#hosts: db\nhosts : files [!UNAVAIL=return] resolve dns\n", "hosts") == [
        "files",
        "resolve",
        "dns",
    ]


@pytest.mark.parametrize("text", ["", "1", "2 1", "0 5", "1 65536", "a b", "1 2 3"])
def test_bad_port_ranges(text: str) -> None:
    """A range has two ports in order."""
    with pytest.raises(ValueError, match=r"range|number"):
        parse_range(text)


def test_reserved_ports() -> None:
    """Single ports and ranges add up; an empty file reserves none."""
    assert parse_reserved("\n") == set()
    assert parse_reserved("1,3-4") == {1, 3, 4}


@pytest.mark.parametrize(
    ("error", "works"),
    [("", True), ("ENETUNREACH", False), ("ETIMEDOUT", False), ("EPERM", Cause.DENIED), ("EMFILE", Cause.FAILED)],
)
def test_loopback_errors(error: str, works: bool | Cause) -> None:
    """Errors of the network mean that it does not work, those of limits and filters leave it open."""
    outcome = one("net.loopback.up", {Call("loopback"): Answer(value={"ipv4": error})})
    assert (outcome.cause if isinstance(outcome, Unknown) else outcome) == works


@pytest.mark.parametrize(
    ("tried", "options", "executable"),
    [
        ({"written": True, "executed": True, "error": ""}, "rw", True),
        ({"written": True, "executed": False, "error": "EACCES"}, "rw", False),
        ({"written": True, "executed": False, "error": "ENOENT"}, "rw", None),
        ({"written": True, "executed": False, "error": "ENOENT"}, "rw,noexec", False),
        ({"written": False, "executed": False, "error": "EROFS"}, "ro", None),
        ({"written": False, "executed": False, "error": "EROFS"}, "ro,noexec", False),
    ],
)
def test_executing_in_the_temporary_folder(tried: dict[str, Value], options: str, executable: bool | None) -> None:
    """A refusal counts; a program that could not be tried, for want of a shell or of space, decides nothing."""
    answers = {ask: Answer(value={"path": "/tmp", "real": "/tmp", **tried}) for ask in (Call("temp"),)}
    mounts = Answer(data=f"1 0 8:1 / / {options} - ext4 dev rw\n".encode())
    outcome = one("temp.executable", {**answers, ReadFile("/proc/self/mountinfo", 4194304): mounts})
    assert (None if isinstance(outcome, Unknown) else outcome) is executable


def test_capabilities_beyond_the_known() -> None:
    """A capability of a newer kernel is called by its number."""
    assert parse_capabilities("0000020000000001") == ["cap_chown", "cap_41"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("vm.swappiness", "/proc/sys/vm/swappiness"),
        ("kernel.threads-max", "/proc/sys/kernel/threads-max"),
        ("net.ipv6.conf.br-1.2.forwarding", "/proc/sys/net/ipv6/conf/br-1.2/forwarding"),
        ("net.ipv4.neigh.eth0.gc_stale_time", "/proc/sys/net/ipv4/neigh/eth0/gc_stale_time"),
        ("kernel", None),
        ("", None),
        ("kernel..osrelease", None),
        ("..etc.passwd", None),
        ("kernel.a/../../../etc/passwd", None),
        ("kernel.a\0b", None),
        ("kernel.a b", None),
    ],
)
def test_files_of_parameters(name: str, path: str | None) -> None:
    """A parameter has one file below /proc/sys, and no name leads out of there."""
    assert path_of(name) == path


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sysctl.vm.swappiness", "60\n", 60),
        ("sysctl.vm.dirty_ratio", "20\n", 0.2),
        ("sysctl.vm.dirty_expire_centisecs", "3000\n", 30_000_000_000),
        ("sysctl.vm.min_free_kbytes", "67584\n", 69206016),
        ("sysctl.kernel.sched_rt_runtime_us", "950000\n", 950_000_000),
        ("sysctl.kernel.sched_rt_runtime_us", "-1\n", None),
        ("sysctl.kernel.shmmax", "18446744073692774399\n", None),
        ("sysctl.kernel.shmmax", "68719476736\n", 68719476736),
        ("sysctl.kernel.perf_event_paranoid", "-1\n", -1),
        ("sysctl.kernel.core_pattern", "|/usr/share/apport/apport %p\n", "|/usr/share/apport/apport %p"),
        ("sysctl.net.ipv4.ip_local_port_range", "32768\t60999\n", [32768, 60999]),
        ("sysctl.net.ipv4.ip_local_reserved_ports", "\n", ""),
        ("sysctl.net.ipv4.tcp_available_congestion_control", "reno bbr cubic\n", ["reno", "bbr", "cubic"]),
        ("sysctl.net.ipv4.tcp_keepalive_time", "7200\n", 7_200_000_000_000),
        ("sysctl.net.core.busy_poll", "50\n", 50_000),
        ("sysctl.net.ipv4.conf.lo.rp_filter", "2\n", 2),
        ("sysctl.kernel.ostype", "Linux\n", "Linux"),
        ("sysctl.net.ipv6.ioam6_id_wide", "72057594037927935\n", 72057594037927935),
    ],
)
def test_typed_parameters(name: str, text: str, value: Value) -> None:
    """A parameter becomes a value in the unit of its type."""
    assert sysctl(name, text) == value


@pytest.mark.parametrize(("name", "text"), [("sysctl.vm.swappiness", "x\n"), ("sysctl.fs.nr_open", "-1\n")])
def test_parameters_that_make_no_sense(name: str, text: str) -> None:
    """Text where a number should be, and a negative count, are parse errors that name the file."""
    outcome = sysctl(name, text)
    assert isinstance(outcome, Unknown)
    assert outcome.cause is Cause.PARSE_ERROR
    assert "/proc/sys/" in outcome.detail


def test_large_numbers_of_unknown_parameters_stay_text() -> None:
    """An integer beyond 64 bits keeps its digits."""
    assert parse_any("18446744073709551615\n") == "18446744073709551615"


def test_programs_with_slashes_are_not_looked_for() -> None:
    """A path is no program's name, and does not spoil the others."""
    names = frozenset({"tools.git", "tools.../../bin/sh"})
    (ask,) = COLLECTORS["tools"].asks(names)
    assert ask == Call("which", ("git",))
    found = COLLECTORS["tools"].parse(names, {ask: Answer(value={"git": "/usr/bin/git"})})
    assert found["tools.git"] == "/usr/bin/git"
    assert isinstance(found["tools.../../bin/sh"], Unknown)


def test_connection_tracking_is_null_only_where_it_is_not_loaded() -> None:
    """Without its file the count is null if /proc/sys/net is there, and Unknown if it is not, or denied."""
    file, proof = COLLECTORS["conntrack"].asks(frozenset({"net.conntrack.max"}))
    gone = Answer(error=Unknown(Cause.ABSENT, "gone"))
    denied = Answer(error=Unknown(Cause.DENIED, "denied", "run as root"))
    assert one("net.conntrack.max", {file: gone, proof: Answer(data=b"4096\n")}) is None
    assert isinstance(one("net.conntrack.max", {file: gone, proof: gone}), Unknown)
    assert isinstance(one("net.conntrack.max", {file: denied, proof: Answer(data=b"4096\n")}), Unknown)

"""Records of the kernel's log: who was denied what, by whom, and what would allow it."""

from __future__ import annotations

import errno
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.collect.asks import Answer
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.builtin.denials.allow import apparmor_rule, selinux_rule
from hostproof.collect.builtin.denials.records import Denial, parse_record, parse_records, shown
from hostproof.facts.builtin.probes.denials import ROWS
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

NAME = "probe.denials.records"
RECORDS = next(row for row in ROWS if row.name == NAME)

# As kernels wrote them: Linux 6.18 with seccomp, Debian's 6.1 with AppArmor (both from this project's faults).
KILLED = (
    "<5>[12805.287134] audit: type=1326 audit(1795456558.723:210): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=21731"
    ' comm="hp-syscalls.0a7" exe="/usr/bin/python3.11" sig=31 arch=c000003e syscall=321 compat=0 ip=0x7f29edb1f829'
    " code=0x80000000"
)
CAPABLE = (
    '<5>[   29.882516] audit: type=1400 audit(1795457635.379:4): apparmor="DENIED" operation="capable" profile="narrow"'
    ' pid=93 comm="hp-tcp" capability=0  capname="chown"'
)
SIGNAL = (
    '<5>[   29.883793] audit: type=1400 audit(1795457635.391:5): apparmor="DENIED" operation="signal" profile="narrow"'
    ' pid=93 comm="hp-tcp" requested_mask="send" denied_mask="send" signal=exists peer="unconfined"'
)
PTRACE = (
    '<5>[   29.893772] audit: type=1400 audit(1795457635.399:6): apparmor="DENIED" operation="ptrace" profile="narrow"'
    ' pid=93 comm="hp-tcp" requested_mask="trace" denied_mask="trace" peer="unconfined"'
)
READ = (
    '<5>[   32.210364] audit: type=1400 audit(1795457637.719:9): apparmor="DENIED" operation="open" profile="narrow"'
    ' name="/etc/hosts" pid=97 comm="hp-tcp" requested_mask="r" denied_mask="r" fsuid=0 ouid=0'
)
CREATE = (  # a name with a blank is written in hexadecimal
    '<5>[   32.213846] audit: type=1400 audit(1795457637.719:10): apparmor="DENIED" operation="open" profile="narrow"'
    ' name=2F746D702F782079 pid=97 comm="hp-tcp" requested_mask="wc" denied_mask="wc" fsuid=0 ouid=0'
)
CHOWN = (
    '<5>[   32.214022] audit: type=1400 audit(1795457637.719:11): apparmor="DENIED" operation="chown" profile="narrow"'
    ' name="/tmp/" pid=97 comm="hp-tcp" requested_mask="w" denied_mask="w" fsuid=0 ouid=1'
)
LOADED = (
    '<5>[   31.004149] audit: type=1400 audit(1795457636.499:7): apparmor="STATUS" operation="profile_replace"'
    ' profile="unconfined" name="narrow" pid=100 comm="hp-tcp"'
)
OTHERS = (
    '<5>[   31.999523] audit: type=1400 audit(1795457637.503:8): apparmor="DENIED" operation="open" profile="narrow"'
    ' name="/" pid=97 comm="python3" requested_mask="r" denied_mask="r" fsuid=0 ouid=0'
)
# In the forms that security/apparmor and security/selinux of Linux give them, and the audit daemon's own framing.
SOCKET = (
    'type=AVC msg=audit(1700000000.125:77): apparmor="DENIED" operation="create" class="net" profile="docker-nginx"'
    ' pid=812 comm="hp-tcp" family="inet" sock_type="stream" protocol=0 requested_mask="create" denied_mask="create"'
)
SELINUX = (
    'type=AVC msg=audit(1700000000.125:456): avc:  denied  { read open } for  pid=812 comm="hp-files" name="data"'
    ' dev="sda1" ino=1234 scontext=system_u:system_r:httpd_t:s0:c1,c2 tcontext=system_u:object_r:tmp_t:s0 tclass=file'
    " permissive=0"
)
BIND = (
    'type=AVC msg=audit(1700000000.125:457): avc:  denied  { name_bind } for  pid=812 comm="hp-tcp" src=8443'
    " scontext=system_u:system_r:app_t:s0 tcontext=system_u:object_r:http_port_t:s0 tclass=tcp_socket permissive=1"
)
ARM = (
    "type=SECCOMP msg=audit(1700000000.125:458): auid=1000 uid=1000 gid=1000 ses=1 subj=unconfined pid=9"
    ' comm="hp-memory" exe="/usr/bin/python3" sig=0 arch=c00000b7 syscall=282 compat=0 ip=0xffff code=0x50001'
    '\x1dARCH=aarch64 SYSCALL=userfaultfd AUID="user"'
)


def of(line: str) -> Denial:
    """Return the denial that a line is."""
    found = parse_record(line)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "probe", "module", "action", "allow"),
    [
        (KILLED, "syscalls", "seccomp", "killed", '{"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}'),
        (ARM, "memory", "seccomp", "denied", '{"names": ["userfaultfd"], "action": "SCMP_ACT_ALLOW"}'),
        (CAPABLE, "tcp", "apparmor", "denied", "capability chown,"),
        (SIGNAL, "tcp", "apparmor", "denied", "signal (send) set=(exists) peer=unconfined,"),
        (PTRACE, "tcp", "apparmor", "denied", "ptrace (trace) peer=unconfined,"),
        (READ, "tcp", "apparmor", "denied", "owner /etc/hosts r,"),
        (CREATE, "tcp", "apparmor", "denied", 'owner "/tmp/x y" w,'),
        (CHOWN, "tcp", "apparmor", "denied", "/tmp/ w,"),
        (SOCKET, "tcp", "apparmor", "denied", "network inet stream,"),
        (SELINUX, "files", "selinux", "denied", "allow httpd_t tmp_t:file { read open };"),
        (BIND, "tcp", "selinux", "allowed", "allow app_t http_port_t:tcp_socket name_bind;"),
    ],
)  # fmt: skip
def test_a_record_is_tied_to_its_probe(line: str, probe: str, module: str, action: str, allow: str) -> None:
    """A record says which probe met which module, how that ended, and the narrowest thing that would allow it."""
    denial = of(line)
    assert (denial.probe, denial.module, denial.action, denial.allow) == (probe, module, action, allow)


def test_a_seccomp_record_names_the_call_of_its_architecture() -> None:
    """The same number is another call elsewhere; an architecture nobody knows here leaves the number."""
    assert (of(KILLED).call, of(ARM).call, of(ARM).permission) == ("bpf", "userfaultfd", "EPERM")
    foreign = of(KILLED.replace("arch=c000003e", "arch=40000003"))
    assert (foreign.call, foreign.allow) == ("syscall 321", "")


@pytest.mark.parametrize(
    ("code", "action"),
    [("0x0", "killed"), ("0x30000", "trapped"), ("0x7fc00000", "notified"), ("0x7ffc0000", "logged")],
)
def test_a_filters_action_is_told(code: str, action: str) -> None:
    """What the filter did besides refusing is told apart."""
    assert of(KILLED.replace("0x80000000", code)).action == action


def test_an_errno_is_named() -> None:
    """A filter that refuses says by which errno."""
    assert of(KILLED.replace("0x80000000", f"0x5{errno.EOPNOTSUPP:04x}")).permission == "EOPNOTSUPP"


def test_parts_of_a_record() -> None:
    """Profile, class, permission and object are taken over."""
    socket, selinux = of(SOCKET), of(SELINUX)
    assert (socket.profile, socket.kind, socket.permission, socket.object) == (
        *("docker-nginx", "net", "create", "inet stream"),
    )
    assert (selinux.profile, selinux.kind, selinux.permission, selinux.object) == (
        *("system_u:system_r:httpd_t:s0:c1,c2", "file", "read open", "data"),
    )
    assert of(CREATE).object == "/tmp/x y"


@pytest.mark.parametrize("line", [LOADED, OTHERS, "", 'audit: type=1326 audit(1.2:3): comm="hp-tcp" code=0x0', "hp-"])
def test_what_is_no_denial_of_a_probe_is_none(line: str) -> None:
    """Loaded profiles, other processes and broken lines are no denials."""
    assert parse_record(line) is None


def test_a_record_in_two_logs_counts_once() -> None:
    """The kernel's log and the daemon's have the same record; the same denial at another time counts again."""
    twice = "type=SECCOMP msg=audit(1795456558.723:210):" + KILLED.partition("210):")[2]
    later = KILLED.replace(":210)", ":211)")
    assert [(denial.call, count) for denial, count in parse_records([KILLED, twice, later, READ])] == [
        *(("bpf", 2), ("", 1)),
    ]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"operation": "file_mmap", "name": "/a.so", "denied_mask": "m", "fsuid": "0", "ouid": "7"}, "/a.so m,"),
        ({"operation": "exec", "name": "/bin/true", "denied_mask": "x"}, "/bin/true ix,"),
        ({"operation": "open", "name": "/a[b]*", "denied_mask": "rac"}, '"/a\\[b\\]\\*" rw,'),
        ({"operation": "userns_create", "class": "namespace"}, "userns create,"),
        ({"operation": "mount", "name": "/mnt/", "fstype": "tmpfs", "srcname": "none", "flags": "rw, nosuid"},
         "mount fstype=tmpfs options=(rw, nosuid) none -> /mnt/,"),
        ({"operation": "umount", "name": "/mnt/"}, "umount /mnt/,"),
        ({"operation": "uring_sqpoll", "class": "io_uring", "denied": "sqpoll"}, "io_uring (sqpoll),"),
        ({"operation": "connect", "class": "net", "family": "unix", "sock_type": "stream", "denied_mask": "connect"},
         "unix (connect) type=stream,"),
        ({"operation": "something_new"}, ""),
        ({"operation": "capable", "capname": "x,\n allow all"}, ""),
    ],
)  # fmt: skip
def test_a_profiles_line(fields: dict[str, str], rule: str) -> None:
    """The line is as narrow as the denial, spelled so that the parser takes it literally; empty where nobody knows."""
    assert apparmor_rule(fields) == rule


def test_an_allow_rule() -> None:
    """A domain's own things are `self`; a context that is none gives no rule."""
    own = "system_u:system_r:httpd_t:s0"
    assert selinux_rule(own, own, "capability", ["sys_admin"]) == "allow httpd_t self:capability sys_admin;"
    assert selinux_rule("kernel", own, "file", ["read"]) == ""
    assert selinux_rule(own, own, "file", []) == ""


def learnt(said: Value) -> Value | Unknown:
    """Return what the collector makes of an answer's value."""
    collector = COLLECTORS["probe.denials"]
    wanted = frozenset({NAME})
    return collector.parse(wanted, dict.fromkeys(collector.asks(wanted), Answer(value=said)))[NAME]


def test_lines_become_a_fact_of_its_type() -> None:
    """What the agent picked from the logs is a list of typed records."""
    lines: list[Value] = [KILLED, SELINUX, SOCKET, LOADED]
    found = learnt({"values": {"records": lines}, "unknown": {}})
    assert isinstance(found, list)
    assert fits(found, RECORDS.type)
    assert len(found) == 3


def test_an_unread_log_stays_unknown() -> None:
    """Where no log could be read, the reason is passed on."""
    said: Value = {"values": {}, "unknown": {"records": {"cause": "denied", "detail": "no log", "cure": "be root"}}}
    assert learnt(said) == Unknown(Cause.DENIED, "no log", "be root")


PIECES = st.sampled_from(["audit(1.5:2): ", 'comm="hp-tcp" ', "apparmor=", '"DENIED" ', "avc:  denied  { r", " } for ",
                          "name=", "2F61", "'", '"', "\x00", "arch=", "ffffffffffff ", "syscall=", "code=", "-1 ",
                          "capname=", "scontext=a:b", ":c ", "tclass=", "operation=", '"open" '])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join))
def test_no_line_breaks_the_reader(text: str) -> None:
    """Whatever stands in a log, it is a record that fits its type, or none; and all texts are of one line."""
    denial = parse_record(text)
    if denial is not None:
        kept = shown(denial, 1)
        assert fits([kept], RECORDS.type)
        assert all("\n" not in word for word in map(str, kept.values()))
        if denial.module == "seccomp" and denial.allow:
            assert json.loads(denial.allow)["names"] == [denial.call]

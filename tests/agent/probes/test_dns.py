"""Probe `dns`, for real: with the machine's files as they are, and with others mounted over them."""

from __future__ import annotations

import doctest
import json
import os
import shlex
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.agent.lines import AskError
from hostproof.agent.probes.dns import nameserver, resolver, settings

from .conftest import Facts, Run
from .inside import CANNOT, inside, loopback_up

needs_namespace = pytest.mark.skipif(bool(CANNOT), reason=CANNOT)


def why_not_here() -> str:
    """Return why the C library's resolver can't be turned to another server here, empty if it can."""
    try:
        resolver.state()
    except AskError as problem:
        return problem.detail
    return "nscd answers" if Path(resolver.NSCD).exists() else ""


pytestmark = pytest.mark.skipif(bool(why_not_here()), reason=why_not_here())


def with_files(*commands: str, **files: str) -> tuple[str, ...]:
    """Return the words under which /etc/hosts, /etc/resolv.conf... hold other texts; `resolv` stands for the latter."""
    paths = {"hosts": "/etc/hosts", "nsswitch": "/etc/nsswitch.conf", "resolv": "/etc/resolv.conf"}
    words = ["mount -t tmpfs tmpfs /mnt"]
    for name, text in files.items():
        words += [f"printf %s {shlex.quote(text)} > /mnt/{name}", f"mount --bind /mnt/{name} {paths[name]}"]
    script = " && ".join((*words, "umount -l /mnt", *commands, 'exec "$@"'))
    return ("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh")


def with_hosts(text: str, *wanted: str) -> Facts:
    """Return what the probe learns with another hosts file."""
    return inside((*loopback_up(), *with_files(hosts=text, nsswitch="hosts: files dns\n")), "dns", *wanted)


def test_names_of_this_machine_are_found(probe: Run) -> None:
    """An ordinary machine finds localhost, obeys its hosts file first and asks a server for the rest."""
    said = probe("dns", "localhost4", "hosts_missed", "hosts_first", "asked", "tcp_fallback", "first_usable")
    assert said.pop("localhost4") == ["127.0.0.1"]
    assert said == {"hosts_missed": [], "hosts_first": True, "asked": True, "tcp_fallback": True, "first_usable": True}


@needs_namespace
@pytest.mark.parametrize(
    ("text", "ipv4", "ipv6"),
    [
        ("127.0.0.1 localhost\n::1 localhost\n", ["127.0.0.1"], ["::1"]),
        ("127.0.0.1 localhost\n", ["127.0.0.1"], []),
        ("::1 localhost\n", ["127.0.0.1"], ["::1"]),  # glibc makes IPv4's out of it
        ("192.0.2.7 localhost\n", ["192.0.2.7"], []),
        ("# nothing\n", [], []),
    ],
)
def test_localhost_is_what_the_hosts_file_says(text: str, ipv4: list[str], ipv6: list[str]) -> None:
    """Both families are looked up, and no name server fills a gap."""
    assert with_hosts(text, "localhost4", "localhost6") == {"localhost4": ipv4, "localhost6": ipv6}


@needs_namespace
def test_each_name_of_the_hosts_file_is_looked_up() -> None:
    """Names in any spelling, of both families; an IPv6 address may be written in another way."""
    text = "127.0.0.1 localhost\n2001:DB8:0:0::7 six.example Six\n192.0.2.7 four\n\tfe80::1%lo scoped\nnonsense here\n"
    said = with_hosts(text, "hosts_names", "hosts_missed", "hosts_first")
    assert said == {"hosts_names": 4, "hosts_missed": [], "hosts_first": True}


@needs_namespace
@pytest.mark.parametrize(
    ("order", "missed", "first", "asked"),
    [
        ("files dns", [], True, True),
        ("dns files", [], False, True),
        ("files", [], True, False),
        ("dns", ["db.example", "localhost"], False, True),
    ],
)
def test_nsswitch_is_obeyed(order: str, missed: list[str], first: bool, asked: bool) -> None:
    """Which sources there are and in what order is seen from what is found and what the server is asked."""
    files = with_files(hosts="127.0.0.1 localhost\n192.0.2.7 db.example\n", nsswitch=f"hosts: {order}\n")
    said = inside((*loopback_up(), *files), "dns", "hosts_missed", "hosts_first", "asked")
    assert said == {"hosts_missed": missed, "hosts_first": first, "asked": asked}


@needs_namespace
def test_the_settings_are_those_the_library_read() -> None:
    """Time-out, attempts, search list and ndots are real; only the servers are ours."""
    text = "nameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch a.test b.test\noptions timeout:7 attempts:3 ndots:2\n"
    files = with_files(resolv=text, nsswitch="hosts: files dns\n")
    wanted = ("servers", "timeout", "attempts", "longest_wait", "questions")
    assert inside((*loopback_up(), *files), "dns", *wanted) == {
        "servers": ["192.0.2.1", "192.0.2.2"],
        "timeout": 7_000_000_000,
        "attempts": 3,
        "longest_wait": 42_000_000_000,
        "questions": [
            "A hp-short.a.test", "AAAA hp-short.a.test", "A hp-short.b.test", "AAAA hp-short.b.test",
            "A hp-short", "AAAA hp-short",
        ],
    }  # fmt: skip


def test_the_environment_is_read_too() -> None:
    """RES_OPTIONS overrules the file."""
    options = {"RES_OPTIONS": "timeout:3 attempts:4"}
    said = inside((), "dns", "timeout", "attempts", namespace=False, environment=options)
    assert said == {"timeout": 3_000_000_000, "attempts": 4}


@needs_namespace
def test_servers_without_a_way_are_told() -> None:
    """No route is ENETUNREACH, and a port of our own at which nobody listens ECONNREFUSED; a listener is neither."""
    listen = (
        "import os, socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.3', 53));"
        " os.set_inheritable(s.fileno(), True); import sys; os.execvp(sys.argv[1], sys.argv[1:])"
    )
    files = with_files(
        resolv="nameserver 192.0.2.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\nnameserver 127.0.0.4\n"
    )
    said = inside((*loopback_up(), *files, sys.executable, "-c", listen), "dns", "servers", "unreachable")
    assert said["servers"] == ["192.0.2.1", "127.0.0.2", "127.0.0.3"]
    assert said["unreachable"] == {"192.0.2.1": "ENETUNREACH", "127.0.0.2": "ECONNREFUSED"}


@needs_namespace
def test_no_question_leaves_the_probe(tmp_path: Path) -> None:
    """The machine's own name server is asked nothing: all it gets is one empty datagram."""
    log = tmp_path / "heard"
    server = (
        "import os, socket, sys\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.bind(('127.0.0.1', 53))\n"
        "if os.fork():\n    os.execvp(sys.argv[2], sys.argv[2:])\n"
        "s.settimeout(20)\n"
        "with open(sys.argv[1], 'w', buffering=1) as log:\n"
        "    os.close(1)\n    os.close(2)\n"
        "    parent = os.getppid()\n"
        "    while os.getppid() == parent:\n"
        "        try:\n            print(len(s.recv(512)), file=log)\n"
        "        except OSError:\n            break\n"
    )
    files = with_files(resolv="nameserver 127.0.0.1\nsearch here.test\n")
    said = inside((*loopback_up(), *files, sys.executable, "-c", server, str(log)), "dns", effort="usual")
    assert said["asked"] is True
    assert log.read_text("ascii").split() == ["0"]


@needs_namespace
def test_a_given_name_is_asked_of_the_machines_own_servers() -> None:
    """The argument `name` is the one exception; a server that never answers is told from a name that is not there."""
    files = with_files(resolv="nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", nsswitch="hosts: files dns\n")
    bind = (
        "import os, socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 53));"
        " os.set_inheritable(s.fileno(), True); import sys; os.execvp(sys.argv[1], sys.argv[1:])"
    )
    asking = (
        "import json, sys; from tests.agent.probes.conftest import run_probe;"
        " print(json.dumps(run_probe('dns', 'name_ends', 'name_took', name='db.example')))"
    )
    said = given_name((*loopback_up(), *files, sys.executable, "-c", bind), asking)
    assert said["name_ends"] == "EAI_AGAIN"
    assert int(str(said["name_took"])) >= 1_000_000_000


def given_name(words: tuple[str, ...], script: str) -> Facts:
    """Run a script below other words, in a network namespace of its own."""
    root = Path(__file__).parents[3]
    words = ("unshare", "--net", *words, sys.executable, "-c", script)
    done = subprocess.run(words, cwd=root, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_without_a_name_none_is_asked(probe: Run) -> None:
    """The facts about a given name are unknown where none was given, and say what to do."""
    said = probe("dns", "name_ends")
    assert isinstance(said["name_ends"], dict)
    assert said["name_ends"]["cause"] == "not-collected"
    assert "`name`" in str(said["name_ends"]["cure"])


def test_a_silent_server_ends_in_eai_again(probe: Run) -> None:
    """A look-up waits for its time-out, no less, says that it may be tried again, and asks twice if it may."""
    said = probe("dns", "silence", "silence_ends", "second_try", effort="usual")
    assert said["silence_ends"] == "EAI_AGAIN"
    assert isinstance(said["silence"], int)
    assert said["silence"] >= 1_000_000_000
    assert said["second_try"] is True


def test_a_quick_run_does_not_wait_for_silence(probe: Run) -> None:
    """A second is too long for a quick run; the facts say how to learn them."""
    said = probe("dns", "silence_ends")
    assert isinstance(said["silence_ends"], dict)
    assert said["silence_ends"]["cause"] == "not-collected"
    assert "--quick" in str(said["silence_ends"]["cure"])


@needs_namespace
def test_without_a_loopback_it_is_not_the_names_that_are_broken() -> None:
    """With lo down localhost is still found in the hosts file."""
    files = with_files(hosts="127.0.0.1 localhost\n::1 localhost\n", nsswitch="hosts: files dns\n")
    assert inside(files, "dns", "localhost4", "hosts_missed") == {"localhost4": ["127.0.0.1"], "hosts_missed": []}


@pytest.mark.parametrize("module", [settings])
def test_the_examples_hold(module: object) -> None:
    """The examples in the docstrings are true."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def query(name: str, kind: int) -> bytes:
    """Return a question as a client sends it."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    return struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


@pytest.mark.parametrize(
    ("name", "kind", "stream", "flags", "answers"),
    [
        ("dual.test", 1, False, 0x8180, 1),
        ("dual.test", 28, False, 0x8180, 1),
        ("dual.test", 16, False, 0x8180, 0),
        ("large.test", 1, False, 0x8380, 0),
        ("large.test", 1, True, 0x8180, 1),
        ("large.test", 28, True, 0x8180, 0),
        ("else.test", 1, False, 0x8183, 0),
    ],
)
def test_our_server_answers_by_the_first_label(name: str, kind: int, stream: bool, flags: int, answers: int) -> None:
    """Each kind of name has its answer, with the question and its number in it."""
    end, writer = os.pipe()
    said = nameserver.heard(query(name, kind), stream, {}, writer)
    assert struct.unpack_from("!6H", said) == (7, flags, 1, answers, 0, 0)
    assert said[12 : len(query(name, kind))] == query(name, kind)[12:]
    assert name in os.read(end, 100).decode("ascii")
    os.close(end)
    os.close(writer)


def test_our_server_can_keep_silent() -> None:
    """`silent` is never answered, `second` from the second time on."""
    log = os.open("/dev/null", os.O_WRONLY)
    seen: dict[tuple[str, int], int] = {}
    said = [
        nameserver.heard(query(name, 1), False, seen, log) for name in ("silent.a", "silent.a", "second.a", "second.a")
    ]
    assert [bool(one) for one in said] == [False, False, False, True]
    os.close(log)


@given(st.binary(max_size=80))
def test_our_server_survives_anything(junk: bytes) -> None:
    """Whatever comes, the server either answers or keeps silent."""
    log = os.open("/dev/null", os.O_WRONLY)
    try:
        assert isinstance(nameserver.heard(junk, False, {}, log), bytes)
    finally:
        os.close(log)


@given(st.text(max_size=200))
def test_any_hosts_file_can_be_read(text: str) -> None:
    """Names have addresses, whatever else a hosts file holds."""
    for addresses in settings.host_names(text).values():
        assert addresses
        assert all(settings.family_of(address) in {socket.AF_INET, socket.AF_INET6} for address in addresses)


def test_two_spellings_are_one_address() -> None:
    """An address of IPv6 is the same however it is shortened, and never one of IPv4."""
    assert settings.same("2001:DB8:0:0:0::7", "2001:db8::7")
    assert not settings.same("::1", "127.0.0.1")
    assert not settings.same("nonsense", "nonsense")


def test_strace_sees_no_packet_to_a_foreign_port_53(tmp_path: Path) -> None:
    """By the system calls themselves: nothing is sent to port 53 of another machine."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    words = ("strace", "-f", "-qq", "-e", "trace=sendto,sendmsg,sendmmsg,connect", "-o", str(trace))
    said = inside(words, "dns", "localhost4", "localhost6", "hosts_missed", "asked", namespace=False)
    assert said["asked"] is True
    assert "htons(53)" not in trace.read_text("utf-8", "replace")

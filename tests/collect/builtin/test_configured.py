"""Configuration in files: sysctl.d, limits.d, users and services of small roots, as manual pages say; hostile ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostproof.agent import accounts, listing
from hostproof.collect.builtin.configured.settings import Setting, effective, matching, parse_settings, same
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.configured import ROWS
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.unknown import Cause, Unknown

HASH = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
MD5 = "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/"


def build(top: Path, files: dict[str, str]) -> Path:
    """Make a root directory: texts of files by path, `-> target` for a link."""
    for path, text in files.items():
        place = top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            place.symlink_to(text.removeprefix("-> "))
        else:
            place.write_text(text)
    return top


def taken(root: Path, *names: str, target: str = "root") -> Snapshot:
    """Return a snapshot of all facts about configuration, and of others by name."""
    wanted = [FactRequest(row.name) for row in ROWS if not row.family] + [FactRequest(name) for name in names]
    return collect(wanted, parse_target(f"root:{root}" if target == "root" else target), 30 * SECOND)


def rows(snapshot: Snapshot, name: str, *keys: str) -> list[tuple[Value, ...]]:
    """Return some fields of a list of records."""
    value = snapshot.get(name)
    assert isinstance(value, list), value
    return [tuple(row[key] for key in keys) for row in value if isinstance(row, dict)]


def test_sysctl_d_is_read_as_its_manual_page_says(tmp_path: Path) -> None:
    """Files are taken by name whatever their folder, the first folder's hides the others', the last line counts."""
    root = build(
        tmp_path,
        {
            "usr/lib/systemd/systemd-sysctl": "",
            "usr/lib/sysctl.d/50-default.conf": "vm.swappiness = 60\nkernel.sysrq = 16\n",
            "usr/lib/sysctl.d/10-early.conf": "fs.protected_symlinks = 1\n",
            "etc/sysctl.d/10-ours.conf": "# ours\n; too\n\nvm/swappiness=10\n-net.ipv4.conf.*.rp_filter = 2\n",
            "etc/sysctl.d/10-early.conf": "-> /dev/null",
            "etc/sysctl.d/50-default.conf.bak": "kernel.sysrq = 99\n",
            "etc/sysctl.d/bad.conf": "no sense\nkernel = 1\n../../etc/passwd = 1\n",
            "run/sysctl.d/99-run.conf": "kernel.sysrq = 1\n",
            "etc/sysctl.conf": "net.ipv4.ip_forward = 1\nkernel.sysrq = 0\n",
        },
    )
    found = taken(root, "sysctl_conf.value.vm.swappiness", "sysctl_conf.value.vm.dirty_ratio")
    assert rows(found, "sysctl_conf.settings", "name", "value", "file", "line", "wild", "optional") == [
        ("kernel.sysrq", "16", "/usr/lib/sysctl.d/50-default.conf", 2, False, False),
        ("net.ipv4.conf.*.rp_filter", "2", "/etc/sysctl.d/10-ours.conf", 5, True, True),
        ("vm.swappiness", "60", "/usr/lib/sysctl.d/50-default.conf", 1, False, False),
    ]
    assert rows(found, "sysctl_conf.overridden", "name", "file", "by_file") == [
        ("vm.swappiness", "/etc/sysctl.d/10-ours.conf", "/usr/lib/sysctl.d/50-default.conf")
    ]
    assert found.get("sysctl_conf.masked") == [
        {
            "file": "/usr/lib/sysctl.d/10-early.conf",
            "by": "/etc/sysctl.d/10-early.conf",
            "lost": ["fs.protected_symlinks"],
        }
    ]
    assert rows(found, "sysctl_conf.disputed", "name", "systemd", "procps") == [
        ("kernel.sysrq", "16", "0"),
        ("net.ipv4.ip_forward", None, "1"),
    ]
    assert [line for _, line in rows(found, "sysctl_conf.unreadable", "file", "line")] == [1, 2, 3]
    assert (found.get("sysctl_conf.reader"), found.get("sysctl_conf.value.vm.swappiness")) == ("systemd", 60)
    assert found.values["sysctl_conf.value.vm.dirty_ratio"] is None
    drift = found.get("sysctl_conf.drift")
    assert isinstance(drift, Unknown)
    assert drift.cause is Cause.NOT_RUNNING


def test_procps_reads_sysctl_conf_last(tmp_path: Path) -> None:
    """Without systemd that file counts; with the link that Debian had, both read it, and still differ in the order."""
    files = {"etc/sysctl.d/99-sysctl.conf": "-> ../sysctl.conf", "etc/sysctl.conf": "vm.swappiness = 1\n"}
    found = taken(build(tmp_path / "a", files))
    assert found.get("sysctl_conf.reader") == "procps"
    assert rows(found, "sysctl_conf.settings", "name", "value") == [("vm.swappiness", "1")]
    assert found.get("sysctl_conf.disputed") == []
    found = taken(build(tmp_path / "b", {**files, "etc/sysctl.d/zz.conf": "vm.swappiness = 2\n"}))
    assert rows(found, "sysctl_conf.disputed", "name", "systemd", "procps") == [("vm.swappiness", "2", "1")]


def test_a_merged_usr_hides_nothing(tmp_path: Path) -> None:
    """Where /lib is a link to /usr/lib, its files are not others of the same name."""
    root = build(tmp_path, {"usr/lib/sysctl.d/50-a.conf": "vm.swappiness = 1\n", "lib": "-> usr/lib"})
    assert taken(root).get("sysctl_conf.masked") == []


def test_wildcards_and_exemptions() -> None:
    """An own line goes before wildcards, whatever their order; one without a value exempts from them."""
    text = "net.ipv4.conf.eth0.rp_filter = 1\n-net.ipv4.conf.lo.rp_filter\nnet.ipv4.conf.*.rp_filter = 2\n"
    found = effective(one for one in parse_settings(text, "f") if isinstance(one, Setting))
    wanted = {"eth0": "1", "lo": None, "eth1": "2"}
    for name, value in wanted.items():
        setting = matching(found, f"net/ipv4/conf/{name}/rp_filter")
        assert (setting.value if setting else None) == value
    assert matching(found, "net/ipv4/conf/all/eth1/rp_filter") is None


@pytest.mark.parametrize(
    ("wanted", "now", "equal"),
    [("0", "0\n", True), ("core.%p", "core", False), ("1", "1 2", True), ("1 2", "1", False), ("08", "8", True)],
)
def test_values_are_compared_as_the_kernel_shows_them(wanted: str, now: str, equal: bool) -> None:
    """Blanks don't count, numbers are numbers, and texts are texts."""
    assert same(wanted, now) is equal


def test_this_machines_parameters_are_compared() -> None:
    """On a machine that runs, what differs is told with both values, and nothing of what is the same."""
    found = taken(Path("/"), target="local")
    drift = rows(found, "sysctl_conf.drift", "name", "configured", "now")
    settings = rows(found, "sysctl_conf.settings", "name", "value", "wild")
    assert all(not same(str(configured), str(now)) for _, configured, now in drift)
    told = {name for name, _, _ in drift}
    names = {str(name): str(value) for name, value, wild in settings if not wild}
    unverified = found.get("sysctl_conf.unverified")
    assert isinstance(unverified, list)
    for name in names.keys() - {str(one) for one in unverified}:
        place = Path("/proc/sys") / name.replace(".", "/")
        if place.exists():
            assert (name in told) is not same(names[name], place.read_text()), name


def test_limits(tmp_path: Path) -> None:
    """limits.conf comes first, then limits.d by name; for one domain and item the last line counts."""
    root = build(
        tmp_path,
        {
            "etc/security/limits.conf": "#\n* soft nofile 1024\n@db - memlock unlimited\nroot hard nofile 99 # x\n",
            "etc/security/limits.d/b.conf": "* soft nofile 8192\n* hard nofile 4096\nann -\n",
            "etc/security/limits.d/a.conf": "* soft nofile 2048\n* soft\n* mild cpu 1\n* soft mofile 1\n@x - cpu x\n",
            "etc/security/limits.d/c.txt": "* soft nofile 1\n",
        },
    )
    found = taken(root)
    assert rows(found, "limits_conf.entries", "domain", "type", "item", "limit")[:4] == [
        ("*", "soft", "nofile", 1024),
        ("@db", "-", "memlock", None),
        ("root", "hard", "nofile", 99),
        ("*", "soft", "nofile", 2048),
    ]
    assert rows(found, "limits_conf.overridden", "value", "by_value") == [("1024", "8192"), ("2048", "8192")]
    assert rows(found, "limits_conf.contradictions", "domain", "soft", "hard") == [("*", "8192", "4096")]
    assert [line for (line,) in rows(found, "limits_conf.unreadable", "line")] == [2, 3, 4, 5]


def test_passwords_are_words_and_no_hash_leaves_the_agent(tmp_path: Path) -> None:
    """States and methods are told apart; neither values nor evidence nor the file hold a hash or a comment."""
    names = {
        "root": HASH,
        "locked": f"!{HASH}",
        "never": "*",
        "open": "",
        "old": MD5,
        "bang": "!",
        "odd": "$x$abcdefgh",
    }
    passwd = "".join(f"{name}:x:{number}:{number}:Comment Here:/:/bin/sh\n" for number, name in enumerate(names))
    passwd += f"plain:{MD5}:50:50::/:/bin/sh\nlost:x:51:51::/:\nroot2:x:0:0::/:/bin/sh\nbroken:x:no:1::/:\n+nis::::::\n"
    shadow = "".join(f"{name}:{secret}:19000:0:99999:7:::\n" for name, secret in names.items()) + f"short:{HASH}\n"
    root = build(tmp_path, {"etc/passwd": passwd, "etc/shadow": shadow, "etc/group": "root:x:0:\nadm:x:4:a,b\nx:y\n"})
    found = taken(root)
    assert rows(found, "accounts.passwords", "name", "state", "hash", "shadowed") == [
        ("root", "set", "yescrypt", True),
        ("locked", "locked", "yescrypt", True),
        ("never", "none", None, True),
        ("open", "empty", None, True),
        ("old", "set", "md5", True),
        ("bang", "locked", None, True),
        ("odd", "set", "other", True),
        ("plain", "set", "md5", False),
        ("lost", "missing", None, True),
        ("root2", "missing", None, True),
    ]
    assert rows(found, "accounts.groups", "name", "members") == [("root", []), ("adm", ["a", "b"])]
    assert found.get("accounts.repeated") == [{"what": "uid", "value": "0", "names": ["root", "root2"]}]
    assert found.get("accounts.groupless") == ["locked", "never", "open", "bang", "odd", "plain", "lost"]
    assert rows(found, "accounts.unreadable", "file", "line") == [("/etc/passwd", 11), ("/etc/group", 3)]
    assert rows(found, "accounts.shadow_unreadable", "file", "line") == [("/etc/shadow", 8)]
    told = repr(found).encode() + encode_snapshot(found)
    assert not [secret for secret in (HASH, MD5, "Comment", HASH[-20:]) if secret.encode() in told]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make files that only root may read")
def test_shadow_that_may_not_be_read_leaves_users_known(tmp_path: Path) -> None:
    """Users are told all the same; without shadow the passwords are unknown, none is taken for empty."""
    root = build(tmp_path, {"etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/group": "root:x:0:\n"})
    found = taken(root)
    assert rows(found, "accounts.users", "name", "uid") == [("root", 0)]
    assert isinstance(found.get("accounts.passwords"), Unknown)


def test_crypt_methods() -> None:
    """Each method of crypt(5) has its word; a text that is no hash has none."""
    kinds = {
        "$6$salt$" + "x" * 86: "sha512",
        "$2b$10$" + "x" * 53: "bcrypt",
        "ab" + "x" * 11: "des",
        "x": None,
        "*": None,
    }
    assert {secret: accounts.kind_of(secret) for secret in kinds} == kinds


def test_services_of_systemd(tmp_path: Path) -> None:
    """It is the name of a link that counts; templates, masks, generated units and vendors' links are told apart."""
    etc, usr = "etc/systemd/system", "usr/lib/systemd/system"
    wants = f"{etc}/multi-user.target.wants"
    root = build(
        tmp_path,
        {
            "usr/lib/systemd/systemd": "",
            "lib": "-> usr/lib",
            f"{usr}/ssh.service": "[Unit]\n",
            f"{usr}/getty@.service": "[Unit]\n",
            f"{usr}/sockets.target.wants/dbus.socket": "-> ../dbus.socket",
            f"{usr}/dbus.socket": "",
            f"{usr}/hidden.service": "",
            f"{etc}/hidden.service": "-> /dev/null",
            f"{wants}/ssh.service": "-> /moved/ssh.service",
            f"{wants}/getty@tty1.service": "-> /lib/systemd/system/getty@.service",
            f"{wants}/gone.service": "-> /lib/systemd/system/gone.service",
            f"{wants}/hidden.service": "-> /usr/lib/systemd/system/hidden.service",
            f"{wants}/old.service": "-> /run/systemd/generator/old.service",
            f"{etc}/ssh.service.requires/data.mount": "-> /run/systemd/generator/data.mount",
            f"{etc}/alias.service": "-> /lib/systemd/system/gone.service",
            "etc/init.d/old": "#!/bin/sh\n",
            "etc/rc2.d/S01old": "-> ../init.d/old",
            "etc/rc2.d/K01stop": "-> ../init.d/stop",
            "etc/rc3.d/S02lost": "-> ../init.d/lost",
            "etc/systemd/system-preset/10-a.preset": "enable ssh.service\nsometimes x\n",
        },
    )
    found = taken(root)
    assert rows(found, "services.enabled", "name", "by", "unit", "masked") == [
        ("data.mount", "ssh.service", "generated", False),
        ("dbus.socket", "sockets.target", f"/{usr}/dbus.socket", False),
        ("getty@tty1.service", "multi-user.target", f"/{usr}/getty@.service", False),
        ("gone.service", "multi-user.target", None, False),
        ("hidden.service", "multi-user.target", f"/{etc}/hidden.service", True),
        ("lost", "rc3", None, False),
        ("old", "rc2", "/etc/init.d/old", False),
        ("old.service", "multi-user.target", "generated", False),
        ("ssh.service", "multi-user.target", f"/{usr}/ssh.service", False),
    ]
    assert (found.get("services.masked"), found.get("services.managers")) == (["hidden.service"], ["systemd"])
    assert rows(found, "services.dangling", "file", "unit") == [
        ("/etc/rc2.d/K01stop", None),
        ("/etc/rc3.d/S02lost", None),
        (f"/{etc}/alias.service", None),
        (f"/{wants}/gone.service", None),
        (f"/{wants}/ssh.service", f"/{usr}/ssh.service"),
    ]
    assert rows(found, "services.presets", "action", "unit") == [("enable", "ssh.service")]
    assert rows(found, "services.unreadable", "line") == [(2,)]


def test_services_of_openrc(tmp_path: Path) -> None:
    """Links in runlevels start scripts of init.d, which must be there; a runlevel may hold another."""
    root = build(
        tmp_path,
        {
            "sbin/openrc": "",
            "etc/init.d/sshd": "",
            "etc/runlevels/default/sshd": "-> /etc/init.d/sshd",
            "etc/runlevels/default/gone": "-> /etc/init.d/gone",
            "etc/runlevels/cloud/default": "-> ../default",
        },
    )
    found = taken(root)
    assert found.get("services.managers") == ["openrc"]
    assert rows(found, "services.enabled", "name", "manager", "by", "unit") == [
        ("gone", "openrc", "default", None),
        ("sshd", "openrc", "default", "/etc/init.d/sshd"),
    ]


def test_links_are_listed_as_they_are(tmp_path: Path) -> None:
    """The listing tells kinds and what links lead to, and matches nothing in a folder that isn't there."""
    build(tmp_path, {"file": "", "good": "-> file", "bad": "-> nothing", "loop": "-> loop", "dir/inner": ""})
    found = {Path(str(row["path"])).name: row for row in listing.listing(f"{tmp_path}/*", f"{tmp_path}/no/*")}
    assert {name: (row["kind"], row["leads"]) for name, row in found.items()} == {
        "file": ("file", None),
        "good": ("link", "file"),
        "bad": ("link", "absent"),
        "loop": ("link", "loop"),
        "dir": ("folder", None),
    }


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    """Folders and files that are links out of the root are looked for inside."""
    outside = build(tmp_path / "outside", {"x.conf": "vm.swappiness = 1\n", "passwd": "a:x:0:0::/:\n"})
    root = build(
        tmp_path / "root", {"etc/sysctl.d/x.conf": f"-> {outside}/x.conf", "etc/passwd": f"-> {outside}/passwd"}
    )
    found = taken(root)
    assert found.get("sysctl_conf.settings") == []
    assert isinstance(found.get("accounts.users"), Unknown)


def test_hostile_texts_cost_themselves_only(tmp_path: Path) -> None:
    """Binary, endless and control characters give values that can be kept, or a reason."""
    junk = "\x00\x1b[31m=\u202e\n" * 50 + "a.b = " + "x" * 5000 + "\nvm.swappiness = 7\n"
    paths = ("etc/sysctl.d/a.conf", "etc/security/limits.d/a.conf", "etc/passwd", "etc/group", "etc/shadow")
    root = build(tmp_path, dict.fromkeys((*paths, "usr/lib/systemd/system-preset/a.preset"), junk))
    found = taken(root)
    assert rows(found, "sysctl_conf.settings", "name", "value") == [("vm.swappiness", "7")]
    assert len(rows(found, "sysctl_conf.unreadable", "line")) == 51
    assert encode_snapshot(found)

"""A real OpenSSH server on 127.0.0.1 for tests: own keys, own port, users of its own that only it can see."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FETCHED = Path(__file__).parents[1] / "build" / "sshd"
PATIENCE = 30.0  # seconds until it listens; most take a tenth of one
PR_SET_PDEATHSIG = 1
CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
Banner {folder}/banner
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Match User bare,barecsh
    SetEnv PATH={folder}/empty
"""
# Mounts that only the server and what it starts can see, and that go when they do.
START = """\
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
mount -t tmpfs tmpfs /run && mkdir /run/sshd && chmod 755 /run/sshd
exec "$2" -D -e -f "$1/sshd_config"
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its folder, in which `bin/ssh` knows its port and key; `ssh:USER.test` is then a target."""

    folder: Path
    port: int

    @property
    def path(self) -> str:
        """PATH with an ssh that reads the configuration of these tests: OpenSSH finds a user's own whatever HOME is."""
        return f"{self.folder / 'bin'}:{os.environ['PATH']}"


def sshd() -> str | None:
    """Return the path of a server: installed, or fetched."""
    fetched = FETCHED / "usr" / "sbin" / "sshd"
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or (str(fetched) if fetched.exists() else None)


def lacking() -> str:
    """Return why no server can be started here, empty if one can."""
    if os.geteuid() != 0:
        return "only root can give a server users of its own"
    if sshd() is None:
        return "no sshd is installed or fetched: `make sshd` does that on Debian"
    if shutil.which("ssh") is None:
        return "there is no ssh"
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/run"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no mount namespace can be had"


@contextmanager
def serving(shells: Mapping[str, str]) -> Iterator[Server]:
    """Run a server that knows these users by their shells; each has root's number and a home of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hostproof-sshd-"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    program = None
    try:
        _furnish(folder, port, shells)
        with (folder / "log").open("wb") as log:
            program = subprocess.Popen(
                ["unshare", "-m", "sh", "-ec", START, "sh", str(folder), str(sshd())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"LD_LIBRARY_PATH": ":".join(map(str, FETCHED.glob("usr/lib/*-linux-*")))},
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        _wait(program, folder / "log", port)
        yield Server(folder, port)
    finally:
        if program is not None:
            program.kill()
            program.wait()
        shutil.rmtree(folder)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _furnish(folder: Path, port: int, shells: Mapping[str, str]) -> None:
    for key in ("host", "user", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    users = {"root": "/bin/sh", **shells}
    rows = [f"{name}:x:0:0::{folder / 'homes' / name}:{shell}" for name, shell in users.items()]
    rows.append("sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin")
    for name in users:
        (folder / "homes" / name).mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "passwd").write_text("\n".join(rows) + "\n")
    (folder / "shadow").write_text("".join(f"{name}:*:19000:0:99999:7:::\n" for name in (*users, "sshd")))
    (folder / "banner").write_text('Keep out!\n{"hello":1}\n')
    (folder / "sshd_config").write_text(CONFIGURATION.format(folder=folder, port=port))
    _furnish_client(folder, port)


def _furnish_client(folder: Path, port: int) -> None:
    key = (folder / "host.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}")
    common = f"  HostName 127.0.0.1\n  Port {port}\n  UserKnownHostsFile {folder}/known_hosts\n"
    lines = [
        f"Host stranger\n  IdentityFile {folder}/stranger\n  IdentitiesOnly yes\n  User root\n{common}",
        f"Host untrusted\n  IdentityFile {folder}/user\n  User root\n  HostKeyAlias other\n{common}",
        "Host closed\n  HostName 127.0.0.1\n  Port 1\n",
        f"Host * !stranger\n  IdentityFile {folder}/user\n  IdentitiesOnly yes\n  StrictHostKeyChecking yes\n",
    ]
    for home in sorted((folder / "homes").iterdir()):
        lines.insert(0, f"Host {home.name}.test\n  User {home.name}\n{common}")
    (folder / "config").write_text("".join(lines))
    (folder / "bin").mkdir()
    client = folder / "bin" / "ssh"
    client.write_text(f'#!/bin/sh\nunset SSH_AUTH_SOCK\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
    client.chmod(0o755)


def _wait(program: subprocess.Popen[bytes], log: Path, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert program.poll() is None, f"sshd ended: {log.read_text()}"
            assert time.monotonic() < end, f"sshd did not start: {log.read_text()}"
            time.sleep(0.05)
        else:
            return

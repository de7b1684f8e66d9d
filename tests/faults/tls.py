"""Faults that TLS notices: policies of OpenSSL, trusted roots, the clock, random numbers."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault
from faults.inject.clocks import lying_library
from faults.inject.prefixes import mounts, seccomp
from faults.running import SYSTEM_PYTHON
from hostproof.agent.probes.tls.certificate import DAY, Authority

POLICY = """openssl_conf = first
[first]
ssl_conf = second
[second]
system_default = third
[third]
MaxProtocol = TLSv1.2
"""
YEARS = 365 * DAY
ROOTS = "/etc/ssl/certs"
ALL = ("tls.tls13", "tls.tls12", "tls.resumption", "tls.verification", "tls.timeout", "tls.roots", "tls.roots-valid")
NO_RANDOM = """
import os
try:
    os.urandom(1)
except NotImplementedError:
    raise SystemExit(0)
raise SystemExit(1)
"""


@contextmanager
def policy(folder: Path) -> Iterator[tuple[str, ...]]:
    """Set up a configuration of OpenSSL that ends at TLS 1.2."""
    path = folder / "openssl.cnf"
    path.write_text(POLICY, "ascii")
    yield ("env", f"OPENSSL_CONF={path}")


@contextmanager
def old_roots(folder: Path) -> Iterator[tuple[str, ...]]:
    """Set up a bundle whose only root was valid in 1999."""
    bundle = folder / "roots.pem"
    bundle.write_text(Authority(now=29 * YEARS).root, "ascii")
    yield ("env", f"SSL_CERT_FILE={bundle}", f"SSL_CERT_DIR={folder / 'none'}")


def no_device(path: str) -> str:
    """Return the shell command by which a device can no longer be opened."""
    return f"mount --bind {path} {path} && mount -o remount,bind,nodev {path}"


def module(name: str) -> str:
    """Return the shell command that hides a compiled module from the system's Python."""
    where = "import sysconfig; print(sysconfig.get_config_var('DESTSHARED'))"
    return f'mount --bind /dev/null "$(echo "$({SYSTEM_PYTHON} -c "{where}")"/{name}.*.so)"'


FAULTS = (
    Fault(
        id="tls.policy",
        title="OpenSSL is configured to speak TLS 1.2 at most",
        how="OPENSSL_CONF with MaxProtocol = TLSv1.2",
        setup=policy,
        took=(SYSTEM_PYTHON, "-c", "import ssl, sys; sys.exit(ssl.SSLContext(2).maximum_version != 0x0303)"),
        red={"tls.tls13"},
        unknown={"tls.resumption": "inconclusive"},
        says={"tls.tls13": "NO_PROTOCOLS_AVAILABLE"},
        around="agent",
    ),
    Fault(
        id="tls.no-roots",
        title="there are no trusted root certificates",
        how=f"an empty folder mounted over {ROOTS}",
        prefix=mounts(f"mount -t tmpfs tmpfs {ROOTS}"),
        took=("sh", "-c", f"! ls {ROOTS} | grep -q ."),
        red={"tls.roots"},
        says={"tls.roots": "0 roots"},
        needs=("mntns", ROOTS),
    ),
    Fault(
        id="tls.old-roots",
        title="the trusted root certificates ended long ago",
        how="SSL_CERT_FILE names a bundle whose only root was valid in 1999",
        setup=old_roots,
        took=("sh", "-c", 'grep -q BEGIN "$SSL_CERT_FILE"'),
        red={"tls.roots-valid"},
        says={"tls.roots-valid": "0 of 1 roots"},
    ),
    Fault(
        id="tls.clock-ahead",
        title="the clock is thirty years ahead",
        how="LD_PRELOAD of a library that adds thirty years to CLOCK_REALTIME",
        setup=lying_library("realtime", 30 * YEARS),
        took=("python3", "-c", "import sys, time; sys.exit(time.time() < time.clock_gettime(5) + 900000000)"),
        red={"tls.roots-valid", "clock.library"},
        says={"tls.roots-valid": "0 of"},
        needs=("gcc", "python3", ROOTS),
    ),
    Fault(
        id="tls.no-random",
        title="the kernel gives no random numbers",
        how="seccomp: EPERM for getrandom that may wait; /dev/urandom and /dev/random can't be opened",
        prefix=(*mounts(*map(no_device, ("/dev/urandom", "/dev/random"))), *seccomp("EPERM", "getrandom:2=0")),
        took=(SYSTEM_PYTHON, "-c", NO_RANDOM),
        unknown={
            **dict.fromkeys(("tls.tls13", "tls.tls12", "tls.resumption", "tls.verification"), "denied"),
            **dict.fromkeys(("tls.timeout", "tls.roots", "tls.roots-valid"), "failed"),  # OpenSSL won't do a thing
        },
        may_be_unknown={"files.durable", "files.fsync-time"},  # they write random bytes
        says={"tls.tls13": "no random numbers"},
        needs=("mntns",),
        around="agent",
    ),
    Fault(
        id="tls.no-module",
        title="Python has no ssl module",
        how="/dev/null mounted over the module _ssl of the system's Python",
        prefix=mounts(module("_ssl")),
        took=("sh", "-c", f"! {SYSTEM_PYTHON} -c 'import ssl' 2>/dev/null"),
        unknown=dict.fromkeys(ALL, "no-tool"),
        says={"tls.roots": "no ssl module"},
        needs=("mntns", f"{sysconfig.get_config_var('prefix')}/bin"),
        around="agent",
    ),
)

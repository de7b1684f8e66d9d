"""Learns container.* by counting the signs of a container: any single one can be left over, mounted away or copied."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hostproof.collect.asks import Ask, ReadFile
from hostproof.collect.builtin.answers import Answers, Reading, collector, failure, text_file, text_of, value_of
from hostproof.collect.builtin.files.mounts import MOUNTINFO, mount_of, parse_mountinfo
from hostproof.collect.builtin.process.status import NAMESPACE_LINKS, parse_namespaces
from hostproof.facts.snapshot import Value

_CGROUPS = (text_file("/proc/self/cgroup"), text_file("/proc/1/cgroup"))
_UID_MAP = text_file("/proc/self/uid_map")
_VERSION = text_file("/proc/version")
# What runtimes put there; systemd's Container Interface names the two files that hold the runtime's name.
_NAMED = (text_file("/run/systemd/container"), text_file("/run/host/container-manager"))
_LEFT = {
    text_file("/.dockerenv"): "docker",
    text_file("/run/.containerenv"): "podman",
    text_file("/var/run/secrets/kubernetes.io/serviceaccount/namespace"): "kubernetes",
}
_ASKS: tuple[Ask, ...] = (NAMESPACE_LINKS, MOUNTINFO, *_CGROUPS, _UID_MAP, _VERSION, *_NAMED, *_LEFT)

# Words of control groups' paths, most telling first: Kubernetes' pods run in containerd or CRI-O, too.
_GROUPS = (
    ("kubernetes", re.compile(r"/kubepods\b")),
    ("podman", re.compile(r"/libpod(-|_parent)")),
    ("docker", re.compile(r"/docker[-/]")),
    ("lxc", re.compile(r"/lxc\b")),
    ("systemd-nspawn", re.compile(r"/machine\.slice/(machine-|systemd-nspawn@)")),
    ("containerd", re.compile(r"/(cri-)?containerd-")),
    ("crio", re.compile(r"/crio-")),
    ("garden", re.compile(r"/garden/")),
)
# Namespaces that exist at boot have fixed numbers: linux/proc_ns.h, PROC_*_INIT_INO.
_INITIAL = {"pid": "4026531836", "cgroup": "4026531835"}
_KERNELS = ("cgroup:", "kernel:", *(f"namespace:{kind}" for kind in _INITIAL))
_WHOLE_UID_MAP = ["0", "0", "4294967295"]
_OVERLAYS = {"overlay", "aufs", "fuse.fuse-overlayfs"}
_GVISOR = re.compile(r"^Linux version 4\.4\.0 .*#1 SMP Sun Jan 10 15:06:54 PST 2016")


def signs(texts: Mapping[ReadFile, str], namespaces: Mapping[str, str]) -> list[tuple[str, str]]:
    r"""Return the signs of a container as (source:word, runtime); the runtime is empty where none is named.

    `texts` are the files that could be read, `namespaces` the agent's by kind.

    >>> signs({text_file("/proc/self/cgroup"): "0::/system.slice/docker-2f1c.scope\n"}, {"pid": "4026532457"})
    [('cgroup:docker', 'docker'), ('namespace:pid', '')]
    """
    found = [(f"named:{name}", name) for file in _NAMED if (name := _word(texts.get(file, "")))]
    paths = " ".join(texts.get(file, "") for file in _CGROUPS)
    found += [(f"cgroup:{runtime}", runtime) for runtime, path in _GROUPS if path.search(paths)]
    found += [(f"file:{file.path}", runtime) for file, runtime in _LEFT.items() if file in texts]
    if _GVISOR.search(texts.get(_VERSION, "")):
        found.append(("kernel:gvisor", "gvisor"))
    found += [(f"namespace:{kind}", "") for kind in _INITIAL if namespaces.get(kind, _INITIAL[kind]) != _INITIAL[kind]]
    if texts.get(_UID_MAP, "").split() not in ([], _WHOLE_UID_MAP):
        found.append(("namespace:user", ""))
    root = mount_of("/", parse_mountinfo(texts.get(MOUNTINFO, "")))
    if root is not None and root.type in _OVERLAYS:
        found.append((f"root:{root.type}", ""))
    return found


def runtime(found: list[tuple[str, str]]) -> str | None:
    """Return the runtime that the strongest sign names, other where none does.

    None below two signs, or when none of them is the kernel's own: an image that was made for a container and is
    run as a machine keeps the files of both.

    >>> runtime([("file:/.dockerenv", "docker"), ("root:overlay", "")])
    >>> runtime([("namespace:pid", ""), ("root:overlay", "")])
    'other'
    """
    if len(found) < 2 or not any(sign.startswith(_KERNELS) for sign, _ in found):
        return None
    return next((name for _, name in found if name), "other")


def _word(text: str) -> str:
    """Return the name a file holds, when it looks like one."""
    found = re.fullmatch(r"([a-z][a-z0-9._-]{0,31})\s*", text)
    return found[1] if found else ""


def _found(answers: Answers) -> list[tuple[str, str]]:
    text_of(answers, _VERSION, "mount /proc")
    files = [ask for ask in _ASKS if isinstance(ask, ReadFile) and failure(answers, ask, "") is None]
    links = failure(answers, NAMESPACE_LINKS, "") or parse_namespaces(value_of(answers, NAMESPACE_LINKS, ""))
    namespaces = {kind: str(number) for kind, number in links.items()} if isinstance(links, dict) else {}
    return signs({file: text_of(answers, file, "") for file in files}, namespaces)


def _kind(answers: Answers) -> Value:
    return runtime(_found(answers))


def _markers(answers: Answers) -> Value:
    return [sign for sign, _ in _found(answers)]


COLLECTOR = collector(
    "container", {"container.kind": Reading(_ASKS, _kind), "container.markers": Reading(_ASKS, _markers)}
)

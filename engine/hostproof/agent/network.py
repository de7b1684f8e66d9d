"""Network interfaces of the network namespace this process is in, and whether its loopback works.

/sys/class/net would show the namespace of whoever mounted /sys, so the kernel is asked through ioctl(2): netdevice(7).
"""

import errno
import os
import socket
import struct

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR = 0x8913, 0x8921, 0x8927  # linux/sockios.h
NAME_SIZE = 16  # IFNAMSIZ
REQUEST_SIZE = 40  # sizeof(struct ifreq) on 64 bits; the kernel takes no more
# Hardware addresses that are six bytes, by ARPHRD_ of linux/if_arp.h: Ethernet, Wi-Fi, loopback.
SIX_BYTES = frozenset([1, 801, 802, 803, 772])
PATIENCE = 2.0  # seconds for a connection to ourselves


def interfaces() -> "list[dict[str, object]]":
    """Return `name`, `flags`, `mtu` and `mac` of each interface; what the kernel refuses is left out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
        return [interface(name, door.fileno()) for _, name in socket.if_nameindex()]


def interface(name: str, door: int) -> "dict[str, object]":
    """Return one interface."""
    found: "dict[str, object]" = {"name": name}
    for key, number, read in (("flags", SIOCGIFFLAGS, flags), ("mtu", SIOCGIFMTU, mtu), ("mac", SIOCGIFHWADDR, mac)):
        try:
            found[key] = read(request(door, number, name))
        except OSError:
            continue
    return found


def request(door: int, number: int, name: str) -> bytes:
    """Return what the kernel says about an interface: the bytes of a struct ifreq after its name."""
    import fcntl

    asked = name.encode("utf-8", "surrogateescape")[: NAME_SIZE - 1].ljust(REQUEST_SIZE, b"\0")
    return fcntl.ioctl(door, number, asked)[NAME_SIZE:]


def flags(answer: bytes) -> int:
    """Return IFF_ flags; the kernel gives sixteen of them here."""
    return int(struct.unpack_from("H", answer)[0])


def mtu(answer: bytes) -> int:
    """Return the MTU in bytes."""
    return int(struct.unpack_from("i", answer)[0])


def mac(answer: bytes) -> str:
    """Return the hardware address of an interface that has six bytes of it, or an empty text."""
    family = struct.unpack_from("H", answer)[0]
    return ":".join("{:02x}".format(byte) for byte in answer[2:8]) if family in SIX_BYTES else ""


def loopback() -> "dict[str, str]":
    """Return the error that a TCP connection to ourselves met over `ipv4`, and binding a socket to ::1 for `ipv6`."""
    return {"ipv4": error_of(connect_to_self), "ipv6": error_of(bind_six)}


def connect_to_self() -> None:
    """Connect to 127.0.0.1 on a port of our own."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        socket.create_connection(listener.getsockname(), PATIENCE).close()


def bind_six() -> None:
    """Bind a socket to ::1."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as listener:
        listener.bind(("::1", 0))


def error_of(attempt: "Callable[[], None]") -> str:
    """Return the name of the error an attempt met (EADDRNOTAVAIL), empty if there was none."""
    try:
        attempt()
    except socket.timeout:
        return "ETIMEDOUT"
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, os.strerror(problem.errno or 0))
    return ""

"""The curve P-256 and ECDSA over it, in plain Python: enough to sign a certificate that lives for one probe.

Not constant in time and not fast (some 10 ms a signature): nothing is protected by these keys. Formulas: SEC 1
version 2.0, section 2.2; jacobian coordinates with a = -3; numbers of the curve: NIST SP 800-186, 3.2.1.3.
"""

import hashlib
import os

from ...lines import AskError

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
INFINITY = (1, 1, 0)

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    Jacobian = tuple[int, int, int]  # stands for x / z**2, y / z**3; z is 0 at infinity


def doubled(point: "Jacobian") -> "Jacobian":
    """Return twice a point."""
    x, y, z = point
    square = y * y % P
    middle = 4 * x * square % P
    slope = 3 * (x - z * z) * (x + z * z) % P
    across = (slope * slope - 2 * middle) % P
    return across, (slope * (middle - across) - 8 * square * square) % P, 2 * y * z % P


def added(point: "Jacobian", other: "tuple[int, int]") -> "Jacobian":
    """Return the sum of a point and another one that is given by its x and y."""
    x, y, z = point
    if z == 0:
        return other[0], other[1], 1
    square = z * z % P
    width = (other[0] * square - x) % P
    height = (other[1] * square * z - y) % P
    if width == 0:
        return doubled(point) if height == 0 else INFINITY
    cube = width * width * width % P
    middle = x * width * width % P
    across = (height * height - cube - 2 * middle) % P
    return across, (height * (middle - across) - y * cube) % P, z * width % P


def multiplied(factor: int) -> "tuple[int, int]":
    """Return x and y of the base point taken `factor` times; 0 < factor < N."""
    point = INFINITY
    for bit in bin(factor)[2:]:
        point = doubled(point)
        if bit == "1":
            point = added(point, G)
    inverse = pow(point[2], P - 2, P)
    return point[0] * inverse * inverse % P, point[1] * inverse * inverse * inverse % P


def new_key() -> int:
    """Return a private key of random bytes. Raises OSError, AskError where the kernel gives none."""
    try:
        return int.from_bytes(os.urandom(40), "big") % (N - 1) + 1
    except NotImplementedError as problem:  # getrandom(2) is refused, and there is no device to read
        raise AskError(
            "denied", "no random numbers: {}".format(problem), "allow getrandom, or make /dev/urandom readable"
        ) from None


def sign(key: int, message: bytes, nonce: "int | None" = None) -> "tuple[int, int]":
    """Return r and s of ECDSA with SHA-256 (SEC 1, 4.1.3); `nonce` is random unless given."""
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    while True:
        number = nonce or new_key()
        r = multiplied(number)[0] % N
        s = pow(number, N - 2, N) * (digest + r * key) % N
        if r and s:
            return r, s

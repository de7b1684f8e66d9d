"""X.509 certificates made on the spot: DER by hand, signed by `curve.py`, as PEM texts that OpenSSL loads.

Structures: RFC 5280, section 4.1; the key's: RFC 5915; DER: ITU-T X.690.
"""

import binascii
import hashlib
import time

from . import curve

DAY = 86400

ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")  # 1.2.840.10045.4.3.2, RFC 5758
EC_KEY = bytes.fromhex("06072a8648ce3d0201")  # 1.2.840.10045.2.1, RFC 5480
P256 = bytes.fromhex("06082a8648ce3d030107")  # 1.2.840.10045.3.1.7
COMMON_NAME = bytes.fromhex("0603550403")  # 2.5.4.3
SEQUENCE, SET, OCTETS, BITS, INTEGER, BOOLEAN, TEXT = 0x30, 0x31, 0x04, 0x03, 0x02, 0x01, 0x0C
TRUE = bytes([BOOLEAN, 1, 0xFF])
UTC_TIME, GENERAL_TIME = 0x17, 0x18


class Authority:
    """A key and the certificate that says it may sign others; `root` is the certificate as PEM, `key` the key."""

    def __init__(self, now: "float | None" = None) -> None:
        self.now = time.time() if now is None else now
        self.number = curve.new_key()
        x, y = curve.multiplied(self.number)
        self.public = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        self.key = pem("EC PRIVATE KEY", private_key(self.number, self.public))
        self.root = self.certificate("hostproof probe authority", extensions_of_authority(self.key_id), -DAY, DAY)

    @property
    def key_id(self) -> bytes:
        """The name of the key (RFC 5280, 4.2.1.2)."""
        return hashlib.sha1(self.public).digest()

    def leaf(self, name: str, begins: int = -DAY, ends: int = DAY) -> str:
        """Return the certificate of a server as PEM; `begins` and `ends` are seconds from now. It has the same key."""
        return self.certificate(name, extensions_of_server(name, self.key_id), begins, ends)

    def certificate(self, subject: str, extensions: bytes, begins: int, ends: int) -> str:
        """Return a signed certificate as PEM."""
        parts = (
            der(0xA0, whole(2)),  # version 3
            whole(curve.new_key() >> 128),
            der(SEQUENCE, ECDSA_SHA256),
            common_name("hostproof probe authority"),
            der(SEQUENCE, moment(self.now + begins), moment(self.now + ends)),
            common_name(subject),
            der(SEQUENCE, der(SEQUENCE, EC_KEY, P256), der(BITS, b"\0", self.public)),
            der(0xA3, der(SEQUENCE, extensions)),
        )
        body = der(SEQUENCE, *parts)
        r, s = curve.sign(self.number, body)
        signature = der(SEQUENCE, whole(r), whole(s))
        return pem("CERTIFICATE", der(SEQUENCE, body, der(SEQUENCE, ECDSA_SHA256), der(BITS, b"\0", signature)))


def extensions_of_authority(key_id: bytes) -> bytes:
    """Return: may sign certificates, and nothing else; what its key is called."""
    return (
        extension("551d13", der(SEQUENCE, TRUE), critical=True)  # basicConstraints: CA
        + extension("551d0f", bytes([BITS, 2, 1, 0x06]), critical=True)  # keyUsage: keyCertSign, cRLSign
        + extension("551d0e", der(OCTETS, key_id))
    )


def extensions_of_server(name: str, key_id: bytes) -> bytes:
    """Return: a TLS server of one DNS name; whose key signed it."""
    return (
        extension("551d0f", bytes([BITS, 2, 7, 0x80]), critical=True)  # keyUsage: digitalSignature
        + extension("551d25", der(SEQUENCE, bytes.fromhex("06082b06010505070301")))  # extKeyUsage: serverAuth
        + extension("551d11", der(SEQUENCE, der(0x82, name.encode("ascii"))))  # subjectAltName: dNSName
        + extension("551d23", der(SEQUENCE, der(0x80, key_id)))  # authorityKeyIdentifier
    )


def extension(number: str, value: bytes, critical: bool = False) -> bytes:
    """Return one extension; `number` is its object identifier's content in hexadecimal."""
    return der(SEQUENCE, der(0x06, bytes.fromhex(number)), TRUE if critical else b"", der(OCTETS, value))


def private_key(number: int, public: bytes) -> bytes:
    """Return an ECPrivateKey (RFC 5915)."""
    return der(
        SEQUENCE,
        whole(1),
        der(OCTETS, number.to_bytes(32, "big")),
        der(0xA0, P256),
        der(0xA1, der(BITS, b"\0", public)),
    )


def common_name(name: str) -> bytes:
    """Return a distinguished name that is a common name alone."""
    return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, name.encode("utf-8")))))


def moment(seconds: float) -> bytes:
    """Return a time: UTCTime for the years 1950 to 2049, else GeneralizedTime (RFC 5280, 4.1.2.5)."""
    parts = time.gmtime(seconds)
    if 1950 <= parts.tm_year < 2050:
        return der(UTC_TIME, time.strftime("%y%m%d%H%M%SZ", parts).encode("ascii"))
    return der(GENERAL_TIME, time.strftime("%Y%m%d%H%M%SZ", parts).encode("ascii"))


def whole(number: int) -> bytes:
    """Return an INTEGER that is not negative."""
    return der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def der(tag: int, *parts: bytes) -> bytes:
    """Return tag, length and content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def pem(label: str, content: bytes) -> str:
    """Return content as PEM (RFC 7468)."""
    text = binascii.b2a_base64(content, newline=False).decode("ascii")
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return "-----BEGIN {0}-----\n{1}\n-----END {0}-----\n".format(label, lines)

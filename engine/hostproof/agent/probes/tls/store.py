"""The machine's trusted root certificates, found as Go's crypto/x509 finds them (root_linux.go, root_unix.go)."""

import binascii
import os
import re
import ssl

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = (  # the first that can be read counts
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs")  # all files in them count besides
MOST_FILES = 4096
MOST_BYTES = 8 * 1024 * 1024
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")


def bundle() -> "tuple[str | None, bytes]":
    """Return the file with all certificates and what is in it; None where there is none."""
    chosen = os.environ.get("SSL_CERT_FILE")
    for path in (chosen,) if chosen else FILES:
        try:
            return path, content(path)
        except OSError:
            continue
    return None, b""


def content(path: str) -> bytes:
    """Return what is in a file, as far as it makes sense. Raises OSError."""
    with open(path, "rb") as file:
        return file.read(MOST_BYTES)


def others() -> "Iterator[bytes]":
    """Yield what is in the files of the folders of certificates."""
    chosen = os.environ.get("SSL_CERT_DIR")
    for folder in chosen.split(":") if chosen else FOLDERS:
        try:
            names = sorted(os.listdir(folder))[:MOST_FILES]
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and path not in FILES:
                    yield content(path)
            except OSError:
                continue


def certificates(text: bytes) -> "set[bytes]":
    """Return the certificates of a PEM text as DER; what isn't base64 is left out."""
    found = set()
    for match in CERTIFICATE.finditer(text):
        try:
            found.add(binascii.a2b_base64(match.group(1)))
        except binascii.Error:
            continue
    return found


def periods(found: "set[bytes]") -> "list[tuple[float, float]]":
    """Return from when until when each certificate is valid, in seconds since 1970; what isn't one is left out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for certificate in found:
        try:
            context.load_verify_locations(cadata=certificate)
        except (ssl.SSLError, ValueError):
            continue
    return [
        (ssl.cert_time_to_seconds(str(said["notBefore"])), ssl.cert_time_to_seconds(str(said["notAfter"])))
        for said in context.get_ca_certs()
    ]

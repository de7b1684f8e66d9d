"""A module proxy of our own on the loopback, whole or broken: `python proxy.py MODES -- COMMAND` runs one with it.

The first part of a path says how it behaves: `/serves`, `/404`, `/410`, `/500`, `/401` (any status), `/page` (a page
instead of what was asked for), `/hangs` (no answer at all). `https:MODE` has a certificate that nobody vouches for.
"""

from __future__ import annotations

import io
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODULE, VERSION = "golang.org/x/sync", "v0.7.0"
GO_MOD = f"module {MODULE}\n\ngo 1.18\n"
OPENSSL = (
    *("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
    *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
)


def module_zip() -> bytes:
    """Return the zip of the module: https://go.dev/ref/mod#zip-files."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(f"{MODULE}@{VERSION}/go.mod", GO_MOD)
        archive.writestr(f"{MODULE}@{VERSION}/sync.go", "// Package sync is not the real one.\npackage sync\n")
    return into.getvalue()


ANSWERS = {
    f"/{MODULE}/@v/list": f"{VERSION}\n".encode(),
    f"/{MODULE}/@v/{VERSION}.info": json.dumps({"Version": VERSION, "Time": "2024-04-04T00:00:00Z"}).encode(),
    f"/{MODULE}/@v/{VERSION}.mod": GO_MOD.encode(),
    f"/{MODULE}/@v/{VERSION}.zip": module_zip(),
}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Answer as the first part of the path says."""
        mode, _, path = self.path[1:].partition("/")
        if mode == "hangs":
            threading.Event().wait(60)
        elif mode == "page":
            self.give(200, b"<html>Please log in</html>")
        elif mode.isdecimal():
            self.give(int(mode), b"no")
        else:
            body = ANSWERS.get("/" + path)
            self.give(404 if body is None else 200, body or b"not found")

    def give(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxy(*, tls: bool = False) -> Iterator[str]:
    """Serve while a `with` lasts; give the URL, to which a mode is to be added."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = secured(server)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def secured(server: ThreadingHTTPServer) -> ssl.SSLSocket:
    """Return a server's socket with TLS, by a certificate of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder) / "key", Path(folder) / "certificate"
        subprocess.run((*OPENSSL, "-keyout", str(key), "-out", str(certificate)), check=True, capture_output=True)
        context.load_cert_chain(certificate, key)
    return context.wrap_socket(server.socket, server_side=True)


def main(words: list[str]) -> int:
    """Run a command with GOPROXY set to modes and the signs between: `500|serves`, `https:serves`, `404,direct`."""
    modes, command = words[0], words[words.index("--") + 1 :]
    with proxy(tls=modes.startswith("https:")) as url:
        entries = re.split("([,|])", modes.removeprefix("https:"))
        text = "".join(one if one in {",", "|", "direct", "off"} else f"{url}/{one}" for one in entries)
        return subprocess.run(command, env=os.environ | {"GOPROXY": text}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

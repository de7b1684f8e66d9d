"""Runs one command in a booted guest, as ssh would: `inside.py SOCKET -- COMMAND...`; its streams are the command's."""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
import struct
import sys

HEAD = struct.Struct(">cI")
CHUNK = 16384


def frame(kind: bytes, data: bytes) -> bytes:
    """Return a frame of the wire that init.py describes."""
    return HEAD.pack(kind, len(data)) + data


class Wire:
    """The guest's end of the port; frames in both directions."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._heard = bytearray()

    def fileno(self) -> int:
        """Return what poll needs."""
        return self._socket.fileno()

    def send(self, kind: bytes, data: bytes = b"") -> None:
        """Send one frame."""
        self._socket.sendall(frame(kind, data))

    def frames(self) -> list[tuple[bytes, bytes]]:
        """Return the frames that have come; raises EOFError when the guest is gone."""
        chunk = self._socket.recv(CHUNK)
        if not chunk:
            raise EOFError
        self._heard += chunk
        found = []
        while len(self._heard) >= HEAD.size:
            kind, size = HEAD.unpack_from(self._heard)
            if len(self._heard) < HEAD.size + size:
                break
            found.append((kind, bytes(self._heard[HEAD.size : HEAD.size + size])))
            del self._heard[: HEAD.size + size]
        return found


def run(path: str, words: list[str]) -> int:
    """Run a command and return its exit status; a guest that goes away gives 255."""
    wire = Wire(path)
    mark = secrets.token_hex(8)  # what comes before it comes back was meant for another
    wire.send(b"S", json.dumps([mark, *words]).encode())
    begun = False
    ends: list[int | Wire] = [0, wire]
    while True:
        ready, _, _ = select.select(ends, [], [])
        if 0 in ready:
            data = os.read(0, CHUNK)
            wire.send(b"I" if data else b"i", data)
            if not data:
                ends.remove(0)
        if wire in ready:
            for kind, data in wire.frames():
                begun = begun or (kind == b"A" and data == mark.encode())
                if not begun or kind == b"A":
                    continue
                if kind == b"X":
                    status = int(data)
                    return status if status >= 0 else 128 - status
                _write(1 if kind == b"O" else 2, data)


def _write(end: int, data: bytes) -> None:
    while data:
        data = data[os.write(end, data) :]


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1], sys.argv[3:]))
    except (EOFError, BrokenPipeError):
        sys.exit(255)

"""Pipes that never block us: a writer with a queue behind it, a reader that cuts what comes into lines."""

import os
from collections import deque
from itertools import islice

MOST_PARTS = 64  # of one writev(2); the kernel takes 1024


def open_descriptors() -> "list[int]":
    """Return the descriptors that are open, and one that is not any more; without /proc those that may be."""
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return list(range(1024))


class Writer:
    """Bytes on their way out of a descriptor. `waiting` counts those not yet taken."""

    def __init__(self, end: int) -> None:
        os.set_blocking(end, False)
        self.end = end
        self.waiting = 0
        self.parts: "deque[bytes]" = deque()
        self.sent = 0  # of the first part

    def put(self, data: bytes) -> None:
        """Queue bytes."""
        self.parts.append(data)
        self.waiting += len(data)

    def flush(self) -> None:
        """Write what the other side takes. Raises BrokenPipeError when there is nobody any more."""
        while self.parts:
            views = [memoryview(part) for part in islice(self.parts, MOST_PARTS)]
            views[0] = views[0][self.sent :]
            try:
                taken = os.writev(self.end, views)
            except BlockingIOError:
                return
            self.waiting -= taken
            self.sent += taken
            while self.parts and self.sent >= len(self.parts[0]):
                self.sent -= len(self.parts.popleft())


class LineReader:
    """Lines, each with its line feed, out of chunks that end anywhere."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.begun: "list[bytes]" = []
        self.length = 0

    def feed(self, chunk: bytes) -> "list[bytes]":
        """Return the lines that are whole now. Raises ValueError for one that is too long."""
        *ended, rest = chunk.split(b"\n")
        lines = [line + b"\n" for line in ended]
        if lines:
            lines[0] = b"".join(self.begun) + lines[0]
            self.begun, self.length = [], 0
        if rest:
            self.begun.append(rest)
            self.length += len(rest)
        if self.length > self.longest:
            raise ValueError("a line of more than {} bytes".format(self.longest))
        return lines

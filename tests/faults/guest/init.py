#!/usr/bin/python3 -ISB
"""The first process of the guest: mounts what a system has, then starts commands that come over a virtio port.

One connection after the other, each: a start with the words of a command, its input, its output, its end; then all
that it left is killed and undone. Frames both ways: a letter, four bytes of length, the bytes.
  in: S a mark and the words (JSON), I input, i end of input
  out: A the mark, O output, E standard error, X the exit status (text)
"""

import contextlib
import ctypes
import glob
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time

PORT = "/dev/vport"
MOUNTS = (
    ("proc", "/proc", "proc", ""),
    ("sysfs", "/sys", "sysfs", ""),
    ("devtmpfs", "/dev", "devtmpfs", ""),
    ("devpts", "/dev/pts", "devpts", "mode=620"),
    ("tmpfs", "/dev/shm", "tmpfs", ""),
    ("tmpfs", "/tmp", "tmpfs", "mode=1777"),
    ("tmpfs", "/var/tmp", "tmpfs", "mode=1777"),
    ("cgroup2", "/sys/fs/cgroup", "cgroup2", ""),
    ("securityfs", "/sys/kernel/security", "securityfs", ""),
)
CLOCK = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
GROUP = "/sys/fs/cgroup/guest"
CHUNK = 16384  # the kernel sends as much to the port in one piece, so a frame is never torn
HEAD = struct.Struct(">cI")
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/root"}


class GoneError(Exception):
    """Whoever was connected is not any more."""


def say(text):
    """Write a line to the console."""
    with open("/dev/kmsg", "w") as log:
        log.write("<2>guest: " + text + "\n")


def write_file(path, text):
    """Write a text to a file."""
    with open(path, "w") as out:
        out.write(text)


def read_file(path):
    """Return the text of a file of one line."""
    with open(path) as source:
        return source.read().strip()


def set_up():
    """Make of a bare kernel what programs expect."""
    libc = ctypes.CDLL(None, use_errno=True)
    for device, where, kind, options in MOUNTS:
        os.makedirs(where, exist_ok=True)
        if libc.mount(device.encode(), where.encode(), kind.encode(), 0, options.encode()) != 0:
            sys.stderr.write(f"mount {where}: {os.strerror(ctypes.get_errno())}\n")
    for path in sorted(glob.glob("/modules/*.ko")):
        module = os.open(path, os.O_RDONLY)
        if libc.syscall(313, module, b"", 0) != 0:  # finit_module of x86_64
            say(path + ": " + os.strerror(ctypes.get_errno()))
        os.close(module)
    subprocess.call(["ip", "link", "set", "lo", "up"], env=ENVIRONMENT)
    write_file("/proc/sys/kernel/hostname", "guest")
    write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu +memory +pids +io +cpuset")


def read_exactly(port, size, patient=False):
    """Return that many bytes; raises GoneError if nobody is connected, or waits for somebody."""
    parts = b""
    while len(parts) < size:
        part = os.read(port, size - len(parts))
        if part:
            parts += part
        elif patient and not parts:
            time.sleep(0.02)
        else:
            raise GoneError
    return parts


def read_frame(port, patient=False):
    """Return kind and data of a frame; raises GoneError."""
    kind, size = HEAD.unpack(read_exactly(port, HEAD.size, patient))
    return kind, read_exactly(port, size)


def send(port, kind, data):
    """Write one frame, in one piece."""
    os.write(port, HEAD.pack(kind, len(data)) + data)


def serve(port):
    """Run one command for whoever is connected."""
    kind, data = read_frame(port, patient=True)
    if kind != b"S":  # what is left of a connection that broke
        return
    mark, *words = json.loads(data.decode())
    send(port, b"A", mark.encode())
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    try:
        program = subprocess.Popen(words, env=ENVIRONMENT, cwd="/", start_new_session=True, **streams)
    except OSError as problem:
        send(port, b"E", str(problem).encode())
        send(port, b"X", b"127")
        return
    try:
        relay(port, program)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(5)
    finally:
        program.kill()
        status = program.wait()
        undo()
    send(port, b"X", str(status).encode())


def relay(port, program):
    """Carry input in and output out until the command has ended; raises GoneError."""
    outputs = {program.stdout.fileno(): b"O", program.stderr.fileno(): b"E"}
    while outputs:
        ready, _, _ = select.select([port, *outputs], [], [], 0.1)
        if not ready and program.poll() is not None:  # what it left behind holds its outputs open
            return
        for end in ready:
            if end != port:
                data = os.read(end, CHUNK)
                if data:
                    send(port, outputs[end], data)
                else:
                    del outputs[end]
        if port in ready and outputs:
            feed(program, *read_frame(port))


def feed(program, kind, data):
    """Give input to the command."""
    with contextlib.suppress(OSError, ValueError):  # it has closed its input, or ended
        while data:
            data = data[os.write(program.stdin.fileno(), data) :]
        if kind == b"i":
            program.stdin.close()


def undo():
    """End all but this process, and set back what a fault may have changed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    time.sleep(0.05)
    for _ in range(1000):
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    for top, _, _ in os.walk(GROUP, topdown=False):
        try:
            os.rmdir(top)
        except OSError as problem:
            say(f"rmdir {top}: {problem}")


def main():
    """Serve for ever."""
    set_up()
    first = read_file(CLOCK)
    found = []
    while not found:
        found = glob.glob(PORT + "*")
        time.sleep(0.02)
    port = os.open(found[0], os.O_RDWR)
    say("ready, clocksource " + first)
    while True:
        before = time.time() - time.monotonic()
        with contextlib.suppress(GoneError):
            serve(port)
        if read_file(CLOCK) != first:
            write_file(CLOCK, first)
        if abs(time.time() - time.monotonic() - before) > 0.1:
            time.clock_settime(time.CLOCK_REALTIME, before + time.monotonic())


main()

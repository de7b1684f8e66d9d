#!/usr/bin/python3 -ISB
"""The first process of the guest: mounts what a system has, then starts commands that come over a virtio port.

One connection after the other, each: a start with the words of a command, its input, its output, its end; then all
that it left is killed and undone. Frames both ways: a letter, four bytes of length, the bytes.
  in: S the words (JSON), I input, i end of input       out: O output, E standard error, X the exit status (text)
"""

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
HEAD = struct.Struct(">cI")
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/root"}


def say(text):
    with open("/dev/kmsg", "w") as log:
        log.write("<2>guest: " + text + "\n")


def write_file(path, text):
    with open(path, "w") as out:
        out.write(text)


def set_up():
    libc = ctypes.CDLL(None, use_errno=True)
    for device, where, kind, options in MOUNTS:
        os.makedirs(where, exist_ok=True)
        if libc.mount(device.encode(), where.encode(), kind.encode(), 0, options.encode()) != 0:
            sys.stderr.write("mount %s: %s\n" % (where, os.strerror(ctypes.get_errno())))
    for path in sorted(glob.glob("/modules/*.ko")):
        module = os.open(path, os.O_RDONLY)
        if libc.syscall(313, module, b"", 0) != 0:  # finit_module of x86_64
            say("%s: %s" % (path, os.strerror(ctypes.get_errno())))
        os.close(module)
    subprocess.call(["ip", "link", "set", "lo", "up"], env=ENVIRONMENT)
    write_file("/proc/sys/kernel/hostname", "guest")
    write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu +memory +pids +io +cpuset")


def read_exactly(port, size):
    """Return that many bytes, waiting for whoever connects."""
    parts = b""
    while len(parts) < size:
        try:
            part = os.read(port, size - len(parts))
        except InterruptedError:
            continue
        if part:
            parts += part
        else:  # nobody is connected
            time.sleep(0.02)
    return parts


def write_all(port, data):
    while data:
        data = data[os.write(port, data) :]


def frame(kind, data):
    return HEAD.pack(kind, len(data)) + data


def serve(port):
    """Run one command for whoever is connected."""
    kind, size = HEAD.unpack(read_exactly(port, HEAD.size))
    data = read_exactly(port, size)
    if kind != b"S":  # what is left of a connection that broke
        return
    words = json.loads(data.decode())
    try:
        program = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except OSError as problem:
        write_all(port, frame(b"E", str(problem).encode()) + frame(b"X", b"127"))
        return
    relay(port, program)
    try:
        status = program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        status = program.wait()
    undo()
    write_all(port, frame(b"X", str(status).encode()))


def relay(port, program):
    """Carry input in and output out until both outputs are closed or a new start comes."""
    outputs = {program.stdout.fileno(): b"O", program.stderr.fileno(): b"E"}
    while outputs:
        ready, _, _ = select.select([port, *outputs], [], [])
        for end in ready:
            if end != port:
                data = os.read(end, 65536)
                if data:
                    write_all(port, frame(outputs[end], data))
                else:
                    del outputs[end]
        if port in ready and outputs:
            kind, size = HEAD.unpack(read_exactly(port, HEAD.size))
            data = read_exactly(port, size)
            feed(program, kind, data)


def feed(program, kind, data):
    try:
        if kind == b"I":
            os.write(program.stdin.fileno(), data)
        elif kind == b"i":
            program.stdin.close()
        elif kind == b"K":
            program.kill()
    except (OSError, ValueError):  # it has closed its input
        pass


def undo():
    """End all but this process, and set back what a fault may have changed."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
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
            say("rmdir %s: %s" % (top, problem))


def main():
    set_up()
    first = open(CLOCK).read().strip()
    found = []
    while not found:
        found = glob.glob(PORT + "*")
        time.sleep(0.02)
    port = os.open(found[0], os.O_RDWR)
    say("ready, clocksource " + first)
    while True:
        before = time.time() - time.monotonic()
        serve(port)
        if open(CLOCK).read().strip() != first:
            write_file(CLOCK, first)
        if abs(time.time() - time.monotonic() - before) > 0.1:
            time.clock_settime(time.CLOCK_REALTIME, before + time.monotonic())


main()

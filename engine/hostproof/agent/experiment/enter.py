"""A program that starts another one in a network namespace: `python3 -c THIS NAMESPACE PROGRAM WORDS...`."""

import ctypes
import os
import sys

CLONE_NEWNET = 0x40000000  # linux/sched.h


def enter(place: str, words: "list[str]") -> None:
    """Join the namespace and become the program; standard input is left as it is."""
    end = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    if ctypes.CDLL(None, use_errno=True).setns(end, CLONE_NEWNET) != 0:
        sys.exit("the network namespace of the experiment can't be entered: " + os.strerror(ctypes.get_errno()))
    os.execv(words[0], words)


if __name__ == "__main__":
    enter(sys.argv[1], sys.argv[2:])

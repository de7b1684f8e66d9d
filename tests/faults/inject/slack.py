"""Runs a command with another timer slack: `python slack.py NANOSECONDS COMMAND...`, PR_SET_TIMERSLACK(2const)."""

import ctypes
import os
import sys

PR_SET_TIMERSLACK = 29


def main(nanoseconds: str, *command: str) -> None:
    """Set this process's slack, which all that it starts inherits, and become the command."""
    if ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, ctypes.c_ulong(int(nanoseconds)), 0, 0, 0):
        sys.exit("the timer slack could not be set")
    os.execvp(command[0], list(command))


if __name__ == "__main__":
    main(*sys.argv[1:])

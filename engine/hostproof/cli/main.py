"""A command line in, its exit code out: 0 fit, 1 unfit, 2 usage or pack, 3 undecided, 70 broken, 130 interrupted."""

from __future__ import annotations

import os
import signal
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.quick import read_words
from hostproof.cli.arguments.table import Command, split_command
from hostproof.cli.screen import warn
from hostproof.source.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

USAGE, BROKEN, INTERRUPTED = 2, 70, 130
TRACEBACK = "HOSTPROOF_TRACEBACK"
# Where each command lives; a test holds this to the table of commands.
MODULES = MappingProxyType(
    {
        "check": "commands.check",
        "collect": "commands.collect",
        "import": "commands.imports",
        "eval": "commands.eval",
        "explain": "commands.explain",
        "query": "commands.query",
        "diff": "commands.diff",
        "verify": "commands.verify",
        "compare": "commands.compare",
        "manifest": "commands.manifest",
        "experiment": "commands.experiment",
        "init": "beginning.init",
        "lint": "commands.lint",
        "test": "commands.testing",
        "docs": "commands.docs",
        "plan": "commands.plan",
        "facts": "commands.facts",
        "baseline record": "baseline.record",
        "baseline select": "baseline.select",
        "baseline list": "baseline.listing",
        "baseline gate": "baseline.gate",
    }
)
_COMPLETE = "_HOSTPROOF_COMPLETE"  # click's own, set by a shell that wants completions


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code; no exception leaves here."""
    code = _run(words)
    if not any("nagios" in word for word in words):
        return code
    from hostproof.cli.exits import is_plugin, plugin_code

    return plugin_code(code) if is_plugin(words) else code


def _run(words: Sequence[str]) -> int:
    try:
        _say_what_cannot_be_encoded()
        _interrupt_by(signal.SIGTERM, signal.SIGHUP)
        # Where it is ignored, as some daemons leave it, no child is heard of.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return _dispatch_or_refuse(words)
    except KeyboardInterrupt:
        warn("hostproof: interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug has an exit code of its own
        _tell_of_bug(error)
        return BROKEN


def _dispatch_or_refuse(words: Sequence[str]) -> int:
    try:
        return _dispatch(words)
    except ProblemError as error:
        from hostproof.source.render import render_problems

        warn(render_problems(error.problems).rstrip())
        _tell_plugin(words, error.problems[0].message)
        return USAGE


def _tell_plugin(words: Sequence[str], reason: str) -> None:
    """Say on standard output, the only place that monitoring reads, why nothing was judged."""
    from hostproof.cli.exits import is_plugin

    if is_plugin(words):
        from hostproof.cli.screen import show
        from hostproof.report.monitors.nagios import could_not

        show(could_not(reason))


def _dispatch(words: Sequence[str]) -> int:
    command, others = split_command(words) if _COMPLETE not in os.environ else (None, words)
    given = read_words(command, others) if command else None
    if command and given:
        return perform(command, given)
    from hostproof.cli.arguments.clicked import run_clicked

    return run_clicked(words, perform)


def perform(command: Command, given: Given) -> int:
    """Perform one command and return its exit code. Raises ProblemError for whatever the user should put right."""
    return _action(command.name)(given)


def _action(name: str) -> Callable[[Given], int]:
    """Import a command when it is wanted, and no other."""
    from importlib import import_module

    action: Callable[[Given], int] = import_module(f"hostproof.cli.{MODULES[name]}").run
    return action


def _say_what_cannot_be_encoded() -> None:
    """Give a terminal without Unicode escapes, not an exception."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _interrupt_by(*numbers: signal.Signals) -> None:
    """Treat these signals as Ctrl-C, so that whatever was started is ended first; `nohup` is respected."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _tell_of_bug(error: Exception) -> None:
    from hostproof import __version__

    lacking = _lacking(error)
    if os.environ.get(TRACEBACK):
        import traceback

        warn("".join(traceback.format_exception(error)).rstrip("\n"))
    if lacking:
        warn(
            f"hostproof {__version__} could not go on: {lacking}\n"
            "Nothing it says about the host counts. `ulimit -a` shows this shell's limits; raise the one that is met."
        )
        return
    name = type(error).__name__
    warn(
        f"hostproof {__version__} broke: {name}: {error}\n"
        "This is a bug in hostproof, not in your pack and not in the host; nothing it says about the host counts. "
        f"Run the same command with {TRACEBACK}=1 to see where it happened, and please report that."
    )


def _lacking(error: Exception) -> str:
    """Return what the system had no more of, if that is what an error tells: then it is no bug."""
    import errno

    if isinstance(error, MemoryError):
        return "there is no memory left for it"
    scarce = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
    if isinstance(error, OSError) and error.errno in scarce:
        return os.strerror(error.errno).lower()
    return str(error) if isinstance(error, RuntimeError) and "new thread" in str(error) else ""

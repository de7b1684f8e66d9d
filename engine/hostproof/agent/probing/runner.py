"""A probe's process: runs its steps one after another, each in a child of its own that has a deadline.

For each step one line goes out, as soon as it is known: the `values` of its facts, and why others are `unknown`. So a
step that hangs, dies or eats all memory costs its own facts only, and everything it started ends with it.
"""

import importlib
import json
import os
import select
import signal
import time

from .. import offspring
from ..hand import let_go, write_all
from ..lines import AskError, ask_error, spell
from ..scratch import remove, scratch_place
from .step import Context, Step

PR_SET_NAME = 15  # include/uapi/linux/prctl.h
MOST_LINE = 8 * 1024 * 1024
CHUNK = 65536
LOOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD)


def start_probe(ask: "dict[str, object]", mark: str) -> "tuple[int, int, int]":
    """Fork a probe's process; return its pid (its session's too) and the ends of its output and of its errors."""
    scratch = scratch_of(ask, mark)  # named after us, who may have to remove it
    ends: "list[int]" = []
    try:
        ends += os.pipe()
        ends += os.pipe()
        out, out_end, err, err_end = ends
        parent = os.getpid()
        pid = os.fork()
    except OSError:
        for end in ends:
            os.close(end)
        raise
    if pid == 0:
        be_probe(ask, scratch, out_end, err_end, parent)
    for end in (out_end, err_end):
        os.close(end)
    for end in (out, err):
        os.set_blocking(end, False)
    return pid, out, err


def scratch_of(ask: "dict[str, object]", mark: str) -> str:
    """Return where the scratch folder of an ask would be; `mark` is the ask's number."""
    return scratch_place(str(arguments_of(ask).get("folder") or ""), os.getpid(), mark)


def arguments_of(ask: "dict[str, object]") -> "dict[str, object]":
    """Return the arguments of an ask by name."""
    return mapping_of(ask, "arguments")


def mapping_of(ask: "dict[str, object]", part: str) -> "dict[str, object]":
    """Return a part of an ask that is a mapping; empty where there is none."""
    found = ask.get(part)
    return {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}


def be_probe(ask: "dict[str, object]", scratch: str, out: int, err: int, parent: int) -> None:
    """Be the probe: do what is asked, and end; never returns."""
    try:
        os.setsid()
        let_go(out, err)
        os.dup2(err, 2)
        for number in LOOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        offspring.adopt_orphans()
        offspring.die_with_parent(parent, signal.SIGKILL)
        name = str(ask["name"])
        wanted = ask.get("wanted")
        names = frozenset(map(str, wanted)) if isinstance(wanted, list) else frozenset()
        context = Context(str(ask.get("effort")), names, arguments_of(ask), scratch)
        context.files.update((path, str(text)) for path, text in mapping_of(ask, "files").items())
        run_probe(name, context, out)
        remove(scratch)
        os._exit(0)
    except Exception:  # noqa: BLE001 - told on standard error, which the answer keeps
        import traceback

        traceback.print_exc()
    finally:
        os._exit(70)


def run_probe(name: str, context: Context, out: int) -> None:
    """Run the steps of a probe that are wanted; write a line for each."""
    for step in steps_of(name):
        facts = [fact for fact in step.facts if fact in context.wanted]
        if facts:
            write_all(out, spell(told(run_step(name, step, context), facts)))


def steps_of(name: str) -> "tuple[Step, ...]":
    """Return the steps of a probe. Raises AskError where this agent has no such probe."""
    package = __name__.rpartition(".probing.")[0]
    if not name.isidentifier():
        raise AskError("unsupported", "no probe is called " + name)
    return importlib.import_module("{}.probes.{}".format(package, name)).STEPS  # type: ignore[no-any-return]


def told(outcome: "dict[str, object]", facts: "list[str]") -> "dict[str, object]":
    """Return a step's line: what it said of the wanted facts; what it kept to itself is unknown."""
    error, values, unknown = (outcome.get(part) for part in ("error", "values", "unknown"))
    values = values if isinstance(values, dict) else {}
    unknown = dict(unknown) if isinstance(unknown, dict) else {}
    missing = error or {"cause": "failed", "detail": "the probe said nothing about it", "cure": "report this as a bug"}
    unknown.update((fact, missing) for fact in facts if fact not in values and fact not in unknown)
    return {
        "values": {fact: values[fact] for fact in facts if fact in values},
        "unknown": {fact: unknown[fact] for fact in facts if fact in unknown},
    }


def run_step(name: str, step: Step, context: Context) -> "dict[str, object]":
    """Run one step in a child; return its `values` and `unknown`, or the `error` that all its facts share."""
    end, writer = os.pipe()
    parent, shown = os.getpid(), known_as(name, os.getppid())
    try:
        pid = os.fork()
    except OSError as problem:
        os.close(end)
        os.close(writer)
        return AskError("failed", "no process for it: {}".format(problem), "raise the limit of processes").fields()
    if pid == 0:
        be_step(shown, step, context, writer, parent)
    os.close(writer)
    try:
        line = wait_for(end, step.most)
    except AskError as problem:
        return problem.fields()
    finally:
        os.close(end)
        status = end_step(pid)
    if line:
        return json.loads(line.decode("ascii"))  # type: ignore[no-any-return]
    how = "ended by signal {}".format(-status) if status < 0 else "ended with status {}".format(status)
    return AskError("failed", "the process that tried it was " + how, "see the kernel log for the reason").fields()


def be_step(name: str, step: Step, context: Context, out: int, parent: int) -> None:
    """Be the child that runs a step; never returns."""
    try:
        os.setpgid(0, 0)
        offspring.die_with_parent(parent, signal.SIGKILL)
        set_name(name)
        write_all(out, spell(attempt(step, context)))
        os._exit(0)
    finally:
        os._exit(70)


def known_as(probe: str, agent: int) -> str:
    """Return the name of a probe's steps, by which the kernel's log is read: hp-PROBE.MARK, the mark for this agent."""
    return "hp-{}.{:03x}".format(probe[:8], agent % 4096)


def set_name(name: str) -> None:
    """Give this process a name that the kernel's log will show; 15 characters count."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_NAME, ctypes.c_char_p(name.encode("ascii")), 0, 0, 0)


def attempt(step: Step, context: Context) -> "dict[str, object]":
    """Run a step's function; return what it learnt, or the error it ended with."""
    try:
        found = step.run(context)
        errors = {fact: value.fields()["error"] for fact, value in found.items() if isinstance(value, AskError)}
        values = {fact: value for fact, value in found.items() if fact not in errors}
        said: "dict[str, object]" = {"values": values, "unknown": errors}
        spell(said)
    except AskError as problem:
        return problem.fields()
    except OSError as problem:
        return ask_error(problem, getattr(step.run, "__name__", "probe").replace("_", " ")).fields()
    except MemoryError:
        return AskError("failed", "there was not enough memory for it", "raise the memory limit").fields()
    except Exception as problem:  # noqa: BLE001 - one broken step must not cost the others
        return AskError("failed", "{}: {}".format(type(problem).__name__, problem), "report this as a bug").fields()
    return said


def wait_for(end: int, most: float) -> bytes:
    """Return the line a step writes, empty if it ended without one. Raises AskError (timeout, too-large)."""
    due = time.monotonic() + most
    poll = select.poll()
    poll.register(end, select.POLLIN)
    said = bytearray()
    while not said.endswith(b"\n"):
        left = due - time.monotonic()
        if left <= 0:
            raise AskError("timeout", "not finished after {:g} s".format(most), "see what the machine waits for")
        if poll.poll(left * 1000 + 1):
            chunk = os.read(end, CHUNK)
            if not chunk:
                return b""
            said += chunk
            if len(said) > MOST_LINE:
                raise AskError("too-large", "the probe said more than {} bytes".format(MOST_LINE))
    return bytes(said)


def end_step(pid: int) -> int:
    """End a step and all that stems from it; return its exit status, or minus the signal that ended it."""
    offspring.send_group(pid, signal.SIGKILL)
    for number in (*offspring.descendants(pid), pid):
        offspring.send(number, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    due = time.monotonic() + offspring.LAST_TIME
    while not offspring.none_left() and time.monotonic() < due:  # what it left behind came to us
        for number in offspring.descendants(os.getpid()):
            offspring.send(number, signal.SIGKILL)
        time.sleep(0.001)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)

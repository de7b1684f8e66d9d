"""Probe `syscalls`: tries some 140 system calls harmlessly, and says of each who refuses it and on what evidence.

The wrong arguments make the kernel answer before it acts. What is refused is tried again, with other arguments and in
a user namespace that has all rights. What matters most is really used, and a namespace of each kind really made.
"""

from ...lines import AskError
from ...probing.step import Context, Step
from ...probing.system import error_name, syscall
from .circumstances import Circumstances, circumstances
from .classify import ABSENT, ABSENT_OR_FILTERED, AVAILABLE, DENIALS, LSM, REFUSED, SECCOMP, STATES, Verdict, classify
from .namespaces import KINDS, namespace
from .table import CALLS, FAMILIES, Call
from .tries import answers_of, ask, enter_user_namespace, numbers
from .uses import BY_NAME, USES, outcome_of, verdict_of

UNUSED_NUMBER = 9999  # no architecture has a call of this number
MISSING = (ABSENT, ABSENT_OR_FILTERED, SECCOMP, LSM, REFUSED)  # not for want of rights, nor for the kernel's age


def calls(context: Context) -> "dict[str, object]":
    """Try all calls; return each one's record, and the names by state."""
    here = circumstances()
    found = records(here)
    by_state = {state: sorted(name for name, record in found.items() if record["state"] == state) for state in STATES}
    given = {
        "calls": found,
        "states": {state: names for state, names in by_state.items() if names},
        "families": families(found),
        "killing": sorted(name for name, record in found.items() if record["answer"] == "SIGSYS"),
        "available": by_state[AVAILABLE],
    }
    return {name: value for name, value in given.items() if name in context.wanted}


def records(here: Circumstances) -> "dict[str, dict[str, object]]":
    """Return what is known of each call by name. Raises AskError where there are no numbers for this machine."""
    number = numbers()
    if not number:
        raise AskError("unsupported", "the numbers of this machine's system calls are not known", "run it on x86_64")
    known = [call for call in CALLS if call.name in number]
    first = answers_of([(number[call.name], call.arguments) for call in known])
    odd = [call for call, answer in zip(known, first) if answer in DENIALS or answer not in (*call.answers, "ENOSYS")]
    again = tried_again(odd, number)
    inside = tried_inside([call for call, answer in zip(known, first) if answer in DENIALS], number)
    return {
        call.name: record_of(
            call,
            answer,
            again.get(call.name, ""),
            classify(call, answer, again.get(call.name, ""), inside.get(call.name, ""), here),
        )
        for call, answer in zip(known, first)
    }


def tried_again(odd: "list[Call]", number: "dict[str, int]") -> "dict[str, str]":
    """Return what calls answer to other arguments, by name."""
    able = [call for call in odd if call.again]
    return dict(zip([call.name for call in able], answers_of([(number[call.name], call.again) for call in able])))


def tried_inside(denied: "list[Call]", number: "dict[str, int]") -> "dict[str, str]":
    """Return what calls answer in a user namespace of their own, by name."""
    tries = [(number[call.name], call.arguments) for call in denied]
    return dict(zip([call.name for call in denied], answers_of(tries, enter_user_namespace))) if tries else {}


def record_of(call: Call, answer: str, again: str, verdict: Verdict) -> "dict[str, object]":
    """Return what a snapshot keeps of one call."""
    return {"state": verdict.state, "answer": answer, "again": again, "since": call.since, "why": verdict.why}


def families(found: "dict[str, dict[str, object]]") -> "list[dict[str, object]]":
    """Return for each family of calls which are there, and which are missing though the kernel is new enough."""
    found_out: "list[dict[str, object]]" = []
    for family, names in sorted(FAMILIES.items()):
        states = {name: found[name]["state"] for name in names if name in found}
        there = [name for name, state in states.items() if state == AVAILABLE]
        gone = [name for name in states if is_withheld(name, found[name])]
        found_out.append({"name": family, "available": there, "missing": gone})
    return found_out


def is_withheld(name: str, record: "dict[str, object]") -> bool:
    """Tell whether a call is kept from everybody, instead of from those without some right."""
    return record["state"] in MISSING and not (BY_NAME[name].rights and record["answer"] in DENIALS)


def control(context: Context) -> "dict[str, object]":
    """Call a number that no call has; Linux answers ENOSYS."""
    return {"unknown_number": error_name(syscall(UNUSED_NUMBER)[1]) or "OK"}


def uses(context: Context) -> "dict[str, object]":
    """Really use what servers and sandboxes are built on."""
    here = circumstances()
    verdicts = {name: verdict_of(name, outcome_of(use[0]), here) for name, use in USES.items()}
    return {"uses": {name: told(verdict) for name, verdict in verdicts.items()}}


def namespaces(context: Context) -> "dict[str, object]":
    """Really make a namespace of each kind."""
    here = circumstances()
    return {"namespaces": {kind: told(namespace(kind, here)) for kind in KINDS}}


def told(verdict: Verdict) -> "dict[str, object]":
    """Return what a snapshot keeps of a use."""
    return {"state": verdict.state, "why": verdict.why}


def landlock_version(context: Context) -> "dict[str, object]":
    """Ask for the version of Landlock's interface."""
    version, number = ask("landlock_create_ruleset", 0, 0, 1)
    if number and error_name(number) not in ("ENOSYS", "EOPNOTSUPP"):
        raise OSError(number, "landlock_create_ruleset")
    return {"landlock.version": 0 if number else version}


STEPS = (
    Step(("calls", "states", "families", "killing", "available"), calls, most=10.0),
    Step(("unknown_number",), control),
    Step(("uses",), uses, most=15.0),
    Step(("namespaces",), namespaces, most=15.0),
    Step(("landlock.version",), landlock_version),
)

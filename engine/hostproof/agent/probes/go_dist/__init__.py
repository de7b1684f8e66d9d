"""Go's own tests, by `go tool dist test`: what there is, and what a subset of them says of this host.

Sources: cmd/dist/test.go, cmd/distpack/pack.go, `go doc test2json`. GOROOT is not written to.
"""

import json
import os

from ...lines import AskError
from ...probing.step import Context, Step
from .names import CAPABILITIES, canonical, capability_of, choose, pattern
from .outcomes import read
from .tool import Dist

SECOND = 1000000000
GROUPS = (*CAPABILITIES, "more")
SLOWEST = 3700.0  # the longest budget, and some
SHARED = "listed.json"


def look(context: Context) -> "dict[str, object]":
    """Tell which tests there are, which of them would be run, and which capabilities have none."""
    if context.arguments.get("results"):
        raise AskError("not-collected", "a file with results is judged, and no Go asked", "leave out `results`")
    dist = Dist(context)
    listed = dist.listed()
    with open(os.path.join(context.scratch(), SHARED), "w", encoding="utf-8") as file:
        json.dump(listed, file)
    asked = [name for name in CAPABILITIES if name != "cgo" or dist.env.get("CGO_ENABLED") == "1"]
    return {
        "version": dist.env.get("GOVERSION", ""),
        "how": dist.how,
        "listed": [canonical(name) for name in listed],
        "chosen": [canonical(name) for group in (*asked, "more") for name in choose(listed, wanted(group, context))],
        "absent": [name for name in asked if not choose(listed, CAPABILITIES[name])],
    }


def wanted(group: str, context: Context) -> "tuple[str, ...]":
    """Return the names of the tests of a group."""
    return CAPABILITIES.get(group) or tuple(str(context.arguments.get("more") or "").split())


def tests(group: str, context: Context) -> "list[dict[str, object]]":
    """Return what the tests of a group came to: of a run now, or of the one whose output was named."""
    file = str(context.arguments.get("results") or "")
    if file:
        asked = list(wanted("more", context))
        everything = read(text_of(file)).records(asked, "it did not report, or did not end, in " + file)
        return [one for one in everything if capability_of(str(one["package"])) == group]
    context.needs_full("what Go's own tests come to")
    dist = Dist(context)
    names = choose(listed_of(dist, context), wanted(group, context))
    absent = [name for name in wanted(group, context) if group == "more" and name not in map(canonical, names)]
    if not names and not absent:
        return []
    budget = int(str(context.arguments.get("budget") or 300 * SECOND)) / SECOND
    said, ended = dist.test(pattern(names or absent), budget)
    why = "it did not report" if ended else "it was not finished when its budget of {:g} s was over".format(budget)
    return read(said).records(names + absent, why)


def listed_of(dist: Dist, context: Context) -> "list[str]":
    """Return the names of all tests, from an earlier step where that has them; `dist` is ready to run afterwards."""
    try:
        with open(os.path.join(context.scratch(), SHARED), encoding="utf-8") as file:
            known = [str(name) for name in json.load(file)]
    except (OSError, ValueError):
        return dist.listed()
    if dist.version < (1, 25) and not os.path.exists(os.path.join(dist.env.get("GOTOOLDIR", ""), "dist")):
        dist.build()
    return known


def text_of(path: str) -> str:
    """Return the text of a file. Raises AskError where it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(64 * 1024 * 1024)
    except OSError as problem:
        raise AskError("absent", "{}: {}".format(path, problem.strerror), "name a file that can be read") from None


def changed(context: Context) -> "dict[str, object]":
    """Tell which tests came to something else than in an earlier run; times and outputs do not count."""
    file = str(context.arguments.get("before") or "")
    if not file:
        return {"changed": []}
    before = {key: test.outcome or "missing" for key, test in read(text_of(file)).tests.items()}
    now = {(str(one["package"]), str(one["test"])): str(one["outcome"]) for one in kept(context)}
    packages = {package for package, _ in now}
    found = [
        {"name": ".".join(filter(None, key)), "before": before.get(key, "absent"), "now": now.get(key, "absent")}
        for key in {**before, **now}
        if key[0] in packages and "/" not in key[1] and before.get(key) != now.get(key)
    ]
    return {"changed": found}


def kept(context: Context) -> "list[dict[str, object]]":
    """Return what the steps before learnt. Raises AskError where none did."""
    found: "list[dict[str, object]]" = []
    for group in GROUPS:
        path = os.path.join(context.scratch(), group + ".json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found += json.load(file)
    if not found:
        raise AskError("not-collected", "no test was run that could be compared", "run it with --full")
    return found


def step_of(group: str) -> Step:
    """Return the step that runs the tests of a group."""

    def run(context: Context) -> "dict[str, object]":
        found = tests(group, context)
        with open(os.path.join(context.scratch(), group + ".json"), "w", encoding="utf-8") as file:
            json.dump(found, file)
        return {"tests." + group: found}

    run.__name__ = "tests_of_" + group
    return Step(("tests." + group,), run, most=SLOWEST)


STEPS = (
    Step(("version", "how", "listed", "chosen", "absent"), look, most=520),
    *map(step_of, GROUPS),
    Step(("changed",), changed, most=30),
)

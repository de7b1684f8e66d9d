"""What tests said: text or test2json lines in, one record for each test out (`go doc test2json`)."""

import json
import re

from . import names

MOST_KEPT = 4000  # characters of a test's output
ENDS = ("pass", "fail", "skip")
RESULT = re.compile(r"^( *)--- (PASS|FAIL|SKIP|BENCH): (\S+) \(([0-9.]+)s\)$")
PACKAGE = re.compile(r"^(ok|FAIL|\?)\s+\t?(\S+)\s+(?:([0-9.]+)s|\(cached\)|\[.*\])")
FRAME = re.compile(r"^\s*(===|---) ")


class Test:
    """One test of a package, or a package as a whole where `test` is empty; `outcome` is empty until it ended."""

    def __init__(self, package: str, test: str) -> None:
        self.package = package
        self.test = test
        self.outcome = ""
        self.elapsed = 0.0
        self.output = ""

    @property
    def name(self) -> str:
        """Its name: `net.TestDial`, or `net` for the whole package."""
        return "{}.{}".format(self.package, self.test) if self.test else self.package

    def heard(self, text: str) -> None:
        """Keep what it said, the end of it if that is much."""
        self.output = (self.output + text)[-2 * MOST_KEPT :]

    def record(self, missing: str) -> "dict[str, object]":
        """Return it as a record; `missing` says why there is no outcome, where there is none."""
        outcome = self.outcome or "missing"
        said = "\n".join(line for line in self.output.splitlines() if not FRAME.match(line)).strip()
        shown = said[-MOST_KEPT:] if outcome != "pass" else ""
        return {
            "name": self.name,
            "package": self.package,
            "test": self.test,
            "outcome": outcome,
            "elapsed": int(self.elapsed * 1e9),
            "output": (shown + "\n" + missing).strip() if outcome == "missing" else shown,
            "reason": names.kind_of(said) if outcome == "skip" else "",
        }


class Run:
    """All tests of a run, in the order in which they began."""

    def __init__(self) -> None:
        self.tests: "dict[tuple[str, str], Test]" = {}
        self.stray = ""  # what belongs to no test: a build that failed, say

    def test(self, package: str, test: str) -> Test:
        """Return a test, a new one where it was not heard of."""
        return self.tests.setdefault((package, test), Test(package, test))

    def records(self, expected: "list[str]", missing: str) -> "list[dict[str, object]]":
        """Return all that did not just pass as a part of another, and each expected test that did not report."""
        reported = {test.package for test in self.tests.values() if not test.test and test.outcome}
        found = list(self.tests.values())
        for name in expected:
            if not {names.canonical(name), names.package_of(name)} & reported and (name, "") not in self.tests:
                found.append(Test(names.canonical(name), ""))
        for test in found:
            if not test.test and test.outcome != "pass" and not test.output:
                test.heard(self.stray[-MOST_KEPT:])
        return [test.record(missing) for test in found if test.outcome != "pass" or "/" not in test.test]


def read(text: str) -> Run:
    """Return what a run said, be it test2json or plain text."""
    lines = text.splitlines()
    started = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return read_json(lines) if started.startswith("{") else read_text(lines)


def read_json(lines: "list[str]") -> Run:
    """Read lines of test2json; others among them are kept apart."""
    run = Run()
    for line in lines:
        event = event_of(line)
        if event is None:
            run.stray = (run.stray + line + "\n")[-2 * MOST_KEPT :]
            continue
        action, said = event.get("Action"), str(event.get("Output") or "")
        if "Package" not in event:
            run.stray = (run.stray + said)[-2 * MOST_KEPT :]  # build-output, build-fail
            continue
        test = run.test(str(event["Package"]), str(event.get("Test") or ""))
        test.heard(said)
        if action in ENDS:
            test.outcome = str(action)
            test.elapsed = seconds(event.get("Elapsed"))
    return run


def event_of(line: str) -> "dict[str, object] | None":
    """Return the event that a line is."""
    try:
        found = json.loads(line) if line.startswith("{") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and "Action" in found else None


def seconds(value: object) -> float:
    """Return a number of seconds; 0 for what is none."""
    return float(value) if isinstance(value, (int, float)) and value >= 0 else 0.0


def read_text(lines: "list[str]") -> Run:
    """Read what `go test` prints: the tests of a package come before the line of the package itself."""
    run, pending, said = Run(), [], []  # type: Run, list[Test], list[str]
    for line in lines:
        result, package = RESULT.match(line), PACKAGE.match(line)
        if result:
            test = Test("", result.group(3))
            test.outcome, test.elapsed = result.group(2).lower().replace("bench", "pass"), float(result.group(4))
            pending.append(test)
        elif package:
            end_package(run, package, pending, said)
            pending, said = [], []
        elif pending and line.startswith("    "):
            pending[-1].heard(line + "\n")
        elif not line.startswith(("#", "=== ")):
            said.append(line)
    run.stray = "\n".join(said)[-MOST_KEPT:]
    return run


def end_package(run: Run, found: "re.Match[str]", pending: "list[Test]", said: "list[str]") -> None:
    """Note a package's line, and that the tests before it were its own."""
    name = found.group(2)
    for test in pending:
        test.package = name
        run.tests[name, test.test] = test
    whole = run.test(name, "")
    whole.outcome = {"ok": "pass", "?": "skip"}.get(found.group(1), "fail")
    whole.elapsed = float(found.group(3) or 0)
    whole.heard("\n".join(said) + "\n" + found.group(0))

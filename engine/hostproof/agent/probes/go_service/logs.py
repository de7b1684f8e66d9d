"""Logs of the Go runtime: the lines of GODEBUG=gctrace=1 and schedtrace=N in, what they say of the last process out.

The forms are those of Go 1.19 to 1.27 (runtime/mgc.go, runtime/proc.go). Whatever stands before them in a line, such as
a time of the logger, is passed over. A second process in the same log begins anew: only the last one counts.
"""

import re

from ...lines import AskError

MIB = 1 << 20
MOST_SAMPLES = 20000  # the latest ones
FEWEST_QUEUES = 5  # samples of the scheduler, after the one at the start, that say anything
LARGE_HEAP = 16  # MiB, from which on whole MiB tell what GOGC is
NO_LINES = "start the service with GODEBUG={}, and keep its standard error"

BEGINNING = re.compile(r"\b(?:gc \d+ @|SCHED \d+ms)")
COLLECTION = re.compile(
    r"\bgc (?P<number>\d+) @(?P<at>[\d.]+)s (?P<share>\d+)%[^:]*: (?P<clock>[\d.]+\+[\d.]+\+[\d.]+) ms clock,"
    r" [\d.+/]+ ms cpu, (?P<start>\d+)->(?P<end>\d+)->(?P<live>\d+) MB, (?P<goal>\d+) MB goal,"
    r"(?: (?P<stacks>\d+) MB stacks, (?P<globals>\d+) MB globals,)? (?P<procs>\d+) P(?P<forced> \(forced\))?"
)
SCHEDULER = re.compile(r"\bSCHED (\d+)ms: (.*)")
PAIR = re.compile(r"(\w+)=(\d+)")
QUEUES = re.compile(r"runqueue=\d+ \[([\d ]+)\]")
QUEUE = re.compile(r"\bP\d+: status=.* runqsize=(\d+)")  # scheddetail=1
KEYS = ("gomaxprocs", "idleprocs", "threads", "runqueue")


class Collection:
    """One garbage collection: times in nanoseconds, sizes in MiB, as the runtime rounds them."""

    def __init__(self, found: "dict[str, str]") -> None:
        self.number = int(found["number"])
        self.at = nanoseconds(found["at"], 9)
        self.share = int(found["share"]) / 100
        first, _, last = found["clock"].split("+")
        self.pauses = (nanoseconds(first, 6), nanoseconds(last, 6))  # the world is stopped before and after marking
        self.start, self.end, self.live, self.goal = (int(found[name]) for name in ("start", "end", "live", "goal"))
        self.roots = int(found["stacks"] or 0) + int(found["globals"] or 0)
        self.procs = int(found["procs"])
        self.forced = bool(found["forced"])


class Moment:
    """One line of the scheduler: how many goroutines wait for a processor, how many processors have nothing to do."""

    def __init__(self, at: int, found: "dict[str, int]", queues: "list[int]") -> None:
        self.at = at * 1000000
        self.procs, self.idle, self.threads = found["gomaxprocs"], found["idleprocs"], found["threads"]
        self.queued = found["runqueue"] + sum(queues)


class Log:
    """What a log holds of the last process in it; `unread` counts lines that begin like known ones and go on else."""

    def __init__(self, text: str) -> None:
        self.lines = self.unread = 0
        self.collections: "list[Collection]" = []
        self.moments: "list[Moment]" = []
        for line in text.splitlines():
            self.lines += 1
            if BEGINNING.search(line):
                self.unread += not (self.take_collection(line) or self.take_moment(line))
            elif self.moments:
                queue = QUEUE.search(line)
                self.moments[-1].queued += int(queue.group(1)) if queue else 0

    def take_collection(self, line: str) -> bool:
        """Take a line of gctrace; return whether it is one."""
        found = COLLECTION.search(line)
        if not found:
            return False
        one = Collection(found.groupdict())
        if self.collections and one.number <= self.collections[-1].number:
            self.collections = []
        self.collections.append(one)
        return True

    def take_moment(self, line: str) -> bool:
        """Take a line of schedtrace; return whether it is one."""
        found = SCHEDULER.search(line)
        pairs = {name: int(value) for name, value in PAIR.findall(found.group(2))} if found else {}
        if found is None or not all(name in pairs for name in KEYS):
            return False
        queues = QUEUES.search(line)
        if queues is None and " gcwaiting=" not in line:  # with scheddetail=1 they stand in lines of their own
            return False
        one = Moment(int(found.group(1)), pairs, [int(word) for word in queues.group(1).split()] if queues else [])
        if self.moments and one.at <= self.moments[-1].at:
            self.moments = []
        self.moments.append(one)
        return True


def nanoseconds(text: str, digits: int) -> int:
    """Return a decimal number times ten to the power of `digits`, without the errors of floating point.

    >>> nanoseconds("0.093", 6)
    93000
    """
    whole, _, part = text.partition(".")
    return int((whole or "0") + (part + "0" * digits)[:digits])


def facts_of_log(text: str) -> "dict[str, object]":
    """Return the facts of a log; those of one kind of lines are AskErrors where it has none of these."""
    log = Log(text)
    found: "dict[str, object]" = {"log.lines": log.lines, "log.unread": log.unread}
    found["log.collections"], found["log.moments"] = len(log.collections), len(log.moments)
    found.update(of_collections(log))
    found.update(of_scheduler(log))
    return found


def of_collections(log: Log) -> "dict[str, object]":
    """Return the facts of gctrace."""
    every = log.collections[-MOST_SAMPLES:]
    if not every:
        none = nothing("gctrace", log)
        names = ("pauses", "gc_cpu", "live", "goal", "procs", "allocation", "growth")
        return {"log." + name: none for name in names}
    return {
        "log.pauses": [pause for one in every for pause in one.pauses],
        "log.gc_cpu": every[-1].share,
        "log.live": [one.live * MIB for one in every],
        "log.goal": [one.goal * MIB for one in every],
        "log.procs": every[-1].procs,
        "log.allocation": allocation(every),
        "log.growth": growth(every),
    }


def of_scheduler(log: Log) -> "dict[str, object]":
    """Return the facts of schedtrace; the line that is written at the start, before anything runs, is left out."""
    every = [one for one in log.moments if one.at > 0][-MOST_SAMPLES:]
    if not every:
        none = nothing("schedtrace=1000", log)
        return {"log." + name: none for name in ("queued", "idle", "threads", "queue_empty")}
    empty: object = sum(1 for one in every if one.queued == 0) / len(every)
    if len(every) < FEWEST_QUEUES:
        what = "{} lines of schedtrace say nothing about a queue; {} do".format(len(every), FEWEST_QUEUES)
        empty = AskError("inconclusive", what, "let it run longer, or write schedtrace=200")
    return {
        "log.queued": [one.queued for one in every],
        "log.idle": [one.idle for one in every],
        "log.threads": [one.threads for one in every],
        "log.queue_empty": empty,
    }


def nothing(setting: str, log: Log) -> AskError:
    """Return why there is nothing to be learnt of one kind of lines."""
    word = setting.partition("=")[0]
    kept = "{} lines, none of {} in a form of Go 1.19 to 1.27".format(log.lines, word)
    return AskError("absent", kept, NO_LINES.format(setting if "=" in setting else setting + "=1"))


def allocation(every: "list[Collection]") -> "float | AskError":
    """Return bytes allocated per second: what the heap had grown by at the end of each marking since the last one."""
    took = every[-1].at - every[0].at
    if took < 1000000:
        return AskError("inconclusive", "{} collections in no time".format(len(every)), "let the service run longer")
    grown = sum(max(0, later.end - earlier.live) for earlier, later in zip(every, every[1:]))
    return grown * MIB / took * 1e9


def growth(every: "list[Collection]") -> "float | AskError":
    """Return by which share of heap, stacks and globals the goal lay above what was live: the median.

    That is GOGC, unless a limit of memory holds it down. Only collections that left a large heap count.
    """
    shares = sorted(
        (later.goal - earlier.live) / (earlier.live + earlier.roots)
        for earlier, later in zip(every, every[1:])
        if earlier.live >= LARGE_HEAP
    )
    if not shares:
        what = "no two collections, the first of which left {} MiB or more".format(LARGE_HEAP)
        return AskError("inconclusive", what, "let it run under load, or publish /gc/gogc:percent of runtime/metrics")
    return shares[len(shares) // 2]

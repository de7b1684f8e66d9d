"""The one table of commands and options: help, completion and both parsers are made from it."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.source.records import record

JUDGED_FORMATS = (
    *("terminal", "junit", "markdown", "json", "sarif", "tap", "nagios", "prometheus"),
    *("github", "azure", "codequality"),
)
GATE_FORMATS = ("terminal", "junit", "markdown", "json", "patch")
DIFF_FORMATS = ("terminal", "markdown", "json", "patch")
TEXT_OR_JSON = ("text", "json")
COMPARE_FORMATS = ("terminal", "markdown", "json", "csv")
TEST_FORMATS = ("terminal", "junit")
QUERY_FORMATS = ("text", "json", "csv")
KNOWN_OR_NOT = ("known", "unknown")
NEAR = ("series", "major", "any")
OWNERS = ("host-kernel", "namespace", "cgroup", "process", "files")
SEVERITIES = ("critical", "high", "medium", "low", "info")
CI = ("auto", "none", "github", "gitlab", "azure", "jenkins", "circleci", "buildkite", "teamcity", "other")
INIT_CI = ("github", "gitlab", "none")
EXITS = ("hostproof", "nagios")
ON_UNKNOWN = ("fail", "warn", "ignore")


@record
class Option:
    """`--name`, also as `short`. Without a `metavar` it is a flag; `many` times over where that makes sense.

    `offers` are the words completion knows; `kind` is what else it may offer: `pack` or `file`.
    """

    name: str
    help: str
    metavar: str = ""
    short: str = ""
    many: bool = False
    offers: tuple[str, ...] = ()
    kind: str = ""

    @property
    def long(self) -> str:
        """The option as it is written."""
        return f"--{self.name}"


@record
class Command:
    """One command: what it is for, its options, and what may stand beside them (`rest`, at least `least` of them).

    `name` has two words, as in `baseline gate`, where a command of `GROUPS` has commands of its own. `kind` says what
    stands beside: `pack`, `file`, or `rule` for a rule and then files.
    """

    name: str
    help: str
    options: tuple[Option, ...]
    rest: str = ""
    least: int = 0
    kind: str = ""


PACK = Option(
    "pack",
    "A pack to judge by: a built-in one's name, or a folder. Repeatable. [default: linux]",
    "PACK",
    many=True,
    kind="pack",
)
PROFILE = Option("profile", "A team's profile: packs, parameters, overrides, waivers, gate.", "FILE", kind="file")
PARAM = Option(
    "param", "Set a parameter of a pack, as name=value or pack.name=value. Repeatable.", "NAME=VALUE", many=True
)
TARGET = Option(
    "target",
    "What to judge: local, ssh:HOST, container:ID, root:DIR, tar:FILE, oci:DIR. Repeatable. [default: local]",
    "TARGET",
    many=True,
    offers=("local", "ssh:", "container:", "root:", "tar:", "oci:"),
)
MANIFEST = Option("output", "Where the manifest goes. [default: -, standard output]", "FILE", short="-o", kind="file")
TARGETS = Option("targets", "A file that lists targets, one on each line; # begins a comment.", "FILE", kind="file")
JOBS = Option("jobs", "How many targets are looked at at once. [default: 8]", "N", short="-j")
CHROOT = Option("chroot", "Let programs of a root directory be run inside it: they can do what you can.")
TIMEOUT = Option(
    "timeout",
    "End collecting after this long (30s, 2min); what is not learnt by then is unknown. [default: 10min]",
    "TIME",
)
QUICK = Option("quick", "Let probes take short looks: a fifth of the time, fewer samples.")
FULL = Option("full", "Let probes take their time: also what loads the machine, or takes minutes.")
NO_REDACT = Option("no-redact", "Keep secrets as they are found; reports say so. Refused in CI.")
EVEN_IN_CI = Option("even-in-ci", "With --no-redact: also where a build server runs it.")
FAIL_ON = Option(
    "fail-on", "Least severity of a failure that makes the host unfit. [default: medium]", "SEVERITY", offers=SEVERITIES
)
UNKNOWN = Option(
    "unknown",
    "What a rule that can't be decided does to the run. [default: fail]",
    "fail|warn|ignore",
    offers=ON_UNKNOWN,
)
DATE = Option("date", "The UTC day that waivers are judged by. [default: the day of the snapshot]", "YYYY-MM-DD")
NO_COLOR = Option("no-color", "No colours on a terminal; NO_COLOR does the same.")
QUIET = Option(
    "quiet", "No report on the terminal and no progress; only files, problems and the exit code.", short="-q"
)
OUTPUT = Option(
    "output",
    "Where to write the snapshot; - is standard output. [default: snapshot.hpsnap]; of several targets: the folder.",
    "FILE",
    short="-o",
    kind="file",
)
FACTS_FORMAT = Option("format", "text or json. [default: text]", "text|json", short="-f", offers=TEXT_OR_JSON)
ONLY = Option("only", "Of snapshots: those that are known, or unknown.", "known|unknown", offers=KNOWN_OR_NOT)
OWNER = Option("owner", "Those whose reading it is.", "OWNER", offers=OWNERS)
SNAPSHOT = Option("snapshot", "The snapshot that the report is said to be about.", "FILE", kind="file")
QUERY_FORMAT = Option("format", "text, json or csv. [default: text]", "text|json|csv", short="-f", offers=QUERY_FORMATS)
BASELINES = Option("baselines", "The folder of baselines. [default: baselines]", "DIR", kind="file")
NAME = Option("name", "What the baseline is of. [default: the packs, or the output's file]", "NAME")
NEAR_ENOUGH = Option(
    "near",
    "How near a baseline must be: of the kernel series, the major version, or any. [default: series]",
    "series|major|any",
    offers=NEAR,
)
TEXT = Option(
    "output", "Instead of a machine, the output of any command: a file, or - for standard input.", "FILE", kind="file"
)
STATUS = Option("status", "The exit status of the command that wrote the output.", "N")
ANY_HOST = Option("any-host", "Of an output: it is the same whatever machine it comes from, so none is looked at.")
ACCEPT = Option("accept", "Record it although it fails where the baseline so far does not.")
KEEP = Option("keep", "How many runs of one fingerprint are kept, the newest. [default: 10]", "N")
POLICY = Option("policy", "Rules that say which changes are allowed, and which block.", "FILE", kind="file")

WITH = Option("with", "A snapshot, folder or pattern of what came after. Repeatable.", "AFTER", many=True, kind="file")
FACTS = Option("facts", "Compare facts of this pattern only, as 'probe.tcp.*'. Repeatable.", "GLOB", many=True)

SET = Option(
    "set", "A kernel parameter to try, as sysctl.net.core.somaxconn=1024. Repeatable.", "NAME=VALUE", many=True
)
PROBE = Option("probe", "A probe to run each time. Repeatable.", "PROBE", many=True)
ROUNDS = Option("rounds", "How often each side is run. [default: 6]", "N")
SEED = Option("seed", "What the order of the runs is drawn from. [default: 1]", "N")
HOST = Option("host", "Set it for the whole machine, not in a network namespace of its own.")
DRY_RUN = Option("dry-run", "Only say what would be set, run and put back.")
PAGES = Option(
    "output",
    "The folder for the pages, and README.md that leads to them. [default: -, one page]",
    "DIR",
    "-o",
    kind="file",
)
FOLDER = Option("output", "The folder to keep the snapshots of all runs in.", "DIR", short="-o", kind="file")

BUILD = Option(
    "ci", "Add the reports that this build takes; auto knows it by its variables. [default: none]", "BUILD", offers=CI
)
EXIT = Option(
    "exit", "Whose exit codes: nagios is 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.", "hostproof|nagios", offers=EXITS
)
COVERAGE = Option("coverage", "Fail below this share of rules, branches and unknown paths; list the rest.", "PERCENT")
MUTATE = Option("mutate", "Alter each rule in small ways, and list what no case notices.")
MUTANTS = Option("mutants", "Do so, and fail if cases notice less than this share.", "PERCENT")
UPDATE = Option("update", "Rewrite expected messages in the files of cases to what the rules say now.")
PACK_NAME = Option("name", "What the pack is called. [default: team, or asked for]", "NAME")
TITLE = Option("title", "What it is about, for reports. [default: asked for on a terminal]", "TEXT")
CI_FILE = Option("ci", "Whose CI file to write. [default: by what is there]", "|".join(INIT_CI), offers=INIT_CI)
WATCH = Option("watch", "Go on, and test again whenever a file of the packs changes.")


def _reports(formats: tuple[str, ...]) -> Option:
    what = f"Write a report; without a path, or with -, to standard output. Names: {', '.join(formats)}. Repeatable."
    return Option("format", what, "NAME=PATH", short="-f", many=True, offers=formats)


GATE = (PARAM, FAIL_ON, UNKNOWN, DATE)
TAKEN = (TARGET, CHROOT, TIMEOUT, QUICK, FULL)
SHOWN = (NO_COLOR, QUIET)
COMMANDS = (
    Command(
        "check",
        "Judge a machine: collect, evaluate, report.",
        (
            *(PACK, PROFILE, *GATE, TARGET, TARGETS, JOBS, CHROOT, TIMEOUT, QUICK, FULL),
            *(NO_REDACT, EVEN_IN_CI),
            *(_reports((*JUDGED_FORMATS, "snapshot", "sbom")), BUILD, EXIT, *SHOWN),
        ),
    ),
    Command(
        "collect",
        "Take a snapshot of a machine, to be judged later.",
        (
            *(OUTPUT, PACK, PROFILE, PARAM, TARGET, TARGETS, JOBS, CHROOT, TIMEOUT, QUICK, FULL),
            *(NO_REDACT, EVEN_IN_CI, QUIET),
        ),
    ),
    Command(
        "import",
        "Make a snapshot of what was captured otherwise.",
        (OUTPUT, PACK, PROFILE, PARAM, NO_REDACT, EVEN_IN_CI, QUIET),
        rest="SOURCE...",
        least=1,
        kind="file",
    ),
    Command(
        "eval",
        "Judge snapshots; touches no machine.",
        (PACK, PROFILE, *GATE, _reports((*JUDGED_FORMATS, "sbom")), BUILD, EXIT, *SHOWN),
        rest="SNAPSHOT...",
        least=1,
        kind="file",
    ),
    Command(
        "explain",
        "Show what a rule's verdict came from, and would turn it.",
        (PACK, PROFILE, PARAM, DATE, FACTS_FORMAT, NO_COLOR),
        rest="RULE SNAPSHOT",
        least=2,
        kind="rule",
    ),
    Command(
        "query",
        "Print what an expression is over snapshots.",
        (PACK, PROFILE, PARAM, QUERY_FORMAT),
        rest="EXPR SNAPSHOT...",
        least=2,
        kind="file",
    ),
    Command(
        "diff",
        "Say what differs between two snapshots, and what blocks.",
        (POLICY, PACK, PROFILE, *GATE, _reports(DIFF_FORMATS), *SHOWN),
        rest="BEFORE AFTER",
        least=2,
        kind="file",
    ),
    Command(
        "verify",
        "Judge again, and say what a report differs in.",
        (SNAPSHOT, PACK, PROFILE, *GATE),
        rest="REPORT",
        least=1,
        kind="file",
    ),
    Command(
        "baseline record",
        "Store facts, verdicts or an output, under their fingerprint.",
        (BASELINES, NAME, TEXT, STATUS, ANY_HOST, KEEP, ACCEPT, PACK, PROFILE, *GATE, *TAKEN, QUIET),
        rest="[SNAPSHOT]...",
        kind="file",
    ),
    Command(
        "baseline select",
        "Say which baseline is nearest, how near, and why.",
        (BASELINES, NAME, NEAR_ENOUGH, PACK, PROFILE, FACTS_FORMAT),
        rest="[SNAPSHOT]",
        kind="file",
    ),
    Command("baseline list", "List the baselines there are.", (BASELINES, NAME, FACTS_FORMAT)),
    Command(
        "baseline gate",
        "Compare with the nearest baseline; fail for what is new or worse.",
        (
            *(BASELINES, NAME, NEAR_ENOUGH, POLICY, TEXT, STATUS, ANY_HOST, PACK, PROFILE, *GATE, *TAKEN),
            *(_reports(GATE_FORMATS), *SHOWN),
        ),
        rest="[SNAPSHOT]",
        kind="file",
    ),
    Command(
        "compare",
        "Say what a change did, by snapshots before and after.",
        (WITH, FACTS, _reports(COMPARE_FORMATS), NO_COLOR),
        rest="BEFORE... [AFTER]",
        least=1,
        kind="file",
    ),
    Command(
        "manifest",
        "List a root file system: what its digest is of.",
        (MANIFEST, TIMEOUT, QUIET),
        rest="TARGET",
        least=1,
    ),
    Command(
        "experiment",
        "Set kernel parameters, probe, put back; say what changed.",
        (
            *(SET, PROBE, ROUNDS, SEED, HOST, DRY_RUN, FACTS, QUICK, FULL, TIMEOUT, FOLDER),
            *(_reports(COMPARE_FORMATS), *SHOWN),
        ),
    ),
    Command(
        "init",
        "Begin a pack of your own: a rule, its cases, a profile, CI.",
        (PACK_NAME, TITLE, CI_FILE),
        rest="[FOLDER]",
        kind="file",
    ),
    Command("lint", "Check packs without touching a machine.", (), rest="[PACK]...", kind="pack"),
    Command(
        "test",
        "Judge packs over their own cases; touches no machine.",
        (COVERAGE, MUTATE, MUTANTS, UPDATE, WATCH, _reports(TEST_FORMATS), *SHOWN),
        rest="[PACK]...",
        kind="pack",
    ),
    Command(
        "docs",
        "Write what packs are: a page in Markdown for each.",
        (PAGES,),
        rest="[PACK]...",
        kind="pack",
    ),
    Command(
        "plan",
        "Show all that a check would try, run, call and read.",
        (PACK, PROFILE, PARAM, TARGET, TARGETS, CHROOT, QUICK, FULL, FACTS_FORMAT),
    ),
    Command(
        "facts",
        "Browse what rules may use, or a snapshot holds.",
        (ONLY, OWNER, FACTS_FORMAT),
        rest="[NAME|SNAPSHOT]...",
        kind="file",
    ),
)


GROUPS = {"baseline": "Record what is found here, and fail later for what is new or worse."}


def find_command(name: str) -> Command | None:
    """Return the command of that name."""
    return next((command for command in COMMANDS if command.name == name), None)


def split_command(words: Sequence[str]) -> tuple[Command | None, Sequence[str]]:
    """Return the command that a line begins with, of one word or two, and what stands behind it."""
    size = 2 if words and words[0] in GROUPS else 1
    return find_command(" ".join(words[:size])), words[size:]

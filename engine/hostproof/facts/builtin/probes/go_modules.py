"""Rows of the probe `go_modules`: where Go gets modules from, and what vouches for them.

Sources: https://go.dev/ref/mod, cmd/go/internal/modfetch (Go 1.19 to 1.27), golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, DURATION, STRING, Type, list_of, record

PROBE = ProbeSpec(
    "go_modules",
    "Where Go gets modules",
    "the settings are read as Go reads them; from each proxy of GOPROXY the go command downloads one small module into"
    " a folder that is removed",
    "asks each proxy that the user's GOPROXY names for one module, with the user's credentials; 1 s, or as long as it"
    " may wait for a silent one; nothing left",
    params=(
        ProbeParam("go", STRING, "", "Path of the go command; the first on PATH if empty"),
        ProbeParam("known", STRING, "golang.org/x/sync@v0.7.0", "Module and version to ask each proxy for"),
        ProbeParam(
            "patience", DURATION, 10 * SECOND, "How long to wait for a proxy", least=SECOND // 10, most=120 * SECOND
        ),
    ),
    timeout=400 * SECOND,
    prefix="go.modules",
)

_PROCESS, _SPACE, _FILES = Owner.PROCESS, Owner.NAMESPACE, Owner.FILES
_TEXTS = list_of(STRING)
_PROXIES = list_of(record(url=STRING, kind=STRING, after=STRING, credentials=BOOL, plain=BOOL))
_ANSWERS = list_of(record(url=STRING, outcome=STRING, said=STRING, took=DURATION))


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("goproxy", STRING, _PROCESS, "GOPROXY as Go has it for this user, without passwords"),
    _row(
        "proxies",
        _PROXIES,
        _PROCESS,
        "Its entries as Go reads them: url, kind (proxy, direct, off), after what the next one is asked, whether it has"
        " credentials, whether it is http:// and elsewhere",
    ),
    _row("proxies_fault", STRING, _PROCESS, "What Go has against GOPROXY; empty if nothing"),
    _row("gosumdb", STRING, _PROCESS, "GOSUMDB as Go has it for this user"),
    _row("sumdb_fault", STRING, _PROCESS, "What Go has against GOSUMDB; empty if nothing"),
    _row("goprivate", _TEXTS, _PROCESS, "Patterns of GOPRIVATE"),
    _row("gonoproxy", _TEXTS, _PROCESS, "Patterns of GONOPROXY, which are those of GOPRIVATE if it is not set"),
    _row("gonosumdb", _TEXTS, _PROCESS, "Patterns of GONOSUMDB, which are those of GOPRIVATE if it is not set"),
    _row("goinsecure", _TEXTS, _PROCESS, "Patterns of GOINSECURE"),
    _row("vendored", BOOL, _PROCESS, "Whether GOFLAGS has -mod=vendor, so that nothing is downloaded"),
    _row("git", BOOL, _FILES, "Whether git is on PATH, which `direct` needs"),
    _row("netrc", STRING.optional(), _FILES, "File of passwords that Go reads: NETRC, ~/.netrc; null if there is none"),
    _row("netrc_mode", STRING, _FILES, "Its mode, as 0600; empty if there is none"),
    _row("netrc_private", BOOL, _FILES, "Whether it is the user's or root's and nobody else may read it"),
    _row(
        "answers",
        _ANSWERS,
        _SPACE,
        'What came of asking each proxy: "serves", "not found" (404, 410), "error" (another status), "no protocol",'
        ' "silent", "certificate", "refused" or "no network"; what was said, how long it took',
    ),
    _row(
        "broken", _TEXTS, _SPACE, "Proxies that answer and are no use; unknown if there is none and one is not reached"
    ),
    _row("served", BOOL, _SPACE, "Whether the whole list gives the module, gone through as Go does"),
)

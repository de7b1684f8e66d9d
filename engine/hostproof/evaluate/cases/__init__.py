"""Cases: facts with the verdict they must lead to, as YAML; a file of them in, an outcome for each out.

A pack's cases live in `cases/*.yaml` beside its `pack.yaml` (schema: cases-1)::

    hostproof: 1
    cases:
      - rule: net.backlog                        # required: an id of this pack
        title: a short backlog is found          # what the case shows; optional
        snapshot: hosts/web-1.hpsnap             # facts of a whole host, from this file's folder; optional
        facts:                                   # what is known: name: value
          sysctl.net.core.somaxconn: 128         #   one flat name per fact, as the pack's expressions write it
          clock.resolution: 4ms                  #   units as literals: 5ms 64KiB 95%; a bare 4 is refused
          kernel.release: 6.10                   #   a string or version is taken as it is written (6.10 stays 6.10)
          net.interfaces:                        #   lists, maps, records as YAML; a field left out: absent
            - {name: eth0, mtu: 1500}
          cgroup.memory.limit: null              #   null: not set, for types that admit it (bytes?)
        unknown: {probe.net.backlog.held: denied}  # what could not be learnt: name: cause
        params: {min_backlog: 1024}              # parameters that differ from the defaults, written like facts
        date: 2026-07-01                         # when the snapshot was taken (UTC day, or 2026-07-01T12:00:00Z)
        expect: fail                             # required: pass fail unknown skipped
        message: "128"                           # optional: part of a fail's message or of a skipped one's reason
        # cause: denied                          # optional, of an unknown: a cause that must be among its causes

Each case is judged alone, over a snapshot that holds its own facts and nothing else, unless it names a
snapshot: a fact in neither `facts` nor `unknown` is Unknown(not-collected). A time is written like `date`. `date` is
2026-01-01, or the snapshot's, unless said. A fact or
parameter of the wrong type or unit, an unknown name, rule, key or cause is a problem with its place.
"""

from __future__ import annotations

from hostproof.evaluate.cases.case import Case, CaseOutcome
from hostproof.evaluate.cases.coverage import Missed, Share, coverage_of
from hostproof.evaluate.cases.mutation import MutationScore, RuleMutant, mutants_of, surviving
from hostproof.evaluate.cases.reader import check_cases, load_cases
from hostproof.evaluate.cases.run import run_case
from hostproof.evaluate.cases.tested import PackTested, Wanted, passes, shortfalls
from hostproof.evaluate.cases.update import updated

__all__ = [
    "Case",
    "CaseOutcome",
    "Missed",
    "MutationScore",
    "PackTested",
    "RuleMutant",
    "Share",
    "Wanted",
    "check_cases",
    "coverage_of",
    "load_cases",
    "mutants_of",
    "passes",
    "run_case",
    "shortfalls",
    "surviving",
    "updated",
]

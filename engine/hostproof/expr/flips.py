"""Flips: conditions and an `Env` in, the smallest changes of what they read that would turn them round out.

It is exact for comparisons, memberships and truths joined by `and`, `or`, `not` and `if`: once all changes of one way
are met, and what none of them reads stays as it is, the conditions are as wanted; and as long as no way is met, they
are not. For the rest (a walk over a list, say) it tells why it can't say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hostproof.expr.leaves import Leaf, Place
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.walk import Walk
from hostproof.expr.ways import TooManyError, Way, both, smallest, ways_to, without_implied


@dataclass(frozen=True, slots=True)
class Change:
    """`sysctl.net.core.somaxconn >= 4096`, and what it is `now`.

    `stays`: it is so already, and must remain so although it reads something that has to change. `reads` are the facts
    it depends on; `is_met` says whether it is so in an environment.
    """

    wanted: str
    now: str
    stays: bool
    reads: frozenset[str]
    is_met: Callable[[Env], bool] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.wanted}{' still' if self.stays else ''}, now {self.now}"


@dataclass(frozen=True, slots=True)
class Flips:
    """`ways`, the shortest first: any one is enough, and takes all of its changes.

    `untold` says of what it can't be told, and why. Without it nothing but these ways does it; without either, nothing.
    """

    ways: tuple[tuple[Change, ...], ...]
    untold: tuple[str, ...] = ()


def flips(wanted: Sequence[tuple[Expr, bool]], env: Env) -> Flips:
    """Return what would give each condition the value that is wanted of it, all at once."""
    walk = Walk(env, memory={})
    try:
        found = both([ways_to(Place(walk, expr.text), expr.root, want) for expr, want in wanted])
        ways = smallest([without_implied(_needed(way)) for way in found])
    except TooManyError:
        return Flips((), ("there are more ways than can be told",))
    told = [way for way in ways if all(leaf.holds or not leaf.untold for leaf in way)]
    reasons = (leaf.untold for way in ways if way not in told for leaf in way if leaf.untold and not leaf.holds)
    ways_told = sorted((_changes(way) for way in told), key=len)
    return Flips(tuple(ways_told), tuple(dict.fromkeys(reasons)))


def _needed(way: Way) -> Way:
    """Return the leaves that are not so yet, and with them those that could cease to be so meanwhile."""
    needed = [leaf for leaf in way if not leaf.holds]
    rest = [leaf for leaf in way if leaf.holds]
    for leaf in needed:  # it grows as it goes
        # What is known, and has to be, stays known: what only asks for that needs no words.
        touched = [other for other in rest if other.reads & leaf.reads and not (other.knowing and leaf.strict)]
        rest = [other for other in rest if other not in touched]
        needed += touched
    return tuple(leaf for leaf in way if leaf in needed)


def _changes(way: Way) -> tuple[Change, ...]:
    """Return the changes a way takes: one for each subject, what has to change before what has to stay."""
    subjects: dict[str, list[Leaf]] = {}
    for leaf in way:
        subjects.setdefault(leaf.subject if leaf.test else f"{leaf.subject}\n", []).append(leaf)
    changes = [_change(leaves) for leaves in subjects.values()]
    return tuple(sorted(changes, key=lambda change: change.stays))


def _change(leaves: list[Leaf]) -> Change:
    first = leaves[0]
    nows = dict.fromkeys(leaf.now for leaf in leaves)
    return Change(
        " ".join(filter(None, (first.subject, " and ".join(leaf.test for leaf in leaves)))),
        " and ".join(nows),
        all(leaf.holds for leaf in leaves),
        frozenset[str]().union(*(leaf.reads for leaf in leaves)),
        lambda env: all(leaf.is_met(env) for leaf in leaves),
    )

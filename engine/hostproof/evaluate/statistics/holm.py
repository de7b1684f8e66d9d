"""Many comparisons at once: probabilities in, probabilities that hold for all of them together out."""

from __future__ import annotations

from collections.abc import Sequence


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Return the chances adjusted, in the same order: those below a risk are all real, but for that risk in all.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979). It
    asks nothing of how the tests depend on each other. Leave out what could not have differed in any arrangement (facts
    that never vary): R. E. Tarone, "A modified Bonferroni method for discrete data", Biometrics 46 (1990).

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    adjusted, worst = [0.0] * len(chances), 0.0
    for done, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        worst = max(worst, min((len(chances) - done) * chances[index], 1.0))
        adjusted[index] = worst
    return tuple(adjusted)

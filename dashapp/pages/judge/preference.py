"""Sums up answers as a preference with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dashapp.parts.wording import percent

_NORMAL_QUANTILE = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Judgement:
    """One answer: the recipes on the left and on the right, and the one that was chosen, `""` for neither."""

    sides: tuple[str, str]
    chosen: str


@dataclass(frozen=True)
class Preference:
    """How often each of two recipes was `chosen`, how often neither (`same`), and how often the left side."""

    recipes: tuple[str, str]
    chosen: tuple[int, int]
    same: int
    left: int

    @classmethod
    def of(cls, recipes: tuple[str, str], answers: Iterable[Judgement]) -> Preference:
        """Count the answers."""
        listed = list(answers)
        chosen = [sum(answer.chosen == recipe for answer in listed) for recipe in recipes]
        return cls(
            recipes,
            (chosen[0], chosen[1]),
            same=sum(not answer.chosen for answer in listed),
            left=sum(answer.chosen == answer.sides[0] for answer in listed),
        )

    @property
    def decided(self) -> int:
        """The answers that chose a side."""
        return sum(self.chosen)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval (1927) of the share of the decided answers that chose the first recipe."""
        return wilson(self.chosen[0], self.decided)

    @property
    def chance(self) -> float:
        """The p-value of the exact two-sided sign test: how often chance alone is as one-sided or more."""
        fewer = sum(math.comb(self.decided, count) for count in range(min(self.chosen) + 1))
        return min(1.0, fewer / (1 << max(self.decided - 1, 0)))

    @property
    def preferred(self) -> str:
        """The recipe that is chosen more often than chance explains (p below 0.05), or `""`."""
        return self.recipes[self.chosen.index(max(self.chosen))] if self.chance < 0.05 else ""

    def sentences(self) -> list[str]:
        """What the answers say, in words."""
        total = self.decided + self.same
        if not self.decided:
            return [f"{total} judged, and no side chosen so far." if total else "Nothing is judged so far."]
        first, second = self.recipes
        low, high = self.interval
        often = percent(self.chance)
        times = [f"{count:,} {'time' if count == 1 else 'times'}" for count in (*self.chosen, self.same)]
        share = f"{self.chosen[0] / self.decided:.0%} (95% interval {100 * low:.0f}–{100 * high:.0f}%)"
        said = [
            f"{first} was chosen {times[0]}, {second} {times[1]}, and neither {times[2]}.",
            f"Where a side was chosen, it was {first} in {share}.",
        ]
        if self.preferred:
            said.append(
                f"You prefer {self.preferred}: chance alone is this one-sided in {often} of all cases."
            )
        else:
            said.append(
                f"That is no proof of a preference: chance alone is this one-sided in {often} of all cases."
            )
        return [*said, f"The left side was chosen {self.left / self.decided:.0%} of the time."]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's score interval of a share; everything from 0 to 1 without trials."""
    if not trials:
        return 0.0, 1.0
    share, squared = successes / trials, _NORMAL_QUANTILE**2
    middle = share + squared / (2 * trials)
    half = _NORMAL_QUANTILE * math.sqrt(share * (1 - share) / trials + squared / (4 * trials**2))
    scale = 1 + squared / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)

"""Chooses which parts to keep, and with which weights: what lifts lists, and harms none of the yardsticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from precompute.evaluation.intervals import Estimate, mean_interval, paired_difference
from precompute.fitting.trial import (
    BRANDS,
    CLASS_FIRST,
    CLASS_FIVE,
    COLOUR,
    FACTS,
    OTHER_PICTURE,
    TAGS_SHARED,
    Values,
)

WEIGHTS = (0.35, 0.5, 0.7, 1.0)
"""What is tried for each part, beside frozen features with weight 1."""

MOST_PARTS = 4
"""The most learned parts: each makes vectors, and so a build and a live search, larger."""

TOLERATED = 0.015
"""How much any yardstick may lose on average for what others gain: one and a half points."""

WORTH = 0.005
"""How much a step has to add to the mean of what lists are wanted for: half a point."""

STANDARD_ERRORS = 3.0
"""How far above 0 a yardstick's gain has to be: among dozens of weights, one is two above by chance."""

_MOST_STEPS = 8

WANTED = (
    (CLASS_FIRST, CLASS_FIVE),
    (FACTS,),
    (TAGS_SHARED,),
    (BRANDS,),
    (COLOUR,),
    (OTHER_PICTURE,),
)
"""What lists are wanted for, with the yardsticks of each. All count the same, where they judge anything.

Lists of classes never seen are not wanted for themselves: they may not fall, and that is all.
"""


@dataclass(frozen=True)
class Change:
    """One yardstick before and after, and the difference, paired over products."""

    name: str
    before: Estimate
    after: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Chosen:
    """The weights of the parts that are kept, none where nothing helps, and what each yardstick says."""

    weights: Mapping[str, float]
    changes: list[Change] = field(default_factory=list)


def choose(
    values: Callable[[Mapping[str, float]], Values],
    names: Sequence[str],
    *,
    advance: Callable[..., None] = lambda steps, **_: None,
) -> Chosen:
    """Change the weight of one part after another, each time the one that lifts what is wanted most.

    `values` gives the values of the yardsticks for weights of parts, of which `names` has the names; all
    weights are 0 at first. A step is made where it lifts at least one yardstick by more than chance explains
    and the mean of all `WANTED` by `WORTH`, and where no yardstick is below what it was at first by more than
    `TOLERATED`. `advance` is called with 1 after each set of weights; `total` says how many there are so far.
    """
    first = now = values({})
    weights: dict[str, float] = {}
    tried = 0
    for _ in range(_MOST_STEPS):
        steps = list(_steps(weights, names))
        tried += len(steps)
        advance(0, total=tried)
        best: tuple[float, dict[str, float], Values] | None = None
        for step in steps:
            found = values(step)
            advance(1)
            gain = _gain(now, found)
            if gain >= WORTH and (best is None or gain > best[0]) and _helps(first, now, found):
                best = gain, step, found
        if best is None:
            break
        _, weights, now = best
    return Chosen(weights, compare(first, now))


def _steps(weights: Mapping[str, float], names: Sequence[str]) -> Iterator[dict[str, float]]:
    """The weights with that of one part changed, and no more than `MOST_PARTS` over 0."""
    for name in names:
        others = {other: weight for other, weight in weights.items() if other != name}
        for weight in (0.0, *WEIGHTS):
            if weight != weights.get(name, 0.0) and (not weight or len(others) < MOST_PARTS):
                yield others | ({name: weight} if weight else {})


def compare(before: Values, after: Values) -> list[Change]:
    """Each yardstick that judges something, before and after."""
    return [
        Change(name, mean_interval(before[name]), mean_interval(after[name]), difference)
        for name in before
        if (difference := paired_difference(before[name], after[name])).sample
    ]


def _differences(before: Values, after: Values) -> dict[str, np.ndarray]:
    """The differences of the products that each yardstick judges; none of those that judge none."""
    found = {name: after[name] - before[name] for name in before}
    known = {name: each[~np.isnan(each)] for name, each in found.items()}
    return {name: each for name, each in known.items() if len(each)}


def _gain(before: Values, after: Values) -> float:
    """The mean over all that is `WANTED` of what its yardsticks gained on average."""
    means = {name: float(each.mean()) for name, each in _differences(before, after).items()}
    wanted = [[means[name] for name in names if name in means] for names in WANTED]
    gains = [float(np.mean(some)) for some in wanted if some]
    return float(np.mean(gains)) if gains else 0.0


def _helps(first: Values, before: Values, after: Values) -> bool:
    """Whether a yardstick rose by `STANDARD_ERRORS`, and none is below the first values by `TOLERATED`."""
    if any(each.mean() < -TOLERATED for each in _differences(first, after).values()):
        return False
    return any(
        each.mean() > STANDARD_ERRORS * each.std() / len(each) ** 0.5
        for each in _differences(before, after).values()
    )

"""How products are parted for cross-validation: by product, and by whole classes held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bundle import Product
from precompute.embeddings.vectors import look_of

MOST_FOLDS = 5

LISTED_TOGETHER = 4
"""How many products of a class are in one fold at least, where it has enough: they are to find each other."""

MOST_JUDGED = 800
"""The most products that are judged in one split: their comparisons are kept while weights are tried."""

CLASSES_TO_HOLD_OUT = 4
"""How many classes there are at least, so that lists among those held out can still be right or wrong."""


@dataclass(frozen=True)
class Split:
    """The products, by place, that a head is fitted on, and those whose lists among each other judge it."""

    fitted: np.ndarray
    judged: np.ndarray


def by_product(products: Sequence[Product], classes: Sequence[str]) -> list[Split]:
    """Splits in which each product is judged once, by heads that never saw it.

    All of one look (`variants`, or the same first picture) are on one side: the other colour of a design is
    no product that a head never saw. `classes` has the class of each product, `""` for none; of small ones
    more are held out at a time.
    """
    sizes = sorted(Counter(name for name in classes if name).values())
    middle = sizes[len(sizes) // 2] if sizes else MOST_FOLDS * LISTED_TOGETHER
    folds = max(2, min(MOST_FOLDS, middle // LISTED_TOGETHER))
    looks = [look_of(product) for product in products]
    places = {look: place for place, look in enumerate(sorted(set(looks), key=_drawn))}
    return _splits(np.array([places[look] % folds for look in looks]), folds, products)


def by_class(products: Sequence[Product], classes: Sequence[str]) -> list[Split]:
    """Splits in which whole classes are held out, three groups of them or two; none where they are few.

    Products without a class are neither fitted on nor judged.
    """
    sizes = Counter(name for name in classes if name)
    if len(sizes) < CLASSES_TO_HOLD_OUT:
        return []
    groups = [0] * (3 if len(sizes) >= 6 else 2)
    group_of = {"": -1}
    for name in sorted(sizes, key=lambda name: (-sizes[name], _drawn(name))):
        group_of[name] = groups.index(min(groups))
        groups[group_of[name]] += sizes[name]
    return _splits(np.array([group_of[name] for name in classes]), len(groups), products)


def _splits(numbers: np.ndarray, count: int, products: Sequence[Product]) -> list[Split]:
    found = []
    for number in range(count):
        held_out = np.flatnonzero(numbers == number)
        others = np.flatnonzero((numbers >= 0) & (numbers != number))
        if not len(held_out) or not len(others):
            continue
        drawn = sorted(held_out.tolist(), key=lambda place: _drawn(products[place].id))[:MOST_JUDGED]
        found.append(Split(others, np.array(sorted(drawn))))
    return found


def _drawn(text: str) -> str:
    """A text's place in an order that is random but always the same."""
    return hashlib.sha256(text.encode()).hexdigest()

"""What a catalogue says of its products, as classes that a head can learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bundle import Product
from precompute.evaluation.yardsticks import fact_labels
from precompute.shared.wording import counted

MEMBERS = 5
"""How many products a class needs, so that each part of a cross-validation has some of them."""

MOST_FACTS = 12
"""The most facts that are tried; those that most products have come first."""

CATEGORY = "category"
BRAND = "brand"
TAGS = "tags"
VIEWS = "views"

_FACT = "fact: "

_SHRINKAGE = 0.3

_BETWEEN = " > "
"""Between the parts of a category's path."""


@dataclass(frozen=True)
class Labels:
    """One kind of labels: `values` has for each product its classes, an empty tuple where it has none.

    `name` is category, brand, tags, views or, with a colon, the name of a fact.
    """

    name: str
    values: tuple[tuple[str, ...], ...]

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len({value for some in self.values for value in some})

    @property
    def labelled(self) -> int:
        """How many products have a class."""
        return sum(bool(some) for some in self.values)

    @property
    def shrinkage(self) -> float:
        """How much the scatter within classes is shrunk at least, for `discriminant`.

        Kinds of products show in what varies much, and shrinking spares classes that were not learned. The
        pictures of one product show in what hardly varies, which shrinking would hide.
        """
        return 0.0 if self.name == VIEWS else _SHRINKAGE

    def described(self) -> str:
        """One line: which labels these are, how many, and of how many products."""
        return (
            f"{self.name}: {counted(self.classes, 'class', 'classes')} of {counted(self.labelled, 'product')}"
        )

    def pairs(self, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which rows are in which class, for rows (r,) of the products `owners`: two (m,) int64.

        The first has the row and the second the number of its class, from 0 on; a row is there once for each
        of its classes. Classes of a single row say nothing and are left out.
        """
        given = [(row, value) for row, owner in enumerate(owners.tolist()) for value in self.values[owner]]
        sizes = Counter(value for _, value in given)
        kept = [(row, value) for row, value in given if sizes[value] > 1]
        numbers = {value: number for number, value in enumerate(sorted({value for _, value in kept}))}
        rows = np.array([row for row, _ in kept], np.int64)
        return rows, np.array([numbers[value] for _, value in kept], np.int64)


def labels_of(products: Sequence[Product], pictures: Sequence[int], *, brand: bool) -> list[Labels]:
    """The kinds of labels in a catalogue that a head can learn: two classes or more, of enough products.

    `pictures` has the number of each product's pictures: each product with several is a class of its own,
    whose members are its pictures. `brand` says whether products of a brand are to look alike.
    """
    found = [_category(products)]
    if brand:
        found.append(
            _with_members(BRAND, [(product.brand,) if product.brand else () for product in products])
        )
    found += _facts(products)
    found.append(_with_members(TAGS, [product.tags for product in products]))
    several = [(product.id,) if count > 1 else () for product, count in zip(products, pictures, strict=True)]
    found.append(Labels(VIEWS, tuple(several)))
    return [labels for labels in found if labels.classes > 1]


def why_none(products: Sequence[Product]) -> str:
    """What a catalogue has instead of labels, for a sentence that begins with "Received: "."""
    categories = Counter(product.category for product in products if product.category)
    if not categories:
        return "no categories, and no facts or tags that several products share"
    name, most = categories.most_common(1)[0]
    if len(categories) == 1:
        return f"one category ({name}), and no facts or tags that tell its products apart"
    return (
        f"{counted(len(categories), 'category', 'categories')}, the largest ({name}) with "
        f"{counted(most, 'product')}, and no facts or tags that several products share"
    )


def _category(products: Sequence[Product]) -> Labels:
    """The category of each product, or the nearest one above it that has enough products."""
    paths = [product.category.split(_BETWEEN) if product.category else [] for product in products]
    sizes = Counter(_BETWEEN.join(path[:depth]) for path in paths for depth in range(1, len(path) + 1))

    def nearest(path: list[str]) -> tuple[str, ...]:
        above = (_BETWEEN.join(path[:depth]) for depth in range(len(path), 0, -1))
        return next(((name,) for name in above if sizes[name] >= MEMBERS), ())

    return _with_members(CATEGORY, [nearest(path) for path in paths])


def _facts(products: Sequence[Product]) -> list[Labels]:
    """The facts whose values several products share; those that most products have come first."""
    values = fact_labels([product.facts for product in products])
    found = [
        _with_members(_FACT + name, [(value,) if value else () for value in values[name]])
        for name in sorted(values)
    ]
    return sorted(found, key=lambda labels: -labels.labelled)[:MOST_FACTS]


def _with_members(name: str, values: Sequence[tuple[str, ...]]) -> Labels:
    """The labels without the classes that too few products have."""
    sizes = Counter(value for some in values for value in some)
    return Labels(name, tuple(tuple(value for value in some if sizes[value] >= MEMBERS) for some in values))

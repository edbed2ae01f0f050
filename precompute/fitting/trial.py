"""Judges parts of a vector by lists of products that no head saw: every part is fitted anew in each split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bundle import Product
from precompute.embeddings.vectors import means
from precompute.evaluation.named import YARDSTICKS
from precompute.evaluation.yardsticks import facts_shared, precision
from precompute.fitting.discriminant import discriminant
from precompute.fitting.labels import BRAND, TAGS, Labels
from precompute.fitting.splits import Split
from precompute.fitting.titles import fit_titles
from precompute.shared.unit_length import to_unit_length

TITLE = "title"
"""The name of the part that is learned from titles."""

_SHARED_NAMES = ("precision_at_1", "precision_at_5", "other_picture_first", "colour_at_5", "facts_at_5")
CLASS_FIRST, CLASS_FIVE, OTHER_PICTURE, COLOUR, FACTS = (YARDSTICKS[name].title for name in _SHARED_NAMES)
BRANDS = "Same brand, first 5"
TAGS_SHARED = "Tags shared, first 5"
UNSEEN_FIRST, UNSEEN_FIVE = "Unlearned categories, first look-alike", "Unlearned categories, first 5"

_CUT = 5

_VIEWS = 2
"""How many pictures of each product are compared with all others, to learn whether they find each other."""

Values = dict[str, np.ndarray]
"""By the name of a yardstick the value of each judged product, or picture: (q,) float64, NaN for none."""


@dataclass(frozen=True)
class Sample:
    """The products from which heads are fitted, with what is known of their pictures.

    `coordinates` (r, p) has a row for each compared picture, its embedding along the principal axes of all;
    `owners` (r,) has the place of its product, ascending. `parts` are those that the recipe has already, each
    with its weight: rows (r, e) of unit length or zero. `classes` has the class of each product, `""` for
    none.
    """

    products: Sequence[Product]
    coordinates: np.ndarray
    owners: np.ndarray
    parts: Sequence[tuple[np.ndarray, float]]
    classes: Sequence[str]

    def rows_of(self, places: np.ndarray) -> np.ndarray:
        """The rows of the products at some places, ascending."""
        return np.flatnonzero(np.isin(self.owners, places))


@dataclass
class _Judged:
    """The judged products of one split: how alike they are by each part, and what lists are judged by.

    `owners` (r,) has the product of each picture. `alike` has for each part the dot products (n, n) of the
    products' vectors. `alike_pictures` has those of the pictures in the rows `views`, a few of each product,
    or is empty where none has several.
    """

    products: list[Product]
    classes: list[str]
    owners: np.ndarray
    views: np.ndarray
    alike: dict[str, np.ndarray] = field(default_factory=dict)
    alike_pictures: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, vectors: np.ndarray, *, weight: float = 1.0) -> None:
        """Add the part of each picture, (r, e), rows of unit length or zero."""
        of_products = means(vectors, np.bincount(self.owners), to_unit_length=True)
        self._sum(self.alike, name, of_products, weight)
        if len(self.views) > len(self.products):
            self._sum(self.alike_pictures, name, vectors[self.views], weight)

    def add_to_products(self, name: str, vectors: np.ndarray) -> None:
        """Add a part that only products have: (n, e), rows of unit length or zero."""
        self._sum(self.alike, name, vectors, 1.0)

    @staticmethod
    def _sum(known: dict[str, np.ndarray], name: str, vectors: np.ndarray, weight: float) -> None:
        rows = vectors.astype(np.float32)
        alike = np.float32(weight**2) * (rows @ rows.T)
        known[name] = known[name] + alike if name in known else alike

    def values(self, weights: Mapping[str, float], yardsticks: _Yardsticks) -> Values:
        """What the yardsticks say of the lists that the parts make with these weights."""
        found = yardsticks(self, _lists(self.alike, weights))
        if self.alike_pictures:
            products = [str(owner) for owner in self.owners[self.views].tolist()]
            rows = _lists(self.alike_pictures, weights)
            found[OTHER_PICTURE] = precision(rows, products, cut=1)
        return found


_Yardsticks = Callable[[_Judged, np.ndarray], Values]


class Trial:
    """A cross-validation: the values of yardsticks for any weights of the parts that were fitted."""

    def __init__(
        self,
        sample: Sample,
        labels: Sequence[Labels],
        *,
        products: Sequence[Split],
        classes: Sequence[Split],
        title: bool = False,
        advance: Callable[[int], None] = lambda steps: None,
    ) -> None:
        """Fit every part in each split: `products` are those by product, `classes` those by class.

        `title` says whether a part is learned from titles. `advance` is called with 1 after each split.
        """
        self._tags = next((labels.values for labels in labels if labels.name == TAGS), None)
        self._brand = any(labels.name == BRAND for labels in labels)
        self._by_product, self._by_class = (
            [self._fit(sample, labels, split, views=views, title=title, advance=advance) for split in splits]
            for splits, views in ((products, _VIEWS), (classes, 0))
        )

    def values(self, weights: Mapping[str, float]) -> Values:
        """The values of all yardsticks with these weights of learned parts, products in a fixed order."""
        found = _joined([judged.values(weights, self._yardsticks) for judged in self._by_product])
        return found | _joined([judged.values(weights, _of_unseen) for judged in self._by_class])

    def _fit(
        self,
        sample: Sample,
        labels: Sequence[Labels],
        split: Split,
        *,
        views: int,
        title: bool,
        advance: Callable[[int], None],
    ) -> _Judged:
        rows = sample.rows_of(split.judged)
        owners = np.searchsorted(split.judged, sample.owners[rows])
        judged = _Judged(
            [sample.products[place] for place in split.judged],
            [sample.classes[place] for place in split.judged],
            owners,
            np.flatnonzero(np.arange(len(owners)) - np.searchsorted(owners, owners) < views),
        )
        for vectors, weight in sample.parts:
            judged.add("", vectors[rows], weight=weight)
        fitted = sample.rows_of(split.fitted)
        known, new = sample.coordinates[fitted], sample.coordinates[rows]
        for kind in labels:
            places, numbers = kind.pairs(sample.owners[fitted])
            directions = discriminant(known, places, numbers, shrinkage=kind.shrinkage)
            if directions is not None:
                judged.add(kind.name, to_unit_length(new @ directions))
        if title:
            model = fit_titles([sample.products[place].title for place in split.fitted])
            if model is not None:
                judged.add_to_products(TITLE, model.applied([product.title for product in judged.products]))
        advance(1)
        return judged

    def _yardsticks(self, judged: _Judged, rows: np.ndarray) -> Values:
        products = judged.products
        colours = [product.colours[0] if product.colours else "" for product in products]
        found = {
            CLASS_FIRST: precision(rows, judged.classes, cut=1),
            CLASS_FIVE: precision(rows, judged.classes, cut=_CUT),
            COLOUR: precision(rows, colours, cut=_CUT),
            FACTS: facts_shared(rows, [product.facts for product in products], cut=_CUT),
        }
        if self._brand:
            found[BRANDS] = precision(rows, [product.brand for product in products], cut=_CUT)
        if self._tags is not None:
            found[TAGS_SHARED] = _tags_shared(rows, [product.tags for product in products])
        return found


def _of_unseen(judged: _Judged, rows: np.ndarray) -> Values:
    return {
        UNSEEN_FIRST: precision(rows, judged.classes, cut=1),
        UNSEEN_FIVE: precision(rows, judged.classes, cut=_CUT),
    }


def _joined(values: Sequence[Values]) -> Values:
    """The values of all splits behind each other."""
    return {name: np.concatenate([each[name] for each in values]) for name in (values[0] if values else {})}


def _lists(alike: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """The `_CUT` nearest of each row by cosine, best first: (n, 5), or fewer where there are fewer."""
    total = alike[""].copy()
    for name, weight in weights.items():
        if weight and name in alike:
            total += np.float32(weight**2) * alike[name]
    lengths = np.sqrt(np.maximum(total.diagonal(), np.finfo(np.float32).tiny))
    total /= lengths
    np.fill_diagonal(total, -np.inf)
    cut = min(_CUT, len(total) - 1)
    nearest = np.argpartition(-total, max(cut - 1, 0), axis=1)[:, :cut]
    scores = np.take_along_axis(total, nearest, axis=1)
    order = np.lexsort((nearest, -scores), axis=1)
    return np.take_along_axis(nearest, order, axis=1)


def _tags_shared(rows: np.ndarray, tags: Sequence[tuple[str, ...]]) -> np.ndarray:
    """The share of a product's tags that an entry has as well, over the entries: (n,) float64."""
    names = {name: column for column, name in enumerate(sorted({tag for some in tags for tag in some}))}
    has = np.zeros((len(tags), len(names)), np.float32)
    for place, some in enumerate(tags):
        has[place, [names[tag] for tag in some]] = 1
    own = has.sum(axis=1)
    shared = np.einsum("nt,nkt->nk", has, has[rows]).mean(axis=1) if rows.shape[1] else np.zeros(len(tags))
    found = np.full(len(tags), np.nan)
    np.divide(shared, own, out=found, where=own > 0)
    return found

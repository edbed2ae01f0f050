"""Compares a product's stored list with one that is computed now by the build's extractor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from bundle import Bundle, Neighbour, Product
from bundle.metric import sign
from dashapp.photo.live.keras import KerasEngine

TOLERANCE = 1e-4
"""By how much scores may differ that stand for the same, as a share of them where they are above 1.

Keras and LiteRT round differently, and a list is computed now in float32 where the build took float64.
"""


@dataclass(frozen=True)
class ListDifference:
    """One place of a list, from 1 on: the entry that is stored there and the one that was computed, or
    None."""

    place: int
    stored: Neighbour | None
    live: Neighbour | None


@dataclass(frozen=True)
class LiveCheck:
    """What came of a comparison: `same` entries of `of` are what is stored.

    `from_pictures` says that the extractor ran on the product's pictures; else they are no longer where the
    build found them, and their stored embeddings were taken. `largest_difference` is that of a product's two
    scores. `differences` are the entries that are not the same.
    """

    same: int
    of: int
    from_pictures: bool
    largest_difference: float
    differences: tuple[ListDifference, ...]


def check(bundle: Bundle, engine: KerasEngine, product: Product) -> LiveCheck:
    """Compute the list of a product anew and compare it, entry by entry, with the one in the bundle.

    An entry is the same where the product in it has the score that is stored,
    and where the product that has its place now has that score, too: products with equal scores may change
    places. Raises `BundleError` where the stored list cannot be read.
    """
    stored = bundle.neighbours(product.id, recipe=engine.recipe)
    scores, from_pictures = engine.product_scores(product)
    others = (Neighbour(*entry) for entry in scores.items() if entry[0] != product.id)
    depth = min(bundle.recipes[0]["depth"], bundle.count - 1)
    live = sorted(others, key=lambda entry: (-sign(engine.vectors.metric) * entry.score, entry.id))[:depth]
    gaps = [abs(scores[entry.id] - entry.score) for entry in stored if entry.id in scores]
    pairs = enumerate(zip_longest(stored, live), start=1)
    differences = tuple(
        ListDifference(place, before, now) for place, (before, now) in pairs if not _same(before, now, scores)
    )
    count = max(len(stored), len(live))
    return LiveCheck(count - len(differences), count, from_pictures, max(gaps, default=0.0), differences)


def _same(stored: Neighbour | None, live: Neighbour | None, scores: dict[str, float]) -> bool:
    if stored is None or live is None or stored.id not in scores:
        return False
    bound = TOLERANCE * max(1.0, abs(stored.score))
    return abs(scores[stored.id] - stored.score) <= bound and abs(live.score - stored.score) <= bound

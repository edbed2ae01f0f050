"""Compares a product's stored list with one that the build's extractor computes now."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from bundle import Bundle, Neighbour, Product
from bundle.metric import sign
from dashapp.photo.live.keras import KerasEngine

TOLERANCE = 1e-4
"""How much equal scores may differ: an absolute difference, or a relative one for scores above 1.

Keras and LiteRT round differently, and lists are computed here in float32, but in float64 by the build.
"""


@dataclass(frozen=True)
class ListDifference:
    """One place of a list, from 1 on, with the stored and the computed entry, or None."""

    place: int
    stored: Neighbour | None
    live: Neighbour | None


@dataclass(frozen=True)
class LiveCheck:
    """The result of a comparison: `same` of `of` entries match the stored list.

    `from_pictures` says that the extractor ran on the product's pictures. Otherwise they have moved since the
    build, and their stored embeddings were used. `largest_difference` is the largest one between a product's
    two scores. `differences` has the entries that do not match.
    """

    same: int
    of: int
    from_pictures: bool
    largest_difference: float
    differences: tuple[ListDifference, ...]


def check(bundle: Bundle, engine: KerasEngine, product: Product) -> LiveCheck:
    """Compute the list of a product anew and compare it, entry by entry, with the one in the bundle.

    An entry matches if its product still has the stored score, and so does the product now in its place:
    products with equal scores may change places. Raises `BundleError` if the stored list cannot be read.
    """
    depth = min(bundle.recipes[0]["depth"], bundle.count - 1)
    # After these come products that would be in no list otherwise.
    stored = bundle.neighbours(product.id, recipe=engine.recipe)[:depth]
    scores, from_pictures = engine.product_scores(product)
    others = (Neighbour(*entry) for entry in scores.items() if entry[0] != product.id)
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

"""Whether a product's other picture comes first among the pictures of a catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from bundle import Product
from bundle.metric import sign
from precompute.neighbours.space import open_space

QUERIES = 1000
"""How many products with several pictures are asked for, at most."""

AMONG = 10_000
"""How many products' pictures the other one must be found among, at most."""

_TOGETHER = 64


def measure_other_pictures(
    products: Sequence[Product],
    vectors_of: Callable[[list[Product]], tuple[np.ndarray, np.ndarray] | None],
    *,
    metric: str,
) -> np.ndarray | None:
    """What `other_picture_first` says of `products`, (n,); None where all have a single picture.

    `vectors_of` gives the vectors and counts of some products' pictures, or None if there are none. It is
    called for all products, up to `AMONG`, and else for those whose ids' hashes come first: samples of two
    catalogues are much the same.
    """
    if len(products) < 2 or not any(len(product.images) > 1 for product in products):
        return None
    digests = [hashlib.sha256(product.id.encode()).digest() for product in products]
    chosen = sorted(range(len(products)), key=digests.__getitem__)[:AMONG]
    given = vectors_of([products[place] for place in chosen])
    if given is None:
        return None
    found = np.full(len(products), np.nan)
    found[chosen] = other_picture_first(*given, metric=metric)
    return found


def other_picture_first(vectors: np.ndarray, counts: np.ndarray, *, metric: str) -> np.ndarray:
    """For each product whether its first picture's nearest picture is another one of its own: (n,) float64.

    `vectors` (r, d), float32, has a row for each picture, those of one product one after the other, as many
    as `counts` (n,) says. NaN for products with a single picture, and after the first `QUERIES` with several.
    Of equally near pictures the first row counts.
    """
    found = np.full(len(counts), np.nan)
    ends = np.cumsum(counts)
    owners = np.repeat(np.arange(len(counts)), counts)
    asked = np.flatnonzero(counts > 1)[:QUERIES]
    if not len(asked) or len(counts) < 2:
        return found
    space = open_space(vectors, metric)
    for start in range(0, len(asked), _TOGETHER):
        some = asked[start : start + _TOGETHER]
        rows = ends[some] - counts[some]
        scores = space.full_scores(rows) * sign(metric)
        scores[np.arange(len(rows)), rows] = -np.inf
        found[some] = owners[scores.argmax(axis=1)] == some
    return found

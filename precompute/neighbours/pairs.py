"""Measures the scores of random pairs, to show how near unrelated products are."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bundle.metric import sign
from precompute.neighbours.best_pair import ProductSpace, open_products

SAMPLED = 100_000
"""How many pairs are drawn. All are used if there are no more."""

TAIL = (99.5, 99.9, 99.99)
"""Percentiles that are recorded besides the whole ones."""

_PARTNERS = 25
"""Each drawn product is in this many pairs, so its conversion to float64 serves them all."""

_BLOCK = 4_096


def pair_scores(vectors: np.ndarray, metric: str, *, counts: np.ndarray | None = None) -> np.ndarray:
    """The scores of `SAMPLED` random pairs of different products, or of all pairs: (p,) float64.

    `vectors`, float32, are those of the products. `counts` (n,) is how many each has; None means one each.
    The pairs depend on n alone, so equal vectors give equal scores.
    """
    # With matrix products as small as these, threads would wait for each other.
    with threadpool_limits(1, "blas"):
        return _scores(open_products(vectors, metric, counts=counts))


def _scores(space: ProductSpace) -> np.ndarray:
    count = space.count
    if count * (count - 1) // 2 <= SAMPLED:
        return space.full_scores(np.arange(count))[np.triu_indices(count, 1)]
    random = np.random.default_rng(0)
    first = random.integers(0, count, SAMPLED // _PARTNERS)
    steps = random.integers(1, count, (len(first), _PARTNERS))
    second = (first[:, np.newaxis] + steps) % count
    parts = (slice(begin, begin + _BLOCK) for begin in range(0, len(first), _BLOCK))
    return np.concatenate([space.scores(first[part], second[part]).ravel() for part in parts])


def describe_pairs(scores: np.ndarray, metric: str) -> dict[str, Any]:
    """The manifest's entry about `pair_scores`: quantile p is nearer than p % of the pairs."""
    if not scores.size:
        return {"sampled": 0, "quantiles": [], "tail": {}}
    way = sign(metric)
    shares = [*range(101), *TAIL]
    found = (way * np.quantile(way * scores, np.array(shares) / 100)).round(6) + 0.0
    quantiles, tail = found[:101].tolist(), found[101:].tolist()
    return {
        "sampled": scores.size,
        "quantiles": quantiles,
        "tail": dict(zip(map(str, TAIL), tail, strict=True)),
    }

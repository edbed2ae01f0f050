"""Measures how near unrelated products are, by the scores of random pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bundle.metric import sign
from precompute.neighbours.best_pair import ProductSpace, open_products

SAMPLED = 100_000
"""Pairs that are drawn; all pairs are taken where there are no more."""

TAIL = (99.5, 99.9, 99.99)
"""Shares, in percent, that are told apart beyond the hundredths."""

_PARTNERS = 25
"""Pairs that a product is in which is drawn, so that it is taken into float64 once for all of them."""

_BLOCK = 4_096


def pair_scores(vectors: np.ndarray, metric: str, *, counts: np.ndarray | None = None) -> np.ndarray:
    """The scores of `SAMPLED` random pairs of different products, or of all pairs: (p,) float64.

    `vectors`, float32, are those of the products, as many of each as `counts` (n,) says, or one. The pairs
    depend on n alone, so equal vectors give equal scores.
    """
    # Threads inside of products as small as these would wait for each other.
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
    """What the manifest says of the `pair_scores`: the one at place p is nearer than p % of the pairs are."""
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

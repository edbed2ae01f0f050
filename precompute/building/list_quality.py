"""Measures the quality of one recipe's lists, for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bundle import Product
from precompute.building.closeness import calibrate
from precompute.evaluation.scorecard import categories_described, described, measure
from precompute.evaluation.yardsticks import list_frequency
from precompute.neighbours import NeighbourLists
from precompute.neighbours.pairs import describe_pairs, pair_scores
from precompute.neighbours.twins import twin_groups

BINS = 40
HUBS = 50
NAMED = 200
"""The most orphans, and the most groups of twins, named in the report."""


@dataclass(frozen=True)
class Findings:
    """Fields of the report, and `pairs` of the manifest. `docs/bundle-format.md` describes each."""

    yardsticks: dict[str, dict[str, Any]]
    categories: list[dict[str, Any]]
    scores: dict[str, list[float]]
    hubs: dict[str, Any]
    orphans: dict[str, Any]
    pairs: dict[str, Any]
    closeness: dict[str, float]


_IN_REPORT = ("yardsticks", "categories", "scores", "hubs", "orphans")


def examine(
    lists: NeighbourLists,
    vectors: np.ndarray,
    *,
    metric: str,
    top: int,
    products: Sequence[Product],
    counts: np.ndarray | None = None,
    lengthened: np.ndarray | None = None,
    other_picture: np.ndarray | None = None,
) -> Findings:
    """Measure the lists of one recipe.

    `vectors`, float32, are the compared vectors, in the order of `lists.ids`. `counts` (n,) is how many each
    product has; None means one each. `top` is how many entries are shown. `products` are in the catalogue's
    order. `lengthened` are the places of products beyond the lists' depth (`Reach.products`). `other_picture`
    (n,), in the order of `lists.ids`, is what `measure_other_pictures` found.
    """
    sampled = pair_scores(vectors, metric, counts=counts)
    frequency = list_frequency(lists.rows, cut=top, count=len(lists.ids))
    named = {product.id: product for product in products}
    in_order = [named[product_id] for product_id in lists.ids]
    card = measure(in_order, lists.rows, top=top, lengthened=lengthened, other_picture=other_picture)
    return Findings(
        yardsticks=described(card.estimates()),
        categories=categories_described(card),
        scores=histograms(first=lists.scores[:, :1], stored=lists.scores, pairs=sampled),
        hubs=hubs(lists.ids, frequency),
        orphans=orphans(dict(zip(lists.ids, frequency.tolist(), strict=True)), list(named)),
        pairs=describe_pairs(sampled, metric),
        closeness=calibrate(lists, sampled, metric=metric, products=named),
    )


def by_recipe(findings: Mapping[str, Findings]) -> dict[str, dict[str, Any]]:
    """The report's fields about the lists, each with the findings by recipe name."""
    return {
        field: {recipe: getattr(found, field) for recipe, found in findings.items()} for field in _IN_REPORT
    }


def describe_twins(products: Sequence[Product]) -> dict[str, Any]:
    """The report's entry about groups of near-duplicate pictures, in the catalogue's order."""
    groups = twin_groups(products)
    return {"groups": len(groups), "products": sum(map(len, groups)), "first": groups[:NAMED]}


def hubs(ids: Sequence[str], frequency: np.ndarray) -> dict[str, Any]:
    """The products in the most lists, with how many."""
    first = [place for place in np.argsort(-frequency, kind="stable")[:HUBS].tolist() if frequency[place]]
    return {"products": [[ids[place], int(frequency[place])] for place in first]}


def orphans(frequency: Mapping[str, int], order: Sequence[str]) -> dict[str, Any]:
    """The number of products in no list, and the first of them in the given order."""
    ids = [product_id for product_id in order if not frequency[product_id]]
    return {"count": len(ids), "ids": ids[:NAMED]}


def histograms(**groups: np.ndarray) -> dict[str, list[float]]:
    """How many scores of each group lie in each of `BINS` bins of equal width, which cover all scores.

    `edges` are the bounds of the bins. A bin includes its lower bound; the last includes both. All lists are
    empty if there are no scores.
    """
    scores = np.concatenate([group.ravel() for group in groups.values()])
    if not scores.size:
        return {"edges": [], **{name: [] for name in groups}}
    edges = np.histogram_bin_edges(scores, BINS)
    counts = {name: np.histogram(group, edges)[0].tolist() for name, group in groups.items()}
    return {"edges": edges.round(6).tolist(), **counts}

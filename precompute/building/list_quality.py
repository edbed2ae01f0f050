"""Measures the quality of one recipe's lists, for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bundle import Product
from precompute.evaluation.yardsticks import CUTS, list_frequency, precision, skewness
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

    quality: dict[str, float]
    categories: list[dict[str, Any]]
    scores: dict[str, list[float]]
    hubs: dict[str, Any]
    orphans: dict[str, Any]
    pairs: dict[str, Any]


_IN_REPORT = ("quality", "categories", "scores", "hubs", "orphans")


def examine(
    lists: NeighbourLists,
    vectors: np.ndarray,
    *,
    metric: str,
    top: int,
    categories: Mapping[str, str],
    counts: np.ndarray | None = None,
) -> Findings:
    """Measure the lists of one recipe.

    `vectors`, float32, are the compared vectors, in the order of `lists.ids`. `counts` (n,) is how many each
    product has; None means one each. `top` is how many entries are shown. `categories` maps each product to
    its category, in the catalogue's order.
    """
    sampled = pair_scores(vectors, metric, counts=counts)
    frequency = list_frequency(lists.rows, cut=top, count=len(lists.ids))
    return Findings(
        quality=category_precision(lists, categories),
        categories=precision_by_category(lists, categories),
        scores=histograms(first=lists.scores[:, :1], stored=lists.scores, pairs=sampled),
        hubs=hubs(lists.ids, frequency),
        orphans=orphans(dict(zip(lists.ids, frequency.tolist(), strict=True)), list(categories)),
        pairs=describe_pairs(sampled, metric),
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


def category_precision(lists: NeighbourLists, categories: Mapping[str, str]) -> dict[str, float]:
    """The mean precision by category at 1, 5 and 10; empty where no product can be judged."""
    return _means(_precision(lists, categories), slice(None))


def precision_by_category(lists: NeighbourLists, categories: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same for the products of each category alone, by the category's name, with how many they are."""
    values = _precision(lists, categories)
    own = np.array([categories[product_id] for product_id in lists.ids])
    judged = np.any([~np.isnan(each) for each in values.values()], axis=0)
    return [
        {"category": str(name), "products": int((own == name).sum()), **_means(values, own == name)}
        for name in np.unique(own[judged])
    ]


def _precision(lists: NeighbourLists, categories: Mapping[str, str]) -> dict[str, np.ndarray]:
    labels = [categories[product_id] for product_id in lists.ids]
    return {f"precision_at_{cut}": precision(lists.rows, labels, cut=cut) for cut in CUTS}


def _means(values: Mapping[str, np.ndarray], which: slice | np.ndarray) -> dict[str, float]:
    judged = {name: each[which][~np.isnan(each[which])] for name, each in values.items()}
    return {name: round(float(each.mean()), 4) for name, each in judged.items() if len(each)}


def hubs(ids: Sequence[str], frequency: np.ndarray) -> dict[str, Any]:
    """The products in the most lists, and the skewness of the numbers of lists."""
    first = [place for place in np.argsort(-frequency, kind="stable")[:HUBS].tolist() if frequency[place]]
    return {
        "skewness": round(skewness(frequency), 4),
        "products": [[ids[place], int(frequency[place])] for place in first],
    }


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

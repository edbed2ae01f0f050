"""Reads and checks the part of a bundle's report.json about one recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from bundle import Bundle, BundleError
from dashapp.language import N_
from dashapp.shown_recipe import ShownRecipe

PRECISIONS = {"precision_at_1": 1, "precision_at_5": 5, "precision_at_10": 10}
"""How many of the first entries count, by the name of the yardstick."""

_SERIES = {
    N_("Best look-alike of each product"): "first",
    N_("All stored look-alikes"): "stored",
    N_("Two random products"): "pairs",
}
"""The messages of the histograms' names, and their names in the report."""


@dataclass(frozen=True)
class Figure:
    """What a yardstick says: a value, the bounds of its 95 % interval, and how many products counted."""

    value: float
    low: float
    high: float
    sample: int


@dataclass(frozen=True)
class QualityReport:
    """The measurements of one recipe's lists; empty or None where not measured.

    `yardsticks` has a figure for each name; `chance` is the precision of random entries. `categories` has
    each category's name, number of products and figures, the weakest first. `histograms`
    counts scores in the bins between `edges`. `hubs` has ids with the number of lists they are in, highest
    first. `orphans` has the first of the `orphan_count` ids in no list, `twins` the first of the `twin_count`
    groups of near-duplicates, and `left_out` files with the reason.
    """

    recipe: ShownRecipe
    products: int
    yardsticks: Mapping[str, Figure] = field(default_factory=dict)
    chance: float | None = None
    categories: Sequence[tuple[str, int, Mapping[str, Figure]]] = ()
    edges: Sequence[float] = ()
    histograms: Mapping[str, Sequence[int]] = field(default_factory=dict)
    hubs: Sequence[tuple[str, int]] | None = None
    orphans: Sequence[str] | None = None
    orphan_count: int = 0
    twins: Sequence[Sequence[str]] | None = None
    twin_count: int = 0
    left_out: Sequence[tuple[str, str]] | None = None

    @classmethod
    def of(cls, bundle: Bundle, recipe: ShownRecipe) -> QualityReport:
        """Read the bundle's report. Raises `BundleError` if it cannot be read or is invalid."""
        report = bundle.report()
        try:
            return cls(
                recipe,
                bundle.count,
                yardsticks=_figures(report.get("yardsticks", {}).get(recipe.name, {})),
                chance=_chance(bundle),
                categories=_categories(report.get("categories", {}).get(recipe.name, [])),
                **_scores(report.get("scores", {}).get(recipe.name)),
                **_odd_ones(report, recipe.name),
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(
                f"The report of {bundle.folder} is invalid ({type(error).__name__}: {error}): "
                "build it again, run: python -m precompute build SOURCE."
            ) from error

    @property
    def precisions(self) -> dict[int, Figure]:
        """The precision by category, by how many of the first entries count."""
        return {cut: self.yardsticks[name] for name, cut in PRECISIONS.items() if name in self.yardsticks}

    def middle(self, name: str) -> float:
        """The approximate median of one histogram's scores: the upper edge of its bin."""
        counts = self.histograms[name]
        half = sum(counts) / 2
        place = next(place for place, sum_so_far in enumerate(accumulate(counts)) if sum_so_far >= half)
        return self.edges[place + 1]


def _figures(entry: Mapping[str, Any]) -> dict[str, Figure]:
    read = {name: each for name, each in entry.items() if isinstance(each, Mapping)}
    return {
        name: Figure(float(each["value"]), float(each["low"]), float(each["high"]), int(each["sample"]))
        for name, each in read.items()
    }


def _chance(bundle: Bundle) -> float | None:
    """The probability that a random other product shares the category, averaged over those with company."""
    sizes = [count for _, count in bundle.categories() if count > 1]
    counted = sum(sizes)
    if not counted:
        return None
    return sum(size * (size - 1) for size in sizes) / counted / (bundle.count - 1)


def _categories(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, dict[str, Figure]]]:
    read = [(str(each["category"]), int(each["products"]), _figures(each)) for each in entries]

    def weakness(entry: tuple[str, int, dict[str, Figure]]) -> tuple[float, str]:
        name, _, found = entry
        best = found.get("precision_at_5") or found.get("precision_at_1")
        return best.value if best else 1.0, name

    return sorted(read, key=weakness)


def _scores(entry: Mapping[str, Any] | None) -> dict[str, Any]:
    if not entry:
        return {}
    edges = [float(edge) for edge in entry["edges"]]
    counts = {name: [int(count) for count in entry.get(key, [])] for name, key in _SERIES.items()}
    if any(len(bins) not in (0, len(edges) - 1) for bins in counts.values()):
        raise ValueError("the number of bins does not match the number of edges")
    return {"edges": edges, "histograms": {name: bins for name, bins in counts.items() if any(bins)}}


def _odd_ones(report: Mapping[str, Any], recipe: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hubs = report.get("hubs", {}).get(recipe)
    if hubs is not None:
        found["hubs"] = [(str(product_id), int(lists)) for product_id, lists in hubs["products"]]
    orphans = report.get("orphans", {}).get(recipe)
    if orphans is not None:
        found |= {"orphans": list(map(str, orphans["ids"])), "orphan_count": int(orphans["count"])}
    twins = report.get("twins")
    if twins is not None:
        found |= {
            "twins": [list(map(str, ids)) for ids in twins["first"]],
            "twin_count": int(twins["groups"]),
        }
    if "left_out" in report:
        found["left_out"] = [(str(each["file"]), str(each["reason"])) for each in report["left_out"]]
    return found

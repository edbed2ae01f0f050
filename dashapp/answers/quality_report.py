"""Reads and checks the part of a bundle's report.json about one recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from bundle import Bundle, BundleError
from dashapp.shown_recipe import ShownRecipe

CUTS = (1, 5, 10)

_SERIES = {
    "Best look-alike of each product": "first",
    "All stored look-alikes": "stored",
    "Two random products": "pairs",
}


@dataclass(frozen=True)
class Precision:
    """The `share`, from 0 to 1, of the first `among` look-alikes that have the product's category."""

    among: int
    share: float


@dataclass(frozen=True)
class QualityReport:
    """The measurements of one recipe's lists; empty or None where not measured.

    `precision` has one figure per number of entries examined; `chance` is the precision of random entries.
    `categories` has each category's name, number of products and precision, the weakest first. `histograms`
    counts scores in the bins between `edges`. `hubs` has ids with the number of lists they are in, highest
    first. `orphans` has the first of the `orphan_count` ids in no list, `twins` the first of the `twin_count`
    groups of near-duplicates, and `left_out` files with the reason.
    """

    recipe: ShownRecipe
    products: int
    precision: Mapping[int, Precision] = field(default_factory=dict)
    chance: float | None = None
    categories: Sequence[tuple[str, int, Mapping[int, Precision]]] = ()
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
                precision=_precision(report.get("quality", {}).get(recipe.name, {})),
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
    def cuts(self) -> tuple[int, ...]:
        """The numbers of entries for which any category has a precision."""
        return tuple(cut for cut in CUTS if any(cut in found for _, _, found in self.categories))

    def middle(self, name: str) -> float:
        """The approximate median of one histogram's scores: the upper edge of its bin."""
        counts = self.histograms[name]
        half = sum(counts) / 2
        place = next(place for place, sum_so_far in enumerate(accumulate(counts)) if sum_so_far >= half)
        return self.edges[place + 1]


def _precision(figures: Mapping[str, Any]) -> dict[int, Precision]:
    named = {cut: figures.get(f"precision_at_{cut}") for cut in CUTS}
    return {cut: Precision(cut, float(share)) for cut, share in named.items() if share is not None}


def _chance(bundle: Bundle) -> float | None:
    """The probability that a random other product shares the category, averaged over those with company."""
    sizes = [count for _, count in bundle.categories() if count > 1]
    counted = sum(sizes)
    if not counted:
        return None
    return sum(size * (size - 1) for size in sizes) / counted / (bundle.count - 1)


def _categories(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, dict[int, Precision]]]:
    read = [(str(each["category"]), int(each["products"]), _precision(each)) for each in entries]

    def weakness(entry: tuple[str, int, dict[int, Precision]]) -> tuple[float, str]:
        name, _, found = entry
        best = found.get(5) or found.get(1)
        return best.share if best else 1.0, name

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

"""The bundle's recipes as pages show them: what scores mean, how they are formatted, how recipes agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from bundle.metric import sign

_QUANTILES = ("p01", "p50", "p99")
"""The manifest's names for the lowest hundredth of all stored scores, their median and the highest."""

_DECIMALS = 2
_MOST_DECIMALS = 6
"""Scores are stored with six decimals; showing more would be false precision."""


@dataclass(frozen=True)
class Metric:
    """The name of a score, as for a heading, and one sentence on what it means.

    `sign` is that of `bundle.metric`.
    """

    name: str
    meaning: str
    sign: int


METRICS = {
    "cosine": Metric(
        "Similarity", "The number compares pictures: 1 is the same picture, and higher is more alike.",
        sign("cosine"),
    ),
    "euclidean": Metric(
        "Distance",
        "The number is a distance between pictures: 0 is the same picture, and smaller is closer.",
        sign("euclidean"),
    ),
    "dot": Metric(
        "Dot product", "The number is a dot product: higher is more alike, and there is no highest.",
        sign("dot"),
    ),
}


@dataclass(frozen=True)
class Score:
    """One entry's score as shown: its number as text, and how full its bar is, from 0 to 1."""

    text: str
    fullness: float


@dataclass(frozen=True)
class ShownRecipe:
    """One recipe of the bundle.

    `top` is how many look-alikes are shown at first, `decimals` how many decimals a score is shown with.
    `marks` are the scores at which a bar is empty, half full and full. `pairs` has shares of random pairs of
    products, in percent as text, each with the score that beats that share; the highest share first.
    """

    name: str
    description: str
    metric: Metric
    top: int
    decimals: int
    marks: tuple[float, float, float]
    pairs: tuple[tuple[str, float], ...] = ()

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> ShownRecipe:
        """The recipe that an entry of the manifest's `recipes` describes.

        A cosine fills its bar directly. Distances and dot products have no fixed scale: the bar is empty at
        the worst hundredth of all stored scores, half full at the median and full at the best hundredth. They
        also have fewer `decimals` for large scores and more for small ones. Raises `LookupError`, `TypeError`
        or `ValueError` if the entry is broken.
        """
        metric = METRICS[entry["metric"]]
        decimals = int(entry.get("decimals", _DECIMALS))
        marks = (0.0, 0.5, 1.0)
        if entry["metric"] != "cosine":
            # A catalogue of one product has no scores, and none to show.
            scores = entry["scores"] or dict.fromkeys(_QUANTILES, 0)
            low, median, high = (float(scores[name]) for name in _QUANTILES)
            marks = (low, median, high) if metric.sign > 0 else (high, median, low)
            decimals = _decimals_at(median, around_one=decimals)
        return cls(
            name=entry["name"],
            description=entry.get("description", ""),
            metric=metric,
            top=int(entry["top"]),
            decimals=decimals,
            marks=marks,
            pairs=_pairs(entry.get("pairs", {})),
        )

    def shown(self, score: float) -> Score:
        """Format a score. The same score has the same number and bar on every page."""
        return Score(f"{score:z,.{self.decimals}f}".replace("-", "−"), self._fullness(score))

    def closer_than(self, score: float) -> str:
        """The share of random pairs of products that are less close than `score`, in percent.

        It is the highest measured share that `score` reaches, so never too high; empty where that is less
        than half of the pairs, or where none was measured.
        """
        way = self.metric.sign
        return next((share for share, least in self.pairs if way * score >= way * least), "")

    def _fullness(self, score: float) -> float:
        value, empty, half, full = (self.metric.sign * each for each in (score, *self.marks))
        if value >= full:
            return 1.0
        if value <= empty:
            return 0.0
        if value < half:
            return 0.5 * (value - empty) / (half - empty)
        return 0.5 + 0.5 * (value - half) / (full - half)


@dataclass(frozen=True)
class Overlap:
    """How far the lists of two recipes agree over the whole catalogue, each figure from 0 to 1."""

    jaccard: float
    rank_biased: float


def overlaps_of(report: Mapping[str, Any]) -> dict[frozenset[str], Overlap]:
    """The overlap of each pair of recipes that report.json has figures for, by the pair's names."""
    return {
        frozenset(entry["recipes"]): Overlap(float(entry["jaccard"]), float(entry["rank_biased_overlap"]))
        for entry in report.get("overlap", [])
    }


def _pairs(entry: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    measured = [(str(share), float(score)) for share, score in enumerate(entry.get("quantiles", []))][50:100]
    measured += [(share, float(score)) for share, score in entry.get("tail", {}).items()]
    return tuple(sorted(measured, key=lambda each: -float(each[0])))


def _decimals_at(usual: float, *, around_one: int) -> int:
    """How many decimals distinguish scores of the usual size and are still readable.

    From 10 on, each further digit before the point replaces one after it (12.4, 124). Below 0.1, each further
    zero adds one (0.034, 0.0034).
    """
    power = floor(log10(abs(usual))) if usual else 0
    change = -power if power >= 0 else -power - 1
    return min(max(around_one + change, 0), _MOST_DECIMALS)

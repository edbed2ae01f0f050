"""The bundle's recipes as pages show them: what scores mean, how they are formatted, how recipes agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any

from bundle.metric import sign
from dashapp.language import N_, _, current

_PLAIN_LABELS = (N_("Look-alikes"), N_("Second opinion"), N_("Third opinion"))
"""What recipes without a label are called, by their place in the bundle."""

_LISTS = (N_("Style"), N_("Colour"), N_("Both"))
"""The labels of the lists that `build --lists` makes. They are translated, unlike a shop's own."""

_OTHER = N_("Choice")

_WORDS = {"very_close": N_("Very close"), "close": N_("Close")}
"""The manifest's names of the scores that a word asks for, the closest first, with that word."""

_OTHERWISE = N_("Related")

_NAMES = {word: name for name, word in _WORDS.items()} | {_OTHERWISE: "related"}

CLOSENESS = tuple(_NAMES.values())
"""What programs are told of how close a look-alike is, the closest first."""

_DECIMALS = 2
_MOST_DECIMALS = 6
"""Scores are stored with six decimals; showing more would be false precision."""


@dataclass(frozen=True)
class Metric:
    """The name of a score, as for a heading, and what it means, a sentence: both as messages to be said.

    `sign` is that of `bundle.metric`.
    """

    name: str
    meaning: str
    sign: int

    def number(self, score: str) -> str:
        """A score with its name and meaning: "Similarity 0.66: 1 is the same picture, …"."""
        return _("{metric} {score}: {meaning}", metric=_(self.name), score=score, meaning=_(self.meaning))


METRICS = {
    "cosine": Metric(
        N_("Similarity"), N_("1 is the same picture, and higher is more alike."), sign("cosine")
    ),
    "euclidean": Metric(
        N_("Distance"), N_("0 is the same picture, and smaller is closer."), sign("euclidean")
    ),
    "dot": Metric(
        N_("Dot product"), N_("higher is more alike, and there is no highest."), sign("dot")
    ),
}


@dataclass(frozen=True)
class ShownRecipe:
    """One recipe of the bundle.

    `called` is what visitors read where they choose between recipes: the shop's text, or a message. `again`
    tells it from another recipe that is called so too. `top` is how many look-alikes are shown at first,
    `decimals` how many decimals a score is shown with. `pairs` has shares of random pairs of products, in
    percent as text, each with the score that beats that share; the highest share first. `words` has messages
    for what look-alikes are called, each with the score from which on, the closest first. In a list whose
    best score does not reach `weak_below`, nothing is really alike; None if that was not measured.
    """

    name: str
    called: str
    description: str
    metric: Metric
    top: int
    decimals: int
    pairs: tuple[tuple[str, float], ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    weak_below: float | None = None
    again: str = ""

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any], *, label: str = "") -> ShownRecipe:
        """The recipe that an entry of the manifest's `recipes` describes.

        `label` is for an entry without its own. Distances and dot products have fewer `decimals` for large
        scores and more for small ones. Raises `LookupError`, `TypeError` or `ValueError` if the entry is
        broken.
        """
        metric = METRICS[entry["metric"]]
        decimals = int(entry.get("decimals", _DECIMALS))
        if entry["metric"] != "cosine" and entry["scores"]:
            decimals = _decimals_at(float(entry["scores"]["p50"]), around_one=decimals)
        closeness = {name: float(score) for name, score in entry.get("closeness", {}).items()}
        return cls(
            name=entry["name"],
            called=str(entry.get("label") or label or entry["name"]),
            description=entry.get("description", ""),
            metric=metric,
            top=int(entry["top"]),
            decimals=decimals,
            pairs=_pairs(entry.get("pairs", {})),
            words=tuple((word, closeness[name]) for name, word in _WORDS.items() if name in closeness),
            weak_below=closeness.get("weak_below"),
        )

    @property
    def label(self) -> str:
        """What visitors read where they choose between recipes."""
        return _(self.called) + self.again

    def shown(self, score: float) -> str:
        """A score as text. The same score is the same text on every page."""
        return current().formats.number(score, self.decimals)

    def closer_than(self, score: float) -> str:
        """The share of random pairs of products that are less close than `score`, in percent.

        It is the highest measured share that `score` reaches, so never too high; empty where that is less
        than half of the pairs, or where none was measured.
        """
        way = self.metric.sign
        return next((share for share, least in self.pairs if way * score >= way * least), "")

    def word(self, score: float) -> str:
        """How close a look-alike with this score is, in a word; empty if it is not alike, or not measured."""
        reached = self._reached(score)
        return _(reached) if reached else ""

    def closeness(self, score: float) -> str:
        """The same for programs: one of `CLOSENESS`; empty if it is not alike, or that was not measured."""
        return _NAMES.get(self._reached(score), "")

    def _reached(self, score: float) -> str:
        if self.weak_below is None or self.is_weak(score):
            return ""
        way = self.metric.sign
        return next((word for word, least in self.words if way * score >= way * least), _OTHERWISE)

    def is_weak(self, best: float) -> bool:
        """Whether nothing is really alike in a list with this best score. False if that was not measured."""
        way = self.metric.sign
        return self.weak_below is not None and way * best < way * self.weak_below


def shown_recipes(entries: Sequence[Mapping[str, Any]]) -> tuple[ShownRecipe, ...]:
    """The recipes of a manifest, each with a label that no other has.

    Those without a label are called after their place. Raises as `ShownRecipe.from_manifest` does.
    """
    recipes: list[ShownRecipe] = []
    for place, entry in enumerate(entries):
        plain = _PLAIN_LABELS[place] if place < len(_PLAIN_LABELS) else _OTHER
        recipe = ShownRecipe.from_manifest(entry, label=plain)
        taken = any(recipe.called == other.called for other in recipes)
        again = f" {place + 1}" if recipe.called == _OTHER else f" ({place + 1})" if taken else ""
        recipes.append(replace(recipe, again=again))
    return tuple(recipes)


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

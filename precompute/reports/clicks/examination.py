"""How much more often visitors look at the first places: estimated where a product was shown at several.

A click needs a look and a liking: in the position-based model (Craswell, Zoeter, Taylor and Ramsey 2008, "An
experimental comparison of click position-bias models") its chance is the place's times the product's. Where
one product of one list was shown at two places, the liking is the same, and the difference is the places'.
Filters, recipes and new builds move products, so this needs no experiment (Agarwal, Zaitsev, Wang, Li, Najork
and Joachims 2019, "Estimating position bias without intrusive interventions").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from precompute.evaluation.intervals import Estimate
from precompute.reports.clicks.reading import PLACES, Event

_MOST_KEPT = 2_000_000
"""The most ids of lists that are kept. Beyond that, half of the products are left out, by a hash."""

_EVERY = 2**32

_FEWEST_CLICKS = 25
"""How many clicks a place needs, on products that were shown at other places too."""

_STEPS = 30
_NORMAL_QUANTILE = 1.959963984540054


@dataclass(frozen=True)
class Examination:
    """How often places are looked at, each as a share of the first: `relative` by place, 1 first.

    `clicks` are those on products shown at several places, of `products` lists' products.
    """

    relative: dict[int, Estimate]
    clicks: int
    products: int


class Harvest:
    """The lists that were seen, each once with its number, and the clicks, by kind of list and product."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._below = _EVERY
        self._kept = 0
        self._views: dict[tuple[str, str], Counter[tuple[str, ...]]] = {}
        self._clicks: dict[tuple[str, str], Counter[tuple[str, int]]] = {}
        self._hashes: dict[tuple[str, str], int] = {}

    def add(self, event: Event, hashed: int) -> None:
        """Count an event of a list of a product with this hash, from 0 to 2³² − 1."""
        if hashed >= self._below or event.product is None:
            return
        key = (event.list, event.product)
        self._hashes[key] = hashed
        if event.place:
            clicks = self._clicks.setdefault(key, Counter())
            self._kept += (event.chosen, event.place) not in clicks
            clicks[event.chosen, event.place] += 1
        else:
            views = self._views.setdefault(key, Counter())
            if event.shown not in views:
                self._kept += len(event.shown)
            views[event.shown] += 1
        while self._kept > self._most and self._below > 1:
            self._halve()

    def examination(self, kind: str) -> Examination | None:
        """How often the places of a kind of list are looked at; None if too little says anything of it."""
        rows = self._rows(kind)
        return None if rows is None else _fitted(*rows)

    def _halve(self) -> None:
        self._below //= 2
        for key in [key for key, hashed in self._hashes.items() if hashed >= self._below]:
            del self._hashes[key]
            self._views.pop(key, None)
            self._clicks.pop(key, None)
        self._kept = sum(len(shown) for views in self._views.values() for shown in views)
        self._kept += sum(map(len, self._clicks.values()))

    def _rows(self, kind: str) -> tuple[np.ndarray, np.ndarray] | None:
        """What can be compared: (r, 4) list, pair, place and clicks, and (r,) how often shown."""
        found: list[tuple[int, int, int, int]] = []
        shown_often: list[int] = []
        pair = 0
        for number, (key, clicks) in enumerate(self._clicks.items()):
            if key[0] != kind:
                continue
            chosen = {product for product, _ in clicks}
            shown: Counter[tuple[str, int]] = Counter()
            for ids, count in self._views.get(key, Counter()).items():
                for place, product in enumerate(ids, start=1):
                    if product in chosen:
                        shown[product, place] += count
            places: dict[str, list[int]] = {}
            for product, place in shown:
                places.setdefault(product, []).append(place)
            for product, several in places.items():
                if len(several) < 2:
                    continue
                for place in several:
                    found.append((number, pair, place, clicks[product, place]))
                    shown_often.append(shown[product, place])
                pair += 1
        if not found:
            return None
        return np.array(found, np.int64), np.array(shown_often, np.float64)


def _fitted(rows: np.ndarray, shown: np.ndarray) -> Examination | None:
    """Maximum likelihood of the places, given how many clicks each pair of products got in all.

    With that given, the likings cancel (Chamberlain 1980, "Analysis of covariance with qualitative data"): a
    pair's clicks fall on its places as how often it was shown there times how often that place is looked at.
    Intervals allow for what is common to one list (a sandwich over lists).
    """
    rows, shown = _comparable(rows, shown)
    if not len(rows):
        return None
    lists, pairs = (np.unique(rows[:, column], return_inverse=True)[1] for column in (0, 1))
    places, place = np.unique(rows[:, 2], return_inverse=True)
    clicks, count = rows[:, 3].astype(np.float64), len(places)
    in_all = np.bincount(pairs, clicks)[pairs]
    logs = np.zeros(count)
    for _ in range(_STEPS):
        weights = shown * np.exp(logs[place])
        shares = weights / np.bincount(pairs, weights)[pairs]
        score = np.bincount(place, clicks - in_all * shares)
        expected = in_all * shares
        spread = _summed(np.sqrt(in_all) * shares, pairs, place)
        information = np.diag(np.bincount(place, expected)) - (spread.T @ spread).toarray()
        # The first place is 1 by definition.
        step = np.zeros(count)
        step[1:] = np.linalg.lstsq(information[1:, 1:], score[1:], rcond=None)[0]
        logs += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    scores = _summed(clicks - in_all * shares, lists, place).toarray()[:, 1:]
    inverse = np.linalg.pinv(information[1:, 1:])
    errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    number = len(scores)
    relative = {1: Estimate(1.0, 1.0, 1.0, number)}
    for each, log, error in zip(places[1:], logs[1:], errors, strict=True):
        low, high = (float(np.exp(log + sign * _NORMAL_QUANTILE * error)) for sign in (-1, 1))
        relative[int(each)] = Estimate(float(np.exp(log)), low, high, number)
    return Examination(relative, int(clicks.sum()), number)


def _summed(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> csr_array:
    """A sparse matrix with the sums of the values (r,) that are given for each row and column."""
    return coo_array((values, (rows, columns)), shape=(rows.max() + 1, columns.max() + 1)).tocsr()


def _comparable(rows: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows whose places have enough clicks and can be compared, by steps, with the first; maybe none."""
    while len(rows):
        clicks = np.bincount(rows[:, 2], rows[:, 3], minlength=PLACES + 1)
        kept = (clicks >= _FEWEST_CLICKS) & _reached(rows)
        several = np.bincount(rows[:, 1], kept[rows[:, 2]])
        clicked = np.bincount(rows[:, 1], rows[:, 3] * kept[rows[:, 2]])
        keep = kept[rows[:, 2]] & (several[rows[:, 1]] > 1) & (clicked[rows[:, 1]] > 0)
        if keep.all():
            break
        rows, shown = rows[keep], shown[keep]
    return rows, shown


def _reached(rows: np.ndarray) -> np.ndarray:
    """Whether a chain of products leads from the first place to each: (PLACES + 1,) bool."""
    reached = np.zeros(PLACES + 1, bool)
    reached[1] = True
    while True:
        touched = np.bincount(rows[:, 1], reached[rows[:, 2]]) > 0
        grown = reached | (np.bincount(rows[:, 2], touched[rows[:, 1]], minlength=PLACES + 1) > 0)
        if (grown == reached).all():
            return reached
        reached = grown

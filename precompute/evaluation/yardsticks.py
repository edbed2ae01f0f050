"""Yardsticks of lists: pure functions that give each product a value, or count how often it is shown.

Lists are `rows` (q, k), int: each has the places of its entries, best first. Labels are texts by place, `""`
where there is none. The value of a product that cannot be judged is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

CUTS = (1, 5, 10)
"""How many of the first entries count."""

LABEL_MEMBERS = 2
"""How many products have each value of a fact on average, at least, if the fact is to be compared."""


def precision(
    rows: np.ndarray, labels: Sequence[str], *, cut: int, own: Sequence[str] | None = None
) -> np.ndarray:
    """The share of the first `cut` entries that have the list's own label: (q,) float64.

    `labels` are those of all products that entries name; `own` has those of the lists, `labels` itself where
    it is left out, since each product has a list then and no place in it (leave-one-out). NaN where there is
    no label or no other product has it, for all where there is but one label, and where lists are shorter.

    With classes as labels this is the precision by class, with the main colour of each product the share of
    colour; with the product of each picture, and `cut` 1, whether the product's other picture comes first.
    """
    if cut > rows.shape[1] or len(set(labels)) < 2:
        return np.full(len(rows), np.nan)
    codes, names = label_codes(labels)
    members = np.bincount(codes[codes >= 0], minlength=len(names))
    if own is None:
        own_codes, needed = codes, 2
    else:
        places = {name: place for place, name in enumerate(names)}
        own_codes, needed = np.array([places.get(label, -1) for label in own], np.int64), 1
    judged = own_codes >= 0
    judged[judged] = members[own_codes[judged]] >= needed
    found = np.full(len(rows), np.nan)
    found[judged] = (codes[rows[judged, :cut]] == own_codes[judged, np.newaxis]).mean(axis=1)
    return found


def facts_shared(rows: np.ndarray, facts: Sequence[Mapping[str, str]], *, cut: int) -> np.ndarray:
    """The share of a product's facts that an entry has as well, over the first `cut` entries: (n,) float64.

    `facts` has each product's, such as {"material": "oak"}. Facts that hardly two products share, such as an
    article's number, do not count; neither does one whose value is the same for all.
    """
    total, count = np.zeros(len(rows)), np.zeros(len(rows))
    for values in fact_labels(facts).values():
        shares = precision(rows, values, cut=cut)
        judged = ~np.isnan(shares)
        total[judged] += shares[judged]
        count += judged
    found = np.full(len(rows), np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found


def fact_labels(facts: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Each fact that can be compared, by name, with its value for each product, `""` for none."""
    found = {}
    for name in sorted({name for some in facts for name in some}):
        values = [some.get(name, "") for some in facts]
        given = [value for value in values if value]
        if len(given) >= LABEL_MEMBERS * len(set(given)):
            found[name] = values
    return found


def list_frequency(rows: np.ndarray, *, cut: int, count: int) -> np.ndarray:
    """In how many lists each of `count` products is among the first `cut` entries, N_cut: (count,) int."""
    return np.bincount(rows[:, :cut].ravel(), minlength=count)


def skewness(frequency: np.ndarray) -> float:
    """The skewness of the numbers of lists that products are in; hubs make it large.

    Radovanović, Nanopoulos and Ivanović 2010, “Hubs in space”, equation 1: the third standardised moment; 0
    where all products are in equally many.
    """
    return float(skewness_of_moments(moments(frequency).mean(axis=0, keepdims=True))[0])


def moments(frequency: np.ndarray) -> np.ndarray:
    """The first three powers of the numbers of lists, (n, 3): their means are enough for the skewness."""
    return np.stack([frequency.astype(float) ** power for power in (1, 2, 3)], axis=1)


def skewness_of_moments(means: np.ndarray) -> np.ndarray:
    """The skewness of each row of three raw moments: (b, 3) to (b,)."""
    first, second, third = means.T
    variance = np.maximum(second - first**2, 0.0)
    central = third - 3 * first * second + 2 * first**3
    found = np.zeros(len(means))
    np.divide(central, variance**1.5, out=found, where=variance > 1e-12)
    return found


def unreached(frequency: np.ndarray) -> np.ndarray:
    """Which products are in no list: (n,) float64, 1 for these and 0 for the others."""
    found: np.ndarray = frequency == 0
    return found.astype(float)


def in_the_list(rows: np.ndarray, place: int, *, cut: int) -> np.ndarray:
    """Which lists have the product at `place` among their first `cut` entries: (q,) float64, 0 or 1."""
    found: np.ndarray = (rows[:, :cut] == place).any(axis=1)
    return found.astype(float)


def label_codes(labels: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Each label's number, −1 for none, (n,) int64, and the labels by number."""
    names = sorted(set(labels) - {""})
    places = {name: place for place, name in enumerate(names)}
    return np.array([places.get(label, -1) for label in labels], np.int64), names


def clicked_found(rows: np.ndarray, clicks: np.ndarray, *, cut: int) -> np.ndarray:
    """The share of the clicks in a product's lists that were on the first `cut` of its `rows`: (q,) float64.

    `clicks` (m, 3) int64 have the place of the list's product, that of the product clicked, and how often.
    NaN for a product in whose lists nothing was clicked, and for all where lists are shorter.
    """
    found = np.full(len(rows), np.nan)
    if cut > rows.shape[1] or not len(clicks):
        return found
    lists, chosen, count = clicks.T
    hits = (rows[lists, :cut] == chosen[:, np.newaxis]).any(axis=1)
    total = np.bincount(lists, count, minlength=len(rows))
    judged = total > 0
    found[judged] = np.bincount(lists, hits * count, minlength=len(rows))[judged] / total[judged]
    return found

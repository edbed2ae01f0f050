"""The lists that a search gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bundle import Neighbour
from bundle.format import encode_lists


@dataclass(frozen=True)
class NeighbourLists:
    """The lists of all products: `rows` (n, k), int32, and `scores` (n, k), float64, best first.

    Row i belongs to `ids[i]`, and so does an entry i of `rows`; `ids` is sorted. `search` says for the
    manifest how they were found: the `engine`, "exact" or "approximate", and the `index`, the `recall`
    and the number of products in the `sample` it was measured on where it was approximate.
    """

    ids: list[str]
    rows: np.ndarray
    scores: np.ndarray
    search: dict[str, Any] = field(default_factory=lambda: {"engine": "exact"})

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each product's id with its line of a neighbours file, by id."""
        return encode_lists(self.ids, map(np.ndarray.tolist, self.rows), map(np.ndarray.tolist, self.scores))

    def __iter__(self) -> Iterator[tuple[str, list[Neighbour]]]:
        """Each product's id with its list, by id."""
        for product_id, rows, scores in zip(self.ids, self.rows, self.scores, strict=True):
            names = map(self.ids.__getitem__, rows.tolist())
            yield product_id, list(map(Neighbour, names, scores.tolist()))

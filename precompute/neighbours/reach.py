"""Gives products that no list has a place at the end of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bundle.format import encode_string
from bundle.metric import sign
from precompute.neighbours.lists import NeighbourLists


@dataclass(frozen=True)
class Reach:
    """Entries after the last one of lists: `products` (e,), `hosts` (e,), in whose lists, and `scores` (e,).

    The numbers are places in `NeighbourLists.ids`. Entries of one host are in their order, best first.
    """

    products: np.ndarray
    hosts: np.ndarray
    scores: np.ndarray

    @property
    def longest(self) -> int:
        """The most entries that one list gets."""
        return int(np.bincount(self.hosts).max()) if len(self.hosts) else 0


def out_of_reach(lists: NeighbourLists) -> np.ndarray:
    """The places of the products that no list has: (e,) int64."""
    frequency = np.bincount(lists.rows.ravel(), minlength=len(lists.ids))
    return np.flatnonzero(frequency == 0) if lists.rows.shape[1] else np.empty(0, np.int64)


def find_reach(lists: NeighbourLists, *, metric: str) -> Reach:
    """A place for each product that no list has: in the list of the product that it is nearest to.

    That one is the first of its own list, with the same score, since scores are symmetric. So no vector is
    compared again, and the result depends on the lists alone, however they were found.
    """
    products = out_of_reach(lists)
    if not len(products):
        return Reach(products, products, np.empty(0))
    hosts, scores = lists.rows[products, 0].astype(np.int64), lists.scores[products, 0]
    order = np.lexsort((products, -sign(metric) * scores, hosts))
    return Reach(products[order], hosts[order], scores[order])


def lines_with_reach(lists: NeighbourLists, reach: Reach) -> Iterator[tuple[str, bytes]]:
    """`NeighbourLists.lines`, with the further entries at the ends of the lines that get some."""
    tails: dict[str, str] = {}
    for product, host, score in zip(
        reach.products.tolist(), reach.hosts.tolist(), reach.scores.tolist(), strict=True
    ):
        host_id, entry = lists.ids[host], f", [{encode_string(lists.ids[product])}, {score:.6f}]"
        tails[host_id] = tails.get(host_id, "") + entry
    for product_id, line in lists.lines():
        tail = tails.get(product_id)
        yield product_id, line if tail is None else line[:-1] + tail.encode() + b"]"

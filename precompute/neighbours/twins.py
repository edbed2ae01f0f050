"""Groups products with near-duplicate pictures: the same file, saved again, or resized.

Pixels decide whether two pictures are the same, not embeddings: two colours of one clock have a cosine of
0.985 under the default recipe, but a photo and its low-quality copy only 0.86.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bundle import Product
from pictures.signature import TOLERANCE
from precompute.neighbours import NeighbourLists

_COMPARED_AT_ONCE = 1 << 24


def with_twins(products: Sequence[Product], lists: NeighbourLists, signatures: np.ndarray) -> list[Product]:
    """The products, each with the id of its group's first product as `twins`; empty if it has no twins.

    Two products are compared if one is in the other's list, or if they have the same file as first picture.
    All products of a group match its first one in the catalogue's order, so no chain of small differences
    joins pictures that look different. `signatures` (n, …), uint8, are those of the products' first pictures
    (`pictures.signature`), in the order of `products`.
    """
    by_picture: dict[str, int] = {}
    # Of each product, the place of the first one with the same file.
    firsts = [by_picture.setdefault(product.images[0].id, place) for place, product in enumerate(products)]
    heads: dict[int, int] = {}
    for one, other in _same_pictures(products, lists, signatures, np.array(firsts)):
        if heads.get(one, one) == one and other not in heads:
            heads[one] = heads[other] = one
    groups = [heads.get(first, first) for first in firsts]
    several = np.bincount(groups, minlength=len(products)) > 1
    own = (products[head].id if several[head] else "" for head in groups)
    return [
        product if product.twins == twins else replace(product, twins=twins)
        for product, twins in zip(products, own, strict=True)
    ]


def twin_groups(products: Sequence[Product]) -> list[list[str]]:
    """The ids of each group of twins, groups and products in the catalogue's order."""
    groups: dict[str, list[str]] = defaultdict(list)
    for product in products:
        if product.twins:
            groups[product.twins].append(product.id)
    return list(groups.values())


def _same_pictures(
    products: Sequence[Product], lists: NeighbourLists, signatures: np.ndarray, firsts: np.ndarray
) -> list[list[int]]:
    """Pairs of files that show the same picture, as the places of the first products of both, ascending."""
    place_of = {product.id: place for place, product in enumerate(products)}
    places = np.array([place_of[name] for name in lists.ids])
    looks = signatures.reshape(len(products), -1)
    found = []
    step = max(1, _COMPARED_AT_ONCE // (looks.shape[1] * max(1, lists.rows.shape[1])))
    for begin in range(0, len(lists.ids), step):
        rows, entries = places[begin : begin + step], places[lists.rows[begin : begin + step]]
        own, others = looks[rows, np.newaxis], looks[entries]
        # Differences in uint8 would wrap around below zero, so the smaller is subtracted from the larger.
        near = ((np.maximum(own, others) - np.minimum(own, others)).max(axis=2, initial=0)) <= TOLERANCE
        row, column = np.nonzero(near)
        pair = np.stack([firsts[rows[row]], firsts[entries[row, column]]], axis=1)
        found.append(np.sort(pair[pair[:, 0] != pair[:, 1]], axis=1))
    pairs: list[list[int]] = np.unique(np.concatenate(found), axis=0).tolist() if found else []
    return pairs

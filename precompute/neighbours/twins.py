"""Groups products with near-duplicate pictures: the same file, saved again, or resized.

Pixels decide whether two pictures are the same, not embeddings: two colours of one clock have a cosine of
0.985 under the default recipe, but a photo and its low-quality copy only 0.86.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from bundle import Product
from pictures.signature import TOLERANCE
from precompute.neighbours import NeighbourLists

_COMPARED_AT_ONCE = 1 << 24


def with_twins(
    products: Sequence[Product], lists: NeighbourLists, signatures: Mapping[str, np.ndarray]
) -> list[Product]:
    """The products, each with the id of its group's first product as `twins`; empty if it has no twins.

    Two products are compared if one is in the other's list, or if they have the same file as first picture.
    All products of a group match its first one in the catalogue's order, so no chain of small differences
    joins pictures that look different. `signatures` has the pictures' signatures (`pictures.signature`) by
    image id.
    """
    firsts: dict[str, Product] = {}
    for product in products:
        firsts.setdefault(product.images[0].id, product)
    places = {product.id: place for place, product in enumerate(products)}
    head: dict[str, str] = {}
    for one, other in _same_pictures(products, lists, signatures, firsts, places):
        if head.get(one, one) == one and other not in head:
            head[one] = head[other] = one
    groups: dict[str, list[str]] = defaultdict(list)
    for product in products:
        first = firsts[product.images[0].id].id
        groups[head.get(first, first)].append(product.id)
    twins = {name: first for first, names in groups.items() if len(names) > 1 for name in names}
    return [
        product if product.twins == (own := twins.get(product.id, "")) else replace(product, twins=own)
        for product in products
    ]


def twin_groups(products: Sequence[Product]) -> list[list[str]]:
    """The ids of each group of twins, groups and products in the catalogue's order."""
    groups: dict[str, list[str]] = defaultdict(list)
    for product in products:
        if product.twins:
            groups[product.twins].append(product.id)
    return list(groups.values())


def _same_pictures(
    products: Sequence[Product],
    lists: NeighbourLists,
    signatures: Mapping[str, np.ndarray],
    firsts: Mapping[str, Product],
    places: Mapping[str, int],
) -> list[tuple[str, str]]:
    """Pairs of files that show the same picture, as the first products of both, in the catalogue's order."""
    by_id = {product.id: product for product in products}
    first = np.array([places[firsts[by_id[name].images[0].id].id] for name in lists.ids], np.int64)
    looks = np.stack([signatures[by_id[name].images[0].id] for name in lists.ids]).reshape(len(lists.ids), -1)
    found = []
    step = max(1, _COMPARED_AT_ONCE // (looks.shape[1] * max(1, lists.rows.shape[1])))
    for begin in range(0, len(lists.ids), step):
        rows = lists.rows[begin : begin + step]
        own, others = looks[begin : begin + step, np.newaxis], looks[rows]
        # Differences in uint8 would wrap around below zero, so the smaller is subtracted from the larger.
        near = ((np.maximum(own, others) - np.minimum(own, others)).max(axis=2, initial=0)) <= TOLERANCE
        row, column = np.nonzero(near)
        pair = np.stack([first[begin + row], first[rows[row, column]]], axis=1)
        found.append(np.sort(pair[pair[:, 0] != pair[:, 1]], axis=1))
    pairs = np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 2), int)
    return [(products[one].id, products[other].id) for one, other in pairs.tolist()]

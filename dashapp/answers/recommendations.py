"""Recommends products to someone who likes some others, by blending their look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bundle import Bundle, Product
from dashapp.answers.fusion import K, fused
from dashapp.answers.look_alikes import folded, groups_of

LESS = -1 / 3
"""The weight of a list that is subtracted: a product at the top of both lists falls to about the 30th place.
From half of the weight on, nearly all products in both lists would fall behind all others."""

MOST_LIKES = 20
"""Recommendations are made from at most this many products; further ones are ignored."""

HALVED_AFTER = 5
"""A product's weight halves after this many more products were viewed."""

_BLOCK = 60
"""How many of the best are looked up at a time, until there are enough separate cards."""

_NAMED = 2
"""How many liked products a recommendation names as its reason."""


@dataclass(frozen=True)
class Recommendation:
    """A recommended product, its near-duplicates, and the liked products that it is closest to."""

    product: Product
    variants: tuple[Product, ...]
    because: tuple[Product, ...]


def fading(count: int) -> list[float]:
    """Weights for viewed products, latest first: each counts half as much as the one five views later."""
    return [0.5 ** (place / HALVED_AFTER) for place in range(count)]


def recommendations(
    bundle: Bundle,
    *,
    likes: Sequence[Product],
    weights: Sequence[float],
    less: Sequence[Product] = (),
    recipe: str,
    count: int,
    seen: bool = False,
) -> list[Recommendation]:
    """The `count` best recommendations for someone who likes `likes`, best first.

    The stored lists of the liked products are blended with their weights by `dashapp.answers.fusion`, and
    those of the products in `less` are subtracted. Products whose score is then not positive are not
    recommended, nor are those in `less`. Unless `seen`, the liked products and their near-duplicates are left
    out too.

    Raises `KeyError` for an unknown recipe and `BundleError` if a list cannot be read.
    """
    lists = {
        each.id: [entry.id for entry in bundle.neighbours(each.id, recipe=recipe)] for each in (*likes, *less)
    }
    rankings = [(lists[each.id], weight) for each, weight in zip(likes, weights, strict=True)]
    rankings += [(lists[each.id], LESS) for each in less]
    gone = {each.id for each in less} | (set() if seen else {each.id for each in likes})
    best = [each for each, score in fused(rankings) if score > 0 and each not in gone]
    known = frozenset() if seen else frozenset().union(*map(groups_of, likes))
    candidates: list[Product] = []
    groups: list[list[Product]] = []
    for start in range(0, len(best), _BLOCK):
        block = bundle.products(best[start : start + _BLOCK])
        candidates += [each for each in block if known.isdisjoint(groups_of(each))]
        groups = folded(candidates)
        if len(groups) >= count:
            break
    places = {each.id: {other: rank for rank, other in enumerate(lists[each.id], start=1)} for each in likes}
    found = []
    for first, *variants in groups[:count]:
        pulls = [
            (weight / (K + places[liked.id][first.id]), liked)
            for liked, weight in zip(likes, weights, strict=True)
            if first.id in places[liked.id]
        ]
        pulls.sort(key=lambda pull: -pull[0])
        because = tuple(liked for _, liked in pulls[:_NAMED])
        found.append(Recommendation(first, tuple(variants), because))
    return found

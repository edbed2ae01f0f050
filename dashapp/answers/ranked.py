"""Prepares a ranked list for a page: filters it, counts it, and folds near-duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bundle import Bundle, Facets, Neighbour, Product
from bundle.search.query import Filters
from dashapp.answers.look_alikes import LookAlike, folded, groups_of


@dataclass(frozen=True)
class Ranked:
    """The filtered and folded part of a ranked list.

    Of the `listed` products, `admitted` pass the filters, and folding left `longest` entries; `shown` has the
    first of these. `best` is the best score of all `listed`, None without any. `facets` counts the remaining
    choices of filters.
    """

    shown: tuple[LookAlike, ...]
    longest: int
    admitted: int
    listed: int
    best: float | None
    facets: Facets


def ranked(
    bundle: Bundle, entries: Sequence[Neighbour], *, filters: Filters, count: int, but: Product | None = None
) -> Ranked:
    """The first `count` products of `entries` (best first) that pass the filters.

    Unknown ids are ignored, and so are the product `but` and its near-duplicates.
    """
    scores = dict(entries)
    own = (groups_of(but) | {("id", but.id)}) if but else frozenset()
    among = [
        other.id for other in bundle.products(scores) if own.isdisjoint(groups_of(other) | {("id", other.id)})
    ]
    admitted = bundle.products_among(among, filters)
    groups = folded(admitted)
    return Ranked(
        shown=tuple(
            LookAlike(first, scores[first.id], tuple(variants)) for first, *variants in groups[:count]
        ),
        longest=len(groups),
        admitted=len(admitted),
        listed=len(among),
        best=scores[among[0]] if among else None,
        facets=bundle.facets_among(among, filters),
    )

"""A ranked list of products as a page shows it: filtered, counted, near-identical products as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bundle import Bundle, Facets, Neighbour, Product
from bundle.query import Filters
from dashapp.answers.look_alikes import LookAlike, folded, groups_of


@dataclass(frozen=True)
class Ranked:
    """What is left of a ranked list.

    `listed` products were looked at, `admitted` of them are what the filters want, and folding made
    `longest` entries of these; `shown` has the first. `facets` count what else could be filtered by.
    """

    shown: tuple[LookAlike, ...]
    longest: int
    admitted: int
    listed: int
    facets: Facets


def ranked(
    bundle: Bundle, entries: Sequence[Neighbour], *, filters: Filters, count: int, but: Product | None = None
) -> Ranked:
    """The first `count` products of `entries` (best first) that the filters want.

    Ids that the bundle does not hold do not count, and neither does the product `but` with what is all but
    the same as it.
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
        facets=bundle.facets_among(among, filters),
    )

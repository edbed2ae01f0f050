"""What a search finds: the products, and their order, of which only the page that is shown is made."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from pyroaring import BitMap


class SearchHits(Protocol):
    """The products that a search finds."""

    @property
    def members(self) -> BitMap:
        """Their positions."""

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, best first, from the `offset`-th on."""


class InCatalogueOrderHits:
    """Found products in the catalogue's order."""

    def __init__(self, members: BitMap) -> None:
        self._members = members

    @property
    def members(self) -> BitMap:
        """Their positions."""
        return self._members

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, from the `offset`-th on."""
        return list((members & self._members)[offset : offset + limit])


class InGivenOrder:
    """Products that are found in an order that is there already."""

    def __init__(self, positions: Sequence[int]) -> None:
        self._positions = positions
        self._members = BitMap(array("I", positions))

    @property
    def members(self) -> BitMap:
        """Their positions."""
        return self._members

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, from the `offset`-th on."""
        return list(islice(filter(members.__contains__, self._positions), offset, offset + limit))

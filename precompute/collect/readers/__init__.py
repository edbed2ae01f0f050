"""What the answers of a source hold: products, and further addresses to ask.

Each kind of source has a reader. A reader asks nothing itself and remembers nothing: it is a function from an
answer to what stands in it, so that what it read can be kept and need not be read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from precompute.sources import LeftOut, Record

if TYPE_CHECKING:
    from scrapy.http import Response

VERSION = 2
"""Of what the readers find: to be raised with each change of it, so that pages are read anew."""


class Unreadable(Exception):
    """An answer that is not what was asked for. Its text is the reason, as reports give it."""


@dataclass(frozen=True)
class Ask:
    """An address to be asked, and what for.

    `role` is the reader's word for it. `place` decides where its products stand in the catalogue, whatever
    the order of the answers; `depth` counts the links from the first page; the smallest `urgency` comes
    first.
    """

    url: str
    role: str
    place: str = ""
    depth: int = 0
    urgency: int = 0


@dataclass(frozen=True)
class Found:
    """What stands in an answer: products, what to ask next, and what is true of all products.

    `products` is how many the source says it has in all, where it says so; `notes` are for `complete`.
    """

    entries: Iterable[Record | LeftOut] = ()
    asks: tuple[Ask, ...] = ()
    products: int | None = None
    notes: dict[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """Reads the answers of one kind of source.

    `names_by_address` says whether a product without a number of its own is called by its address.
    """

    names_by_address: bool

    def read(self, ask: Ask, response: Response) -> Found:
        """What stands in the answer. Raises `Unreadable` where it is something else."""

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """The record with what the notes of all answers tell of it."""

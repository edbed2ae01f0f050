"""Reads the answers of a source: their products, and further targets to fetch.

Each kind of source has a reader. A reader fetches nothing and has no state: it is a function from an answer
to its content. So results can be kept, and no answer needs to be read twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from precompute.sources import LeftOut, Record

if TYPE_CHECKING:
    from scrapy.http import Response

VERSION = 2
"""The version of the readers' results. Raise it with each change, so that pages are read again."""


class Unreadable(Exception):
    """An answer that is not what was requested. Its text is the reason, for reports."""


@dataclass(frozen=True)
class Target:
    """An address to fetch, and its purpose.

    `role` is the reader's name for the purpose. `place` decides the position of its products in the
    catalogue, whatever the order of the answers. `depth` counts the links from the first page. Targets with
    the smallest `urgency` are fetched first.
    """

    url: str
    role: str
    place: str = ""
    depth: int = 0
    urgency: int = 0


@dataclass(frozen=True)
class Found:
    """The content of an answer: products, further targets, and notes about all products.

    `products` is the source's own total number of products, if it gives one. `notes` are for `complete`.
    """

    entries: Iterable[Record | LeftOut] = ()
    targets: tuple[Target, ...] = ()
    products: int | None = None
    notes: dict[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """Reads the answers of one kind of source.

    `names_by_address` says whether a product without an id gets its address as id.
    """

    names_by_address: bool

    def read(self, target: Target, response: Response) -> Found:
        """Read an answer. Raises `Unreadable` if it is something else."""

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """The record completed with the notes of all answers."""

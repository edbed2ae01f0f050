"""Describes a shop system that lists its products for programs, with helpers for their readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from precompute.collect.readers import Reader, Target, Unreadable
from precompute.collect.readers.json_text import NoJsonError, read_json_of
from precompute.sources import LeftOut

if TYPE_CHECKING:
    from scrapy.http import Response


class ListReader(Reader, Protocol):
    """Reads the list of a shop, page by page."""

    def first(self) -> Target:
        """The first page of the list."""

    def about(self) -> Target | None:
        """A further target with facts about all products; None if there is none."""


@dataclass(frozen=True)
class Platform:
    """A shop system.

    `name` is its value for `--source`. In messages, `shop` names a shop of this system, and `list` its
    product list. `mark` occurs, in lower case, on the start page of most such shops. If an address matches
    `part`, only that part of the shop is read. Every product in the list has `fields`, which recognise a list
    that is fetched directly. `reader` makes the reader for the shop, or the part of it, at an address.
    """

    name: str
    shop: str
    list: str
    mark: bytes
    part: re.Pattern[str]
    fields: frozenset[str]
    reader: Callable[[str], ListReader]

    @property
    def what(self) -> str:
        """A description for `--source`: "a Shopify shop, by its /products.json"."""
        return f"{self.shop}, by its {self.list}"

    def has_made(self, content: Any) -> bool:
        """Whether parsed JSON is a page of this system's list."""
        products = content.get("products") if isinstance(content, dict) else content
        first = products[0] if isinstance(products, list) and products else None
        return isinstance(first, dict) and self.fields <= set(first)


def json_of(response: Response) -> Any:
    """The JSON of an answer. Raises `Unreadable` if it is not JSON."""
    try:
        return read_json_of(response.body)
    except NoJsonError as error:
        what = "an HTML page" if b"<html" in response.body[:2000].lower() else f"not JSON ({error})"
        raise Unreadable(f"it is {what}") from None


def things_in(values: Iterable[Any], url: str) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """The entries of a list that can be products, and a report about the others."""
    things: list[dict[str, Any]] = []
    others = 0
    for value in values:
        if isinstance(value, dict):
            things.append(value)
        else:
            others += 1
    verb = "is not a product" if others == 1 else "are not products"
    return things, [LeftOut(url, f"{others:,} of its entries {verb}")] if others else []

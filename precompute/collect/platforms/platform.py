"""What there is to know of a shop system that lists its products for programs; what their readers share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from precompute.collect.readers import Ask, Reader, Unreadable
from precompute.collect.readers.json_text import NoJsonError, read_json_of
from precompute.sources import LeftOut

if TYPE_CHECKING:
    from scrapy.http import Response


class ListReader(Reader, Protocol):
    """Reads the list of a shop, page by page."""

    def first(self) -> Ask:
        """The first page of the list."""

    def about(self) -> Ask | None:
        """What is to be asked besides, as it is true of all products; None where there is nothing."""


@dataclass(frozen=True)
class Platform:
    """A shop system.

    `name` is what `--source` forces it with, `shop` what a sentence calls a shop of it, and `list` what it
    calls the list of its products. `mark` is what the start page of most of its shops holds, in lower case.
    `part` is what the path of an address holds that stands for a part of a shop: that part's list is read
    then. `fields` are those that every product of the list has, by which a list is known that is asked for
    directly. `reader` makes the reader of the shop, or the part of it, that an address stands for.
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
        """What it is, for those who choose: "a Shopify shop, by its /products.json"."""
        return f"{self.shop}, by its {self.list}"

    def has_made(self, content: Any) -> bool:
        """Whether parsed JSON is a page of its list."""
        products = content.get("products") if isinstance(content, dict) else content
        first = products[0] if isinstance(products, list) and products else None
        return isinstance(first, dict) and self.fields <= set(first)


def json_of(response: Response) -> Any:
    """The JSON of an answer. Raises `Unreadable` where it is none."""
    try:
        return read_json_of(response.body)
    except NoJsonError as error:
        what = "a page of HTML" if b"<html" in response.body[:2000].lower() else f"no JSON ({error})"
        raise Unreadable(f"it is {what}") from None


def things_in(values: Iterable[Any], url: str) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """Those of a list's entries that can be products, and a word on the others."""
    things: list[dict[str, Any]] = []
    others = 0
    for value in values:
        if isinstance(value, dict):
            things.append(value)
        else:
            others += 1
    verb = "is not a product" if others == 1 else "are not products"
    return things, [LeftOut(url, f"{others:,} of its entries {verb}")] if others else []

"""What can be asked of a catalogue (words, filters and an order), and the counts in its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bundle.format import Product

_BETWEEN = " > "

SORTS = ("name", "price", "price-down", "popularity", "shuffle")
"""The sort orders besides the default, which is best match first or the catalogue's order."""


@dataclass(frozen=True)
class Filters:
    """Which products are wanted; all by default.

    `category` includes everything below it. A product needs only one of several `brands`, `tags` or
    `colours`. `in_stock` leaves out products that are not in stock or do not say; `on_sale` leaves out those
    without a higher former price. `lowest` and `highest` bound the price, both included, in `currency`. An
    empty `currency` means the catalogue's most frequent one, as prices in different currencies cannot be
    compared.
    """

    category: str = ""
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    in_stock: bool = False
    on_sale: bool = False
    lowest: float | None = None
    highest: float | None = None
    currency: str = ""

    def admit(self, product: Product) -> bool:
        """Whether a product is one of those wanted. Without a `currency`, a price counts in the product's."""
        wanted = category_path(self.category)
        return (
            category_path(product.category)[: len(wanted)] == wanted
            and (not self.brands or product.brand in self.brands)
            and (not self.tags or not set(self.tags).isdisjoint(product.tags))
            and (not self.colours or not set(self.colours).isdisjoint(product.colours))
            and (not self.in_stock or product.in_stock is True)
            and (not self.on_sale or product.saving > 0)
            and self._admit_price(product)
        )

    def _admit_price(self, product: Product) -> bool:
        if self.currency and (product.price is None or product.currency != self.currency):
            return False
        if self.lowest is None and self.highest is None:
            return True
        if product.price is None:
            return False
        above = self.lowest is None or product.price >= self.lowest
        return above and (self.highest is None or product.price <= self.highest)


@dataclass(frozen=True)
class Query:
    """The products that are wanted, and their order.

    `search` is what a person typed: each of its words must be a colour of the product, or begin a word of
    its title, brand, category, tags or facts; or the whole begins its id. Words that no product has are
    taken for others, unless the query is `exact`. `sort` is one of `SORTS`, or empty for the best match
    first where there is a search, and else for the catalogue's order; `seed` decides on the order of a
    shuffle. `colour_names` are what the person calls colours, each with its name in `bundle.format.COLOURS`.
    """

    search: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: str = ""
    seed: int = 0
    exact: bool = False
    colour_names: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.sort and self.sort not in SORTS:
            raise ValueError(f"Expected sort to be one of {', '.join(SORTS)}. Received: {self.sort!r}.")


class Value(NamedTuple):
    """One value that products can be filtered by, and how many products would be left."""

    name: str
    products: int


class PriceRange(NamedTuple):
    """The lowest and the highest price there is, and their currency."""

    lowest: float
    highest: float
    currency: str


@dataclass(frozen=True)
class Facets:
    """What the products of a query can be filtered by, with the number of products for each choice.

    The counts of one kind hold under the search and all filters of the other kinds: they say what choosing
    that value instead would give. `categories` are paths, parents among them, by name; `colours` are in
    their own order; the others have the most frequent first. Values without a product are left out.
    `in_stock` counts the products in stock, `on_sale` those on sale; `prices` is None where no product has a
    price in the currency that counts.

    The long lists are counted when they are looked at. `below` gives the categories directly below one, or
    below "" the widest, and counts only these.
    """

    categories: Sequence[Value] = ()
    brands: Sequence[Value] = ()
    tags: Sequence[Value] = ()
    colours: tuple[Value, ...] = ()
    currencies: tuple[Value, ...] = ()
    in_stock: int = 0
    on_sale: int = 0
    prices: PriceRange | None = None
    below: Callable[[str], Sequence[Value]] = field(default=lambda category: (), compare=False, repr=False)


@lru_cache(4096)
def category_path(category: str) -> tuple[str, ...]:
    """The parts of a category, from the widest: `Home > Mugs` is Mugs in Home.

    The sign parts only where spaces stand around it, as a name may well hold one.
    """
    return tuple(part.strip() for part in category.split(_BETWEEN) if part.strip())


def category_name(path: Iterable[str]) -> str:
    """The category that has these parts; empty where there are none."""
    return _BETWEEN.join(path)

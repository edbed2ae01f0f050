"""Addresses of the pages: how they are written into links, and how they are read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode

from flask import has_request_context, request

from bundle import Filters, Product, Query
from bundle.format import is_page_address
from bundle.query import SORTS

GALLERY = "/"
PRODUCT = "/product/"
COMPARE = "/compare/"
FOR_YOU = "/for-you"
MAP = "/map"
PHOTO = "/photo"
QUALITY = "/quality"
ABOUT = "/about"

LAST_PAGE = 10**9
"""The highest page number that is told apart from higher ones; SQLite's offsets end not far above."""


class Arguments(dict[str, str]):
    """The arguments of an address by name, of several with one name the last; `every` has them all."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def every(self, name: str) -> tuple[str, ...]:
        """The values of all arguments with this name, each once, in the address's order."""
        return tuple(dict.fromkeys(value for given, value in self._pairs if given == name))


_LONGEST = 200
"""The most characters of a value in an address that count."""

_MOST_VALUES = 50
"""The most values of one kind that are filtered by at once."""


@dataclass(frozen=True)
class GalleryQuery:
    """What the gallery shows: a query's products, a page of them from 1 on.

    `unfolded` names the filter whose list of choices is shown to its end.
    """

    query: Query = field(default_factory=Query)
    page: int = 1
    unfolded: str = ""

    path: ClassVar[str] = GALLERY
    """The address of the page whose products these are."""

    @classmethod
    def from_arguments(cls, arguments: Arguments) -> GalleryQuery:
        """Read the arguments of an address; what is unknown or makes no sense counts as not given."""
        lowest, highest = _amount(arguments.get("min", "")), _amount(arguments.get("max", ""))
        if lowest is not None and highest is not None:
            lowest, highest = sorted((lowest, highest))
        filters = Filters(
            category=arguments.get("category", "")[:_LONGEST],
            brands=_several(arguments, "brand"),
            tags=_several(arguments, "tag"),
            colours=_several(arguments, "colour"),
            in_stock=arguments.get("stock") == "in",
            on_sale=arguments.get("sale") == "on",
            lowest=lowest,
            highest=highest,
            currency=arguments.get("currency", "")[:_LONGEST],
        )
        sort = arguments.get("sort", "")
        query = Query(
            search=arguments.get("q", "").strip()[:_LONGEST],
            exact=arguments.get("exact") == "yes",
            filters=filters,
            sort=sort if sort in SORTS else "",
            seed=positive_number(arguments.get("seed", "")) or 0,
        )
        return cls(query, positive_number(arguments.get("page", "")) or 1, arguments.get("all", "")[:20])

    @classmethod
    def of(cls, **filters: Any) -> GalleryQuery:
        """The first page of the products that some filters leave, as `bundle.Filters` has them."""
        return cls(Query(filters=Filters(**filters)))

    def with_filters(self, **changes: Any) -> GalleryQuery:
        """The first page with other filters."""
        return self.with_query(filters=replace(self.query.filters, **changes))

    def with_query(self, **changes: Any) -> GalleryQuery:
        """The first page of a query that is another in part."""
        return replace(self, query=replace(self.query, **changes), page=1)

    def arguments(self) -> dict[str, str | tuple[str, ...]]:
        """All that stands in the address, by name; what is empty does not."""
        filters = self.query.filters
        return {
            "q": self.query.search,
            "exact": "yes" if self.query.search and self.query.exact else "",
            "category": filters.category,
            "brand": filters.brands,
            "tag": filters.tags,
            "colour": filters.colours,
            "stock": "in" if filters.in_stock else "",
            "sale": "on" if filters.on_sale else "",
            "min": _written(filters.lowest),
            "max": _written(filters.highest),
            "currency": filters.currency,
            "sort": self.query.sort,
            "seed": str(self.query.seed) if self.query.sort == "shuffle" else "",
            "all": self.unfolded,
            "page": str(self.page) if self.page > 1 else "",
        }

    @property
    def href(self) -> str:
        """The address of this page of products."""
        return href_of(self.path, **self.arguments())


def product_href(
    product_id: str, *, recipe: str = "", shown: int | None = None, **arguments: str | Iterable[str]
) -> str:
    """The address of a product's page.

    `recipe` is whose look-alikes it is to list and `shown` how many of them, if not the default; further
    `arguments` say which of them (`dashapp.answers.look_alikes.Filters`).
    """
    return _product_address(PRODUCT, product_id, recipe=recipe, n=str(shown or ""), **arguments)


def compare_href(product_id: str, *, recipes: str = "", shown: int | None = None) -> str:
    """The address of the page that compares two recipes for a product; `recipes` as for `product_href`."""
    return _product_address(COMPARE, product_id, recipes=recipes, n=str(shown or ""))


def shop_href(product: Product) -> str:
    """The address of a product in the shop itself; empty where there is none that may become a link.

    An address in a catalogue is input like any other: only what a browser fetches may.
    """
    return product.url if is_page_address(product.url) else ""


def for_you_href(*, likes: Iterable[str] = (), less: Iterable[str] = (), seen: bool = False) -> str:
    """The address of the page of recommendations: near the products `likes`, or, where these are not given,
    near those that the visitor's browser remembers; less like those of `less`.

    `seen` is whether the products that it begins from may be recommended too.
    """
    return href_of(FOR_YOU, like=tuple(likes), less=tuple(less), seen="yes" if seen else "")


def product_id_of(path: str, arguments: dict[str, str], *, page: str = PRODUCT) -> str | None:
    """The product id that a decoded path asks for, or None where it is not an address of that `page`.

    All that follows `/product/` is the id, slashes and all, so a decoded path is never ambiguous.
    """
    if not path.startswith(page):
        return None
    return path.removeprefix(page) or arguments.get("id", "")


def arguments_of(query: str) -> Arguments:
    """The arguments of a query string, with or without its question mark."""
    # A script may send anything, half of a character too, which no text may hold.
    text = query.removeprefix("?").encode(errors="replace").decode()
    return Arguments(parse_qsl(text, errors="replace"))


def href_of(path: str, **arguments: str | Iterable[str]) -> str:
    """The address of one of this site's paths as browsers ask for it, with arguments that are not empty.

    The whole site may be below a path of its host (`dashapp.http.below`); every address of it is made here.
    """
    return _site_path() + with_arguments(path, **arguments)


def path_of(address: str) -> str:
    """The site's own path that the decoded path of a browser's address leads to: what `href_of` was given."""
    below = _site_path()
    return address[len(below) :] or GALLERY if f"{address}/".startswith(f"{below}/") else address


def _site_path() -> str:
    """The path that the request in progress reached the site below; empty at the root of a host."""
    return request.script_root if has_request_context() else ""


def with_arguments(path: str, **arguments: str | Iterable[str]) -> str:
    """`path` with those arguments that are not empty; of several values each becomes an argument."""
    given = {name: value for name, value in arguments.items() if value}
    query = urlencode(given, doseq=True, quote_via=quote, safe=",")
    return f"{path}?{query}" if query else path


def positive_number(text: str) -> int | None:
    """The number from 1 to `LAST_PAGE` that `text` writes in plain digits; higher ones count as the last.

    None for anything else.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    number = int(digits[:10] or 0)
    return min(number, LAST_PAGE) if number else None


def _product_address(page: str, product_id: str, **arguments: str | Iterable[str]) -> str:
    if product_id in (".", ".."):
        # Browsers take "%2E%2E" for ".." and resolve it away, so these two travel as an argument.
        return href_of(page, id=product_id, **arguments)
    return href_of(page + quote(product_id, safe=""), **arguments)


def _several(arguments: Arguments, name: str) -> tuple[str, ...]:
    return tuple(value[:_LONGEST] for value in arguments.every(name)[:_MOST_VALUES])


def _amount(text: str) -> float | None:
    """The price that `text` writes, to the cent; None where it is none or below nothing."""
    try:
        amount = float(text[:20].replace(",", "."))
    except ValueError:
        return None
    return round(amount, 2) if isfinite(amount) and amount >= 0 else None


def _written(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.2f}".rstrip("0").rstrip(".")

"""Writes the addresses of pages into links, and reads them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isfinite
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote

from flask import has_request_context, request

from bundle import Filters, Product, Query
from bundle.format import COLOURS, is_page_address
from bundle.search.query import SORTS
from dashapp.language import p_

GALLERY = "/"
PRODUCT = "/product/"
COMPARE = "/compare/"
FOR_YOU = "/for-you"
MAP = "/map"
PHOTO = "/photo"
QUALITY = "/quality"
ABOUT = "/about"
EVENTS = "/api/v1/events"

Writer = Callable[[str, Mapping[str, "str | Iterable[str]"]], str]
"""Writes the address of one of this site's paths with arguments, of which none is empty."""

_writer: ContextVar[Writer | None] = ContextVar("_writer", default=None)

LAST_PAGE = 10**9
"""Higher page numbers count as this one. SQLite's largest offset is not far above."""


class Arguments(dict[str, str]):
    """The arguments of an address by name. If a name repeats, the last one counts; `every` returns all."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def every(self, name: str) -> tuple[str, ...]:
        """The distinct values of all arguments with this name, in the address's order."""
        return tuple(dict.fromkeys(value for given, value in self._pairs if given == name))


_LONGEST = 200
"""Values in an address are cut to this many characters."""

_MOST_VALUES = 50
"""At most this many values of one kind are used as filters."""


@dataclass(frozen=True)
class GalleryQuery:
    """What the gallery shows: one page, counted from 1, of a query's products.

    `unfolded` names the filter whose choices are all shown.
    """

    query: Query = field(default_factory=Query)
    page: int = 1
    unfolded: str = ""

    path: ClassVar[str] = GALLERY
    """The path of the page that shows these products."""

    @classmethod
    def from_arguments(cls, arguments: Arguments) -> GalleryQuery:
        """Read the arguments of an address. Unknown or invalid ones are ignored."""
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
            colour_names=_colour_names() if arguments.get("q", "").strip() else (),
        )
        return cls(query, positive_number(arguments.get("page", "")) or 1, arguments.get("all", "")[:20])

    @classmethod
    def of(cls, **filters: Any) -> GalleryQuery:
        """The first page of the products that pass these `bundle.search.query.Filters`."""
        return cls(Query(filters=Filters(**filters)))

    def with_filters(self, **changes: Any) -> GalleryQuery:
        """The first page with some filters changed."""
        return self.with_query(filters=replace(self.query.filters, **changes))

    def with_query(self, **changes: Any) -> GalleryQuery:
        """The first page with parts of the query changed."""
        return replace(self, query=replace(self.query, **changes), page=1)

    def arguments(self) -> dict[str, str | tuple[str, ...]]:
        """The arguments of the address, by name; empty ones are left out."""
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

    `recipe` is the recipe whose look-alikes are listed and `shown` their number, if not the default. Further
    `arguments` filter them (`dashapp.answers.look_alikes.Wishes`).
    """
    return _product_address(PRODUCT, product_id, recipe=recipe, n=str(shown or ""), **arguments)


def compare_href(product_id: str, *, recipes: str = "", shown: int | None = None) -> str:
    """The address of the page that compares two recipes for a product; `recipes` as for `product_href`."""
    return _product_address(COMPARE, product_id, recipes=recipes, n=str(shown or ""))


def shop_href(product: Product) -> str:
    """The address of a product in the shop; empty if it has none that is safe as a link.

    A catalogue's addresses are untrusted input: only web addresses are accepted.
    """
    return product.url if is_page_address(product.url) else ""


def for_you_href(*, likes: Iterable[str] = (), less: Iterable[str] = (), seen: bool = False) -> str:
    """The address of the recommendations near the products `likes`, and away from those in `less`.

    Without `likes`, they are near the products that the visitor's browser remembers.

    `seen` says whether the liked products themselves may be recommended too.
    """
    return href_of(FOR_YOU, like=tuple(likes), less=tuple(less), seen="yes" if seen else "")


def product_id_of(path: str, arguments: dict[str, str], *, page: str = PRODUCT) -> str | None:
    """The product id in a decoded path, or None if it is not an address of that `page`.

    Everything after `/product/` is the id, slashes included, so a decoded path is never ambiguous.
    """
    if not path.startswith(page):
        return None
    return path.removeprefix(page) or arguments.get("id", "")


def arguments_of(query: str) -> Arguments:
    """Parse a query string, with or without its question mark."""
    # A script may send anything, even a lone surrogate, which cannot be encoded.
    text = query.removeprefix("?").encode(errors="replace").decode()
    return Arguments(parse_qsl(text, errors="replace"))


def href_of(path: str, **arguments: str | Iterable[str]) -> str:
    """The address of one of this site's paths as browsers ask for it, with arguments that are not empty.

    The whole site may be below a path of its host (`dashapp.http.below`); every address of it is made here.
    """
    if write := _writer.get():
        return write(path, {name: value for name, value in arguments.items() if value})
    return _site_path() + with_arguments(path, **arguments)


def hrefs_of(
    path: str, name: str, values: Iterable[Sequence[str]], *, arguments: Mapping[str, str | Sequence[str]]
) -> Iterator[str]:
    """`href_of` for each of several `values` of one of the `arguments`; the others are written only once."""
    if _writer.get():
        for value in values:
            yield href_of(path, **{**arguments, name: value})
        return
    at = list(arguments).index(name)
    given = list(arguments.items())
    before, after = (with_arguments("", **dict(part))[1:] for part in (given[:at], given[at + 1 :]))
    start = _site_path() + path
    for value in values:
        own = "&".join(f"{name}={_quoted(each)}" for each in value)
        query = "&".join(filter(None, (before, own, after)))
        yield f"{start}?{query}" if query else start


def form_href(path: str) -> str:
    """The address that a form adds its fields to."""
    return href_of(path, q="q").partition("?")[0]


@contextmanager
def written_by(write: Writer) -> Iterator[None]:
    """Let `write` write all addresses during the `with`, as a site without a server needs others."""
    before = _writer.set(write)
    try:
        yield
    finally:
        _writer.reset(before)


def path_of(address: str) -> str:
    """The site's own path that the decoded path of a browser's address leads to: what `href_of` was given."""
    below = _site_path()
    return address[len(below) :] or GALLERY if f"{address}/".startswith(f"{below}/") else address


def _site_path() -> str:
    """The path that the request in progress reached the site below; empty at the root of a host."""
    return request.script_root if has_request_context() else ""


def with_arguments(path: str, **arguments: str | Iterable[str]) -> str:
    """`path` with all arguments that are not empty. Each of several values becomes an argument."""
    query = "&".join(
        f"{name}={_quoted(value)}"
        for name, values in arguments.items()
        if values
        for value in ([values] if isinstance(values, str) else values)
    )
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=1024)
def _quoted(value: str) -> str:
    """A value as it stands in an address. A page's many addresses have the same values again and again."""
    return quote(value, safe=",")


def positive_number(text: str) -> int | None:
    """Parse plain digits as a number from 1 to `LAST_PAGE`; higher numbers count as the last.

    None for anything else.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    number = int(digits[:10] or 0)
    return min(number, LAST_PAGE) if number else None


def _product_address(page: str, product_id: str, **arguments: str | Iterable[str]) -> str:
    if product_id in (".", ".."):
        # Browsers resolve "%2E%2E" like "..", so these two ids are sent as an argument.
        return href_of(page, id=product_id, **arguments)
    return href_of(page + quote(product_id, safe=""), **arguments)


def _several(arguments: Arguments, name: str) -> tuple[str, ...]:
    return tuple(value[:_LONGEST] for value in arguments.every(name)[:_MOST_VALUES])


def _colour_names() -> tuple[tuple[str, str], ...]:
    """What the language of the request calls each colour."""
    return tuple((p_("colour", name), name) for name in COLOURS)


def _amount(text: str) -> float | None:
    """Parse a price, to the cent; None if it is invalid or negative."""
    try:
        amount = float(text[:20].replace(",", "."))
    except ValueError:
        return None
    return round(amount, 2) if isfinite(amount) and amount >= 0 else None


def _written(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.2f}".rstrip("0").rstrip(".")

"""Addresses of the pages: how they are written into links, and how they are read back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

GALLERY = "/"
PRODUCT = "/product/"
COMPARE = "/compare/"

LAST_PAGE = 10**9
"""The highest page number that is told apart from higher ones; SQLite's offsets end not far above."""


@dataclass(frozen=True)
class GalleryQuery:
    """What the gallery shows: the words searched for, one category (all where empty), a page from 1 on."""

    search: str = ""
    category: str = ""
    page: int = 1

    @classmethod
    def from_arguments(cls, arguments: dict[str, str]) -> GalleryQuery:
        """Read the arguments of an address; what is unknown or makes no sense counts as not given."""
        return cls(
            search=arguments.get("q", "").strip()[:200],
            category=arguments.get("category", ""),
            page=positive_number(arguments.get("page", "")) or 1,
        )

    @property
    def href(self) -> str:
        """The address of this page of the gallery."""
        page = str(self.page) if self.page > 1 else ""
        return with_arguments(GALLERY, q=self.search, category=self.category, page=page)


def product_href(product_id: str, *, recipe: str = "", shown: int | None = None) -> str:
    """The address of a product's page.

    `recipe` is whose look-alikes it is to list and `shown` how many of them, if not the default.
    """
    return _product_address(PRODUCT, product_id, recipe=recipe, n=str(shown or ""))


def compare_href(product_id: str, *, recipes: str = "", shown: int | None = None) -> str:
    """The address of the page that compares two recipes for a product; `recipes` as for `product_href`."""
    return _product_address(COMPARE, product_id, recipes=recipes, n=str(shown or ""))


def product_id_of(path: str, arguments: dict[str, str], *, page: str = PRODUCT) -> str | None:
    """The product id that a decoded path asks for, or None where it is not an address of that `page`.

    All that follows `/product/` is the id, slashes and all, so a decoded path is never ambiguous.
    """
    if not path.startswith(page):
        return None
    return path.removeprefix(page) or arguments.get("id", "")


def arguments_of(query: str) -> dict[str, str]:
    """The arguments of a query string, with or without its question mark; the last of a name counts."""
    return dict(parse_qsl(query.removeprefix("?"), errors="replace"))


def with_arguments(path: str, **arguments: str) -> str:
    """`path` with those arguments that are not empty."""
    given = {name: value for name, value in arguments.items() if value}
    query = urlencode(given, quote_via=quote, safe=",")
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


def _product_address(page: str, product_id: str, **arguments: str) -> str:
    if product_id in (".", ".."):
        # Browsers take "%2E%2E" for ".." and resolve it away, so these two travel as an argument.
        return with_arguments(page, id=product_id, **arguments)
    return with_arguments(page + quote(product_id, safe=""), **arguments)

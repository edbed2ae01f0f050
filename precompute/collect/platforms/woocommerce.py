"""Reads WooCommerce shops by the store API, which the shop's own pages use."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from precompute.collect.addresses import origin_of
from precompute.collect.platforms.platform import Platform, json_of, things_in
from precompute.collect.readers import Found, Target, Unreadable
from precompute.collect.readers.text import MOST_FACTS, as_list, listed, path_of, plain, plain_description
from precompute.sources import Record
from precompute.sources.exports.items import in_main_unit

if TYPE_CHECKING:
    from scrapy.http import Response

API = "/wp-json/wc/store/v1/products"
_PAGE = 100
_WIDTH = 1024
_IDS = "categories by id"
"""A temporary field. `complete` replaces it with a path once all categories are known."""


class WooCommerce:
    """Reads the products of a shop, or of one category, 100 at a time."""

    names_by_address = False

    def __init__(self, start: str) -> None:
        self._listing = f"{origin_of(start)}{API}"
        category = re.search(r"/product-category/(?:[^/]+/)*([^/]+)/?$", urlsplit(start).path)
        self._category = {"category": category[1]} if category else {}

    def first(self) -> Target:
        """The first page."""
        return self._page(1)

    def about(self) -> Target:
        """The categories with their parents."""
        return self._categories(1)

    def read(self, target: Target, response: Response) -> Found:
        """See `Reader`."""
        content = json_of(response)
        if not isinstance(content, list):
            raise Unreadable("it has no list of products")
        entries, others = things_in(content, target.url)
        number = int(target.place)
        following: tuple[Target, ...] = ()
        if entries and number < (_whole(response, "X-WP-TotalPages") or 0):
            following = ((self._categories if target.role == "about" else self._page)(number + 1),)
        if target.role == "about":
            notes = {
                plain(each.get("id")): f"{each.get('parent', 0)} {plain(each.get('name'))}"
                for each in entries
            }
            return Found(targets=following, notes=notes)
        records = [read_product(each, place=target.url) for each in entries]
        return Found([*records, *others], following, _whole(response, "X-WP-Total"))

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`. The deepest of a product's categories counts."""
        fields = dict(record.fields)
        paths = [_path(each, notes) for each in fields.pop(_IDS, "").split()]
        deepest = max(paths, key=len, default=[])
        return replace(record, fields=fields | ({"category": path_of(deepest)} if deepest else {}))

    def _page(self, number: int) -> Target:
        return self._target("products", number, {"orderby": "id", "order": "asc"} | self._category)

    def _categories(self, number: int) -> Target:
        return self._target("about", number, {})

    def _target(self, role: str, number: int, more: dict[str, str]) -> Target:
        path = f"{self._listing}/categories" if role == "about" else self._listing
        query = urlencode({"per_page": _PAGE, "page": number} | more)
        return Target(f"{path}?{query}", role, f"{number:06}", urgency=-1 if role == "about" else 0)


def _path(category: str, notes: dict[str, str]) -> list[str]:
    """The names from the outermost category to this one."""
    names: list[str] = []
    seen: set[str] = set()
    while category in notes and category not in seen:
        seen.add(category)
        category, _, name = notes[category].partition(" ")
        names.insert(0, name)
    return names


def _whole(response: Response, header: str) -> int | None:
    text = (response.headers.get(header) or b"").decode("latin-1")
    return int(text) if text.isdecimal() else None


def read_product(product: dict[str, Any], *, place: str) -> Record:
    """A product of a list.

    Its category is the first one that it names. `WooCommerce.complete` replaces it with the deepest path.
    """
    prices = product["prices"] if isinstance(product.get("prices"), dict) else {}
    stock: dict[Any, str] = {True: "yes", False: "no"}
    categories = [each for each in as_list(product.get("categories")) if isinstance(each, dict)]
    fields = {
        "id": plain(product.get("id")),
        "title": plain(product.get("name")),
        "category": path_of(each.get("name") for each in categories[:1]),
        _IDS: " ".join(plain(each.get("id")) for each in categories),
        "brand": listed(
            each.get("name") for each in as_list(product.get("brands")) if isinstance(each, dict)
        ),
        "tags": listed(each.get("name") for each in as_list(product.get("tags")) if isinstance(each, dict)),
        "description": plain_description(product.get("description") or product.get("short_description")),
        "price": _price(prices, "price"),
        "compare_at_price": _price(prices, "regular_price"),
        "currency": plain(prices.get("currency_code")),
        "in_stock": stock.get(product.get("is_in_stock"), ""),
        "url": plain(product.get("permalink"), longest=2000),
        "popularity": plain(product.get("review_count") or ""),
        "SKU": plain(product.get("sku")),
    }
    images = (_sized(each) for each in as_list(product.get("images")) if isinstance(each, dict))
    return Record(
        f"{place}: product {fields['id']}",
        {name: text for name, text in (_attributes(product) | fields).items() if text},
        tuple(address for address in images if address),
    )


def _price(prices: dict[str, Any], name: str) -> str:
    price = in_main_unit(prices.get(name), prices.get("currency_minor_unit", 2))
    return "" if price is None else format(price, "f")


def _attributes(product: dict[str, Any]) -> dict[str, str]:
    facts = {}
    for attribute in as_list(product.get("attributes"))[:MOST_FACTS]:
        if isinstance(attribute, dict) and (name := plain(attribute.get("name"), longest=40)):
            terms = as_list(attribute.get("terms"))
            facts[name] = listed(each.get("name") for each in terms if isinstance(each, dict))
    return facts


def _sized(image: dict[str, Any]) -> str:
    """The smallest size of a picture that is large enough, or the picture itself."""
    sizes = re.findall(r"(\S+)\s+(\d{1,5})w", plain(image.get("srcset"), longest=20_000))
    fitting = sorted((int(width), address) for address, width in sizes if int(width) >= _WIDTH)
    src = image.get("src")
    return fitting[0][1] if fitting else src if isinstance(src, str) else ""


WOOCOMMERCE = Platform(
    name="woocommerce",
    shop="a WooCommerce shop",
    list="store API",
    mark=b"woocommerce",
    part=re.compile(r"/product-category/"),
    fields=frozenset({"permalink", "prices"}),
    reader=WooCommerce,
)

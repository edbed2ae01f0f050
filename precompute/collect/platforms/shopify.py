"""Reads Shopify shops, which list their products at /products.json and /collections/NAME/products.json."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from precompute.collect.addresses import origin_of
from precompute.collect.platforms.platform import Platform, json_of, things_in
from precompute.collect.readers import Found, Target, Unreadable
from precompute.collect.readers.text import MOST_FACTS, as_list, listed, plain, plain_description
from precompute.sources import Record
from precompute.sources.exports.items import shopify_offer, shopify_options, shopify_tags

if TYPE_CHECKING:
    from scrapy.http import Response

_PAGE = 250
_LAST_PAGE = 100
_PICTURE_WIDTH = 1024


class Shopify:
    """Reads the products of a shop, or of one of its collections, 250 at a time.

    Pages are numbered up to 25,000 products. If the server names the next page in a Link header, that is
    used. After the last number, products after the largest id are requested.
    """

    names_by_address = False

    def __init__(self, start: str) -> None:
        self._origin = origin_of(start)
        collection = re.match(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/collections/[^/]+", urlsplit(start).path)
        self._listing = f"{self._origin}{collection[0] if collection else ''}/products.json"

    def first(self) -> Target:
        """The first page."""
        return self._page(1)

    def about(self) -> Target:
        """The shop's own data: its currency, and how many products it has."""
        return Target(f"{self._origin}/meta.json", "about", urgency=-1)

    def read(self, target: Target, response: Response) -> Found:
        """See `Reader`."""
        content = json_of(response)
        if target.role == "about":
            if not isinstance(content, dict) or not plain(content.get("currency")):
                raise Unreadable("it does not say the shop's currency")
            count = _whole(content.get("published_products_count"))
            return Found(products=count, notes={"currency": plain(content["currency"])})
        products = content.get("products") if isinstance(content, dict) else None
        if not isinstance(products, list):
            raise Unreadable("it has no list of products")
        products, others = things_in(products, target.url)
        ids = [plain(each.get("id")) for each in products]
        number, _, first_before = target.place.partition(" ")
        if not products or ids[0] == first_before:
            # A server that ignores page numbers sends the first page again.
            return Found(others)
        records = [read_product(each, place=target.url, origin=self._origin) for each in products]
        return Found([*records, *others], (self._next(target, response, int(number) + 1, ids),))

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`."""
        return replace(record, fields=record.fields | notes)

    def _next(self, target: Target, response: Response, number: int, ids: list[str]) -> Target:
        place = f"{number:06} {ids[0]}"
        link = re.search(r'<([^>]+)>;\s*rel="?next', (response.headers.get("Link") or b"").decode("latin-1"))
        if link and origin_of(link[1]) == self._origin:
            return Target(link[1], "products", place)
        if target.role == "products" and number <= _LAST_PAGE:
            return self._page(number, place)
        # This starts from the first id again. Products that are already known count once.
        last = max(map(int, filter(str.isdecimal, ids)), default=0) if target.role == "after" else 0
        return Target(f"{self._listing}?{urlencode({'limit': _PAGE, 'since_id': last})}", "after", place)

    def _page(self, number: int, place: str = "000001") -> Target:
        query = urlencode({"limit": _PAGE, "page": number})
        return Target(f"{self._listing}?{query}", "products", place)


def read_product(product: dict[str, Any], *, place: str, origin: str = "") -> Record:
    """A product of a list. Its page is below `origin`."""
    offer = shopify_offer(product)
    handle = plain(product.get("handle"))
    fields = {
        "id": plain(product.get("id")),
        "title": plain(product.get("title")),
        "category": plain(product.get("product_type")),
        "brand": plain(product.get("vendor")),
        "tags": listed(as_list(shopify_tags(product))),
        "description": plain_description(product.get("body_html")),
        "price": plain(offer.price),
        "compare_at_price": plain(offer.compare_at_price),
        "in_stock": {True: "yes", False: "no", None: ""}[offer.in_stock],
        "url": f"{origin}/products/{handle}" if origin and handle else "",
    }
    images = [each.get("src") for each in as_list(product.get("images")) if isinstance(each, dict)]
    return Record(
        f"{place}: product {fields['id'] or handle}",
        {name: text for name, text in (_options(product) | fields).items() if text},
        tuple(_sized(src) for src in images if isinstance(src, str) and src),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _options(product: dict[str, Any]) -> dict[str, str]:
    """A product's options as facts: `Colour: Red | Blue`."""
    options = islice(shopify_options(product), MOST_FACTS)
    return {short: listed(values) for name, values in options if (short := plain(name, longest=40))}


def _sized(src: str) -> str:
    """The address of a picture no wider than necessary. Shopify's network scales it, which saves traffic."""
    parts = urlsplit(src)
    if "width=" in parts.query or not (parts.hostname == "cdn.shopify.com" or "/cdn/shop/" in parts.path):
        return src
    return f"{src}{'&' if parts.query else '?'}width={_PICTURE_WIDTH}"


SHOPIFY = Platform(
    name="shopify",
    shop="a Shopify shop",
    list="/products.json",
    mark=b"cdn.shopify.com",
    part=re.compile(r"/collections/"),
    fields=frozenset({"handle", "variants"}),
    reader=Shopify,
)

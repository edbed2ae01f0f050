"""Reads a product from a page's head: Open Graph, Twitter's labels, and microdata outside of any item."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from precompute.collect.readers.offers import availability, text_of_price
from precompute.collect.readers.text import plain, plain_description

Meta = list[tuple[str, str]]

_PRODUCTS = ("product", "og:product", "product.item", "product:item", "ecommerce:product")
_PRICES = ("product:price:amount", "og:price:amount", "product:price", "og:price")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url")
_A_RANGE = re.compile(r"\d\s*[-–]\s*\D{0,3}\d")

_LABELS = {
    "price": "price",
    "preis": "price",
    "prix": "price",
    "precio": "price",
    "prezzo": "price",
    "prijs": "price",
    "preço": "price",
    "cena": "price",
    "availability": "in_stock",
    "verfügbarkeit": "in_stock",
    "disponibilité": "in_stock",
    "disponibilidad": "in_stock",
    "disponibilità": "in_stock",
    "beschikbaarheid": "in_stock",
    "sku": "id",
    "brand": "brand",
    "marke": "brand",
    "marque": "brand",
}


_LOOSE = {
    "sku": "id",
    "productid": "id",
    "price": "price",
    "pricecurrency": "currency",
    "availability": "in_stock",
    "brand": "brand",
}


def is_product(meta: Meta, *, surely: bool = False) -> bool:
    """Whether Open Graph says that the page is a product or gives a price; with `surely`, both."""
    called, has_price = first(meta, "og:type").lower() in _PRODUCTS, bool(first(meta, *_PRICES[:2]))
    return (called and has_price) if surely else (called or has_price)


def first(meta: Meta, *names: str) -> str:
    """The value of the first of these properties that exists."""
    return next((value for name in names for key, value in meta if key == name), "")


def open_graph_fields(meta: Meta) -> dict[str, str]:
    """The fields of a product in Open Graph's tags."""
    fields = {
        "id": plain(first(meta, "product:retailer_item_id", "product:retailer_part_no", "product:sku")),
        "title": plain(first(meta, "og:title")),
        "category": plain(first(meta, "product:category")),
        "brand": plain(first(meta, "product:brand", "og:brand")),
        "description": plain_description(first(meta, "og:description")),
        "price": _price(first(meta, *_PRICES)),
        "compare_at_price": _price(first(meta, "product:original_price:amount", "product:original_price")),
        "sale_price": _price(first(meta, "product:sale_price:amount", "product:sale_price")),
        "currency": plain(
            first(meta, "product:price:currency", "og:price:currency", "product:sale_price:currency"),
            longest=20,
        ),
        "in_stock": availability(first(meta, "product:availability", "og:availability")),
    }
    return {name: text for name, text in fields.items() if text}


def open_graph_images(meta: Meta, base: str) -> tuple[str, ...]:
    """The pictures in Open Graph's tags."""
    found: dict[str, None] = {}
    names = _IMAGES if first(meta, *_IMAGES) else ("twitter:image", "twitter:image:src")
    for key, value in meta:
        if key in names:
            try:
                found[urljoin(base, value)] = None
            except ValueError:
                found[value] = None
    return tuple(found)


def labelled_fields(meta: Meta) -> dict[str, str]:
    """A product's fields in Twitter's labels: `twitter:label1` "Price", `twitter:data1` "€12.50"."""
    by_name = dict(reversed(meta))
    found: dict[str, str] = {}
    for number in "1234":
        name = _LABELS.get(by_name.get(f"twitter:label{number}", "").strip(" :").lower())
        text = plain(by_name.get(f"twitter:data{number}"))
        if name == "price":
            text = _price(text)
        elif name == "in_stock":
            text = availability(text)
        if name and text:
            found.setdefault(name, text)
    return found


def loose_fields(loose: list[tuple[str, str]]) -> dict[str, str]:
    """Fields from microdata outside of any item, if unique: some themes forget to mark the item."""
    found: dict[str, str] = {}
    for property_name, name in _LOOSE.items():
        values = {value for key, value in loose if key == property_name}
        if len(values) == 1:
            text = plain(values.pop())
            text = _price(text) if name == "price" else availability(text) if name == "in_stock" else text
            if text:
                found.setdefault(name, text)
    return found


def _price(text: str) -> str:
    """The text of a single price; empty for a range, for zero, and if it cannot be parsed."""
    cost = None if _A_RANGE.search(text) else text_of_price(plain(text))
    return cost.text if cost is not None and cost.amount != float("inf") else ""

"""Reads products in schema.org's vocabulary, as shops really write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from precompute.collect.addresses import host_of
from precompute.collect.readers.offers import before, is_aggregate, lowest, offers_of, stock
from precompute.collect.readers.structured import Node, Structured, types_of
from precompute.collect.readers.text import MOST_FACTS, as_list, listed, path_of, plain, plain_description

PRODUCTS = ("Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car")

_FACTS = {
    "color": "colour",
    "material": "material",
    "pattern": "pattern",
    "size": "size",
    "model": "model",
    "mpn": "MPN",
    "gtin": "GTIN",
    "gtin14": "GTIN",
    "gtin13": "GTIN",
    "gtin12": "GTIN",
    "gtin8": "GTIN",
    "isbn": "ISBN",
}
_KIND_OF_NUMBER = re.compile(r"(?:sku|mpn|gtin\d*|ean|upc|isbn|asin)\s*:\s*", re.IGNORECASE)
_NO_NUMBER = frozenset({"n/a", "na", "none", "null", "undefined", "nan", "false", "true", "0", "-", "--"})
_MOST_VARIANTS = 500
_MOST_CRUMBS = 50


def product_fields(node: Node) -> dict[str, str]:
    """A product's fields. If a group lacks some, its variants' are used."""
    variants = _variants(node)
    offers = list(offers_of([node, *variants]))
    cost = lowest(offers) or lowest([node])
    fields = {
        "id": _number(node, offers),
        "title": _named(node.get("name")),
        "category": _category(node.get("category")),
        "brand": _first(node, "brand", "manufacturer"),
        "tags": listed(_keywords(node.get("keywords"))),
        "description": plain_description(_text(node.get("description"))),
        "price": cost.text if cost else "",
        "currency": cost.currency if cost else "",
        "compare_at_price": before(offers, cost),
        "in_stock": stock(offers) or stock([node]),
        "popularity": _reviews(node),
        "variants": _group(node),
    }
    return {name: text for name, text in (_facts(node) | fields).items() if text}


def product_images(node: Node, base: str) -> tuple[str, ...]:
    """The addresses of a product's pictures, its own before its variants'."""
    found: dict[str, None] = {}
    for product in (node, *_variants(node)):
        for each in _images(product.get("image") or product.get("photo")):
            try:
                found[urljoin(base, each)] = None
            except ValueError:
                # Fetching it will report what is wrong.
                found[each] = None
    return tuple(found)


def product_url(node: Node, base: str) -> str:
    """A product's own address, or empty.

    A single offer may give it instead. Offers of several sellers link to other shops.
    """
    offers = [each for each in as_list(node.get("offers")) if isinstance(each, dict)]
    own = _text(node.get("url"))
    if not own and offers and not is_aggregate(offers[0]):
        first = _joined(base, _text(offers[0].get("url")))
        own = first if host_of(first) == host_of(base) else ""
    return _joined(base, own) if own else ""


def paths_to(page: Structured, url: str) -> list[list[tuple[str, str]]]:
    """The breadcrumbs of a page: each list as names and addresses, outermost first."""
    paths = []
    for node in page.of_type("BreadcrumbList")[:5]:
        items = [each for each in as_list(node.get("itemlistelement")) if isinstance(each, dict)]
        items = sorted(items[:_MOST_CRUMBS], key=_position)
        paths.append(
            [(_named(each.get("name")) or _named(each.get("item")), _crumb_url(each, url)) for each in items]
        )
    return paths


def category_from(paths: list[list[tuple[str, str]]], *, url: str, title: str) -> str:
    """The category path to a page, without the start page and the page itself."""
    for path in paths:
        crumbs = list(path)
        if crumbs and (crumbs[-1][0] == title or crumbs[-1][1] in ("", url)):
            crumbs.pop()
        if crumbs and (crumbs[0][0].lower() in _HOME or _path_of(crumbs[0][1]) in _ROOTS[bool(crumbs[0][1])]):
            crumbs.pop(0)
        if found := path_of(name for name, _ in crumbs):
            return found
    return ""


_HOME = frozenset({"home", "start", "startseite", "accueil", "inicio", "shop", "homepage", "hem", "domov"})
_ROOTS = ((), ("", "/"))
"""The paths of a start page, for a crumb without and with an address."""


def listed_addresses(node: Node, base: str) -> list[str]:
    """The addresses of a list's items."""
    found = []
    for element in as_list(node.get("itemlistelement")):
        item = element.get("item", element) if isinstance(element, dict) else element
        item = next(iter(as_list(item)), None)
        url = item if isinstance(item, str) else product_url(item, base) if isinstance(item, dict) else ""
        url = _joined(base, url) if url.startswith("/") else url
        if url.startswith(("http:", "https:")):
            found.append(url)
    return found


def _variants(node: Node) -> list[Node]:
    return [each for each in as_list(node.get("hasvariant"))[:_MOST_VARIANTS] if isinstance(each, dict)]


def _number(node: Node, offers: list[Node]) -> str:
    """The shop's id for the product, or its offer's if there is only one."""
    own = _first(node, "sku", "productid", "productgroupid")
    if not own:
        of_offers = {text for each in offers if (text := _named(each.get("sku")))}
        own = of_offers.pop() if len(of_offers) == 1 else ""
    number = _KIND_OF_NUMBER.sub("", own, count=1) if _KIND_OF_NUMBER.match(own) else own
    return "" if number.lower() in _NO_NUMBER else number


def _text(value: object) -> str:
    first = next(iter(as_list(value)), None)
    if isinstance(first, dict):
        first = first.get("@id") or first.get("@value")
    return first.strip() if isinstance(first, str) else ""


def _named(value: object) -> str:
    """A name that is given as a text, as an item with a name, or as a list of these."""
    first = next(iter(as_list(value)), None)
    if isinstance(first, dict):
        first = next(iter(as_list(first.get("name") or first.get("@value") or first.get("value"))), None)
    return plain(first)


def _first(node: Node, *names: str) -> str:
    return next((text for name in names if (text := _named(node.get(name)))), "")


def _category(value: object) -> str:
    # Google's taxonomy writes paths with >, as we do; others use a slash.
    text = _named(value)
    return " > ".join(part.strip() for part in text.replace(" / ", " > ").split(">") if part.strip())


def _keywords(value: object) -> Iterable[object]:
    texts = [each for each in as_list(value) if isinstance(each, str)]
    return texts[0].split(",") if len(texts) == 1 else texts


def _images(value: object, depth: int = 0) -> Iterator[str]:
    for each in as_list(value)[:200]:
        if isinstance(each, str) and each.strip():
            yield each.strip()
        elif isinstance(each, dict) and depth < 4:
            yield from _images(each.get("contenturl") or each.get("url") or each.get("image"), depth + 1)


def _reviews(node: Node) -> str:
    rating = next(iter(as_list(node.get("aggregaterating"))), None)
    return _first(rating, "reviewcount", "ratingcount") if isinstance(rating, dict) else ""


def _group(node: Node) -> str:
    """The shop's id for the group of variants that a product belongs to."""
    of = next((each for each in as_list(node.get("isvariantof")) if isinstance(each, dict)), {})
    return _first(node, "inproductgroupwithid") or _first(of, "productgroupid", "@id", "name")


def _facts(node: Node) -> dict[str, str]:
    facts: dict[str, str] = {}
    for name, fact in _FACTS.items():
        if text := _KIND_OF_NUMBER.sub("", _named(node.get(name)), count=1):
            facts.setdefault(fact, text)
    for each in as_list(node.get("additionalproperty"))[:MOST_FACTS]:
        if isinstance(each, dict) and types_of(each) & {"propertyvalue"}:
            name, value = plain(_text(each.get("name")), longest=40), _named(each.get("value"))
            if name and value:
                facts[name] = value
    return facts


def _position(crumb: Node) -> float:
    try:
        return float(_named(crumb.get("position")) or 0)
    except ValueError:
        return 0.0


def _crumb_url(crumb: Node, base: str) -> str:
    item: Any = next(iter(as_list(crumb.get("item"))), None)
    text = item.get("@id") or item.get("url") if isinstance(item, dict) else item
    text = next(iter(as_list(text)), None)
    return _joined(base, text) if isinstance(text, str) else ""


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return address

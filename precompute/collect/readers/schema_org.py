"""Products in the words of schema.org, and of Open Graph, as shops really write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urljoin, urlsplit

from precompute.collect.readers.structured import Node, Structured, types_of
from precompute.collect.readers.text import MOST_FACTS, as_list, listed, path_of, plain, plain_description

PRODUCTS = ("Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car")

_IN_STOCK = {
    "InStock",
    "LimitedAvailability",
    "OnlineOnly",
    "InStoreOnly",
    "PreOrder",
    "PreSale",
    "BackOrder",
}
_OUT_OF_STOCK = {"OutOfStock", "SoldOut", "Discontinued", "Reserved"}
_FACTS = {
    "color": "colour",
    "material": "material",
    "pattern": "pattern",
    "size": "size",
    "model": "model",
    "mpn": "MPN",
    "gtin": "GTIN",
    "gtin13": "GTIN",
    "gtin12": "GTIN",
    "gtin8": "GTIN",
}
_OPEN_GRAPH_PRODUCTS = ("product", "og:product", "product.item", "product:item")


def product_fields(node: Node) -> dict[str, str]:
    """A product's fields; those of its variants stand in for what a group does not say."""
    variants = [each for each in as_list(node.get("hasVariant")) if isinstance(each, dict)]
    offers = list(_offers([node, *variants]))
    price, currency = _lowest(offers)
    fields = {
        "id": _first(node, "sku", "productID", "productId", "productGroupID"),
        "title": _named(node.get("name")),
        "category": _category(node.get("category")),
        "brand": _first(node, "brand", "manufacturer"),
        "tags": listed(_keywords(node.get("keywords"))),
        "description": plain_description(_text(node.get("description"))),
        "price": price,
        "currency": currency,
        "in_stock": _stock(offers),
        "popularity": _reviews(node),
        "variants": _group(node),
    }
    return {name: text for name, text in (_facts(node) | fields).items() if text}


def product_images(node: Node, base: str) -> tuple[str, ...]:
    """The addresses of a product's pictures, its own before those of its variants."""
    variants = [each for each in as_list(node.get("hasVariant")) if isinstance(each, dict)]
    found = [urljoin(base, each) for product in (node, *variants) for each in _images(product.get("image"))]
    return tuple(dict.fromkeys(found))


def product_url(node: Node, base: str) -> str:
    """The address that a product gives as its own, or nothing."""
    for value in (node.get("url"), *(offer.get("url") for offer in _offers([node]))):
        text = _text(value)
        if text:
            return urljoin(base, text)
    return ""


def category_from_breadcrumbs(page: Structured, *, url: str, title: str) -> str:
    """The path to a page, without the start page before it and the page itself behind it."""
    for node in page.of_type("BreadcrumbList"):
        items = [each for each in as_list(node.get("itemListElement")) if isinstance(each, dict)]
        items.sort(key=_position)
        crumbs = [
            (_named(each.get("name")) or _named(each.get("item")), _crumb_url(each, url)) for each in items
        ]
        if crumbs and (crumbs[-1][0] == title or crumbs[-1][1] in ("", url)):
            crumbs.pop()
        if crumbs and (
            crumbs[0][0].lower() in _HOME or urlsplit(crumbs[0][1]).path in _ROOTS[bool(crumbs[0][1])]
        ):
            crumbs.pop(0)
        path = path_of(name for name, _ in crumbs)
        if path:
            return path
    return ""


_HOME = frozenset({"home", "start", "startseite", "accueil", "inicio", "shop", "homepage", "hem", "domov"})
_ROOTS = ((), ("", "/"))
"""The paths of a start page, where a crumb has an address, and where it has none."""


def open_graph_product(page: Structured, base: str) -> tuple[dict[str, str], tuple[str, ...]] | None:
    """Fields and pictures by Open Graph's product tags, or None where the page is no product by them."""
    price = page.first("product:price:amount", "product:sale_price:amount", "og:price:amount")
    if page.first("og:type").lower() not in _OPEN_GRAPH_PRODUCTS and not price:
        return None
    availability = page.first("product:availability", "og:availability").lower().replace(" ", "")
    fields = {
        "id": plain(page.first("product:retailer_item_id", "product:retailer_part_no")),
        "title": plain(page.first("og:title")),
        "category": plain(page.first("product:category")),
        "brand": plain(page.first("product:brand", "og:brand")),
        "description": plain_description(page.first("og:description")),
        "price": plain(price),
        "currency": plain(page.first("product:price:currency", "og:price:currency")),
        "in_stock": _availability(availability),
    }
    names = ("og:image:secure_url", "og:image", "og:image:url")
    images = [value for key, value in page.open_graph if key in names and value]
    return (
        {name: text for name, text in fields.items() if text},
        tuple(dict.fromkeys(urljoin(base, each) for each in images)),
    )


def _text(value: object) -> str:
    first = next(iter(as_list(value)), None)
    return first.strip() if isinstance(first, str) else ""


def _named(value: object) -> str:
    """The name of something that is given as a text, as a thing with a name, or as a list of these."""
    first = next(iter(as_list(value)), None)
    if isinstance(first, dict):
        first = next(iter(as_list(first.get("name") or first.get("@value"))), None)
    return plain(first)


def _first(node: Node, *names: str) -> str:
    return next((text for name in names if (text := _named(node.get(name)))), "")


def _category(value: object) -> str:
    # Google's taxonomy writes paths as we do, others with a slash between the parts.
    text = _named(value)
    return " > ".join(part.strip() for part in text.replace(" / ", " > ").split(">") if part.strip())


def _keywords(value: object) -> Iterable[object]:
    texts = [each for each in as_list(value) if isinstance(each, str)]
    return texts[0].split(",") if len(texts) == 1 else texts


def _images(value: object) -> Iterator[str]:
    for each in as_list(value):
        if isinstance(each, str) and each.strip():
            yield each.strip()
        elif isinstance(each, dict):
            yield from _images(each.get("contentUrl") or each.get("url") or each.get("image"))


def _offers(nodes: list[Node], depth: int = 0) -> Iterator[Node]:
    """The offers of products, one by one: an AggregateOffer before those that it holds."""
    for node in nodes:
        for offer in as_list(node.get("offers")):
            if isinstance(offer, dict):
                yield offer
                if depth < 2:
                    yield from _offers([offer], depth + 1)


def _lowest(offers: list[Node]) -> tuple[str, str]:
    """The lowest price among offers that can be had, or among all where none can, and its currency."""
    there = [each for each in offers if _availability(_text(each.get("availability"))) != "no"] or offers
    prices = [price for offer in there for price in _prices(offer)]
    return min(prices)[1:] if prices else ("", "")


def _prices(offer: Node) -> Iterator[tuple[Decimal, str, str]]:
    parts = [offer] + [each for each in as_list(offer.get("priceSpecification")) if isinstance(each, dict)]
    currency = next((text for part in parts if (text := _named(part.get("priceCurrency")))), "")
    for part in parts:
        if "ListPrice" in _named(part.get("priceType")) or "StrikethroughPrice" in _named(
            part.get("priceType")
        ):
            continue
        text = _named(part.get("price")) or _named(part.get("lowPrice"))
        if text:
            try:
                yield Decimal(text), text, currency
            except InvalidOperation:
                # "1.299,00 €" is understood by whoever reads the table; it only cannot be compared.
                yield Decimal("Infinity"), text, currency
            return


def _stock(offers: list[Node]) -> str:
    said = {_availability(_text(each.get("availability"))) for each in offers} - {""}
    return "yes" if "yes" in said else "no" if said else ""


def _availability(text: str) -> str:
    word = text.rpartition("/")[2].strip().lower()
    if word in {each.lower() for each in _IN_STOCK}:
        return "yes"
    return "no" if word in {each.lower() for each in _OUT_OF_STOCK} else ""


def _reviews(node: Node) -> str:
    rating = next(iter(as_list(node.get("aggregateRating"))), None)
    return _first(rating, "reviewCount", "ratingCount") if isinstance(rating, dict) else ""


def _group(node: Node) -> str:
    """What the shop calls the variants that a product is one of."""
    of = next((each for each in as_list(node.get("isVariantOf")) if isinstance(each, dict)), {})
    return _first(node, "inProductGroupWithID") or _first(of, "productGroupID", "@id", "name")


def _facts(node: Node) -> dict[str, str]:
    facts = {fact: text for name, fact in _FACTS.items() if (text := _named(node.get(name)))}
    for each in as_list(node.get("additionalProperty"))[:MOST_FACTS]:
        if isinstance(each, dict) and types_of(each) & {"PropertyValue"}:
            name, value = plain(each.get("name"), longest=40), _named(each.get("value"))
            if name and value:
                facts[name] = value
    return facts


def _position(crumb: Node) -> float:
    try:
        return float(_named(crumb.get("position")) or 0)
    except ValueError:
        return 0.0


def _crumb_url(crumb: Node, base: str) -> str:
    item: Any = crumb.get("item")
    text = item.get("@id") or item.get("url") if isinstance(item, dict) else item
    return urljoin(base, text) if isinstance(text, str) else ""

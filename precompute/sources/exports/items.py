"""Reads products in JSON that was saved from the APIs of shop systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from precompute.sources.exports.export import FACT, is_between

Item = Mapping[str, Any]

_MOST_DIGITS = 30
_NO_OPTIONS = ("Default Title", "Title")
_ONLY_GRAPHQL = ("productType", "priceRange", "priceRangeV2", "featuredImage", "descriptionHtml")
_LISTS_OF_VARIANTS = ("variants", "variations", "skus", "product_variants", "productVariants")


@dataclass(frozen=True)
class ItemKind:
    """The products of one API. `is_one` recognises an object; `flat` has its fields under Akin's names."""

    what: str
    is_one: Callable[[Item], bool]
    flat: Callable[[Item], dict[str, Any]]


def flattened(item: Item) -> Item:
    """An object with its fields under Akin's names, if it comes from a known shop system."""
    item = {name: _unwrapped(value) for name, value in _node_of(item).items()}
    for kind in ITEM_KINDS:
        if kind.is_one(item):
            return {name: value for name, value in kind.flat(item).items() if value not in (None, "", [], {})}
    return _with_variants(item)


def _node_of(item: Item) -> Item:
    """An object without GraphQL's wrapper."""
    node = item.get("node")
    return node if isinstance(node, Mapping) and set(item) <= {"node", "cursor", "__typename"} else item


def _unwrapped(value: Any) -> Any:
    """The list in GraphQL's "edges" or "nodes"; any other value unchanged."""
    if isinstance(value, Mapping):
        for name in ("edges", "nodes"):
            if isinstance(value.get(name), list):
                return [_node_of(each) if isinstance(each, Mapping) else each for each in value[name]]
    return value


def _with_variants(item: Item) -> Item:
    """Any shop's object. If it has no price of its own, it gets its cheapest variant's."""
    name = next((name for name in _LISTS_OF_VARIANTS if objects_in(item.get(name))), "")
    if not name:
        return item
    variants = objects_in(item[name])
    rest = {key: value for key, value in item.items() if key != name}
    if not any("price" in key.lower() for key in rest):
        rest["price"] = cheapest(variants, "price")
    return rest


def objects_in(value: Any) -> list[Item]:
    """The objects in a list; empty if the value is not a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def cheapest(variants: Iterable[Item], name: str) -> Decimal | None:
    """The variants' lowest price; None if none has a price."""
    return min(
        (number for each in variants if (number := number_from(each.get(name))) is not None), default=None
    )


def number_from(value: Any) -> Decimal | None:
    """A number, or a text that is one, unchanged; None for negative and huge numbers and anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 and abs(number.adjusted()) < _MOST_DIGITS else None


@dataclass(frozen=True)
class ShopifyOffer:
    """What a Shopify product's variants cost, and whether any is in stock; None if that is unknown.

    The price is that of the cheapest variant in stock, or of the cheapest if none is.
    """

    price: Decimal | None
    compare_at_price: Decimal | None
    in_stock: bool | None


def shopify_offer(item: Item) -> ShopifyOffer:
    """The offer of a product of /products.json or of the Admin API."""
    variants = objects_in(item.get("variants"))
    sold = [each for each in variants if _shopify_stock(each)] or variants
    price = cheapest(sold, "price")
    at_price = [each for each in sold if number_from(each.get("price")) == price]
    known = [stock for each in variants if (stock := _shopify_stock(each)) is not None]
    return ShopifyOffer(price, cheapest(at_price, "compare_at_price"), any(known) if known else None)


def shopify_options(item: Item) -> Iterator[tuple[str, list[str]]]:
    """The options of a product with their values, without the placeholder that stands for no options."""
    for option in objects_in(item.get("options")):
        name, values = option.get("name"), option.get("values")
        if not isinstance(name, str) or name in ("", *_NO_OPTIONS) or not isinstance(values, list):
            continue
        texts = [
            str(each) for each in values if isinstance(each, (str, int, float)) and each not in _NO_OPTIONS
        ]
        if texts:
            yield name, texts


def shopify_tags(item: Item) -> Any:
    """The tags as a list. The Admin API separates them by commas."""
    tags = item.get("tags")
    return [each.strip() for each in tags.split(",")] if isinstance(tags, str) else tags


def shopify(item: Item) -> dict[str, Any]:
    """A product of /products.json or of the Admin API."""
    offer = shopify_offer(item)
    paid, before = offer.price, offer.compare_at_price
    on_sale = paid is not None and before is not None and before > paid
    facts = {FACT + name: ", ".join(values) for name, values in shopify_options(item)}
    hidden = "published_at" in item and item["published_at"] is None
    images = objects_in(item.get("images")) or objects_in([item.get("image")])
    given = item.get("images")
    texts = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    if _is_in_cents(item):
        paid, before = in_main_unit(paid, 2), in_main_unit(before, 2)
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "category": item.get("product_type"),
        "brand": item.get("vendor"),
        "tags": shopify_tags(item),
        "description": item.get("body_html"),
        "price": before if on_sale else paid,
        "sale_price": paid if on_sale else None,
        "in_stock": offer.in_stock,
        "images": [*texts, *(each.get("src") for each in images if isinstance(each.get("src"), str))],
        "status": item.get("status"),
        "published": False if hidden else None,
        **facts,
    }


def _is_in_cents(item: Item) -> bool:
    """Whether this is a product's own page as JSON (/products/NAME.js), which alone has whole cents."""
    prices = [each.get("price") for each in objects_in(item.get("variants"))]
    return "price_min" in item and all(isinstance(price, int) for price in prices)


def _shopify_graphql(item: Item) -> dict[str, Any]:
    """A product of Shopify's GraphQL APIs."""
    ranges = item.get("priceRange") or item.get("priceRangeV2") or {}
    lowest = ranges.get("minVariantPrice") if isinstance(ranges, Mapping) else None
    money = [each.get("price") for each in objects_in(item.get("variants"))]
    former = [each.get("compareAtPrice") for each in objects_in(item.get("variants"))]
    paid = min((n for each in [lowest, *money] if (n := _amount(each)) is not None), default=None)
    before = min((n for each in former if (n := _amount(each)) is not None), default=None)
    on_sale = paid is not None and before is not None and before > paid
    sold = [
        each["availableForSale"] for each in objects_in(item.get("variants")) if "availableForSale" in each
    ]
    in_stock = item.get("availableForSale", any(sold) if sold else None)
    currencies = [each.get("currencyCode") for each in objects_in([lowest, *money])]
    media = [*objects_in([item.get("featuredImage")]), *objects_in(item.get("images"))]
    hidden = "publishedAt" in item and item["publishedAt"] is None
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "category": item.get("productType"),
        "brand": item.get("vendor"),
        "tags": item.get("tags"),
        "description": item.get("descriptionHtml") or item.get("description"),
        "url": item.get("onlineStoreUrl"),
        "price": before if on_sale else paid,
        "sale_price": paid if on_sale else None,
        "currency": next(filter(None, currencies), None),
        "in_stock": in_stock,
        "images": list(dict.fromkeys(filter(None, (_source(each) for each in media)))),
        "status": item.get("status"),
        "published": False if hidden else None,
    }


def _amount(value: Any) -> Decimal | None:
    return number_from(value.get("amount") if isinstance(value, Mapping) else value)


def _source(image: Item) -> Any:
    return next((image[name] for name in ("url", "src", "originalSrc") if image.get(name)), None)


def _shopify_stock(variant: Item) -> bool | None:
    if isinstance(variant.get("available"), bool):
        return bool(variant["available"])
    quantity = variant.get("inventory_quantity")
    if not variant.get("inventory_management") or not isinstance(quantity, int):
        return None
    return quantity > 0 or variant.get("inventory_policy") == "continue"


def _store_api(item: Item) -> dict[str, Any]:
    """A product of WooCommerce's Store API, whose prices are in the currency's smallest unit."""
    prices = item["prices"]
    digits = prices.get("currency_minor_unit", 2)
    paid, regular = (in_main_unit(prices.get(name), digits) for name in ("price", "regular_price"))
    on_sale = paid is not None and regular is not None and paid < regular
    stock = item.get("is_in_stock")
    return {
        **_woocommerce(item),
        "price": regular if on_sale else paid,
        "sale_price": paid if on_sale else None,
        "currency": prices.get("currency_code"),
        "in_stock": stock if isinstance(stock, bool) else None,
    }


def _rest_api(item: Item) -> dict[str, Any]:
    """A product of WooCommerce's REST API."""
    return {
        **_woocommerce(item),
        "price": number_from(item.get("regular_price") or item.get("price")),
        "sale_price": number_from(item.get("price")),
        "in_stock": item.get("stock_status"),
        "status": item.get("status") if item.get("status") != "publish" else "",
        "catalog_visibility": item.get("catalog_visibility"),
    }


def _woocommerce(item: Item) -> dict[str, Any]:
    facts: dict[str, Any] = {FACT + "SKU": item.get("sku")}
    for attribute in objects_in(item.get("attributes")):
        terms = (
            [each.get("name") for each in objects_in(attribute.get("terms"))]
            or attribute.get("options")
            or []
        )
        if isinstance(attribute.get("name"), str) and isinstance(terms, list):
            facts[FACT + attribute["name"]] = ", ".join(str(each) for each in terms if each)
    return {
        "id": item.get("id"),
        "title": item.get("name"),
        "categories": [each.get("name") for each in objects_in(item.get("categories"))],
        "brand": ", ".join(str(each.get("name")) for each in objects_in(item.get("brands"))),
        "tags": [each.get("name") for each in objects_in(item.get("tags"))],
        "description": item.get("description") or item.get("short_description"),
        "url": item.get("permalink"),
        "images": [each.get("src") for each in objects_in(item.get("images"))],
        **facts,
    }


def _vendure(item: Item) -> dict[str, Any]:
    """A product of Vendure's API, whose prices are in hundredths."""
    variants = objects_in(item["variants"])
    name = "priceWithTax" if any("priceWithTax" in each for each in variants) else "price"
    levels = [each.get("stockLevel") for each in variants if each.get("stockLevel")]
    assets = [*objects_in([item.get("featuredAsset")]), *objects_in(item.get("assets"))]
    places = (each.get("preview") or each.get("source") for each in assets)
    return {
        "id": item.get("id"),
        "title": item.get("name"),
        "description": item.get("description"),
        "categories": [each.get("name") for each in objects_in(item.get("collections"))],
        "price": in_main_unit(cheapest(variants, name), 2),
        "currency": next((each["currencyCode"] for each in variants if each.get("currencyCode")), ""),
        "in_stock": any(each != "OUT_OF_STOCK" for each in levels) if levels else None,
        "enabled": item.get("enabled"),
        "images": list(dict.fromkeys(filter(None, places))),
    }


def _medusa(item: Item) -> dict[str, Any]:
    """A product of Medusa's API. Only its calculated prices have a known unit."""
    variants = objects_in(item["variants"])
    prices = objects_in([each.get("calculated_price") for each in variants])
    paid = cheapest(prices, "calculated_amount")
    of_paid = [each for each in prices if number_from(each.get("calculated_amount")) == paid]
    before = cheapest(of_paid, "original_amount")
    on_sale = paid is not None and before is not None and before > paid
    stock = [
        not each.get("manage_inventory", True)
        or each.get("allow_backorder")
        or each["inventory_quantity"] > 0
        for each in variants
        if isinstance(each.get("inventory_quantity"), int)
    ]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "description": item.get("description"),
        "categories": [each.get("name") for each in objects_in(item.get("categories"))],
        "tags": [each.get("value") for each in objects_in(item.get("tags"))],
        "price": before if on_sale else paid,
        "sale_price": paid if on_sale else None,
        "currency": next((str(each["currency_code"]) for each in prices if each.get("currency_code")), ""),
        "in_stock": any(stock) if stock else None,
        "status": item.get("status"),
        "image": item.get("thumbnail"),
        "images": [each.get("url") for each in objects_in(item.get("images"))],
        FACT + "material": item.get("material"),
    }


def _magento(item: Item) -> dict[str, Any]:
    """A product of Magento's API."""
    custom = {
        each["attribute_code"]: each.get("value")
        for each in objects_in(item.get("custom_attributes"))
        if isinstance(each.get("attribute_code"), str)
    }
    gallery = [each for each in objects_in(item.get("media_gallery_entries")) if not each.get("disabled")]
    hidden = item.get("status") == 2 or item.get("visibility") == 1
    is_on = is_between(str(custom.get("special_from_date") or ""), str(custom.get("special_to_date") or ""))
    return {
        "id": item.get("sku"),
        "title": item.get("name"),
        "description": custom.get("description") or custom.get("short_description"),
        "price": number_from(item.get("price")),
        "sale_price": number_from(custom.get("special_price")) if is_on else None,
        "image": custom.get("image") if custom.get("image") != "no_selection" else "",
        "images": [each.get("file") for each in gallery],
        "enabled": False if hidden else None,
    }


def in_main_unit(value: Any, digits: Any) -> Decimal | None:
    """A price in the currency's main unit, given in the smallest unit, with its number of decimals."""
    number = number_from(value)
    if number is None or not isinstance(digits, int) or not 0 <= digits <= 6:
        return None
    return number.scaleb(-digits)


def _has_variants(item: Item, *names: str) -> bool:
    return bool(objects_in(item.get("variants"))) and all(name in item for name in names)


ITEM_KINDS = (
    ItemKind(
        "Shopify's GraphQL interface",
        lambda item: "handle" in item and any(n in item for n in _ONLY_GRAPHQL),
        _shopify_graphql,
    ),
    ItemKind(
        "Vendure's interface",
        lambda item: _has_variants(item, "slug") and ("featuredAsset" in item or "assets" in item),
        _vendure,
    ),
    ItemKind(
        "Medusa's interface",
        lambda item: _has_variants(item, "handle", "thumbnail") and "body_html" not in item,
        _medusa,
    ),
    ItemKind(
        "Shopify's products.json",
        lambda item: (
            _has_variants(item, "title") and any(n in item for n in ("handle", "body_html", "product_type"))
        ),
        shopify,
    ),
    ItemKind(
        "WooCommerce's Store API",
        lambda item: isinstance(item.get("prices"), Mapping) and "currency_minor_unit" in item["prices"],
        _store_api,
    ),
    ItemKind(
        "WooCommerce's REST API",
        lambda item: all(name in item for name in ("permalink", "regular_price", "images")),
        _rest_api,
    ),
    ItemKind(
        "Magento's interface",
        lambda item: "media_gallery_entries" in item and "sku" in item,
        _magento,
    ),
)
"""The known APIs of shop systems, in the order in which they are tried."""

"""Reads what shop systems and analytics scripts write into product pages, besides schema.org data.

Only data about the page's own product counts. Lists of several products are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from precompute.collect.readers.json_text import NoJsonError, read_json, read_literal
from precompute.collect.readers.markup import text_in
from precompute.collect.readers.offers import text_of_price
from precompute.collect.readers.text import amount_text, as_list, plain, plain_description

Fields = dict[str, str]

_MOST_LITERALS = 20
_LONGEST_LITERAL = 100_000
_LONGEST_ATTRIBUTE = 2_000_000


@dataclass(frozen=True)
class PageParts:
    """The parts of a page: its tree, and its scripts as one text."""

    tree: etree._Element
    programs: str

    @classmethod
    def of(cls, tree: etree._Element) -> PageParts:
        """The parts of a page from its tree."""
        programs = [each.text or "" for each in tree.iter("script") if "json" not in (each.get("type") or "")]
        return cls(tree, "\n".join(programs))

    def attributes(self, name: str) -> Iterator[Any]:
        """The values of an attribute, as far as they are JSON."""
        for element in self.tree.xpath(f"//*[@{name}]")[:5]:
            yield from _json(element.get(name)[:_LONGEST_ATTRIBUTE])

    def literals(self, before: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
        """The objects in scripts after a pattern, each with the text before it."""
        for number, match in enumerate(before.finditer(self.programs)):
            if number == _MOST_LITERALS:
                return
            try:
                value = read_literal(self.programs, match.end(), longest=_LONGEST_LITERAL)
            except NoJsonError:
                continue
            yield self.programs[max(0, match.start() - 300) : match.end()], value

    def of_class(self, words: str) -> Iterator[etree._Element]:
        """The elements that have all of these classes."""
        tests = " and ".join(
            f"contains(concat(' ', normalize-space(@class), ' '), ' {word} ')" for word in words.split()
        )
        yield from self.tree.xpath(f"//*[{tests}]")[:20]


def read_shop_scripts(tree: etree._Element) -> Fields:
    """The fields of a page's product, from the data of shop systems, best source first."""
    page = PageParts.of(tree)
    found: Fields = {}
    for read in READERS:
        for name, text in read(page).items():
            if text:
                found.setdefault(name, text)
    return found


def _json(text: str) -> Iterator[Any]:
    try:
        yield read_json(text)
    except NoJsonError:
        return


def _one(values: Iterator[str] | list[str]) -> str:
    """The text if all are equal, otherwise empty."""
    different = {text for text in values if text}
    return different.pop() if len(different) == 1 else ""


def _price(value: object) -> str:
    cost = text_of_price(value)
    return cost.text if cost is not None and cost.amount != float("inf") else ""


def _least(values: list[object]) -> str:
    costs = [cost for value in values if (cost := text_of_price(value)) is not None]
    return min(costs).text if costs else ""


def _truth(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def _shopify(page: PageParts) -> Fields:
    """The product in the theme's script data, or else in that of Shopify's own analytics.

    Prices are in hundredths, whatever the currency.
    """
    product: dict[str, Any] = {}
    for script in page.tree.iter("script"):
        marks = " ".join([*script.keys(), script.get("id") or ""]).lower()
        if "json" in (script.get("type") or "") and "product" in marks and "json" in marks:
            for value in _json((script.text or "")[:_LONGEST_ATTRIBUTE]):
                if isinstance(value, dict) and {"handle", "variants"} <= set(value):
                    product = product or value
    for _, value in page.literals(_SHOPIFY_META) if not product else ():
        if isinstance(value, dict) and isinstance(value.get("product"), dict):
            product = value["product"]
    if not product:
        return {}
    variants = [each for each in as_list(product.get("variants")) if isinstance(each, dict)]
    there = [each for each in variants if each.get("available")] or variants
    prices = [
        (each["price"], each.get("compare_at_price"))
        for each in there
        if type(each.get("price")) is int and each["price"] > 0
    ]
    price, before = min(prices, key=lambda each: each[0], default=(None, None))
    said = [each["available"] for each in variants if isinstance(each.get("available"), bool)]
    currency = re.search(
        r"Shopify\.currency\s*=\s*\{[^{}]{0,20}\"active\"\s*:\s*\"([A-Z]{3})\"", page.programs
    )
    return {
        "id": _one([plain(each.get("sku")) for each in variants]),
        "title": plain(product.get("title")),
        "brand": plain(product.get("vendor")),
        "category": plain(product.get("type")),
        "price": "" if price is None else amount_text(price / 100),
        "compare_at_price": amount_text(before / 100) if price and type(before) is int else "",
        "currency": currency[1] if currency else "",
        "in_stock": _truth(any(said)) if said else "",
    }


_SHOPIFY_CURRENCY = re.compile(r'Shopify\.currency\s*=\s*\{[^{}]{0,20}"active"\s*:\s*"([A-Z]{3})"')
_SHOPIFY_META = re.compile(r"\bvar\s+meta\s*=\s*(?=\{)")


def _woocommerce(page: PageParts) -> Fields:
    """The product from the form's variations, and from the classes that every theme has."""
    if not re.search(r"woocommerce", " ".join(page.tree.xpath("//body/@class")[:1])):
        return {}
    variations = [
        each
        for value in page.attributes("data-product_variations")
        for each in as_list(value)
        if isinstance(each, dict)
    ]
    there = [each for each in variations if each.get("is_in_stock")] or variations
    price = _least([each.get("display_price") for each in there])
    regular = [
        each.get("display_regular_price") for each in there if _price(each.get("display_price")) == price
    ]
    said = [each["is_in_stock"] for each in variations if isinstance(each.get("is_in_stock"), bool)]
    summary = next(page.of_class("summary"), None)
    inside = PageParts(summary, "") if summary is not None else page
    stock = _one(
        [_truth("in-stock" in each.get("class", "").split()) for each in _within(inside, "stock")][:1]
    )
    return {
        "id": _one([text_in(each) for each in _within(inside, "sku")][:1]),
        "price": price,
        "compare_at_price": _least(regular) if price else "",
        "in_stock": (_truth(any(said)) if said else "") or stock,
    }


def _within(page: PageParts, word: str) -> list[etree._Element]:
    test = f"contains(concat(' ', normalize-space(@class), ' '), ' {word} ')"
    found: list[etree._Element] = page.tree.xpath(f".//*[{test}]")
    return found[:5]


def _magento(page: PageParts) -> Fields:
    """The final price and stock of the page's own product, which every Magento 2 theme has."""
    main = next(page.of_class("product-info-main"), None)
    if main is None:
        return {}
    amounts = main.xpath(
        ".//*[@data-price-amount and @data-price-type='finalPrice']/@data-price-amount"
        "[not(ancestor::*[contains(@class, 'old-price')])]"
    )
    former = main.xpath(".//*[@data-price-amount and @data-price-type='oldPrice']/@data-price-amount")
    stock = [
        _truth("available" in classes)
        for each in _within(PageParts(main, ""), "stock")
        if {"available", "unavailable"} & (classes := set(each.get("class", "").split()))
    ]
    return {
        "price": _price(next(iter(amounts), "")),
        "compare_at_price": _price(next(iter(former), "")),
        "in_stock": _one(stock),
    }


def _prestashop(page: PageParts) -> Fields:
    """The product in the data for the page's script."""
    for product in page.attributes("data-product"):
        if isinstance(product, dict) and "id_product" in product:
            stock = {"available": "yes", "last_remaining_items": "yes", "unavailable": "no"}
            return {
                "id": plain(product.get("reference")) or plain(product.get("id_product")),
                "title": plain(product.get("name")),
                "category": plain(product.get("category_name")),
                "description": plain_description(product.get("description_short")),
                "price": _price(product.get("price_amount")) or _price(product.get("price")),
                "compare_at_price": _price(product.get("regular_price_amount")),
                "in_stock": stock.get(plain(product.get("availability")), ""),
                "GTIN": plain(product.get("ean13")),
            }
    return {}


def _bigcommerce(page: PageParts) -> Fields:
    for _, value in page.literals(re.compile(r"\bBCData\s*=\s*(?=\{)")):
        about = value.get("product_attributes") if isinstance(value, dict) else None
        if isinstance(about, dict):
            said = about.get("price")
            prices = said if isinstance(said, dict) else {}
            tax = next(
                (name for name in ("with_tax", "without_tax") if isinstance(prices.get(name), dict)), ""
            )
            price, before = prices.get(tax, {}), prices.get(f"non_sale_price_{tax}", {})
            return {
                "id": plain(about.get("sku")),
                "price": _price(price.get("value")),
                "compare_at_price": _price(before.get("value")) if isinstance(before, dict) else "",
                "currency": plain(price.get("currency")),
                "in_stock": _truth(about.get("instock")),
                "GTIN": plain(about.get("upc")),
            }
    return {}


_ECOMMERCE = re.compile(r"""["']?\becommerce["']?\s*:\s*(?=\{)""")
_VIEW = re.compile(r"""["'](?:view_item|ViewContent)["']\s*,\s*(?=\{)""")
_IS_VIEW = re.compile(r"""["'](?:view_item|productDetail|detail|ViewContent)["']""")


def _counters(page: PageParts) -> Fields:
    """The viewed product in the data for Google's and Facebook's analytics, if it is a single one."""
    found: Fields = {}
    for around, value in [*page.literals(_VIEW), *page.literals(_ECOMMERCE)]:
        if not isinstance(value, dict):
            continue
        detail = value.get("detail")
        things = detail.get("products") if isinstance(detail, dict) else None
        if things is None and _IS_VIEW.search(around):
            things = value.get("items") if "items" in value else [_of_pixel(value)]
        if not isinstance(things, list) or len(things) != 1 or not isinstance(things[0], dict):
            continue
        thing = things[0]
        fields = {
            "id": plain(thing.get("item_id") or thing.get("id")),
            "title": plain(thing.get("item_name") or thing.get("name")),
            "brand": plain(thing.get("item_brand") or thing.get("brand")),
            "price": _price(thing.get("price")),
            "currency": plain(
                thing.get("currency") or value.get("currency") or value.get("currencyCode"), longest=10
            ),
        }
        for name, text in fields.items():
            if text:
                found.setdefault(name, text)
    return found


def _of_pixel(value: dict[str, Any]) -> dict[str, Any]:
    ids = as_list(value.get("content_ids"))
    if len(ids) > 1 or value.get("content_type", "product") not in ("product", "product_group"):
        return {}
    return {"name": value.get("content_name"), "price": value.get("value"), "id": next(iter(ids), None)}


READERS: tuple[Callable[[PageParts], Fields], ...] = (
    _shopify,
    _woocommerce,
    _magento,
    _prestashop,
    _bigcommerce,
    _counters,
)
"""One function for each system, best first. To add a system, add a function and a line here."""

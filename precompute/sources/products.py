"""Turns the texts of a record into a product: prices, stock, tags and facts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from bundle.format import ProductFields, is_page_address
from precompute.sources.folders.file_names import title_from
from precompute.sources.records import Record
from precompute.sources.text import clean, line, plain
from precompute.sources.values.categories import category_from
from precompute.sources.values.prices import currency_from, is_code, price_from
from precompute.sources.values.stock import stock_from

KNOWN = (*(each.name for each in fields(ProductFields) if each.name != "facts"), "sale_price")
"""The names of a record's known fields. All others are facts."""

PRICES = (*(each.name for each in fields(ProductFields) if each.metadata["is_amount"]), "sale_price")
"""The names of the known fields that are prices."""

_SHARED = 1 << 16
"""How many of the last distinct texts are compared with new ones."""


@dataclass(frozen=True)
class SourceProduct(ProductFields):
    """A product from its source. `files` are its pictures' paths below the source's folder."""

    files: tuple[str, ...]


def product_from(record: Record, files: tuple[str, ...]) -> SourceProduct:
    """The product of a record whose pictures are `files`, paths below the source's folder, best first.

    A field that cannot be parsed, such as a price "on request", becomes a fact as written. Raises
    `ValueError` with the reason if the record cannot be used.
    """
    given = {name: text for name, written in record.fields.items() if (text := clean(written))}
    if not files:
        raise ValueError("it has no image")
    if not given.get("id"):
        raise ValueError("it has no id")
    # What many products share is kept in memory once.
    facts = {shared(fact_of(name)): shared(line(text)) for name, text in given.items() if name not in KNOWN}
    category = category_from(line(given.get("category", "")))
    return SourceProduct(
        id=given["id"],
        title=line(given.get("title", "")) or title_from(files[0], category),
        files=files,
        category=shared(category),
        brand=shared(line(given.get("brand", ""))),
        tags=tuple(dict.fromkeys(shared(line(tag)) for tag in tags_in(given.get("tags", "")))),
        **_prices(given, record.decimal, facts),
        in_stock=_understood("in_stock", stock_from, given, facts),
        popularity=_understood("popularity", _popularity, given, facts),
        url=_understood("url", _address, given, facts) or "",
        description=plain(given.get("description", "")),
        variants=given.get("variants", ""),
        facts=facts,
    )


@lru_cache(_SHARED)
def shared(text: str) -> str:
    """The same text, as one object for the products that have it."""
    return text


def lost_sale(record: Record, product: SourceProduct) -> bool:
    """Whether a record has a former price that its product lacks, because it is not higher than the price."""
    text = clean(record.fields.get("compare_at_price", ""))
    if not text or product.compare_at_price is not None or fact_of("compare_at_price") in product.facts:
        return False
    before = price_from(text, decimal=record.decimal)
    # Shops write zero, or the price itself, if there is no sale.
    return before is None or before.amount not in (0, product.price)


def _prices(given: dict[str, str], decimal: str, facts: dict[str, str]) -> dict[str, Any]:
    """The current price, which is the sale price if that is lower, and the price before the sale."""
    found = {name: price_from(given[name], decimal=decimal) for name in PRICES if name in given}
    facts.update({fact_of(name): given[name] for name, price in found.items() if price is None})
    paid, sale, before = map(found.get, ("price", "sale_price", "compare_at_price"))
    if sale and sale.amount and (paid is None or sale.amount < paid.amount):
        if paid and before:
            # The shop's own price is the former one, so the recommended price is only a fact.
            facts[fact_of("compare_at_price")] = given["compare_at_price"]
        paid, before = sale, paid or before
    column = currency_from(given.get("currency", ""))
    if paid is None:
        return {"currency": column}
    # A code beside the amount overrides the column, but the column is more exact than a symbol.
    currency, former = (
        price.currency if is_code(price.currency) else column or price.currency
        for price in (paid, before or paid)
    )
    is_same = former == currency or "" in (former, currency)
    is_sale = before is not None and before.amount > paid.amount and is_same
    return {
        "price": paid.amount,
        "compare_at_price": before.amount if before and is_sale else None,
        "currency": currency,
    }


def _understood(name: str, parse: Callable[[str], Any], given: dict[str, str], facts: dict[str, str]) -> Any:
    """The field parsed by `parse`. If that returns None, the field becomes a fact, as written."""
    if name not in given:
        return None
    value = parse(given[name])
    if value is None:
        facts[fact_of(name)] = given[name]
    return value


def fact_of(name: str) -> str:
    """The name of a field as a fact. Stock becomes "availability": a pre-order is neither yes nor no."""
    return "availability" if name == "in_stock" else name.replace("_", " ")


def tags_in(text: str) -> list[str]:
    """The tags in a cell, separated by |, or by commas if there is no |."""
    return [part for each in text.split("|" if "|" in text else ",") if (part := clean(each))]


def _popularity(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _address(text: str) -> str | None:
    """A page's address, or None if a browser would take it for something else, such as a script."""
    return text if is_page_address(text) else None

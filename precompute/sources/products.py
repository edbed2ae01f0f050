"""A record's text becomes a product: prices, stock, tags and facts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from precompute.sources.categories import category_from
from precompute.sources.file_names import title_from
from precompute.sources.prices import currency_from, is_code, price_from
from precompute.sources.records import Record
from precompute.sources.stock import stock_from
from precompute.sources.text import clean, line, plain

KNOWN = (
    *("id", "title", "category", "brand", "tags", "description", "price", "sale_price", "currency"),
    *("in_stock", "popularity", "url", "variants"),
)
"""The names of a record's fields that are understood; all others are facts."""


@dataclass(frozen=True)
class SourceProduct:
    """A product as its source gives it; `files` are its pictures' paths below the source's folder.

    The other fields are those of `bundle.Product`.
    """

    id: str
    title: str
    files: tuple[str, ...]
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    price: float | None = None
    currency: str = ""
    in_stock: bool | None = None
    popularity: float | None = None
    url: str = ""
    description: str = ""
    variants: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def product_from(record: Record, files: tuple[str, ...]) -> SourceProduct:
    """The product of a record whose pictures are `files`, paths below the source's folder, best first.

    What is not understood, such as a price "on request", becomes a fact as it was written. Raises
    `ValueError` with the reason where the record cannot be used.
    """
    fields = {name: text for name, given in record.fields.items() if (text := clean(given))}
    if not files:
        raise ValueError("it has no image")
    if not fields.get("id"):
        raise ValueError("it has no id")
    facts = {_fact(name): line(text) for name, text in fields.items() if name not in KNOWN}
    category = category_from(line(fields.get("category", "")))
    return SourceProduct(
        id=fields["id"],
        title=line(fields.get("title", "")) or title_from(files[0], category),
        files=files,
        category=category,
        brand=line(fields.get("brand", "")),
        tags=tuple(dict.fromkeys(line(tag) for tag in tags_in(fields.get("tags", "")))),
        **_price(fields, record.decimal, facts),
        in_stock=_understood("in_stock", stock_from, fields, facts),
        popularity=_understood("popularity", _popularity, fields, facts),
        url=_understood("url", _address, fields, facts) or "",
        description=plain(fields.get("description", "")),
        variants=fields.get("variants", ""),
        facts=facts,
    )


def _price(fields: dict[str, str], decimal: str, facts: dict[str, str]) -> dict[str, Any]:
    """What the product costs today: its sale price where that is lower, and then the other one is a fact."""
    found = {
        name: price_from(fields[name], decimal=decimal) for name in ("price", "sale_price") if name in fields
    }
    facts.update({_fact(name): fields[name] for name, price in found.items() if price is None})
    paid, sale = found.get("price"), found.get("sale_price")
    if sale and sale.amount and (paid is None or sale.amount < paid.amount):
        facts.update({"regular price": fields["price"]} if paid else {})
        paid = sale
    currency = currency_from(fields.get("currency", ""))
    if paid is None:
        return {"currency": currency}
    # A code beside the amount is nearer to it than a column is; of a symbol the column knows better.
    return {
        "price": paid.amount,
        "currency": paid.currency if is_code(paid.currency) else currency or paid.currency,
    }


def _understood(name: str, parse: Callable[[str], Any], fields: dict[str, str], facts: dict[str, str]) -> Any:
    """What `parse` makes of a field; where that is nothing, the field is a fact, shown as it was written."""
    if name not in fields:
        return None
    value = parse(fields[name])
    if value is None:
        facts[_fact(name)] = fields[name]
    return value


def _fact(name: str) -> str:
    """What a field is called as a fact: what is on pre-order is no number and no yes or no."""
    return "availability" if name == "in_stock" else name.replace("_", " ")


def tags_in(text: str) -> list[str]:
    """The tags in a cell: | between them, or where there is none, commas."""
    return [part for each in text.split("|" if "|" in text else ",") if (part := clean(each))]


def _popularity(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _address(text: str) -> str | None:
    """A page's address, or None for what a browser would take for something else, such as a program."""
    return text if text.lower().startswith(("http://", "https://")) else None

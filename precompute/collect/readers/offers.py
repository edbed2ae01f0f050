"""Reads prices and stock from offers in schema.org's vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from precompute.collect.readers.structured import Node, types_of
from precompute.collect.readers.text import amount_text, as_list, plain
from precompute.sources.values.prices import price_from
from precompute.sources.values.stock import stock_from

_IN_STOCK = frozenset(
    {
        *("instock", "limitedavailability", "onlineonly", "instoreonly", "preorder", "presale", "backorder"),
        # This is Facebook's word.
        "availablefororder",
    }
)
_OUT_OF_STOCK = frozenset({"outofstock", "soldout", "discontinued", "reserved", "oos"})
_BEFORE = ("listprice", "strikethroughprice", "msrp", "srp", "suggestedretailprice", "regularprice")
"""Types of prices that are not the current one, but a former or recommended one."""

_OF_FEW = ("invoiceprice", "minimumadvertisedprice", "memberprice")
_USED = ("usedcondition", "refurbishedcondition", "damagedcondition")
_MOST_OFFERS = 2000


class Cost(NamedTuple):
    """A price: the amount for comparison, its text, and the currency, empty if unknown."""

    amount: float
    text: str
    currency: str


def offers_of(nodes: list[Node], depth: int = 0) -> Iterator[Node]:
    """The offers of products. An AggregateOffer comes before the offers in it."""
    for node in nodes:
        for offer in as_list(node.get("offers"))[:_MOST_OFFERS]:
            if isinstance(offer, dict):
                yield offer
                if depth < 2:
                    yield from offers_of([offer], depth + 1)


def lowest(offers: list[Node]) -> Cost | None:
    """The lowest price of available offers, or of all if none is available. New goods precede used ones."""
    new = [each for each in offers if _last_word(each.get("itemcondition")) not in _USED] or offers
    there = [each for each in new if availability(each.get("availability")) != "no"] or new
    costs = [cost for offer in there if (cost := _cost(offer)) is not None]
    if not costs:
        return None
    # Several sellers' offers may leave the currency to their AggregateOffer.
    currencies = {cost.currency for cost in costs if cost.currency}
    best = min(costs)
    return best if best.currency or len(currencies) != 1 else best._replace(currency=currencies.pop())


def before(offers: list[Node], now: Cost | None) -> str:
    """The former price of the offer at the price `now`, if it is higher; otherwise empty.

    The lowest of several former prices counts, so that no saving is exaggerated.
    """
    if now is None:
        return ""
    found = []
    for offer in offers:
        cost = _cost(offer)
        if cost is None or cost.amount != now.amount:
            continue
        for part in _specifications(offer):
            currency = _text(part.get("pricecurrency")) or now.currency
            former = _read(part, currency) if _last_word(part.get("pricetype")) in _BEFORE else None
            if former is not None and former.currency == now.currency and now.amount < former.amount < inf:
                found.append(former)
    return min(found).text if found else ""


def stock(offers: list[Node]) -> str:
    """Whether one of the offers is available: "yes", "no", or empty if unknown."""
    said = {availability(each.get("availability")) for each in offers} - {""}
    return "yes" if "yes" in said else "no" if said else ""


def availability(value: object) -> str:
    """Parse schema.org's availability, or a shop's word: "yes", "no", or empty if unknown."""
    word = _last_word(value)
    if word in _IN_STOCK:
        return "yes"
    if word in _OUT_OF_STOCK:
        return "no"
    text = _text(value)
    for mark in (",", ";", "!", "(", ".", " - ", " – "):
        # Cut texts such as "In stock, ready to ship".
        text = text.partition(mark)[0]
    return {True: "yes", False: "no", None: ""}[stock_from(text) if len(text) < 60 else None]


def text_of_price(value: object) -> Cost | None:
    """A price from a text or number; None if it cannot be parsed or is zero."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = amount_text(value) if 0 < value < 1e12 else ""
    else:
        text = _text(value)
    price = price_from(text) if text else None
    if price is None:
        return Cost(inf, text, "") if text and not any(each.isdecimal() for each in text) else None
    return Cost(price.amount, text, price.currency) if price.amount > 0 else None


def _cost(offer: Node) -> Cost | None:
    """The price of an offer: its own, or else its specification's for one piece and for everybody."""
    parts = [offer, *_specifications(offer)]
    currency = next((text for part in parts if (text := _text(part.get("pricecurrency")))), "")
    for part in parts:
        if _last_word(part.get("pricetype")) in (*_BEFORE, *_OF_FEW) or part.get("validformembertier"):
            continue
        if part is not offer and len(parts) > 2 and part.get("referencequantity"):
            # It is the price of a unit, such as a litre.
            continue
        if (cost := _read(part, currency)) is not None:
            return cost
    return None


def _read(part: Node, currency: str) -> Cost | None:
    for name in ("price", "lowprice", "minprice"):
        for value in as_list(part.get(name))[:1]:
            inner = value.get("price", value.get("value")) if isinstance(value, dict) else value
            if (cost := text_of_price(inner)) is not None:
                return cost._replace(currency=currency or cost.currency)
    return None


def _specifications(offer: Node) -> list[Node]:
    return [each for each in as_list(offer.get("pricespecification"))[:50] if isinstance(each, dict)]


def _text(value: object) -> str:
    first = next(iter(as_list(value)), None)
    if isinstance(first, dict):
        first = next(iter(as_list(first.get("@id") or first.get("name") or first.get("@value"))), None)
    return plain(first)


def _last_word(value: object) -> str:
    """The last part of a schema.org name, in lower case: `https://schema.org/In_Stock` gives `instock`."""
    word = _text(value).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    return "".join(each for each in word.lower() if each.isalnum())


def is_aggregate(offer: Node) -> bool:
    """Whether an offer summarises several sellers' offers."""
    return bool(types_of(offer) & {"aggregateoffer"})

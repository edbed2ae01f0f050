"""Finds problems in a shop's product data: titles, prices, categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from precompute.doctor.case import Case
from precompute.doctor.findings import Finding
from precompute.sources import SourceProduct
from precompute.sources.folders.file_names import title_from

USUAL = 0.5
"""If more than this share of the products has a field, the shop means all of them to have it."""

PRICED = 10
"""The least number of prices in a category for judging each by the others."""

FACTOR = 50.0
"""A price is odd if it differs from its category's median by this factor: it may lack a decimal point."""

_NOT_TEXT = "\N{REPLACEMENT CHARACTER}"


def check_fields(case: Case) -> Iterator[Finding]:
    """Findings about the fields of all products of the source, with or without a picture."""
    products = case.catalogue.products
    yield from _titles(products)
    yield from _prices(products)
    if _usual(products, [product for product in products if product.category]):
        for product in products:
            if not product.category:
                yield _finding("missing-category", product, "It has no category; most others have.")


def unchecked_fields(case: Case) -> Iterator[str]:
    """A sentence for each field that is not checked because too few products have it."""
    products = case.catalogue.products
    priced = [product for product in products if product.price is not None]
    if not _usual(products, priced):
        yield f"Missing prices: {len(priced):,} of {len(products):,} products have a price."
    if not _usual(products, [product for product in products if not _is_made_up(product)]):
        yield "Missing titles: most titles are made from the names of files."


def _finding(kind: str, product: SourceProduct, text: str, weight: float = 0.0) -> Finding:
    return Finding(kind, text, (product.id,), product.files[:1], weight=weight)


def _usual(products: list[SourceProduct], having: list[SourceProduct]) -> bool:
    return len(having) > USUAL * len(products)


def _is_made_up(product: SourceProduct) -> bool:
    """Whether the title was made from a file name because the source gives none."""
    return product.title == title_from(product.files[0], product.category)


def _titles(products: list[SourceProduct]) -> Iterator[Finding]:
    given = [product for product in products if product.title.strip() and not _is_made_up(product)]
    if _usual(products, given):
        kept = {product.id for product in given}
        for product in products:
            if product.id not in kept:
                text = f"It has no title: “{product.title}” is its file's name."
                yield _finding("missing-title", product, text)
    same: dict[str, list[SourceProduct]] = defaultdict(list)
    for product in given:
        same[" ".join(product.title.casefold().split())].append(product)
        if (problem := garbled(product.title)) is not None:
            yield _finding("odd-title", product, f"“{product.title}”{problem}.")
    for group in same.values():
        if len({product.variants or product.id for product in group}) > 1:
            ids = tuple(product.id for product in group)
            text = f"{len(group):,} products are called “{group[0].title}”."
            yield Finding("same-title", text, ids, weight=len(group))


def garbled(title: str) -> str | None:
    """The end of a sentence that says how a title's characters are garbled; None if they are not.

    UTF-8 that was read as Windows-1252 (“Ã¼” for “ü”) is valid UTF-8 again once it is encoded back.
    """
    try:
        again = title.encode("cp1252").decode("utf-8")
    except UnicodeError:
        again = title
    if _NOT_TEXT in again:
        return " has letters that were lost in an encoding"
    if again != title:
        return f" was saved in the wrong encoding: “{again}” is meant"
    return None


def _prices(products: list[SourceProduct]) -> Iterator[Finding]:
    priced = [product for product in products if product.price is not None]
    if _usual(products, priced):
        for product in products:
            if product.price is None:
                given = product.facts.get("price", "")
                text = f"Its price “{given}” is not a number." if given else "It has no price; most do."
                yield _finding("missing-price", product, text)
    yield from _odd_prices(priced)
    for product in priced:
        if not product.currency:
            yield _finding("missing-currency", product, f"Its price {product.price:g} has no currency.")


def _odd_prices(priced: list[SourceProduct]) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[tuple[SourceProduct, float]]] = defaultdict(list)
    for product in priced:
        if product.price:
            groups[product.category, product.currency].append((product, product.price))
        else:
            yield _finding("odd-price", product, "Its price is 0.", weight=FACTOR)
    for (category, _), group in groups.items():
        median = float(np.median([price for _, price in group]))
        for product, price in group if len(group) >= PRICED else ():
            factor = max(price / median, median / price)
            if factor >= FACTOR:
                where = f" of “{category}”" if category else ""
                text = f"Its price is {price:g}, while the median{where} is {median:g}."
                yield _finding("odd-price", product, text, weight=factor)

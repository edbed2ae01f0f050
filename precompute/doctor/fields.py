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
"""A field that so many products have is one that the shop means all of them to have."""

PRICED = 10
"""Prices that a category must have, for one of them to be judged by the others."""

FACTOR = 50.0
"""How many times the median of its category, or its part, makes a price odd: a decimal point was lost."""

_NOT_TEXT = "\N{REPLACEMENT CHARACTER}"


def check_fields(case: Case) -> Iterator[Finding]:
    """Findings about the fields of all products of the source, with a picture or without."""
    products = case.catalogue.products
    yield from _titles(products)
    yield from _prices(products)
    if _usual(products, [product for product in products if product.category]):
        for product in products:
            if not product.category:
                yield _finding("missing-category", product, "It has no category; most others have.")


def unchecked_fields(case: Case) -> Iterator[str]:
    """The fields that are not checked, because hardly any product has them."""
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
    """Whether a title is the one that is made from a file's name where a source gives none."""
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
        if (meant := what_is_meant(product.title)) is not None:
            yield _finding("odd-title", product, f"“{product.title}”{meant}.")
    for group in same.values():
        if len({product.variants or product.id for product in group}) > 1:
            ids = tuple(product.id for product in group)
            text = f"{len(group):,} products are called “{group[0].title}”."
            yield Finding("same-title", text, ids, weight=len(group))


def what_is_meant(title: str) -> str | None:
    """What is wrong with the signs of a title, to be put behind it; None where nothing is.

    UTF-8 that was read as Windows-1252 (“Ã¼” for “ü”) is recognised by being UTF-8 when it is written so.
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

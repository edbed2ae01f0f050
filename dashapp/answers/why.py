"""Explains in a sentence, from known facts only, why one product is listed beside another."""

from __future__ import annotations

from itertools import takewhile

from bundle import Product
from bundle.search.query import category_path
from dashapp.answers.look_alikes import PRICE_BAND
from dashapp.parts.wording import listing, price
from dashapp.shown_recipe import ShownRecipe


def shared(product: Product, other: Product) -> str:
    """What two products have in common, as "Also in Mugs, by Nord, blue and white, at a similar price."

    Empty if they have nothing in common. The category is the narrowest that contains both.
    """
    category = _common_category(product.category, other.category)
    colours = [colour for colour in product.colours if colour in other.colours]
    parts = [
        f"in {category}" if category else "",
        f"by {product.brand}" if product.brand and product.brand == other.brand else "",
        listing(colours),
    ]
    same = ", ".join(filter(None, parts))
    amount = _price(product, other)
    if same:
        return f"Also {same}{', ' + amount if amount else ''}."
    return f"{amount[0].upper()}{amount[1:]}." if amount else ""


def closeness(recipe: ShownRecipe, score: float) -> str:
    """How rare such a good score is, as "Closer than 99.5% of pairs."; empty if unknown.

    The share is the highest measured one that `score` reaches, so it is rounded down.
    """
    share = recipe.closer_than(score)
    return f"Closer than {share}% of pairs." if share else ""


def number(recipe: ShownRecipe, score: float) -> str:
    """The score and what it means, as "Similarity 0.66: 1 is the same picture, and higher is more alike."."""
    return f"{recipe.metric.name} {recipe.shown(score)}: {recipe.metric.meaning}"


def _common_category(one: str, other: str) -> str:
    both = takewhile(
        lambda pair: pair[0] == pair[1], zip(category_path(one), category_path(other), strict=False)
    )
    return next((name for name, _ in reversed(list(both))), "")


def _price(product: Product, other: Product) -> str:
    if product.price is None or other.price is None or product.currency != other.currency:
        return ""
    difference = other.price - product.price
    if difference == 0:
        return "at the same price"
    if abs(difference) <= PRICE_BAND * abs(product.price):
        return "at a similar price"
    amount = price(abs(difference), product.currency)
    return f"{amount} {'dearer' if difference > 0 else 'cheaper'}"

"""Explains in a sentence, from known facts only, why one product is listed beside another."""

from __future__ import annotations

from itertools import takewhile

from bundle import Product
from bundle.search.query import category_path
from dashapp.answers.look_alikes import PRICE_BAND
from dashapp.language import _, current, p_
from dashapp.language.colours import colour
from dashapp.parts.wording import listing, price
from dashapp.shown_recipe import ShownRecipe


def shared(product: Product, other: Product) -> str:
    """What two products have in common, as "Also in Mugs, by Nord, blue and white, at a similar price."

    Empty if they have nothing in common. The category is the narrowest that contains both.
    """
    category = _common_category(product.category, other.category)
    colours = [colour(each) for each in product.colours if each in other.colours]
    parts = [
        _("in {category}", category=category) if category else "",
        _("by {brand}", brand=product.brand) if product.brand and product.brand == other.brand else "",
        listing(colours),
    ]
    comma = p_("between facts", ", ")
    same = comma.join(filter(None, parts))
    amount = _price(product, other)
    if same:
        both = comma.join(filter(None, [same, amount]))
        return _("Also {facts}.", facts=both)
    return f"{amount[0].upper()}{amount[1:]}." if amount else ""


def closeness(recipe: ShownRecipe, score: float) -> str:
    """How rare such a good score is, as "Closer than 99.5% of pairs."; empty if unknown.

    The share is the highest measured one that `score` reaches, so it is rounded down.
    """
    share = recipe.closer_than(score)
    if not share:
        return ""
    decimals = len(share.partition(".")[2])
    percent = current().formats.share(float(share) / 100, decimals)
    return _("Closer than {percent} of pairs.", percent=percent)


def number(recipe: ShownRecipe, score: float) -> str:
    """The score and what it means, as "Similarity 0.66: 1 is the same picture, and higher is more alike."."""
    return recipe.metric.number(recipe.shown(score))


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
        return _("at the same price")
    if abs(difference) <= PRICE_BAND * abs(product.price):
        return _("at a similar price")
    amount = price(abs(difference), product.currency)
    return _("{price} dearer", price=amount) if difference > 0 else _("{price} cheaper", price=amount)

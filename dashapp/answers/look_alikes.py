"""Prepares a stored list for showing: filters it, subtracts others, and folds near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import inf, nextafter

from bundle import Bundle, Neighbour, Product
from bundle.query import Filters
from dashapp.answers.fusion import fused

PRICE_BAND = 0.25
"""How far another price may be from a product's, as a share of it, and still count as similar."""

LESS = -1 / 3
"""The weight of a list that is subtracted: a product at the top of both lists falls to about the 30th place.
From half of the weight on, nearly all products in both lists would fall behind all others."""

MOST_LESS = 10
"""The lists of at most this many products are subtracted; further ones are ignored."""

_VALUES = {
    "category": ("same",),
    "stock": ("in",),
    "sale": ("on",),
    "price": ("near", "lower"),
    "colour": ("same",),
}


@dataclass(frozen=True)
class Wishes:
    """Which look-alikes of a product are wanted. Each field is as in an address; empty means all.

    `category` is "same", `stock` "in", `sale` "on", `colour` "same" (the product's main colour), and `price`
    is "near" (at most `PRICE_BAND` away) or "lower".
    """

    category: str = ""
    stock: str = ""
    sale: str = ""
    price: str = ""
    colour: str = ""

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> Wishes:
        """Read the arguments of an address. Unknown ones are ignored."""
        given = {name: arguments.get(name, "") for name in _VALUES}
        return cls(**{name: value for name, value in given.items() if value in _VALUES[name]})

    def arguments(self) -> dict[str, str]:
        """Their arguments in an address."""
        return {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)}

    def about(self, product: Product) -> Wishes:
        """Only the wishes that apply to `product`, which may lack a category, a price or a colour."""
        return Wishes(
            category=self.category if product.category else "",
            stock=self.stock,
            sale=self.sale,
            price=self.price if product.price is not None else "",
            colour=self.colour if product.colours else "",
        )

    def filters(self, product: Product) -> Filters:
        """The filters that these wishes mean for `product`."""
        wishes = self.about(product)
        lowest = highest = None
        price = product.price
        if price is not None and wishes.price == "near":
            band = PRICE_BAND * abs(price)
            lowest, highest = price - band, price + band
        elif price is not None and wishes.price == "lower":
            highest = nextafter(price, -inf)
        return Filters(
            category=product.category if wishes.category else "",
            colours=product.colours[:1] if wishes.colour else (),
            in_stock=bool(wishes.stock),
            on_sale=bool(wishes.sale),
            lowest=lowest,
            highest=highest,
            currency=product.currency if wishes.price else "",
        )


ALL = Filters()
"""No filter."""


@dataclass(frozen=True)
class LookAlike:
    """One look-alike, its score, and its near-duplicates further down the list."""

    product: Product
    score: float
    variants: tuple[Product, ...] = ()


@dataclass(frozen=True)
class LookAlikes:
    """A list as it is shown.

    Of the `listed` products, `admitted` pass the filters, and folding left `longest` entries. `shown` has the
    first of these, as many as requested. `stock_known` says whether the stock of any listed product is known,
    `any_on_sale` whether any is on sale. `less` has the products whose lists were subtracted.
    """

    shown: tuple[LookAlike, ...]
    longest: int
    admitted: int
    listed: int
    stock_known: bool
    any_on_sale: bool
    less: tuple[Product, ...] = ()


def look_alikes(
    bundle: Bundle,
    product: Product,
    *,
    recipe: str,
    count: int,
    filters: Filters = ALL,
    less: Iterable[str] = (),
) -> LookAlikes:
    """The look-alikes of `product` by the named recipe: `count` of them, or as many as the list has.

    Filters apply to the whole stored list, so later entries take the place of those left out. The product's
    own variants do not count as look-alikes. For each known id in `less`, that product's list is subtracted
    by `dashapp.answers.fusion`: products near it fall, and the product itself is removed. Raises `KeyError`
    for an unknown recipe and `BundleError` if a list cannot be read.
    """
    entries = bundle.neighbours(product.id, recipe=recipe)
    unwanted = tuple(bundle.products([each for each in less if each != product.id][:MOST_LESS]))
    if unwanted:
        entries = _without(bundle, entries, unwanted, recipe=recipe)
    scores = dict(entries)
    own = groups_of(product)
    others = [other for other in bundle.products(scores) if own.isdisjoint(groups_of(other))]
    admitted = [other for other in others if filters.admit(other)]
    groups = folded(admitted)
    shown = tuple(LookAlike(first, scores[first.id], tuple(variants)) for first, *variants in groups[:count])
    return LookAlikes(
        shown=shown,
        longest=len(groups),
        admitted=len(admitted),
        listed=len(others),
        stock_known=any(other.in_stock is not None for other in others),
        any_on_sale=any(other.saving for other in others),
        less=unwanted,
    )


def folded(products: Iterable[Product]) -> list[list[Product]]:
    """Group near-duplicate products, each group at the place of its first.

    Near-duplicates are variants of one group in the shop, and twins by their pictures. A product that is a
    variant in one group and a twin in another joins whichever group came first.
    """
    groups: list[list[Product]] = []
    places: dict[tuple[str, str], int] = {}
    for product in products:
        keys = groups_of(product)
        place = min((places[key] for key in keys if key in places), default=len(groups))
        if place == len(groups):
            groups.append([])
        for key in keys:
            places.setdefault(key, place)
        groups[place].append(product)
    return groups


def groups_of(product: Product) -> frozenset[tuple[str, str]]:
    """The groups of near-duplicates that it belongs to: variants in the shop, twins by picture."""
    named = (("variants", product.variants), ("twins", product.twins))
    return frozenset(key for key in named if key[1])


def _without(
    bundle: Bundle, entries: list[Neighbour], unwanted: tuple[Product, ...], *, recipe: str
) -> list[Neighbour]:
    """Reorder the entries after subtracting the lists of the unwanted products."""
    rankings = [([entry.id for entry in entries], 1.0)]
    for each in unwanted:
        rankings.append(([entry.id for entry in bundle.neighbours(each.id, recipe=recipe)], LESS))
    gone = {each.id for each in unwanted}
    scores = {entry.id: entry.score for entry in entries if entry.id not in gone}
    return [Neighbour(each, scores[each]) for each, _ in fused(rankings) if each in scores]

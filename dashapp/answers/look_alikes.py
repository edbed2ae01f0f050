"""What a stored list becomes when it is shown: filtered, less of some, near-identical products as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import inf, nextafter

from bundle import Bundle, Neighbour, Product
from bundle.query import Filters
from dashapp.answers.fusion import fused

PRICE_BAND = 0.25
"""How far, as a share of a product's price, another one's may be from it and still count as similar."""

LESS = -1 / 3
"""The weight of a list that is taken away: what leads it and the list it is taken from falls to about the
30th place. From half of the weight on, nearly all that is in both would fall behind all that is not."""

MOST_LESS = 10
"""How many products can be taken away from one list; further ones do not count."""

_VALUES = {
    "category": ("same",),
    "stock": ("in",),
    "sale": ("on",),
    "price": ("near", "lower"),
    "colour": ("same",),
}


@dataclass(frozen=True)
class Wishes:
    """Which look-alikes of a product are wanted, each field as an address has it and empty for all.

    `category` is "same", `stock` "in", `sale` "on", `colour` "same", which is the product's main
    colour, and `price` is "near", which is at most `PRICE_BAND` away, or "lower".
    """

    category: str = ""
    stock: str = ""
    sale: str = ""
    price: str = ""
    colour: str = ""

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> Wishes:
        """Read the arguments of an address; what is unknown counts as not given."""
        given = {name: arguments.get(name, "") for name in _VALUES}
        return cls(**{name: value for name, value in given.items() if value in _VALUES[name]})

    def arguments(self) -> dict[str, str]:
        """What of them stands in an address."""
        return {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)}

    def about(self, product: Product) -> Wishes:
        """Those of them that mean something for `product`: it has a category, a price, a colour."""
        return Wishes(
            category=self.category if product.category else "",
            stock=self.stock,
            sale=self.sale,
            price=self.price if product.price is not None else "",
            colour=self.colour if product.colours else "",
        )

    def filters(self, product: Product) -> Filters:
        """The filters that they are for `product`."""
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
    """One product that looks alike, its score, and those further down that are all but the same as it."""

    product: Product
    score: float
    variants: tuple[Product, ...] = ()


@dataclass(frozen=True)
class LookAlikes:
    """A list as it is shown.

    `listed` products were looked at, `admitted` of them are what the filters want, and folding made
    `longest` entries of these; `shown` has the first, as many as were asked for. `stock_known` says whether
    the stock of any of the listed ones is known, `any_on_sale` whether any of them is on sale. `less` has the
    products that were taken away.
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

    Filters apply to the whole stored list, so what they leave out makes room for what comes after. The
    product's own variants are no look-alikes of it. For each id of `less` that the bundle holds, the list
    of that product is subtracted by `dashapp.answers.fusion`: what is near it falls, the product itself goes.
    Raises `KeyError` for an unknown recipe and `BundleError` where a list cannot be read.
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
    """The products in groups of near-identical ones, each group at the place of its first.

    Near-identical are those that the shop calls variants of one group, and twins by their pictures. One that
    is a variant of one group and a twin in another goes to whichever of the two came first.
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
    """The groups of near-identical products that it is in: variants in the shop, twins by picture."""
    named = (("variants", product.variants), ("twins", product.twins))
    return frozenset(key for key in named if key[1])


def _without(
    bundle: Bundle, entries: list[Neighbour], unwanted: tuple[Product, ...], *, recipe: str
) -> list[Neighbour]:
    """The entries in the order that is left when the lists of the unwanted products are subtracted."""
    rankings = [([entry.id for entry in entries], 1.0)]
    for each in unwanted:
        rankings.append(([entry.id for entry in bundle.neighbours(each.id, recipe=recipe)], LESS))
    gone = {each.id for each in unwanted}
    scores = {entry.id: entry.score for entry in entries if entry.id not in gone}
    return [Neighbour(each, scores[each]) for each, _ in fused(rankings) if each in scores]

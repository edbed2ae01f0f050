"""Prepares a stored list for showing: filters it, lowers the unwanted, and folds near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import inf, nextafter

from bundle import Bundle, Neighbour, Product
from bundle.search.query import Filters
from dashapp.answers.fusion import K

PRICE_BAND = 0.25
"""How far another price may be from a product's, as a share of it, and still count as similar."""

BEYOND = 2.0
"""The weight of what an unwanted product's list has beyond the product's: `tests/test_demo.py` tries it."""

MOST_LESS = 10
"""At most this many products are unwanted; further ones are ignored."""

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
    first of these, as many as requested. `best` is the best score of all `listed`, None without any.
    `stock_known` says whether the stock of any listed product is known,
    `any_on_sale` whether any is on sale. `less` has the unwanted products.
    """

    shown: tuple[LookAlike, ...]
    longest: int
    admitted: int
    listed: int
    best: float | None
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
    own variants do not count as look-alikes. Each product with a known id in `less` is removed, and what is
    nearer to it than to `product` falls. Raises `KeyError` for an unknown recipe and `BundleError` if a list
    cannot be read.
    """
    entries = stored = bundle.neighbours(product.id, recipe=recipe)
    unwanted = tuple(bundle.products([each for each in less if each != product.id][:MOST_LESS]))
    if unwanted:
        entries = _without(bundle, entries, unwanted, recipe=recipe)
    scores = dict(entries)
    own = groups_of(product)
    others = [other for other in bundle.products(scores) if own.isdisjoint(groups_of(other))]
    admitted = [other for other in others if filters.admit(other)]
    groups = folded(admitted)
    ids = {other.id for other in others}
    shown = tuple(LookAlike(first, scores[first.id], tuple(variants)) for first, *variants in groups[:count])
    return LookAlikes(
        shown=shown,
        longest=len(groups),
        admitted=len(admitted),
        listed=len(others),
        best=next((entry.score for entry in stored if entry.id in ids), None),
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
    """The entries without the unwanted products, those lowered that are nearer to one of them.

    An entry's score is its 1 / (K + rank), less `BEYOND` times what its 1 / (K + rank) in each unwanted
    product's list has beyond that. What lies as near to the product itself keeps its place: it is what both
    share.
    """
    places = [
        {entry.id: rank for rank, entry in enumerate(bundle.neighbours(each.id, recipe=recipe), start=1)}
        for each in unwanted
    ]
    gone = {each.id for each in unwanted}
    scores = {}
    for rank, entry in enumerate(entries, start=1):
        own = 1 / (K + rank)
        others = (1 / (K + there[entry.id]) for there in places if entry.id in there)
        scores[entry] = own - BEYOND * sum(max(0.0, other - own) for other in others)
    kept = [entry for entry in entries if entry.id not in gone]
    return sorted(kept, key=lambda entry: (-scores[entry], entry.id))

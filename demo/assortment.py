"""The demo shop's catalogue: which products exist, in the shop's own order.

    python demo/render.py --catalogue-only      # writes demo/products.csv

Pure standard library and seeded: the same seed always gives the same
products. Pictures are made from these rows by ``render.py``.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from . import listing
from .ranges import COLLECTIONS, COLOURS, PATTERNS, PIGMENTS, RANGES, WORTH, Range

SEED = 20
# How many products each category has: groups of colour variants, then products in one colour, then more
# groups, of the shapes that there are fewest of so far.
GROUP_SIZES = (4, 3, 2)
SINGLES = 11
RESTOCKED_SIZES = (3, 3, 3, 3)
# Some products are shown from another side as well, one of each of so many shapes of every category.
VIEWED_SHAPES = 4
SECOND_VIEW = ("turned",)
COLUMNS = (
    "id",
    "title",
    "category",
    "brand",
    "image",
    "price",
    "compare_at_price",
    "currency",
    "in_stock",
    "popularity",
    "tags",
    "variants",
    "description",
    "colour",
    "material",
    "pattern",
    "shape",
)


@dataclass(frozen=True)
class Product:
    """One row of products.csv, and ``geometry``: what its measures are drawn from."""

    id: str
    title: str
    category: str
    brand: str
    image: str
    price: str
    compare_at_price: str
    currency: str
    in_stock: str
    popularity: str
    tags: str
    variants: str
    description: str
    colour: str
    material: str
    pattern: str
    shape: str
    geometry: str

    def row(self) -> list[str]:
        """The values of the CSV columns."""
        return [getattr(self, column) for column in COLUMNS]


@dataclass(frozen=True)
class Design:
    """A thing that can be had in one or several colours."""

    shape: str
    material: str
    pattern: str
    colours: tuple[str, ...]
    collection: str


def products(seed: int = SEED) -> list[Product]:
    """All products, in the order of the shop's home page."""
    by_category = {name: _category(name, seed) for name in RANGES}
    return _interleave(by_category, random.Random(f"order {seed}"))


def _category(name: str, seed: int) -> list[Product]:
    chance = random.Random(f"{name} {seed}")
    made: list[Product] = []
    for number, design in enumerate(_designs(RANGES[name], chance), start=1):
        made += _products_of(name, design, number, len(made), chance, seed)
    return made


def _designs(carried: Range, chance: random.Random) -> list[Design]:
    """Deal shapes, materials, patterns and colours so that each gets its turn."""
    collections = chance.sample(COLLECTIONS, 30)
    shapes = _deck(carried.shapes, chance)
    colour_decks: dict[str, Iterable[str]] = {}
    pattern_decks: dict[str, Iterable[str]] = {}
    material_decks = {name: _deck(choices, chance) for name, choices in carried.shapes.items()}
    stock = Counter(dict.fromkeys(carried.shapes, 0))
    seen: set[tuple[str, str, str, str]] = set()
    designs = []
    for wanted in (*GROUP_SIZES, *[1] * SINGLES, *RESTOCKED_SIZES):
        fewest = min(stock.values()) if len(designs) >= len(GROUP_SIZES) + SINGLES else None
        # A group of colour variants needs a material that comes in enough colours.
        for _ in range(100):
            shape = next(shapes)
            if fewest is not None and stock[shape] > fewest:
                continue
            material = next(material_decks[shape])
            if len(COLOURS.get(material, PIGMENTS)) >= wanted:
                break
        pattern = _pattern(shape, material, carried, pattern_decks, chance)
        deck = colour_decks.setdefault(material, _deck(COLOURS.get(material, PIGMENTS), chance))
        colours = _distinct_colours(deck, wanted, seen, (shape, material, pattern))
        designs.append(Design(shape, material, pattern, colours, collections[len(designs)]))
        stock[shape] += len(colours)
    return designs


def _pattern(
    shape: str,
    material: str,
    carried: Range,
    decks: dict[str, Iterable[str]],
    chance: random.Random,
) -> str:
    if shape in carried.plain_only:
        return "plain"
    return next(decks.setdefault(material, _deck(PATTERNS[material], chance)))


def _distinct_colours(deck, wanted: int, seen: set, rest: tuple[str, str, str]) -> tuple[str, ...]:
    """Colours for one design; a combination that exists already is passed over."""
    colours: list[str] = []
    for _ in range(24):
        colour = next(deck)
        if colour not in colours and (*rest, colour) not in seen:
            colours.append(colour)
            seen.add((*rest, colour))
        if len(colours) == wanted:
            break
    # A one-colour material comes again in other measures.
    return tuple(colours) or (next(deck),)


def _deck(cards: Iterable[str], chance: random.Random) -> Iterable[str]:
    """Endless shuffled rounds of the cards, never one twice in a row."""
    cards = list(cards)
    last = None
    while True:
        chance.shuffle(cards)
        if cards[0] == last and len(set(cards)) > 1:
            cards.append(cards.pop(0))
        yield from cards
        last = cards[-1]


def _products_of(
    category: str, design: Design, number: int, already: int, chance: random.Random, seed: int
) -> list[Product]:
    carried = RANGES[category]
    price = _price(carried, design, chance)
    group = f"{carried.prefix}-g{number}" if len(design.colours) > 1 else ""
    geometry = f"{carried.prefix} {number}"
    folder = category.lower().replace(" ", "-")
    made = []
    for offset, colour in enumerate(design.colours, start=already + 1):
        identity = f"{carried.prefix}-{offset:03d}"
        made.append(
            Product(
                id=identity,
                title=_title(design, colour),
                category=category,
                brand=listing.brand(category, geometry, seed),
                image=f"images/{folder}/{identity}.webp",
                price=price,
                compare_at_price=listing.price_before(identity, price, seed),
                currency="EUR",
                in_stock=listing.in_stock(identity, seed),
                popularity=listing.popularity(identity, seed),
                tags=listing.tags(category, design.shape, design.material, design.pattern),
                variants=group,
                description=listing.description(design.shape, colour, design.material, design.pattern),
                colour=colour,
                material=design.material,
                pattern=design.pattern,
                shape=design.shape,
                geometry=geometry,
            )
        )
    return made


def _price(carried: Range, design: Design, chance: random.Random) -> str:
    middle = carried.lowest + (carried.highest - carried.lowest) * chance.uniform(0.2, 0.7)
    whole = int(min(carried.highest, max(carried.lowest, middle * WORTH.get(design.material, 1.0))))
    if whole > 90:
        return f"{whole // 5 * 5 + 4}.00"
    return f"{whole}.{chance.choice(('90', '50', '95'))}"


def _title(design: Design, colour: str) -> str:
    """Such as "Orla ribbed vase, speckled, sage" or "Tove desk lamp, brass"."""
    words = [f"{design.collection} {design.shape}"]
    if design.pattern != "plain":
        words.append(
            {"dots": "dotted", "stripes": "striped", "check": "checked"}.get(design.pattern, design.pattern)
        )
    if design.material in ("velvet", "linen", "cotton", "bouclé", "marble", "glass", "seagrass"):
        words.append(f"{colour} {design.material}")
    else:
        words.append(colour)
    return ", ".join(words)


def _interleave(by_category: dict[str, list[Product]], chance: random.Random) -> list[Product]:
    """Rounds of one product from every category, variants kept far apart."""
    queues = {name: _spread(made, chance) for name, made in by_category.items()}
    ordered: list[Product] = []
    names = list(queues)
    for turn in range(max(map(len, queues.values()))):
        previous = names[-3:]
        chance.shuffle(names)
        # Two mugs in a row where one round ends and the next begins look odd.
        names.sort(key=lambda name: name in previous and turn > 0)
        ordered += [queues[name][turn] for name in names if turn < len(queues[name])]
    return ordered


def _spread(made: list[Product], chance: random.Random) -> list[Product]:
    """Shuffle until no two neighbours share a shape, as far as that can be had."""
    best, fewest = list(made), len(made)
    for _ in range(200):
        tried = list(made)
        chance.shuffle(tried)
        clashes = sum(a.shape == b.shape for a, b in pairwise(tried))
        if clashes < fewest:
            best, fewest = tried, clashes
    return best


def some_of(catalogue: Sequence[Product], *, shapes: int | None, of_each: int | None) -> list[Product]:
    """The first ``of_each`` products of each of ``shapes`` shapes of every category, in their order."""
    families: dict[str, dict[str, list[Product]]] = defaultdict(lambda: defaultdict(list))
    for product in catalogue:
        families[product.category][product.shape].append(product)
    chosen = set()
    for category in families.values():
        # Those of the most designs first: colour variants are of one.
        ranked = sorted(
            category.items(),
            key=lambda family: (-len({p.geometry for p in family[1]}), -len(family[1]), family[0]),
        )
        chosen |= {p.id for _, made in ranked[:shapes] for p in made[:of_each]}
    return [p for p in catalogue if p.id in chosen]


def views_of(catalogue: Sequence[Product], further: Sequence[str] = ()) -> dict[str, Sequence[str]]:
    """The further views of each product by its id: ``further``, or those that the shop shows of a few."""
    if further:
        return {product.id: further for product in catalogue}
    return {product.id: SECOND_VIEW for product in some_of(catalogue, shapes=VIEWED_SHAPES, of_each=1)}


def write_table(rows: Sequence[Product], folder: Path, further: Sequence[str] = ()) -> None:
    """Write products.csv (UTF-8, RFC 4180), with a column ``images`` for further views: see `views_of`."""
    views = views_of(rows, further)
    with (folder / "products.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow([*COLUMNS, "images"])
        for product in rows:
            named = "|".join(further_image(product.image, view) for view in views.get(product.id, ()))
            writer.writerow([*product.row(), named])


def further_image(image: str, view: str) -> str:
    """The path of a further view of the product whose first picture is ``image``, in a folder of its own."""
    path = PurePosixPath("further", *PurePosixPath(image).parts[1:])
    return str(path.with_stem(f"{path.stem}-{view}"))

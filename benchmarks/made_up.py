"""A made-up catalogue of any size: real words, long tails, a deep taxonomy, lists and tiny thumbnails."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bundle import BundleWriter, Neighbour, Product, ProductImage
from bundle.format import COLOURS, ProductMap, encode_list, thumbnail_file

ENTRIES = 20
"""How many look-alikes a product has."""

_TINY = b"RIFF\x04\x00\x00\x00WEBP"
_Thing = TypeVar("_Thing")

_GIVEN = 1_000
"""How many things are made at a time."""

_LINKS = 20_000
"""How many products share a file: a file system allows some 65,000 links to one."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


THINGS = _words(
    "armchair basket bath mat bed bedspread bench blanket blender bookcase bottle bowl box bracelet "
    "cabinet candle cap carafe carpet casserole chair clock coat cup curtain cushion desk dish dress "
    "drill duvet earring fan flowerpot fork frame glass glove grater hammock hanger jacket jar jug kettle "
    "knife ladder ladle lamp lantern mattress mirror mug napkin necklace oven pan pillow planter plate "
    "pot pouffe quilt rack radio ring rug sandal saucer scarf shelf shirt shoe sieve skirt sofa spoon "
    "stool suitcase table tablecloth tap teapot tent toaster towel tray trousers umbrella vase wardrobe "
    "watch whisk"
)
MATERIALS = _words(
    "acacia alpaca aluminium ash bamboo brass ceramic concrete copper cork cotton denim earthenware elm "
    "felt glass hemp iron jute lambswool leather linen maple marble merino oak paper pine porcelain "
    "rattan rubber satin silk slate steel stoneware suede terracotta velvet walnut wicker wool zinc"
)
MANNERS = _words(
    "adjustable antique arched braided brushed carved checked classic compact curved dimmable embossed "
    "faceted folding fringed glazed hammered handmade hanging heavy insulated knitted lacquered large "
    "lidded light long low matte modern narrow nesting oval padded patterned pleated plain polished "
    "quilted recycled reversible ribbed rotating round rustic scalloped short slim small smooth soft "
    "solid speckled square stackable striped tall tapered textured thick tufted waterproof waxed wide "
    "woven"
)
PLACES = _words(
    "attic balcony bathroom bedroom camping garden guest hall hallway holiday home kitchen kids living "
    "nursery office outdoor patio picnic studio study terrace travel workshop"
)
SYLLABLES = _words(
    "al an ar bel bo ca da del do el en fa fi go ha il ja ka kel la li lo ma mi mo na no or pa ra ri ro sa"
)


@dataclass(frozen=True)
class Shop:
    """How many products a shop has, and how many labels of each kind these share out among themselves."""

    products: int
    leaves: int = 600
    brands: int = 2_000
    tags: int = 300


def name_of(number: int, parts: int) -> str:
    """A name of some syllables, another one for each number."""
    found = []
    for _ in range(parts):
        number, place = divmod(number, len(SYLLABLES))
        found.append(SYLLABLES[place])
    return "".join(found)


def category(leaf: int, shop: Shop) -> str:
    """The path of a leaf: place, thing, and what sets the leaves of a thing apart."""
    place = PLACES[leaf % len(PLACES)]
    thing = THINGS[leaf // len(PLACES) % len(THINGS)]
    manner = MANNERS[leaf // 97 % len(MANNERS)]
    variety = f" {name_of(leaf, 2)}" if shop.leaves > 2000 else ""
    return f"{place.title()} > {thing.title()}s > {manner.title()} {thing}s{variety}"


def image_id(number: int) -> str:
    """The id of the picture of a product."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def products(shop: Shop) -> Iterator[Product]:
    """The products: the same for every run, few brands and tags on many of them and many on few."""
    draw = random.Random(1)
    paths = [category(leaf, shop) for leaf in range(shop.leaves)]
    for number in range(shop.products):
        leaf = draw.randrange(shop.leaves)
        thing = THINGS[leaf // len(PLACES) % len(THINGS)]
        material, other = MATERIALS[int(len(MATERIALS) * draw.random() ** 2)], draw.choice(MATERIALS)
        manner = MANNERS[int(len(MANNERS) * draw.random() ** 2)]
        brand = name_of(int(shop.brands * draw.random() ** 3) + 40, 3).title()
        price = round(3 + 400 * draw.random() ** 3, 2) // 1 + draw.choice((0.0, 0.49, 0.95, 0.99))
        tags = {name_of(int(shop.tags * draw.random() ** 2) + 9000, 4) for _ in range(3)}
        yield Product(
            f"sku-{number:07d}",
            f"{manner.title()} {material} {thing} {name_of(number % 40_000, 4)}",
            (ProductImage(image_id(number), 80, 80),),
            category=paths[leaf],
            brand=brand,
            tags=tuple(sorted(tags)),
            price=price,
            compare_at_price=price * 1.25 if number % 9 == 0 else None,
            currency="EUR",
            in_stock=number % 5 != 0,
            popularity=draw.random(),
            variants=f"group-{number // 3}" if number % 10 < 3 else "",
            facts={"Material": f"{material}, {other}", "Care": "wipe clean", "Width": f"{number % 200} cm"},
            colours=tuple(draw.sample(COLOURS, 1 + number % 2)),
        )


def _link_thumbnails(writer: BundleWriter, count: int) -> None:
    """Two tiny files for each picture, linked as builds link those that their store has."""
    sha256 = hashlib.sha256(_TINY).hexdigest()
    with tempfile.TemporaryDirectory(dir=writer.root) as folder:
        for number in range(count):
            source = Path(folder) / str(number // _LINKS)
            if number % _LINKS == 0:
                source.write_bytes(_TINY)
            for small in (False, True):
                writer.link_file(thumbnail_file(image_id(number), small=small), source, sha256=sha256)


class CpuSeconds(dict[str, float]):
    """The processor's seconds of each part of a work, of all threads, without those of what it is given."""

    _of_given = 0.0

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Add what is done meanwhile to a part."""
        started = time.process_time() - self._of_given
        yield
        self[part] = time.process_time() - self._of_given - started

    def given(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        """The same things, made some at a time, which is counted in no part."""
        rest = iter(things)
        while True:
            started = time.process_time()
            some = list(islice(rest, _GIVEN))
            self._of_given += time.process_time() - started
            if not some:
                return
            yield from some


def write(root: Path, shop: Shop, *, thumbnails: bool = True) -> CpuSeconds:
    """Write a bundle of the shop with the project's own writer, and return what that took."""
    count = shop.products
    taken = CpuSeconds()

    def lists() -> Iterator[tuple[str, list[Neighbour]]]:
        for number in range(count):
            others = {(number * 7 + step * step + 1) % count: step for step in range(ENTRIES)}
            yield (
                f"sku-{number:07d}",
                [
                    Neighbour(f"sku-{other:07d}", 0.95 - 0.01 * step)
                    for other, step in others.items()
                    if other != number
                ],
            )

    with BundleWriter(root, generation="scale") as writer:
        with taken.measure("catalogue"):
            writer.write_catalogue(taken.given(products(shop)))
        if thumbnails:
            with taken.measure("links to thumbnails"):
                _link_thumbnails(writer, count)
        with taken.measure("lists, without their JSON"):
            lines = ((name, encode_list(name, some).encode()) for name, some in lists())
            shards = writer.write_lines("lite", taken.given(lines))
        draw = random.Random(2)
        places = ProductMap(*([draw.randrange(65_536) for _ in range(count)] for _ in "xy"), fitted=count)
        writer.write_map("lite", places)
        writer.write_report({})
        recipe = {
            "name": "lite",
            "shards": shards,
            "metric": "cosine",
            "top": ENTRIES,
            "depth": ENTRIES,
        }
        counts = {"products": count, "images": count, "left_out": 0}
        with taken.measure("seal"):
            writer.publish(
                {
                    "title": "Made up",
                    "created": "2026-01-01T00:00:00+00:00",
                    "counts": counts,
                    "recipes": [recipe],
                }
            )
    return taken

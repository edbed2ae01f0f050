"""A small real bundle for tests, with all that catalogues get wrong: odd ids, HTML in titles, gaps."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from bundle import BundleWriter, Neighbour, Product, ProductImage
from bundle.format import COLOURS, large_file
from bundle.search.synonyms import SynonymRow
from tests.sample_live import write_sample_live
from tests.sample_report import sample_map, sample_report

DEPTH = 50

NASTY_IDS = (
    "plain",
    "with space",
    "a/b",
    "a//b/",
    "/leading",
    "50%",
    "100%25",
    "what?",
    "x#y",
    "a+b",
    "a&b=c",
    ".hidden",
    ".",
    "..",
    "../../etc/passwd",
    "\"double\" and 'single'",
    "<b>bold</b>",
    "back\\slash",
    "größe ✂ 靴",
    "semi;colon,comma",
    "nul\x00tab\tline\n",
    "{%app_entry%} $page",
)
HTML_TITLE = "<script>alert('x')</script> & \"Sons\" {%config%} $scripts"
LONG_TITLE = "A very long title " * 14 + "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2


@dataclass(frozen=True)
class SampleRecipe:
    """A recipe whose lists are a rule: `order` has the steps along the catalogue, `score` that of a place."""

    name: str
    metric: str
    order: Callable[[Iterable[int]], list[int]]
    score: Callable[[int], float]
    top: int = 20
    decimals: int = 2
    description: str = "A ring"
    label: str = ""
    pairs: Mapping[str, Any] = field(default_factory=dict)
    closeness: Mapping[str, float] = field(default_factory=dict)


RECIPES = (
    SampleRecipe(
        "sample",
        "cosine",
        order=sorted,
        score=lambda place: 0.98 - 0.02 * place,
        label="Style",
        closeness={"very_close": 0.95, "close": 0.9, "weak_below": 0.7},
        pairs={
            "sampled": 7140,
            "quantiles": [(place - 50) / 100 for place in range(101)],
            "tail": {"99.5": 0.6, "99.9": 0.8, "99.99": 0.97},
        },
    ),
    # Every second one first: half of what the others show is here too, at half of the place.
    SampleRecipe(
        "far",
        "euclidean",
        order=lambda steps: sorted(steps, key=lambda step: (step % 2, step)),
        score=lambda place: 10 + 0.1 * place,
        top=10,
        description="Every second <b>one</b> & 'then' the others.",
        label="Colour",
        # The best is a distance of 10, so that no list is a good one.
        closeness={"very_close": 8.0, "close": 9.0, "weak_below": 9.5},
    ),
    SampleRecipe(
        '<i>back & "co"',
        "dot",
        order=lambda steps: sorted(steps, reverse=True),
        score=lambda place: 1.5 - 0.05 * place,
        top=7,
        decimals=3,
        description="",
        label='<i>Both & "co"',
    ),
)

_CATEGORIES = ("Mugs", "Bowls & <Plates>", "Größen/Maße", "")
_BRANDS = ("Nord", "O'Neill & <Co>", "Älva", "Straße 9", "")
_TAGS = ("new", "<b>eco</b>", "sale, 50 %", "dishwasher safe")
_SHAPES = ((90, 120), (90, 120), (120, 120), (120, 90))


def sample_products(count: int = 120) -> list[tuple[Product, dict[str, bytes]]]:
    """Products, each with the WebP bytes of its thumbnails by image id; the first have the `NASTY_IDS`.

    Numbers decide on all that they say, so tests may count: see `_product`.
    """
    return [_product(number) for number in range(count)]


def write_sample_bundle(
    root: Path,
    *,
    products: int = 120,
    recipes: tuple[SampleRecipe, ...] = RECIPES,
    generation: str = "sample",
    live: bool = False,
    files: Mapping[str, bytes] | None = None,
    large: int = 0,
) -> Path:
    """Publish a bundle of `products` products below `root` and return its generation's folder.

    With `live`, it has what a search by photo needs of a bundle (`tests.sample_live`). `files` are further
    ones by their paths. With `large`, each picture has a larger one, so many pixels wide.

    A list's place says its score; which product is there goes by the catalogue's order, taken as a ring.
    """
    samples = sample_products(products)
    catalogue = [product for product, _ in samples]
    with BundleWriter(root, generation=generation) as writer:
        for _, thumbnails in samples:
            for image_id, webp in thumbnails.items():
                writer.write_thumbnail(image_id, webp)
                writer.write_thumbnail(image_id, _half(webp), small=True)
                if large:
                    writer.write_file(large_file(image_id), _wide(webp, large))
        writer.write_catalogue(catalogue)
        writer.write_synonyms([SynonymRow("beaker", "mugs", "category", "mugs", own=False)], sources=[])
        described = [_write_lists(writer, recipe, catalogue) for recipe in recipes]
        for path, content in (files or {}).items():
            writer.write_file(path, content)
        if live:
            write_sample_live(writer, described[0], products=products)
        overlap = {"recipes": ["far", "sample"], "jaccard": 0.4149, "rank_biased_overlap": 0.52}
        left_out = [{"file": "broken.jpg", "reason": "It is no picture."}]
        measured = sample_report(catalogue, recipes[0].name)
        writer.write_map(recipes[0].name, sample_map(products))
        writer.write_report(
            {"left_out": left_out, "overlap": [overlap] if len(recipes) > 1 else [], **measured}
        )
        return writer.publish(
            {
                "created": "2025-05-04T03:02:01Z",
                "title": "",
                "counts": {"products": products, "images": products, "left_out": 1},
                "thumbnails": {"size": 120, "quality": 60, "format": "webp"}
                | ({"large": large} if large else {}),
                "recipes": described,
            }
        )


def _write_lists(writer: BundleWriter, recipe: SampleRecipe, catalogue: list[Product]) -> dict[str, Any]:
    """Write a recipe's lists and return what the manifest says of it."""
    count = len(catalogue)
    steps = recipe.order(range(1, count))[:DEPTH]
    lists = (
        (
            product.id,
            [
                Neighbour(catalogue[(number + step) % count].id, recipe.score(place))
                for place, step in enumerate(steps)
            ],
        )
        for number, product in enumerate(catalogue)
    )
    scores = sorted(recipe.score(place) for place in range(len(steps)))
    shares = {"p01": 0.0, "p50": 0.5, "p99": 1.0}
    return {
        "name": recipe.name,
        "description": recipe.description,
        "fingerprint": "0" * 64,
        "metric": recipe.metric,
        "top": recipe.top,
        "depth": DEPTH,
        "decimals": recipe.decimals,
        "shards": writer.write_neighbours(recipe.name, lists),
        "pairs": recipe.pairs,
        "closeness": recipe.closeness,
        **({"label": recipe.label} if recipe.label else {}),
        "scores": {
            name: scores[round((len(scores) - 1) * share)] for name, share in shares.items() if scores
        },
    }


def _product(number: int) -> tuple[Product, dict[str, bytes]]:
    titles = {1: HTML_TITLE, 2: LONG_TITLE}
    # Every tenth product has the picture of the one before it, every ninth a second picture.
    numbers = [number - 1 if number % 10 == 9 else number] + ([number + 10_000] if number % 9 == 0 else [])
    pictures = [_picture(each) for each in numbers]
    product = Product(
        id=_id(number),
        title=titles.get(number, f"Sample {('mug', 'bowl', 'cup')[number % 3]} {number}"),
        images=tuple(image for image, _ in pictures),
        category=_CATEGORIES[number % len(_CATEGORIES)]
        + (" > Espresso" if number >= 60 and number % 8 == 0 else ""),
        brand=_BRANDS[number % len(_BRANDS)],
        tags=tuple(tag for place, tag in enumerate(_TAGS, start=2) if number % place == 0),
        price=None if number % 5 == 4 else 12.5 + number,
        compare_at_price=(12.5 + number) * 1.25 if number % 7 == 3 and number % 5 != 4 else None,
        currency="EUR",
        in_stock=None if number % 11 == 10 else number % 6 != 5,
        popularity=None if number % 7 == 6 else float(number * 37 % 101),
        url=("https://shop.example/p?a=1&b=2", "javascript:alert(1)", "")[number % 3],
        description=f"The {number}th <i>sample</i> & no other.\nIt is round." if number % 4 else "",
        colours=tuple(dict.fromkeys(COLOURS[number * step % len(COLOURS)] for step in (1, 5)))[
            : 1 + number % 2
        ],
        variants=f"group {number // 3}" if 30 <= number < 60 else "",
        twins=_id(number - number % 10 + 8) if number % 10 >= 8 else "",
        facts={"Brand": "O'Neill & <Co>", "Stock": "few", "Nothing": ""} if number % 2 else {},
    )
    return product, {image.id: webp for image, webp in pictures}


def _id(number: int) -> str:
    return NASTY_IDS[number] if number < len(NASTY_IDS) else f"sku-{number:04d}"


def _wide(webp: bytes, width: int) -> bytes:
    image = Image.open(io.BytesIO(webp))
    buffer = io.BytesIO()
    image.resize((width, round(width * image.height / image.width))).save(buffer, "WEBP", method=0)
    return buffer.getvalue()


@cache
def _half(webp: bytes) -> bytes:
    picture = Image.open(io.BytesIO(webp))
    small = io.BytesIO()
    picture.resize((-(-picture.width // 2), -(-picture.height // 2))).save(small, "WEBP", quality=60)
    return small.getvalue()


def _picture(number: int) -> tuple[ProductImage, bytes]:
    return _drawn(number, *_SHAPES[number % len(_SHAPES)])


@cache
def _drawn(number: int, width: int, height: int) -> tuple[ProductImage, bytes]:
    picture = Image.new("RGB", (width, height), "white")
    colour = tuple(hashlib.sha256(str(number).encode()).digest()[:3])
    ImageDraw.Draw(picture).rounded_rectangle((20, 20, width - 20, height - 20), 12, fill=colour)
    webp = io.BytesIO()
    picture.save(webp, "WEBP", quality=60)
    image_id = hashlib.sha256(f"source of {number}".encode()).hexdigest()
    return ProductImage(image_id, width, height), webp.getvalue()

"""A small real bundle for tests, with all that catalogues get wrong: odd ids, HTML in titles, gaps."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image, ImageDraw

from bundle import BundleWriter, Neighbour, Product, ProductImage

RECIPE = "sample"
TOP = 20
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

_CATEGORIES = ("Mugs", "Bowls & <Plates>", "Größen/Maße", "")
_SHAPES = ((90, 120), (90, 120), (120, 120), (120, 90))


def sample_products(count: int = 120) -> list[tuple[Product, dict[str, bytes]]]:
    """Products, each with the WebP bytes of its thumbnails by image id; the first have the `NASTY_IDS`."""
    return [_product(number) for number in range(count)]


def write_sample_bundle(root: Path, *, products: int = 120, metric: str = "cosine") -> Path:
    """Publish a bundle of `products` products below `root` and return its generation's folder.

    Each product's list holds those that follow it in the catalogue, in a ring.
    """
    samples = sample_products(products)
    catalogue = [product for product, _ in samples]
    with BundleWriter(root, generation="sample") as writer:
        for _, thumbnails in samples:
            for image_id, webp in thumbnails.items():
                writer.write_thumbnail(image_id, webp)
        writer.write_catalogue(catalogue)
        lists = ((product.id, _ring(catalogue, number)) for number, product in enumerate(catalogue))
        shards = writer.write_neighbours(RECIPE, lists)
        writer.write_report({"left_out": [{"file": "broken.jpg", "reason": "It is no picture."}]})
        recipe = {"name": RECIPE, "fingerprint": "0" * 64, "description": "A ring", "metric": metric}
        return writer.publish(
            {
                "created": "2025-05-04T03:02:01Z",
                "title": "",
                "counts": {"products": products, "images": products, "left_out": 1},
                "thumbnails": {"size": 120, "quality": 60, "format": "webp"},
                "recipes": [{**recipe, "top": TOP, "depth": DEPTH, "shards": shards}],
            }
        )


def _product(number: int) -> tuple[Product, dict[str, bytes]]:
    product_id = NASTY_IDS[number] if number < len(NASTY_IDS) else f"sku-{number:04d}"
    titles = {1: HTML_TITLE, 2: LONG_TITLE}
    # Every tenth product has the picture of the one before it, every ninth a second picture.
    numbers = [number - 1 if number % 10 == 9 else number] + ([number + 10_000] if number % 9 == 0 else [])
    pictures = [_picture(each) for each in numbers]
    product = Product(
        id=product_id,
        title=titles.get(number, f"Sample {('mug', 'bowl', 'cup')[number % 3]} {number}"),
        images=tuple(image for image, _ in pictures),
        category=_CATEGORIES[number % len(_CATEGORIES)],
        price=None if number % 5 == 4 else 12.5 + number,
        currency="EUR",
        url=("https://shop.example/p?a=1&b=2", "javascript:alert(1)", "")[number % 3],
        facts={"Brand": "O'Neill & <Co>", "Stock": "few", "Nothing": ""} if number % 2 else {},
    )
    return product, {image.id: webp for image, webp in pictures}


def _picture(number: int) -> tuple[ProductImage, bytes]:
    width, height = _SHAPES[number % len(_SHAPES)]
    picture = Image.new("RGB", (width, height), "white")
    colour = tuple(hashlib.sha256(str(number).encode()).digest()[:3])
    ImageDraw.Draw(picture).rounded_rectangle((20, 20, width - 20, height - 20), 12, fill=colour)
    webp = io.BytesIO()
    picture.save(webp, "WEBP", quality=60)
    image_id = hashlib.sha256(f"source of {number}".encode()).hexdigest()
    return ProductImage(image_id, width, height), webp.getvalue()


def _ring(products: list[Product], number: int) -> list[Neighbour]:
    followers = [
        products[(number + step) % len(products)] for step in range(1, min(DEPTH, len(products) - 1) + 1)
    ]
    return [Neighbour(product.id, 0.98 - 0.02 * step) for step, product in enumerate(followers)]

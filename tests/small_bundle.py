"""Bundles that a test spells out: which products, which lists, built when."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from bundle import BundleWriter, Neighbour, Product, ProductImage


def small_product(product_id: str, *, picture: str = "", **fields: Any) -> Product:
    """A product with a title and one image, whose id is the hash of `picture` (of the id where left out)."""
    image = ProductImage(hashlib.sha256((picture or product_id).encode()).hexdigest(), 24, 30)
    return Product(**{"id": product_id, "title": f"Title of {product_id}", "images": (image,)} | fields)


def write_small_bundle(
    root: Path,
    products: Iterable[Product | str],
    lists: Mapping[str, Sequence[str]] | None = None,
    *,
    generation: str = "one",
    created: str = "2025-05-01T00:00:00+00:00",
    recipe: Mapping[str, Any] | None = None,
) -> Path:
    """Publish a bundle and return its generation's folder; a list is that of all others unless given."""
    catalogue = [small_product(each) if isinstance(each, str) else each for each in products]
    ids = [product.id for product in catalogue]
    lists = {one: [other for other in ids if other != one] for one in ids} | dict(lists or {})
    described = {"name": "lite", "fingerprint": "0" * 64, "top": 3, "depth": 5} | dict(recipe or {})
    with BundleWriter(root, generation=generation) as writer:
        for product in catalogue:
            for image in product.images:
                writer.write_thumbnail(image.id, _webp(image))
        writer.write_catalogue(catalogue)
        entries = ((one, [Neighbour(other, 0.5) for other in lists[one][:5]]) for one in ids)
        shards = writer.write_neighbours(described["name"], entries)
        writer.write_report({})
        manifest = {
            "created": created,
            "counts": {"products": len(ids)},
            "recipes": [described | {"shards": shards}],
        }
        return writer.publish(manifest)


@cache
def _webp(image: ProductImage) -> bytes:
    content = io.BytesIO()
    colour = tuple(bytes.fromhex(image.id[:6]))
    Image.new("RGB", (image.width, image.height), colour).save(content, "WEBP")
    return content.getvalue()

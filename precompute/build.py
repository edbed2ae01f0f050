"""Builds a bundle: catalogue → images → embeddings → neighbours → bundle."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from bundle import BundleWriter, Product, ProductImage
from bundle.format import canonical_json
from precompute.embedding import Embeddings, embed
from precompute.errors import UserError
from precompute.evaluation import category_precision
from precompute.extractors import Extractor, open_extractor, weights_sha256
from precompute.images import to_thumbnail
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.progress import stage
from precompute.projection import project
from precompute.recipe import MINIMUM_DECODED_SIDE, Recipe
from precompute.source import Catalogue, LeftOut, read_catalogue

THUMBNAIL_SIZE = 400
THUMBNAIL_QUALITY = 78


@dataclass(frozen=True)
class BuildSettings:
    """What a build is asked for; `thumbnail_size` is the longer side, in pixels."""

    source: Path
    out: Path
    recipe: Recipe
    runtime: str | None = None
    title: str = ""
    thumbnail_size: int = THUMBNAIL_SIZE


@dataclass(frozen=True)
class Summary:
    """What a build did; `seconds` by stage, `bytes` of the generation in `folder`."""

    folder: Path
    runtime: str
    products: int
    images: int
    left_out: list[LeftOut]
    seconds: dict[str, float]
    bytes: int
    quality: dict[str, float]


def build(settings: BuildSettings) -> Summary:
    """Build a bundle and publish it; a bundle that is there already stays as it is until the last moment.

    Raises `UserError` where the source, the weights or the runtime are not what is needed, and
    `BundleError` where the output folder cannot be written.
    """
    if not 64 <= settings.thumbnail_size <= MINIMUM_DECODED_SIDE:
        raise UserError(
            f"Expected a thumbnail size from 64 to {MINIMUM_DECODED_SIDE} pixels. "
            f"Received: {settings.thumbnail_size}."
        )
    clock = _Clock()
    catalogue = read_catalogue(settings.source)
    recipe = settings.recipe
    with clock.measure("model"):
        extractor = open_extractor(recipe, runtime=settings.runtime)
    created = datetime.now(UTC)
    with BundleWriter(settings.out, generation=created.strftime("%Y%m%dT%H%M%S%fZ")) as writer:
        thumbnails = _Thumbnails(writer, settings.thumbnail_size)
        embeddings = _embed(catalogue, extractor, recipe, thumbnails, clock)
        products = _products(catalogue, embeddings, thumbnails)
        left_out = _left_out(catalogue, embeddings)
        if not products:
            raise UserError(_nothing_left(settings.source, left_out))
        lists = _neighbours(products, embeddings, recipe, clock)
        quality = category_precision(lists, {product.id: product.category for product in products})
        with clock.measure("writing"):
            writer.write_catalogue(products)
            shards = writer.write_neighbours(recipe.name, lists)
            writer.write_report(
                {
                    "left_out": [asdict(entry) for entry in left_out],
                    "quality": {recipe.name: quality},
                    "runtime": extractor.runtime,
                    "seconds": {name: round(seconds, 3) for name, seconds in clock.seconds.items()},
                }
            )
            images = len({product.images[0].id for product in products})
            manifest = {
                "created": created.isoformat(timespec="seconds"),
                "title": settings.title,
                "counts": {"products": len(products), "images": images, "left_out": len(left_out)},
                "inputs": _inputs_digest(products),
                "thumbnails": thumbnails.describe(),
                "recipes": [_describe(recipe, shards=shards)],
            }
            with stage("Sealing", writer.count_files(), "files") as advance:
                folder = writer.publish(manifest, advance=advance)
    return Summary(
        folder=folder,
        runtime=extractor.runtime,
        products=len(products),
        images=images,
        left_out=left_out,
        seconds=clock.seconds,
        bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        quality=quality,
    )


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


class _Thumbnails:
    """Makes and stores thumbnails; `sizes` has the width and height of each by image id."""

    def __init__(self, writer: BundleWriter, size: int) -> None:
        self.sizes: dict[str, tuple[int, int]] = {}
        self._writer, self._size = writer, size

    def make(self, image_id: str, image: Image.Image) -> None:
        """Store the thumbnail of one picture; called by the loader's threads, once for each image id."""
        thumbnail = to_thumbnail(image, self._size, quality=THUMBNAIL_QUALITY)
        self._writer.write_thumbnail(image_id, thumbnail.webp)
        self.sizes[image_id] = (thumbnail.width, thumbnail.height)

    def describe(self) -> dict[str, Any]:
        """What the manifest says of the thumbnails."""
        return {"size": self._size, "quality": THUMBNAIL_QUALITY, "format": "webp"}


def _embed(
    catalogue: Catalogue, extractor: Extractor, recipe: Recipe, thumbnails: _Thumbnails, clock: _Clock
) -> Embeddings:
    with stage("Embedding", len(catalogue.products), "images") as advance:
        embeddings = embed(
            catalogue.folder,
            [product.file for product in catalogue.products],
            extractor,
            recipe,
            also=thumbnails.make,
            advance=advance,
        )
    clock.seconds["reading"] = embeddings.reading_seconds
    clock.seconds["embedding"] = embeddings.embedding_seconds
    return embeddings


def _products(catalogue: Catalogue, embeddings: Embeddings, thumbnails: _Thumbnails) -> list[Product]:
    """The products whose picture has an embedding, in the catalogue's order."""
    return [
        Product(
            id=product.id,
            title=product.title,
            images=(ProductImage(image_id, *thumbnails.sizes[image_id]),),
            category=product.category,
            price=product.price,
            currency=product.currency,
            url=product.url,
            facts=product.facts,
        )
        for product in catalogue.products
        if (image_id := embeddings.images.get(product.file)) is not None
    ]


def _left_out(catalogue: Catalogue, embeddings: Embeddings) -> list[LeftOut]:
    return catalogue.left_out + [LeftOut(file, reason) for file, reason in embeddings.left_out.items()]


def _nothing_left(source: Path, left_out: list[LeftOut]) -> str:
    first = left_out[0]
    return (
        f"None of the {len(left_out):,} files in {source} is a picture that can be used; "
        f"the first, {first.file}: {first.reason}."
    )


def _neighbours(
    products: list[Product], embeddings: Embeddings, recipe: Recipe, clock: _Clock
) -> NeighbourLists:
    with stage("Neighbours", len(products), "products") as advance, clock.measure("neighbours"):
        # Rows by image id: the order of the files must not change the sums of the projection.
        order = sorted(range(len(embeddings.ids)), key=embeddings.ids.__getitem__)
        vectors = project(embeddings.vectors[order], recipe.projection)
        row_of = {embeddings.ids[row]: place for place, row in enumerate(order)}
        rows = [row_of[product.images[0].id] for product in products]
        return find_neighbours(
            [product.id for product in products], vectors[rows], depth=recipe.depth, advance=advance
        )


def _describe(recipe: Recipe, *, shards: int) -> dict[str, Any]:
    """What the manifest says of a recipe: all of it, and the fingerprint that its weights give it."""
    weights = weights_sha256(recipe)
    fingerprint = recipe.fingerprint(weights)
    return asdict(recipe) | {"weights": weights, "fingerprint": fingerprint, "shards": shards}


def _inputs_digest(products: list[Product]) -> str:
    """The SHA-256 of everything that the catalogue gave the build: the products and the pictures' hashes."""
    digest = hashlib.sha256()
    for product in products:
        digest.update(canonical_json(asdict(product)) + b"\n")
    return digest.hexdigest()

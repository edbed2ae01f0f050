"""Builds a bundle: catalogue → images → embeddings → neighbours → bundle."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bundle import BundleWriter, Product, ProductImage
from bundle.format import canonical_json
from precompute.colours import colours_of
from precompute.embedding import Embeddings, embed_all
from precompute.embeddings_file import write_embeddings
from precompute.errors import UserError
from precompute.evaluation import overlap
from precompute.extractors import Extractor, open_extractor
from precompute.findings import Findings, by_recipe, describe_twins, examine
from precompute.images import to_thumbnail
from precompute.layout import STEPS, lay_out, previous_map, principal_axes
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.progress import stage
from precompute.projection import project
from precompute.recipe import MINIMUM_DECODED_SIDE, Recipe
from precompute.source import Catalogue, LeftOut, SourceProduct, read_catalogue
from precompute.twins import signature_of, with_twins

THUMBNAIL_SIZE = 400
THUMBNAIL_QUALITY = 78

_AS_GIVEN = tuple(field.name for field in fields(SourceProduct) if field.name != "files")
"""The fields of a product that the bundle has as the source gives them."""

QUANTILES = {"p01": 0.01, "p50": 0.5, "p99": 0.99}
"""The quantiles of all stored scores that the manifest has, by name: bars are scaled by them."""


@dataclass(frozen=True)
class BuildSettings:
    """What a build is asked for; the first recipe is the default, `thumbnail_size` the longer side in pixels.

    `search` is "exact", "approximate" or None, which leaves the choice to `find_neighbours`.
    """

    source: Path
    out: Path
    recipes: tuple[Recipe, ...]
    runtime: str | None = None
    search: str | None = None
    title: str = ""
    thumbnail_size: int = THUMBNAIL_SIZE


@dataclass(frozen=True)
class RecipeSummary:
    """What a build did for one recipe; `embedding_seconds` are the extractor's own."""

    name: str
    runtime: str
    embedding_seconds: float
    quality: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """What a build did: `seconds` by stage, `bytes` of the generation in `folder`, `overlap` as reported."""

    folder: Path
    products: int
    images: int
    left_out: list[LeftOut]
    recipes: list[RecipeSummary]
    overlap: list[dict[str, Any]]
    seconds: dict[str, float]
    bytes: int


def build(settings: BuildSettings) -> Summary:
    """Build a bundle and publish it; a bundle that is there already stays as it is until the last moment.

    Raises `UserError` where the source, the recipes, the weights or the runtime are not what is needed, and
    `BundleError` where the output folder cannot be written.
    """
    _check(settings)
    clock = _Clock()
    catalogue = read_catalogue(settings.source)
    with clock.measure("model"):
        extractors = _open_extractors(settings)
    created = datetime.now(UTC)
    with BundleWriter(settings.out, generation=created.strftime("%Y%m%dT%H%M%S%fZ")) as writer:
        thumbnails = _Thumbnails(writer, settings.thumbnail_size)
        embeddings = _embed(catalogue, settings.recipes, extractors, thumbnails, clock)
        products = _products(catalogue, embeddings[0], thumbnails)
        left_out = _left_out(catalogue, embeddings[0])
        if not products:
            raise UserError(_nothing_left(settings.source, left_out))
        inputs = _inputs_digest(products)
        made = [
            # What is no longer needed is given up before the next search takes its memory.
            _make(recipe, extractor, embeddings.pop(0), products, writer, clock, search=settings.search)
            for recipe, extractor in zip(settings.recipes, extractors, strict=True)
        ]
        products = with_twins(products, made[0].lists, thumbnails.signatures)
        writer.write_catalogue(products)
        _write_map(made[0], products, writer, clock)
        overlaps = _overlaps(made)
        report = {
            "left_out": [asdict(entry) for entry in left_out],
            **_report(made),
            "twins": describe_twins(products),
            "overlap": overlaps,
            "seconds": {name: round(seconds, 3) for name, seconds in clock.seconds.items()},
        }
        images = len({product.images[0].id for product in products})
        manifest = {
            "created": created.isoformat(timespec="seconds"),
            "title": settings.title,
            "counts": {"products": len(products), "images": images, "left_out": len(left_out)},
            "inputs": inputs,
            "thumbnails": thumbnails.describe(),
            "recipes": [each.describe() for each in made],
        }
        with clock.measure("writing"):
            writer.write_report(report)
            with stage("Sealing", writer.count_files(), "files") as advance:
                folder = writer.publish(manifest, advance=advance)
    return Summary(
        folder=folder,
        products=len(products),
        images=images,
        left_out=left_out,
        recipes=[each.summary() for each in made],
        overlap=overlaps,
        seconds=clock.seconds,
        bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    )


def _check(settings: BuildSettings) -> None:
    if not 64 <= settings.thumbnail_size <= MINIMUM_DECODED_SIDE:
        raise UserError(
            f"Expected a thumbnail size from 64 to {MINIMUM_DECODED_SIDE} pixels. "
            f"Received: {settings.thumbnail_size}."
        )
    names = [recipe.name for recipe in settings.recipes]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"Expected recipes of different names. Received: {name} twice.")


def _open_extractors(settings: BuildSettings) -> list[Extractor]:
    """One for each recipe; recipes that differ only in what is done with the embeddings share theirs."""
    opened: dict[tuple[object, ...], Extractor] = {}
    for recipe in settings.recipes:
        if recipe.embeds_as() not in opened:
            opened[recipe.embeds_as()] = open_extractor(recipe, runtime=settings.runtime)
    return [opened[recipe.embeds_as()] for recipe in settings.recipes]


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - started)

    def add(self, name: str, seconds: float) -> None:
        """Add to the seconds of a stage."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds


class _Thumbnails:
    """Makes and stores thumbnails; has their widths and heights, and what was seen, by image id."""

    def __init__(self, writer: BundleWriter, size: int) -> None:
        self.sizes: dict[str, tuple[int, int]] = {}
        self.colours: dict[str, tuple[str, ...]] = {}
        self.signatures: dict[str, np.ndarray] = {}
        self._writer, self._size = writer, size

    def make(self, image_id: str, image: Image.Image) -> None:
        """Store the thumbnail of one picture; called by the loader's threads, once for each image id."""
        thumbnail = to_thumbnail(image, self._size, quality=THUMBNAIL_QUALITY)
        self._writer.write_thumbnail(image_id, thumbnail.webp)
        self._writer.write_thumbnail(image_id, thumbnail.small, small=True)
        self.sizes[image_id] = (thumbnail.width, thumbnail.height)
        self.colours[image_id] = colours_of(image)
        self.signatures[image_id] = signature_of(image)

    def describe(self) -> dict[str, Any]:
        """What the manifest says of the thumbnails."""
        return {"size": self._size, "quality": THUMBNAIL_QUALITY, "format": "webp"}


def _embed(
    catalogue: Catalogue,
    recipes: Sequence[Recipe],
    extractors: list[Extractor],
    thumbnails: _Thumbnails,
    clock: _Clock,
) -> list[Embeddings]:
    files = list(dict.fromkeys(file for product in catalogue.products for file in product.files))
    with stage("Embedding", len(files), "images") as advance:
        found = embed_all(
            catalogue.folder,
            files,
            list(zip(extractors, recipes, strict=True)),
            also=thumbnails.make,
            advance=advance,
        )
    clock.add("reading", found[0].reading_seconds)
    for embeddings in {id(each): each for each in found}.values():
        clock.add("embedding", embeddings.embedding_seconds)
    return found


def _products(catalogue: Catalogue, embeddings: Embeddings, thumbnails: _Thumbnails) -> list[Product]:
    """The products that have a picture with an embedding, in the catalogue's order."""

    def images(product: SourceProduct) -> tuple[ProductImage, ...]:
        ids = dict.fromkeys(embeddings.images[file] for file in product.files if file in embeddings.images)
        return tuple(ProductImage(image_id, *thumbnails.sizes[image_id]) for image_id in ids)

    return [
        Product(
            images=found,
            colours=thumbnails.colours[found[0].id],
            **{name: getattr(product, name) for name in _AS_GIVEN},
        )
        for product in catalogue.products
        if (found := images(product))
    ]


def _left_out(catalogue: Catalogue, embeddings: Embeddings) -> list[LeftOut]:
    return catalogue.left_out + [LeftOut(file, reason) for file, reason in embeddings.left_out.items()]


def _nothing_left(source: Path, left_out: list[LeftOut]) -> str:
    first = left_out[0]
    return (
        f"None of the {len(left_out):,} files in {source} is a picture that can be used; "
        f"the first, {first.file}: {first.reason}."
    )


@dataclass(frozen=True)
class _Made:
    """What was made under one recipe."""

    recipe: Recipe
    weights_sha256: str
    runtime: str
    seconds: float
    lists: NeighbourLists
    shards: int
    axes: np.ndarray
    findings: Findings

    @property
    def fingerprint(self) -> str:
        """The recipe's, with the weights that were used."""
        return self.recipe.fingerprint(self.weights_sha256)

    def summary(self) -> RecipeSummary:
        """What was done for the recipe."""
        return RecipeSummary(self.recipe.name, self.runtime, self.seconds, self.findings.quality)

    def describe(self) -> dict[str, Any]:
        """What the manifest says of the recipe: its fields, its weights and what its lists are like."""
        scores = self.lists.scores
        return self.recipe.published() | {
            "weights": self.weights_sha256,
            "fingerprint": self.fingerprint,
            "shards": self.shards,
            "search": self.lists.search,
            "scores": {
                name: round(float(np.quantile(scores, share)), 6)
                for name, share in QUANTILES.items()
                if scores.size
            },
            "pairs": self.findings.pairs,
        }


def _make(
    recipe: Recipe,
    extractor: Extractor,
    embeddings: Embeddings,
    products: list[Product],
    writer: BundleWriter,
    clock: _Clock,
    *,
    search: str | None,
) -> _Made:
    """Find and write the lists of one recipe, and keep its embeddings beside the bundle."""
    with stage("Neighbours", len(products), "products") as advance, clock.measure("neighbours"):
        # Rows by image id: the order of the files must not change the sums of the projection.
        order = sorted(range(len(embeddings.ids)), key=embeddings.ids.__getitem__)
        vectors = project(embeddings.vectors[order], recipe.projection)
        row_of = {embeddings.ids[row]: place for place, row in enumerate(order)}
        # In the order of the lists, by id.
        pictures = dict(sorted((product.id, product.images[0].id) for product in products))
        compared = vectors[[row_of[image_id] for image_id in pictures.values()]]
        lists = find_neighbours(
            list(pictures),
            compared,
            metric=recipe.metric,
            depth=recipe.depth,
            top=recipe.top,
            search=search,
            advance=advance,
        )
    with clock.measure("writing"):
        shards = writer.write_lines(recipe.name, lists.lines())
        fingerprint = recipe.extractor_fingerprint(extractor.weights_sha256)
        write_embeddings(writer.root, fingerprint=fingerprint, ids=embeddings.ids, vectors=embeddings.vectors)
    with clock.measure("report"):
        findings = examine(
            lists,
            compared,
            metric=recipe.metric,
            top=recipe.top,
            categories={product.id: product.category for product in products},
        )
    return _Made(
        recipe,
        extractor.weights_sha256,
        extractor.runtime,
        embeddings.embedding_seconds,
        lists,
        shards,
        principal_axes(compared),
        findings,
    )


def _write_map(made: _Made, products: list[Product], writer: BundleWriter, clock: _Clock) -> None:
    """Write the map of one recipe; what is on that of the live generation keeps its place."""
    name, metric = made.recipe.name, made.recipe.metric
    previous = previous_map(writer.root, name, fingerprint=made.fingerprint, products=products)
    order = [product.id for product in products]
    with stage("Map", sum(STEPS), "steps") as advance, clock.measure("map"):
        found = lay_out(made.lists, made.axes, order, metric=metric, previous=previous, advance=advance)
    writer.write_map(name, found)


def _report(made: list[_Made]) -> dict[str, Any]:
    """What the report says by recipe."""
    found = by_recipe({each.recipe.name: each.findings for each in made})
    return found | {"runtime": {each.recipe.name: each.runtime for each in made}}


def _overlaps(made: list[_Made]) -> list[dict[str, Any]]:
    """For each pair of recipes how much their lists have in common, each cut to the smaller `top`."""
    return [
        {"recipes": [first.recipe.name, second.recipe.name]}
        | overlap(first.lists, second.lists, cut=min(first.recipe.top, second.recipe.top))
        for first, second in combinations(made, 2)
    ]


def _inputs_digest(products: list[Product]) -> str:
    """The SHA-256 of everything that the catalogue gave the build: the products and the pictures' hashes."""
    digest = hashlib.sha256()
    for product in products:
        digest.update(canonical_json(asdict(product)) + b"\n")
    return digest.hexdigest()

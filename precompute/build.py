"""Builds a bundle: catalogue → images → embeddings → neighbours → bundle."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bundle import BundleWriter, Product, ProductImage
from bundle.format import canonical_json
from bundle.seal import sealed_files
from pictures.limits import MINIMUM_DECODED_SIDE
from precompute.clock import Clock
from precompute.embedding import Embedded, Work, embed_all
from precompute.errors import UserError
from precompute.extractors import ExtractorPlan, plan_extractor
from precompute.findings import by_recipe, describe_twins
from precompute.housekeeping import tidy
from precompute.live import LiveExtractors, Rows, prepare, write_live
from precompute.lock import locked
from precompute.picture import THUMBNAIL_SIZE, PictureMaker
from precompute.progress import say, stage
from precompute.recipe import Recipe
from precompute.recipe_lists import RecipeLists, make_lists, overlaps
from precompute.sources import Catalogue, LeftOut, SourceProduct, read_catalogue
from precompute.store import EmbeddingStore, PictureStore, Store
from precompute.store.pictures import thumbnail_files
from precompute.twins import SIGNATURE_SIDE, with_twins
from precompute.versions import versions

_AS_GIVEN = tuple(field.name for field in fields(SourceProduct) if field.name != "files")
"""The fields of a product that the bundle has as the source gives them."""

_NAME = "%Y%m%dT%H%M%S%fZ"
_NAMES = re.compile(r"\d{8}T\d{12}Z")


@dataclass(frozen=True)
class BuildSettings:
    """What a build is asked for; the first recipe is the default, `thumbnail_size` the longer side in pixels.

    `search` is "exact", "approximate" or None, which leaves the choice to `find_neighbours`. `prune` drops
    from the store what neither the new generation nor the one before it uses. `live` adds what a search with
    a visitor's own photo needs, for the first recipe.
    """

    source: Path
    out: Path
    recipes: tuple[Recipe, ...]
    runtime: str | None = None
    search: str | None = None
    title: str = ""
    thumbnail_size: int = THUMBNAIL_SIZE
    prune: bool = False
    live: bool = False


@dataclass(frozen=True)
class RecipeSummary:
    """What a build did for one recipe; `embedding_seconds` are the extractor's own."""

    name: str
    runtime: str
    embedding_seconds: float
    quality: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """What a build did: `seconds` by stage, `bytes` of the generation in `folder`, `overlap` as reported.

    `known` of the `images` were known from builds before.
    """

    folder: Path
    products: int
    images: int
    known: int
    left_out: list[LeftOut]
    recipes: list[RecipeSummary]
    overlap: list[dict[str, Any]]
    seconds: dict[str, float]
    bytes: int


def build(settings: BuildSettings, *, catalogue: Catalogue | None = None) -> Summary:
    """Build a bundle and publish it; a bundle that is there already stays as it is until the last moment.

    `catalogue` is what `settings.source` holds where it was read before, or a part of that. What is the same
    as in a build before, finished or not, is taken over from the store; what is published is the same to the
    last bit as if all of it were new. Raises `UserError` where the source, the recipes, the weights or the
    runtime are not what is needed, where another build writes into the same folder, or where that cannot be
    written.
    """
    _check(settings)
    clock = Clock()
    catalogue = catalogue or read_catalogue(settings.source)
    with clock.measure("model"):
        plans = _plan_extractors(settings)
        live = prepare(plans[0]) if settings.live else None
    with locked(settings.out):
        created = datetime.now(UTC)
        with BundleWriter(settings.out, generation=_name(settings.out, created)) as writer:
            store = Store(settings.out)
            with clock.measure("store"):
                works = {plan.key: Work(plan.recipe, plan.open, store.embeddings(plan.key)) for plan in plans}
                maker = PictureMaker(settings.thumbnail_size)
                pictures = store.pictures(maker.fingerprint)
            embedded = _embed(catalogue, list(works.values()), maker, pictures, clock)
            products = _products(catalogue, embedded, pictures)
            left_out = _left_out(catalogue, embedded)
            if not products:
                raise UserError(_nothing_left(settings.source, left_out))
            store.write_sources(catalogue.folder, _files_by_image(embedded))
            parts = {"store": store, "writer": writer, "clock": clock, "search": settings.search}
            made = [
                make_lists(recipe, plan, works[plan.key], products, with_map=number == 0, **parts)
                for number, (recipe, plan) in enumerate(zip(settings.recipes, plans, strict=True))
            ]
            overlap, inputs = overlaps(made), _inputs_digest(products)
            products = with_twins(products, made[0].lists, _signatures(products, pictures))
            if live is not None:
                _write_live(live, products, works[plans[0].key].store, store, writer, clock)
            with clock.measure("writing"):
                writer.write_catalogue(products)
                _link_thumbnails(products, pictures, writer)
                writer.write_report(_report(left_out, products, made, overlap, clock))
                counts = {"products": len(products), "images": _images(products), "left_out": len(left_out)}
                manifest = _manifest(settings, created, counts, inputs, made, maker)
                with stage("Sealing", writer.count_files(), "files") as advance:
                    folder = writer.publish(manifest, advance=advance)
        opened = [*(work.store for work in works.values()), pictures]
        tidy(settings.out, store, opened, strictly=settings.prune)
    return Summary(
        folder=folder,
        products=len(products),
        images=_images(products),
        known=embedded.known,
        left_out=left_out,
        recipes=[_summary(each) for each in made],
        overlap=overlap,
        seconds=clock.seconds,
        bytes=sum(sealed_files(folder).values()),
    )


def _check(settings: BuildSettings) -> None:
    if not 64 <= settings.thumbnail_size <= MINIMUM_DECODED_SIDE:
        raise UserError(
            f"Expected a thumbnail size from 64 to {MINIMUM_DECODED_SIDE} pixels. "
            f"Received: {settings.thumbnail_size}."
        )
    if settings.out.resolve() == settings.source.resolve():
        raise UserError(
            "Expected --out to be another folder than that of the pictures. "
            f"Received: {settings.out} for both."
        )
    names = [recipe.name for recipe in settings.recipes]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"Expected recipes of different names. Received: {name} twice.")


def _plan_extractors(settings: BuildSettings) -> list[ExtractorPlan]:
    """One for each recipe; recipes that differ only in what is done with the embeddings share theirs."""
    plans: dict[tuple[object, ...], ExtractorPlan] = {}
    for recipe in settings.recipes:
        if recipe.embeds_as() not in plans:
            plans[recipe.embeds_as()] = plan_extractor(recipe, runtime=settings.runtime)
    return [plans[recipe.embeds_as()] for recipe in settings.recipes]


def _name(out: Path, moment: datetime) -> str:
    """The generation's name: the moment, or where a clock was set back, the one after the last one there.

    So names are in the order of the builds, whatever the clock says.
    """
    for folder in out.iterdir():
        if _NAMES.fullmatch(folder.name):
            there = datetime.strptime(folder.name, _NAME).replace(tzinfo=UTC)
            moment = max(moment, there + timedelta(microseconds=1))
    return moment.strftime(_NAME)


def _embed(
    catalogue: Catalogue, works: list[Work], maker: PictureMaker, pictures: PictureStore, clock: Clock
) -> Embedded:
    files = list(dict.fromkeys(file for product in catalogue.products for file in product.files))

    def also(image_id: str, image: Image.Image) -> None:
        pictures.add(image_id, *maker.make(image))

    with stage("Embedding", len(files), "images") as advance:
        embedded = embed_all(
            catalogue.folder,
            files,
            works,
            known=pictures.holds,
            also=also,
            commit=pictures.commit,
            advance=advance,
        )
    clock.add("reading", embedded.reading_seconds)
    for work in works:
        clock.add("model", work.opening_seconds)
        clock.add("embedding", work.embedding_seconds)
    if pictures.damaged:
        say(f"{pictures.damaged:,} thumbnails in {pictures.folder} were damaged and are made anew.")
    return embedded


def _products(catalogue: Catalogue, embedded: Embedded, pictures: PictureStore) -> list[Product]:
    """The products that have a picture with an embedding, in the catalogue's order."""

    def images(product: SourceProduct) -> tuple[ProductImage, ...]:
        ids = dict.fromkeys(embedded.images[file] for file in product.files if file in embedded.images)
        return tuple(ProductImage(each, pictures[each].width, pictures[each].height) for each in ids)

    return [
        Product(
            images=found,
            colours=pictures[found[0].id].colours,
            **{name: getattr(product, name) for name in _AS_GIVEN},
        )
        for product in catalogue.products
        if (found := images(product))
    ]


def _left_out(catalogue: Catalogue, embedded: Embedded) -> list[LeftOut]:
    """What is not in the bundle and why, and what becomes of a product of the table that loses a picture."""
    losers: dict[str, list[SourceProduct]] = {file: [] for file in embedded.left_out}
    for product in catalogue.products:
        for file in product.files:
            # A picture that is a product by itself needs no word more.
            if file in losers and file != product.id:
                losers[file].append(product)
    left_out = list(catalogue.left_out)
    for file, reason in embedded.left_out.items():
        for product in losers[file][:1]:
            reason += f"; {product.id!r} {_goes_on(product, file, embedded)}"
        others = len(losers[file]) - 1
        left_out.append(LeftOut(file, reason + (f", and {others:,} more had it" if others > 0 else "")))
    return left_out


def _goes_on(product: SourceProduct, lost: str, embedded: Embedded) -> str:
    left = [file for file in product.files if file in embedded.images]
    if not left:
        return "has no other picture and is left out"
    if lost == product.files[0]:
        return f"goes on with {left[0]} as its first picture"
    return f"keeps {len(left)} of its {len(product.files)} pictures"


def _write_live(
    live: LiveExtractors,
    products: list[Product],
    embeddings: EmbeddingStore,
    store: Store,
    writer: BundleWriter,
    clock: Clock,
) -> None:
    with clock.measure("live"):
        rows = Rows.of(products, embeddings, live.plan.recipe)
        write_live(live, rows, store=store, writer=writer)


def _files_by_image(embedded: Embedded) -> dict[str, str]:
    """A file that holds each image, the first by name of several."""
    return {image_id: file for file, image_id in sorted(embedded.images.items(), reverse=True)}


def _nothing_left(source: Path, left_out: list[LeftOut]) -> str:
    first = left_out[0]
    return (
        f"None of the {len(left_out):,} files in {source} is a picture that can be used; "
        f"the first, {first.file}: {first.reason}."
    )


def _link_thumbnails(products: list[Product], pictures: PictureStore, writer: BundleWriter) -> None:
    for image_id in {image.id for product in products for image in product.images}:
        for path, sha256 in zip(thumbnail_files(image_id), pictures[image_id].thumbnails, strict=False):
            writer.link_file(path, pictures.folder / path, sha256=sha256)


def _images(products: list[Product]) -> int:
    return len({image.id for product in products for image in product.images})


def _signatures(products: list[Product], pictures: PictureStore) -> dict[str, np.ndarray]:
    ids = {product.images[0].id for product in products}
    shape = (SIGNATURE_SIDE, SIGNATURE_SIDE, 3)
    return {each: np.frombuffer(pictures[each].signature, np.uint8).reshape(shape) for each in ids}


def _report(
    left_out: list[LeftOut],
    products: list[Product],
    made: list[RecipeLists],
    overlap: list[dict[str, Any]],
    clock: Clock,
) -> dict[str, Any]:
    return {
        "left_out": [asdict(entry) for entry in left_out],
        **by_recipe({each.recipe.name: each.findings for each in made}),
        "twins": describe_twins(products),
        "overlap": overlap,
        "runtime": {each.recipe.name: each.plan.runtime for each in made},
        "seconds": {name: round(seconds, 3) for name, seconds in clock.seconds.items()},
    }


def _manifest(
    settings: BuildSettings,
    created: datetime,
    counts: dict[str, int],
    inputs: str,
    made: list[RecipeLists],
    maker: PictureMaker,
) -> dict[str, Any]:
    return {
        "created": created.isoformat(timespec="seconds"),
        "title": settings.title,
        "counts": counts,
        "inputs": inputs,
        "versions": versions({each.plan.runtime for each in made}),
        "thumbnails": maker.describe(),
        "recipes": [each.describe() for each in made],
    }


def _summary(made: RecipeLists) -> RecipeSummary:
    return RecipeSummary(made.recipe.name, made.plan.runtime, made.embedding_seconds, made.findings.quality)


def _inputs_digest(products: list[Product]) -> str:
    """The SHA-256 of everything that the catalogue gave the build: the products and the pictures' hashes."""
    digest = hashlib.sha256()
    for product in products:
        # As `asdict` gives them, which would take most of the time of a build that changes nothing.
        content = vars(product) | {"images": [vars(image) for image in product.images]}
        digest.update(canonical_json(content) + b"\n")
    return digest.hexdigest()

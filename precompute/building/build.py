"""Builds a bundle: catalogue → images → embeddings → neighbours → bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from bundle import BundleWriter, Product, ProductImage
from bundle.format import canonical_json
from bundle.generations import next_name
from bundle.seal import LinkedFiles, sealed_files
from pictures.limits import MINIMUM_DECODED_SIDE
from precompute.building.engine import LOCAL, BuildEngine, EngineChoice, check_engine, opened
from precompute.building.housekeeping import tidy
from precompute.building.list_quality import by_recipe, describe_twins
from precompute.building.precision import measure_precisions, precision_entry
from precompute.building.recipe_lists import RecipeLists, make_lists, overlaps
from precompute.building.recipe_parts import check_heads, without_vain_colour
from precompute.building.theme import PreparedTheme, files_beside
from precompute.building.writing import linked_thumbnails, write_catalogue
from precompute.embeddings.embed import EmbeddingTask
from precompute.embeddings.embedded_catalogue import embed_catalogue, signatures_of
from precompute.embeddings.picture_maker import LARGEST_PICTURE, THUMBNAIL_SIZE, PictureMaker
from precompute.live.parts import LiveExtractors, LiveRows
from precompute.live.write import prepare, write_live
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan, plan_extractor
from precompute.neighbours.twins import with_twins
from precompute.shared.clock import Clock
from precompute.shared.errors import UserError
from precompute.shared.lock import locked
from precompute.shared.progress import say, stage
from precompute.shared.versions import versions
from precompute.shared.wording import counted
from precompute.sources import Catalogue, LeftOut, read_catalogue
from precompute.sources.folders.aside import OF_THEME
from precompute.store import EmbeddingStore, PictureStore, Store
from precompute.store.address import shared_location
from precompute.synonyms.write import checked_own_file

UNPACKED = "unpacked"
"""The folder, beside the generations, for pictures unpacked from archives and tables."""


@dataclass(frozen=True)
class BuildSettings:
    """The options of a build. The first recipe is the default; `thumbnail_size` is the longer side in pixels.

    `kind` is the kind of `source`, None to recognise it; `columns` maps fields to columns of its table.
    `image_folder` holds that table's pictures, by default the table's own folder; `exclude` has patterns of
    files and folders to ignore. `search` is "exact", "approximate" or None to let `find_neighbours` choose.
    `fast` computes embeddings less precisely; `large_pictures` is the longer side of pictures to look at
    closely, 0 for none. `theme` is the shop's look. `prune` drops from the store whatever neither the new
    generation nor the one before uses. `live` adds what searching with a visitor's photo needs, for the first
    recipe. `reach` gives each product that no list has a place at the end of one. `synonyms` is the shop's
    own table of words, by default `synonyms.csv` in the catalogue's folder; `wordnet` adds WordNet's.
    `engine` is what computes, and `store` the folder or address of a store that builds share.
    """

    source: Path
    out: Path
    recipes: tuple[Recipe, ...]
    runtime: str | None = None
    device: str = "auto"
    fast: bool = False
    search: str | None = None
    title: str = ""
    theme: PreparedTheme | None = None
    thumbnail_size: int = THUMBNAIL_SIZE
    large_pictures: int = 0
    prune: bool = False
    live: bool = False
    reach: bool = False
    synonyms: Path | None = None
    wordnet: bool = False
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    image_folder: Path | None = None
    exclude: tuple[str, ...] = ()
    engine: EngineChoice = LOCAL
    store: str | None = None

    def open_store(self) -> Store:
        """The store of `out`, and the shared one if there is one. Raises what `shared_location` raises."""
        # Workers elsewhere know nothing of this process's folder.
        out = self.out if self.engine.is_local else self.out.absolute()
        return Store(out, shared_location(self.store, source=self.source) if self.store else None)

    def read(self) -> Catalogue:
        """Read the catalogue to build. Raises what `read_catalogue` raises."""
        return read_catalogue(
            self.source,
            kind=self.kind,
            columns=self.columns,
            image_folder=self.image_folder,
            exclude=(*self.exclude, *self._of_theme()),
            unpack_to=self.out / UNPACKED / self.source.name if self.out != Path() else None,
        )

    def _of_theme(self) -> list[str]:
        """Patterns for the theme's files below the source's folder: a logo is no product."""
        folder = self.source.resolve() if self.source.is_dir() else self.source.resolve().parent
        named = (*files_beside(self.source), *(self.theme.sources if self.theme else ()))
        files = (path.resolve() for path in named)
        below = (path.relative_to(folder) for path in files if path.is_relative_to(folder))
        return [OF_THEME + path.as_posix() for path in below]

    def own_synonyms(self, catalogue: Catalogue) -> Path | None:
        """The shop's own table of words; None without any. Raises `UserError` if it cannot be read."""
        source = self.source if self.source.is_dir() else self.source.parent
        return checked_own_file(self.synonyms, [source, catalogue.folder])


@dataclass(frozen=True)
class RecipeSummary:
    """What a build did for one recipe; `embedding_seconds` is the extractor's, `yardsticks` as reported.

    `out_of_reach` is how many products no list has, or had before `reach` gave them a place. `is_fitted` says
    whether it learned from labels, so yardsticks flatter it. The manifest has `device` and `against_float32`.
    """

    name: str
    runtime: str
    embedding_seconds: float
    yardsticks: dict[str, dict[str, Any]]
    out_of_reach: int
    reach: bool
    is_fitted: bool
    device: dict[str, str]
    against_float32: dict[str, float] | None


@dataclass(frozen=True)
class Summary:
    """What a build did: `seconds` by stage, `bytes` of the generation in `folder`, `overlap` as reported.

    `known` is how many of the `images` earlier builds had computed.
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
    """Build a bundle and publish it. An existing bundle stays unchanged until the last moment.

    If the live generation has the same content, nothing is published, so the one before it stays too.

    `catalogue` is the content of `settings.source`, or a part of it, if it was already read. Results of
    earlier builds, finished or not, are reused from the store; the published bundle is identical to one built
    from scratch. Raises `UserError` if the source, the recipes, the weights or the runtime are unsuitable, if
    another build writes into the same folder, if that folder cannot be written, or if the engine cannot be
    reached.
    """
    check_settings(settings)
    store = settings.open_store()
    with opened(settings.engine) as engine:
        return _build(settings, catalogue, store, engine)


def _build(
    settings: BuildSettings, catalogue: Catalogue | None, store: Store, engine: BuildEngine
) -> Summary:
    clock = Clock()
    catalogue = catalogue or settings.read()
    own = settings.own_synonyms(catalogue)
    with clock.measure("model"):
        plans = _plan_extractors(settings)
        live = prepare(plans[0]) if settings.live else None
    with locked(settings.out):
        created = datetime.now(UTC)
        with BundleWriter(settings.out, generation=next_name(settings.out, created)) as writer:
            with clock.measure("store"):
                tasks = _tasks(plans, store)
                maker = PictureMaker(settings.thumbnail_size, settings.large_pictures)
                pictures = store.pictures(maker.fingerprint)
            embed = engine.embedding(list({plan.key: plan for plan in plans}.values()))
            how: dict[str, Any] = {"maker": maker, "pictures": pictures, "clock": clock, "embed": embed}
            found = embed_catalogue(catalogue, list(tasks.values()), **how)
            products = found.products
            if not products:
                raise UserError(_nothing_left(settings.source, found.left_out))
            store.write_sources(catalogue.folder, sources := found.embedded.files_by_image())
            precisions = measure_precisions(plans, tasks, catalogue.folder, sources, store, clock)
            counts, known, left_out = found.counts, found.embedded.known, found.left_out
            # Each takes memory for every product, and nobody needs it any more.
            del catalogue, found, sources
            planned = without_vain_colour(list(zip(settings.recipes, plans, strict=True)), products)
            make = partial(make_lists, store=store, pictures=pictures, writer=writer, clock=clock)
            make = partial(make, elsewhere=engine.lists(store))
            made = _made(settings, make, planned, tasks, products)
            overlap, inputs = overlaps(made), _inputs_digest(products)
            products = with_twins(products, made[0].lists, signatures_of(products, pictures))
            if live is not None:
                live = replace(live, plan=replace(plans[0], recipe=planned[0][0]))
                embeddings = tasks[plans[0].key].store
                _write_live(live, products, embeddings, pictures, store, writer, clock)
            with clock.measure("writing"):
                write_catalogue(writer, products, inputs=inputs, own=own, with_wordnet=settings.wordnet)
                _write_theme(settings.theme, writer)
                writer.write_report(_report(left_out, products, made, overlap, clock))
                manifest = _manifest(settings, created, counts, inputs, made, maker, precisions)
                thumbnails = linked_thumbnails(products, pictures)
                recipes = [_summary(each, precisions.get(each.plan.key)) for each in made]
                del products, made
                folder = _publish(writer, manifest, thumbnails)
        stores: list[EmbeddingStore | PictureStore] = [*(task.store for task in tasks.values()), pictures]
        tidy(settings.out, store, stores, strictly=settings.prune)
    return Summary(
        folder=folder,
        products=counts["products"],
        images=counts["images"],
        known=known,
        left_out=left_out,
        recipes=recipes,
        overlap=overlap,
        seconds=clock.seconds,
        bytes=sum(sealed_files(folder).values()),
    )


def _write_theme(theme: PreparedTheme | None, writer: BundleWriter) -> None:
    for path, content in theme.files.items() if theme else ():
        writer.write_file(path, content)


def _publish(writer: BundleWriter, manifest: dict[str, Any], thumbnails: LinkedFiles) -> Path:
    """Publish the generation and return its folder: the live one's if that has the same content."""
    live = writer.unchanged(manifest, linked=thumbnails)
    if live is not None:
        say(f"Nothing changed: the generation {live.name} stays live.")
        return live
    writer.link_files(thumbnails)
    with stage("Sealing", writer.count_files(), "files") as advance:
        return writer.publish(manifest, advance=advance)


def check_settings(settings: BuildSettings) -> None:
    """Raise `UserError` if settings contradict each other."""
    check_engine(settings.engine)
    if not 64 <= settings.thumbnail_size <= MINIMUM_DECODED_SIDE:
        raise UserError(
            f"Expected a thumbnail size from 64 to {MINIMUM_DECODED_SIDE} pixels. "
            f"Received: {settings.thumbnail_size}."
        )
    if settings.large_pictures and not settings.thumbnail_size < settings.large_pictures <= LARGEST_PICTURE:
        raise UserError(
            f"Expected --large-pictures to be more than --thumbnail-size, {settings.thumbnail_size}, and at "
            f"most {LARGEST_PICTURE:,} pixels. Received: {settings.large_pictures}."
        )
    source = settings.source if settings.source.is_dir() else settings.source.parent
    if settings.out.resolve() == source.resolve():
        raise UserError(
            "Expected --out to be a different folder from the pictures' folder. "
            f"Received: {settings.out} for both."
        )
    names = [recipe.name for recipe in settings.recipes]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"Expected recipes with different names. Received: {name} twice.")


def _plan_extractors(settings: BuildSettings) -> list[ExtractorPlan]:
    """Plan an extractor for each recipe. Recipes that differ only after embedding share theirs."""
    plans: dict[tuple[object, ...], ExtractorPlan] = {}
    for recipe in settings.recipes:
        if recipe.embedding_key() not in plans:
            plans[recipe.embedding_key()] = plan_extractor(
                recipe, runtime=settings.runtime, device=settings.device, fast=settings.fast
            )
        check_heads(recipe, plans[recipe.embedding_key()])
    return [plans[recipe.embedding_key()] for recipe in settings.recipes]


def _tasks(plans: Sequence[ExtractorPlan], store: Store) -> dict[str, EmbeddingTask]:
    return {
        plan.key: EmbeddingTask(plan.recipe, plan.open, store.embeddings(plan.key), batch=plan.device.batch)
        for plan in plans
    }


def _made(
    settings: BuildSettings,
    make: Callable[..., RecipeLists],
    planned: Sequence[tuple[Recipe, ExtractorPlan]],
    tasks: Mapping[str, EmbeddingTask],
    products: list[Product],
) -> list[RecipeLists]:
    """The lists of all recipes, and the map of the first."""
    how = {"search": settings.search, "reach": settings.reach}
    return [
        make(recipe, plan, tasks[plan.key], products, with_map=number == 0, **how)
        for number, (recipe, plan) in enumerate(planned)
    ]


def _write_live(
    live: LiveExtractors,
    products: list[Product],
    embeddings: EmbeddingStore,
    pictures: PictureStore,
    store: Store,
    writer: BundleWriter,
    clock: Clock,
) -> None:
    with clock.measure("live"):
        rows = LiveRows.of(products, embeddings, live.plan.recipe, colours=pictures)
        write_live(live, rows, store=store, writer=writer)


def _nothing_left(source: Path, left_out: list[LeftOut]) -> str:
    first = left_out[0]
    return (
        f"Expected usable pictures in {source}. Received: {counted(len(left_out), 'file')}, none usable; "
        f"the first, {first.file}: {first.reason}."
    )


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
    precisions: Mapping[str, dict[str, float]],
) -> dict[str, Any]:
    return {
        "created": created.isoformat(timespec="seconds"),
        "title": settings.title,
        "counts": counts,
        "inputs": inputs,
        "versions": versions({each.plan.runtime for each in made}),
        "thumbnails": maker.describe(),
        "recipes": [each.describe() | precision_entry(each.plan, precisions) for each in made],
    }


def _summary(made: RecipeLists, against_float32: dict[str, float] | None) -> RecipeSummary:
    return RecipeSummary(
        made.recipe.name,
        made.plan.runtime,
        made.embedding_seconds,
        made.findings.yardsticks,
        out_of_reach=made.out_of_reach,
        reach=made.reach is not None,
        is_fitted=bool(made.recipe.heads),
        device=made.plan.device.describe(),
        against_float32=against_float32,
    )


def _inputs_digest(products: list[Product]) -> str:
    """The SHA-256 of the build's whole input: the products and their pictures' hashes."""
    digest = hashlib.sha256()
    names, image_names = ([each.name for each in fields(of)] for of in (Product, ProductImage))
    of_product, of_image = attrgetter(*names), attrgetter(*image_names)
    for product in products:
        # `asdict` would give the same, but take most of the time of a build without changes. `vars` would
        # make a dictionary that every product then keeps.
        content = dict(zip(names, of_product(product), strict=True))
        content["images"] = [dict(zip(image_names, of_image(image), strict=True)) for image in product.images]
        digest.update(canonical_json(content) + b"\n")
    return digest.hexdigest()

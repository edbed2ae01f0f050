"""Fits heads on a catalogue: reads and embeds it as a build does, tries parts, and writes what helps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bundle import Product
from precompute.building.build import BuildSettings, check_settings
from precompute.building.engine import BuildEngine, opened
from precompute.embeddings.embed import EmbeddingTask
from precompute.embeddings.embedded_catalogue import embed_catalogue
from precompute.embeddings.picture_maker import PictureMaker
from precompute.embeddings.titles import write_title
from precompute.embeddings.vectors import compared_pictures, picture_parts
from precompute.fitting.choice import WEIGHTS, Chosen, choose
from precompute.fitting.discriminant import PrincipalAxes, discriminant, principal_axes
from precompute.fitting.labels import CATEGORY, MEMBERS, Labels, labels_of, why_none
from precompute.fitting.recipe_file import write_recipe
from precompute.fitting.splits import by_class, by_product
from precompute.fitting.titles import fit_titles
from precompute.fitting.trial import TITLE, Sample, Trial
from precompute.models.heads import Head, HeadMatrix, open_head, write_head
from precompute.models.part_choice import check_parts
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan, plan_extractor
from precompute.shared.clock import Clock
from precompute.shared.errors import UserError
from precompute.shared.lock import locked
from precompute.shared.progress import stage
from precompute.shared.wording import counted
from precompute.sources import Catalogue, SourceProduct
from precompute.sources.folders.file_names import title_from
from precompute.store import Store

SAMPLE = 20_000
"""From how many products heads are fitted, at the most: more lift lists hardly more."""


class NothingToFit(UserError):
    """A catalogue has no labels, or none that enough products have."""


@dataclass(frozen=True)
class FitSettings:
    """What is fitted: the catalogue and the first recipe of `build`, and what the result is called.

    `file` is the TOML file to write. `title` tries a part that compares titles, `brand` a head for brands.
    `sample` is the most products to fit on.
    """

    build: BuildSettings
    file: Path
    title: bool = False
    brand: bool = False
    sample: int = SAMPLE


@dataclass(frozen=True)
class Fitted:
    """What was fitted: on how many `products` and `pictures`, with which labels, and what was chosen.

    `recipe` is the one that was written to `file`; both are None where no part helps.
    """

    products: int
    pictures: int
    labels: list[Labels]
    chosen: Chosen
    recipe: Recipe | None
    file: Path | None
    seconds: dict[str, float]


def fit(settings: FitSettings, *, catalogue: Catalogue | None = None) -> Fitted:
    """Learn heads from a catalogue's labels and write those that help, as a recipe in `settings.file`.

    Embeddings are reused from the store of `settings.build.out` and kept there. Raises `NothingToFit` where
    there is nothing to learn from, and what `precompute.building.build` raises for unsuitable settings.
    """
    check_settings(settings.build)
    store = settings.build.open_store()
    base = replace(settings.build.recipes[0], name=settings.file.stem, heads=(), title=None)
    check_parts(replace(base, heads=(Head(Path(), "", 1.0),)), source=base.name)
    clock = Clock()
    catalogue = drawn(catalogue or settings.build.read(), settings.sample)
    with clock.measure("model"):
        plan = plan_extractor(
            settings.build.recipes[0],
            runtime=settings.build.runtime,
            device=settings.build.device,
            fast=settings.build.fast,
        )
    with opened(settings.build.engine) as engine, locked(settings.build.out):
        found = _embedded(settings.build, store, engine, base, catalogue, plan, clock)
    products, owners, embeddings, parts = found
    with clock.measure("fitting"):
        counts = np.bincount(owners, minlength=len(products)).tolist()
        labels = labels_of(products, counts, brand=settings.brand)
        title = settings.title and _has_titles(catalogue.products)
        if not labels and not title:
            raise NothingToFit(_nothing(settings, products))
        axes = principal_axes(embeddings)
        sample = Sample(products, axes.applied(embeddings), owners, parts, classes_of(labels, len(products)))
        chosen = _chosen(sample, labels, title=title)
    recipe = None
    if chosen.weights:
        with clock.measure("writing"):
            fingerprint = plan.recipe.extractor_fingerprint(plan.weights_sha256)
            recipe = _write(settings.file, base, sample, labels, chosen, axes, extractor=fingerprint)
    return Fitted(
        products=len(products),
        pictures=len(owners),
        labels=labels,
        chosen=chosen,
        recipe=recipe,
        file=settings.file if recipe else None,
        seconds=clock.seconds,
    )


def drawn(catalogue: Catalogue, sample: int) -> Catalogue:
    """The catalogue with `sample` of its products at the most, drawn at random but always the same."""
    if len(catalogue.products) <= sample:
        return catalogue
    by_hash = sorted(catalogue.products, key=lambda one: hashlib.sha256(one.id.encode()).digest())
    return replace(catalogue, products=by_hash[:sample], left_out=[])


def classes_of(labels: Sequence[Labels], products: int) -> list[str]:
    """The class of each product by which lists are judged: its category, or the one above it."""
    values = next((kind.values for kind in labels if kind.name == CATEGORY), ((),) * products)
    return [some[0] if some else "" for some in values]


def _embedded(
    settings: BuildSettings,
    store: Store,
    engine: BuildEngine,
    base: Recipe,
    catalogue: Catalogue,
    plan: ExtractorPlan,
    clock: Clock,
) -> tuple[list[Product], np.ndarray, np.ndarray, list[tuple[np.ndarray, float]]]:
    """The products, the place of each compared picture's product, its embedding, and the parts it has."""
    maker = PictureMaker(settings.thumbnail_size)
    pictures = store.pictures(maker.fingerprint)
    task = EmbeddingTask(base, plan.open, store.embeddings(plan.key), batch=plan.device.batch)
    found = embed_catalogue(
        catalogue, [task], maker=maker, pictures=pictures, clock=clock, embed=engine.embedding([plan])
    )
    if not found.products:
        raise UserError(f"Expected usable pictures in {settings.source}. Received: none; build says why.")
    products = sorted(found.products, key=lambda product: product.id)
    compared = compared_pictures(products, base.pictures)
    owners = np.repeat(np.arange(len(products)), [len(some) for some in compared.values()])
    images = [image for some in compared.values() for image in some]
    embeddings = task.store.vectors(images)
    parts = picture_parts(embeddings.copy(), images, base, pictures=pictures)
    return products, owners, embeddings, [(part.values, part.weight) for part in parts]


def _has_titles(products: Sequence[SourceProduct]) -> bool:
    """Whether most products have a title of their own, not one made of a file's name and the category."""
    own = sum(product.title != title_from(product.files[0], product.category) for product in products)
    return 2 * own > len(products)


def _chosen(sample: Sample, labels: Sequence[Labels], *, title: bool) -> Chosen:
    by_products = by_product(sample.products, sample.classes)
    by_classes = by_class(sample.products, sample.classes)
    with stage("Fitting", len(by_products) + len(by_classes), "splits") as advance:
        trial = Trial(sample, labels, products=by_products, classes=by_classes, title=title, advance=advance)
    names = [kind.name for kind in labels] + ([TITLE] if title else [])
    with stage("Weighing", len(names) * len(WEIGHTS), "weights") as advance:
        return choose(trial.values, names, advance=advance)


def _write(
    file: Path,
    base: Recipe,
    sample: Sample,
    labels: Sequence[Labels],
    chosen: Chosen,
    axes: PrincipalAxes,
    *,
    extractor: str,
) -> Recipe:
    """Fit the chosen parts on all products and write the recipe with its matrices."""
    heads, title, comments = [], None, {}
    for name, weight in chosen.weights.items():
        stem = f"{file.stem}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'fact'}"
        if name == TITLE:
            model = fit_titles([product.title for product in sample.products])
            if model is None:
                raise AssertionError("titles were fitted on a part of these")
            title = open_head(write_title(file.parent, stem, model), weight)
            comments[title.file] = f"titles of {counted(len(sample.products), 'product')}"
            continue
        kind = next(kind for kind in labels if kind.name == name)
        directions = discriminant(sample.coordinates, *kind.pairs(sample.owners), shrinkage=kind.shrinkage)
        if directions is None:
            raise AssertionError(f"{name} was fitted on a part of these pictures")
        mean, matrix = axes.mean.astype(np.float32), (axes.axes @ directions).astype(np.float32)
        head = open_head(write_head(file.parent, stem, HeadMatrix(mean, matrix, extractor)), weight)
        heads.append(head)
        comments[head.file] = kind.described()
    description = f"{base.description}; fitted to the shop's {', '.join(chosen.weights)}"
    recipe = replace(base, heads=tuple(heads), title=title, description=description)
    write_recipe(file, recipe, comments)
    return recipe


def _nothing(settings: FitSettings, products: Sequence[Product]) -> str:
    return (
        f"Expected labels in {settings.build.source} that heads can learn: two categories, or two values of "
        f"a fact or tag, with {MEMBERS} products each, or products with several pictures. "
        f"Received: {why_none(products)}."
    )

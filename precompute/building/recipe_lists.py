"""Makes the lists of a catalogue under one recipe: embeddings → vectors → neighbours → the bundle's files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from bundle import BundleWriter, Product
from precompute.building.list_quality import Findings, examine
from precompute.building.product_map import STEPS, lay_out, previous_map
from precompute.building.writing import write_lists
from precompute.embeddings.embed import EmbeddingTask
from precompute.embeddings.vectors import Vectors, compared_vectors, picture_vectors
from precompute.evaluation.other_pictures import measure_other_pictures
from precompute.evaluation.overlap import overlap
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from precompute.neighbours import ListSearch, NeighbourLists, find_neighbours, load_lists, save_lists
from precompute.neighbours.reach import Reach, find_reach, out_of_reach
from precompute.shared.clock import Clock
from precompute.shared.errors import UserError
from precompute.shared.progress import stage
from precompute.store import PictureStore, Store

QUANTILES = {"p01": 0.01, "p50": 0.5, "p99": 0.99}
"""The quantiles of all stored scores in the manifest, by name. They scale the score bars."""


@dataclass(frozen=True)
class RecipeLists:
    """The lists of one recipe and the facts about them."""

    recipe: Recipe
    plan: ExtractorPlan
    embedding_seconds: float
    lists: NeighbourLists
    shards: int
    findings: Findings
    out_of_reach: int
    reach: Reach | None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the recipe together with the weights that were used."""
        return self.recipe.fingerprint(self.plan.weights_sha256)

    def describe(self) -> dict[str, Any]:
        """The recipe's entry in the manifest: its fields, its weights and facts about its lists."""
        scores, reach = self.lists.scores, self.reach
        return self.recipe.published() | {
            "weights": self.plan.weights_sha256,
            "fingerprint": self.fingerprint,
            "embeddings": self.plan.key,
            "device": self.plan.device.describe(),
            "shards": self.shards,
            "search": self.lists.search,
            "scores": {
                name: round(float(np.quantile(scores, share)), 6)
                for name, share in QUANTILES.items()
                if scores.size
            },
            "pairs": self.findings.pairs,
            "closeness": self.findings.closeness,
            **(
                {} if reach is None else {"reached": {"products": len(reach.products), "most": reach.longest}}
            ),
        }


def make_lists(
    recipe: Recipe,
    plan: ExtractorPlan,
    task: EmbeddingTask,
    products: list[Product],
    *,
    store: Store,
    pictures: PictureStore,
    writer: BundleWriter,
    clock: Clock,
    search: str | None,
    reach: bool,
    with_map: bool,
    elsewhere: ListSearch | None = None,
) -> RecipeLists:
    """Find and write the lists of one recipe, starting from those of the last build if there are any.

    `reach` gives products that no list has a place at the end of one. `with_map` writes the map as well.
    Lists are found `elsewhere`, by default in this process.
    """
    key = recipe.fingerprint(plan.weights_sha256)
    for head in recipe.learned:
        store.keep_head(head.file, head.sha256)
    with clock.measure("neighbours"):
        lists, vectors = find_lists(
            recipe, plan, task, products, store=store, pictures=pictures, search=search, elsewhere=elsewhere
        )
    with clock.measure("writing"):
        unreached = len(out_of_reach(lists))
        places = find_reach(lists, metric=recipe.metric) if reach else None
        shards = write_lists(recipe.name, lists, places, writer=writer)
        if lists.known is not None:
            save_lists(store.lists, key, lists.known)
            # Written now, so that it takes no memory while the next recipe is searched.
            lists = replace(lists, known=None)
    with clock.measure("report"):
        findings = examine(
            lists,
            vectors.values,
            counts=vectors.counts,
            metric=recipe.metric,
            top=recipe.top,
            products=products,
            lengthened=None if places is None else places.products,
            other_picture=_other_picture(recipe, task, products, pictures),
        )
    if with_map:
        with clock.measure("map"):
            _write_map(recipe, lists, vectors, products, fingerprint=key, writer=writer)
    return RecipeLists(recipe, plan, task.embedding_seconds, lists, shards, findings, unreached, places)


def _other_picture(
    recipe: Recipe, task: EmbeddingTask, products: list[Product], pictures: PictureStore
) -> np.ndarray | None:
    """What `measure_other_pictures` says, in the order of the ids."""

    def vectors_of(chosen: list[Product]) -> tuple[np.ndarray, np.ndarray] | None:
        found = picture_vectors(chosen, task.store, recipe, pictures=pictures)
        return None if found is None else (found.values, found.counts)

    in_order = sorted(products, key=lambda product: product.id)
    return measure_other_pictures(in_order, vectors_of, metric=recipe.metric)


def find_lists(
    recipe: Recipe,
    plan: ExtractorPlan,
    task: EmbeddingTask,
    products: list[Product],
    *,
    store: Store,
    pictures: PictureStore,
    search: str | None = None,
    elsewhere: ListSearch | None = None,
) -> tuple[NeighbourLists, Vectors]:
    """Find the lists of one recipe, starting from those of the last build if there are any.

    Returns them with the vectors that they compare. Raises `UserError` if embeddings disappeared from the
    store meanwhile.
    """
    with stage("Neighbours", len(products), "products") as advance:
        try:
            # In the order of the lists.
            in_order = sorted(products, key=lambda product: product.id)
            vectors = compared_vectors(in_order, task.store, recipe, pictures=pictures)
        except KeyError as error:
            raise UserError(
                f"{error.args[0]:,} embeddings in {store.root} were damaged during the build: "
                "run the same command again to recompute them."
            ) from error
        lists = find_neighbours(
            vectors.ids,
            vectors.values,
            counts=vectors.counts,
            metric=recipe.metric,
            depth=recipe.depth,
            top=recipe.top,
            search=search,
            known=load_lists(store.lists, recipe.fingerprint(plan.weights_sha256)),
            elsewhere=elsewhere,
            advance=advance,
        )
    return lists, vectors


def overlaps(made: list[RecipeLists]) -> list[dict[str, Any]]:
    """The overlap of the lists of each pair of recipes, both cut to the smaller `top`."""
    return [
        {"recipes": [first.recipe.name, second.recipe.name]}
        | overlap(first.lists, second.lists, cut=min(first.recipe.top, second.recipe.top))
        for first, second in combinations(made, 2)
    ]


def _write_map(
    recipe: Recipe,
    lists: NeighbourLists,
    vectors: Vectors,
    products: list[Product],
    *,
    fingerprint: str,
    writer: BundleWriter,
) -> None:
    """Write the map of one recipe. Products on the live generation's map keep their places."""
    previous = previous_map(writer.root, recipe.name, fingerprint=fingerprint, products=products)
    order = [product.id for product in products]
    with stage("Map", sum(STEPS), "steps") as advance:
        found = lay_out(
            lists, vectors.by_product(), order, metric=recipe.metric, previous=previous, advance=advance
        )
    writer.write_map(recipe.name, found)

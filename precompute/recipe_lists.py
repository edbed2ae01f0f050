"""The lists of a catalogue under one recipe: embeddings → vectors → neighbours → the bundle's files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from bundle import BundleWriter, Product
from precompute.clock import Clock
from precompute.embedding import Work
from precompute.errors import UserError
from precompute.evaluation import category_precision, overlap
from precompute.extractors import ExtractorPlan
from precompute.neighbours import NeighbourLists, find_neighbours, load_lists, save_lists
from precompute.progress import stage
from precompute.projection import project
from precompute.recipe import Recipe
from precompute.store import Store

QUANTILES = {"p01": 0.01, "p50": 0.5, "p99": 0.99}
"""The quantiles of all stored scores that the manifest has, by name: bars are scaled by them."""


@dataclass(frozen=True)
class RecipeLists:
    """What was made under one recipe; `quality` is that of `category_precision`."""

    recipe: Recipe
    plan: ExtractorPlan
    embedding_seconds: float
    lists: NeighbourLists
    shards: int
    quality: dict[str, float]

    def describe(self) -> dict[str, Any]:
        """What the manifest says of the recipe: its fields, its weights and what its lists are like."""
        scores = self.lists.scores
        return self.recipe.published() | {
            "weights": self.plan.weights_sha256,
            "fingerprint": self.recipe.fingerprint(self.plan.weights_sha256),
            "embeddings": self.plan.key,
            "shards": self.shards,
            "search": self.lists.search,
            "scores": {
                name: round(float(np.quantile(scores, share)), 6)
                for name, share in QUANTILES.items()
                if scores.size
            },
        }


def make_lists(
    recipe: Recipe,
    plan: ExtractorPlan,
    work: Work,
    products: list[Product],
    *,
    store: Store,
    writer: BundleWriter,
    clock: Clock,
    search: str | None,
) -> RecipeLists:
    """Find and write the lists of one recipe, starting from those of the last build where there are any."""
    key = recipe.fingerprint(plan.weights_sha256)
    with stage("Neighbours", len(products), "products") as advance, clock.measure("neighbours"):
        images = [product.images[0].id for product in products]
        try:
            vectors = work.store.vectors(images)
        except KeyError as error:
            raise UserError(
                f"{error.args[0]:,} embeddings in {store.root} were damaged during the build: "
                "run the same command again, which computes them again."
            ) from error
        project(vectors, images, projection=recipe.projection)
        lists = find_neighbours(
            [product.id for product in products],
            vectors,
            metric=recipe.metric,
            depth=recipe.depth,
            top=recipe.top,
            search=search,
            known=load_lists(store.lists, key),
            advance=advance,
        )
    with clock.measure("writing"):
        shards = writer.write_lines(recipe.name, lists.lines())
        if lists.known is not None:
            save_lists(store.lists, key, lists.known)
            # On the disk it takes no memory while the next recipe is searched.
            lists = replace(lists, known=None)
    quality = category_precision(lists, {product.id: product.category for product in products})
    return RecipeLists(recipe, plan, work.embedding_seconds, lists, shards, quality)


def overlaps(made: list[RecipeLists]) -> list[dict[str, Any]]:
    """For each pair of recipes how much their lists have in common, each cut to the smaller `top`."""
    return [
        {"recipes": [first.recipe.name, second.recipe.name]}
        | overlap(first.lists, second.lists, cut=min(first.recipe.top, second.recipe.top))
        for first, second in combinations(made, 2)
    ]

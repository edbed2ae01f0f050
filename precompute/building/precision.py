"""Compares embeddings that were computed faster than in float32 with those in float32, on a sample."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.projection import project
from precompute.models.registry import ExtractorPlan
from precompute.neighbours import find_neighbours
from precompute.shared.clock import Clock
from precompute.shared.progress import stage
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore, Store

SAMPLE = 256
"""How many pictures are compared: those whose ids sort first, which are a random sample."""

NEAREST = 10


@dataclass(frozen=True)
class Precision:
    """How near embeddings are to those in float32, of a sample of `pictures`.

    `cosine` is the mean of the cosines between the two of each picture and `smallest_cosine` the least.
    `top_10_overlap` is the mean share of a picture's ten nearest in the sample that both have.
    """

    pictures: int
    cosine: float
    smallest_cosine: float
    top_10_overlap: float

    def describe(self) -> dict[str, float]:
        """The entry in the manifest."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def measure_precisions(
    plans: Iterable[ExtractorPlan],
    tasks: Mapping[str, EmbeddingTask],
    folder: Path,
    files: Mapping[str, str],
    store: Store,
    clock: Clock,
) -> dict[str, dict[str, float]]:
    """How near the embeddings of fast `plans` are to those in float32, by the plan's key: `describe`.

    `tasks` have the embeddings by key, and `files`, by image id, are paths below `folder`. The store keeps
    the embeddings in float32, so the next build computes only those of new pictures. Pictures whose file
    changed meanwhile are left out, and a plan that none is left for.
    """
    found = {}
    for key, plan in {plan.key: plan for plan in plans if plan.device.is_fast}.items():
        with clock.measure("precision"):
            measured = _measured(plan, tasks[key].store, folder, files, store)
        if measured is not None:
            found[key] = measured.describe()
    return found


def precision_entry(plan: ExtractorPlan, found: Mapping[str, dict[str, float]]) -> dict[str, Any]:
    """What a recipe's entry in the manifest has of what `measure_precisions` found; nothing in float32."""
    return {"against_float32": found[plan.key]} if plan.key in found else {}


def _measured(
    plan: ExtractorPlan, embeddings: EmbeddingStore, folder: Path, files: Mapping[str, str], store: Store
) -> Precision | None:
    """The precision; None if the files of all compared pictures changed meanwhile."""
    exact = plan.in_float32()
    reference = store.embeddings(exact.key)
    task = EmbeddingTask(exact.recipe, exact.open, reference, batch=exact.device.batch)
    chosen = heapq.nsmallest(SAMPLE, (image_id for image_id in files if image_id in embeddings))
    with stage("In float32", len(chosen), "images") as advance:
        embed_all(folder, [files[image_id] for image_id in chosen], [task], advance=advance)
    ids = [image_id for image_id in chosen if image_id in reference]
    return compare(embeddings.vectors(ids), reference.vectors(ids), ids, plan=plan) if ids else None


def compare(fast: np.ndarray, exact: np.ndarray, ids: list[str], *, plan: ExtractorPlan) -> Precision:
    """Compare embeddings (n, d), float32, of the pictures `ids` with those in float32, (n, d)."""
    cosines = (to_unit_length(fast.astype(np.float64)) * to_unit_length(exact.astype(np.float64))).sum(axis=1)
    first, second = (_nearest(each, ids, plan) for each in (fast, exact))
    shared = (first[:, :, np.newaxis] == second[:, np.newaxis, :]).any(axis=2)
    return Precision(
        pictures=len(ids),
        cosine=float(cosines.mean()),
        smallest_cosine=float(cosines.min()),
        top_10_overlap=float(shared.mean()) if shared.size else 1.0,
    )


def _nearest(embeddings: np.ndarray, ids: list[str], plan: ExtractorPlan) -> np.ndarray:
    """The rows of the nearest of each embedding, under the recipe's projection and metric: (n, k)."""
    vectors = embeddings.copy()
    project(vectors, ids, projection=plan.recipe.projection)
    return find_neighbours(ids, vectors, metric=plan.recipe.metric, depth=NEAREST, top=NEAREST).rows

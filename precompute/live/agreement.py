"""Measures how well a bundle's live search agrees with its build, on pictures of the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from bundle.format import canonical_json
from bundle.metric import lower_is_better
from precompute.embeddings.composition import parts_of, together
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.live.parts import LiveExtractors, LiveRows, for_photos
from precompute.models.recipe import Recipe
from precompute.models.registry import Extractor, ExtractorPlan
from precompute.shared.progress import stage
from precompute.shared.quiet_libraries import quiet_libraries
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore, Store

PICTURES = 200
"""The most pictures that are measured. Those whose ids sort first are a random sample, as ids are hashes."""

NEAREST = 10

_BLOCK = 4096


@dataclass(frozen=True)
class Agreement:
    """The agreement measured on `pictures`, by the extractor's name.

    `overlap` is the mean share of the build's ten nearest other products that the live search also finds.
    `smallest_cosine` is the lowest cosine between a live embedding and the build's. `score_error` is the
    largest difference that int8 vectors make to any score of these queries.
    """

    pictures: int
    overlap: dict[str, float]
    smallest_cosine: dict[str, float]
    score_error: float


def measure(
    extractors: LiveExtractors,
    rows: LiveRows,
    *,
    numbers: np.ndarray,
    scales: np.ndarray,
    store: Store,
) -> Agreement:
    """Embed a sample of the catalogue's pictures as a live search does, and search with them.

    `numbers` (n, d), int8, and `scales` (n,) are the rows that the live search compares with. Embeddings of
    earlier builds are taken from the store.
    """
    embedded = _embed(extractors, sorted(rows.pictures)[:PICTURES], store)
    sample = sorted(set.intersection(*(set(part) for part in embedded.values())))
    recipe = extractors.plan.recipe
    metric = recipe.metric
    own = np.array([rows.pictures[image_id] for image_id in sample], np.int32)
    apart = own[:, np.newaxis] == rows.owners
    build = _vectors(rows.embeddings.vectors(sample), sample, recipe, rows)
    exact = _nearness(build, lambda part: rows.vectors[part], len(rows.vectors), metric)
    right = _nearest(exact, apart)

    def decoded(part: slice) -> np.ndarray:
        vectors: np.ndarray = numbers[part] * scales[part, np.newaxis]
        return vectors

    overlap, cosine = {}, {}
    for name, found in embedded.items():
        queries = _vectors(np.stack([found[image_id] for image_id in sample]), sample, recipe, rows)
        nearest = _nearest(_nearness(queries, decoded, len(numbers), metric), apart)
        overlap[name] = _overlap(right, nearest)
        cosine[name] = float(np.vecdot(to_unit_length(queries), to_unit_length(build)).min())
    rounded = _nearness(build, decoded, len(numbers), metric)
    error = np.abs(_scores(rounded, metric) - _scores(exact, metric)).max()
    return Agreement(len(sample), overlap, cosine, float(error))


def _embed(extractors: LiveExtractors, sample: list[str], store: Store) -> dict[str, dict[str, np.ndarray]]:
    """Embed the sample's pictures that still exist: embeddings by the extractor's name and the image id."""
    tasks = {name: _task(extractors.plan, getattr(extractors, name), store) for name in ("float32", "int8")}
    folder, files = store.sources()
    paths = [files[image_id] for image_id in sample if image_id in files]
    with stage("Live search", len(paths), "pictures") as advance:
        found = embed_all(folder, paths, list(tasks.values()), advance=advance)
    ids = found.ids
    return {
        name: dict(zip(ids, task.store.vectors(ids), strict=True)) if ids else {}
        for name, task in tasks.items()
    }


def _task(plan: ExtractorPlan, flatbuffer: bytes, store: Store) -> EmbeddingTask:
    def open_extractor() -> Extractor:
        with quiet_libraries():
            from precompute.models.runtimes.litert import LiteRTExtractor

            return LiteRTExtractor(flatbuffer, weights_sha256=plan.weights_sha256)

    return EmbeddingTask(plan.recipe, open_extractor, _embeddings(flatbuffer, store))


def _embeddings(flatbuffer: bytes, store: Store) -> EmbeddingStore:
    content = {
        "extractor": hashlib.sha256(flatbuffer).hexdigest(),
        "versions": {name: version(name) for name in ("pillow", "ai-edge-litert")},
    }
    return store.embeddings(hashlib.sha256(canonical_json(content)).hexdigest())


def _vectors(embeddings: np.ndarray, images: list[str], recipe: Recipe, rows: LiveRows) -> np.ndarray:
    """The vectors (q, d) of pictures with these embeddings, as a live search makes them."""

    def projected(given: np.ndarray) -> np.ndarray:
        return given if rows.centre is None else to_unit_length(given - rows.centre)

    compared = for_photos(recipe)
    return together(parts_of(embeddings, images, compared, pictures=rows.colours, projected=projected))


def _nearness(
    queries: np.ndarray, rows: Callable[[slice], np.ndarray], count: int, metric: str
) -> np.ndarray:
    """How near each query (q, d) is to each of `count` rows: (q, count) float32, more is nearer."""
    queries = to_unit_length(queries) if metric == "cosine" else queries
    near = np.empty((len(queries), count), np.float32)
    for start in range(0, count, _BLOCK):
        part = slice(start, start + _BLOCK)
        block = to_unit_length(rows(part)) if metric == "cosine" else rows(part)
        near[:, part] = queries @ block.T
        if lower_is_better(metric):
            near[:, part] -= (np.vecdot(queries, queries)[:, np.newaxis] + np.vecdot(block, block)) / 2
    return near


def _scores(nearness: np.ndarray, metric: str) -> np.ndarray:
    return np.sqrt(np.maximum(-2 * nearness, 0)) if lower_is_better(metric) else nearness


def _nearest(nearness: np.ndarray, apart: np.ndarray) -> list[set[int]]:
    """The ten nearest rows of each query, or all if there are fewer, without the mask `apart` (q, n)."""
    hidden = np.where(apart, -np.inf, nearness)
    order = np.argsort(-hidden, axis=1, kind="stable")[:, :NEAREST]
    return [{int(row) for row in rows if np.isfinite(hidden[query, row])} for query, rows in enumerate(order)]


def _overlap(right: list[set[int]], found: list[set[int]]) -> float:
    shares = [len(one & other) / len(one) for one, other in zip(right, found, strict=True) if one]
    return float(np.mean(shares)) if shares else 1.0

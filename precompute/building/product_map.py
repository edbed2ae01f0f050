"""Lays the products out on a map with look-alikes close together, and keeps earlier places."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bundle import Bundle, BundleError, Product
from bundle.database import open_catalogue
from bundle.format import CATALOGUE, MAP_SIDE, ProductMap
from precompute.neighbours import NeighbourLists
from precompute.shared.machine import available_cores

REFIT = 0.1
"""The share of the fitted products that may be added or removed before everything is laid out anew."""

STEPS = (100, 250)
"""Steps of the optimisation: first with early exaggeration, which draws clusters together, then without."""

_STRIDE = 10
"""Steps between two reports of progress. Each report computes the error, which takes time."""

_EXAGGERATION = 12.0
_PERPLEXITY = 20.0
_FEWEST = 8
"""Fewer products than this are placed by their principal axes: they are too few for t-SNE."""

_WORTH_THREADS = 10_000
"""From this many products on, several threads are faster than one, as t-SNE then uses FFT."""

_SAMPLED = 1_000
_BLOCK = 4_096
_ANCHORS = 5
"""A new product is placed between this many of its neighbours."""


@dataclass(frozen=True)
class PreviousMap:
    """An existing map: `places` has x and y by product id; the other fields are those of `ProductMap`."""

    places: Mapping[str, tuple[int, int]]
    fitted: int
    placed: int
    removed: int


def previous_map(
    out: Path, recipe: str, *, fingerprint: str, products: Sequence[Product]
) -> PreviousMap | None:
    """The map of a recipe in the live generation at `out`; None if it has no intact map of this recipe.

    A product whose pictures have changed has no place on it; one that no longer exists counts as removed.
    """
    try:
        with Bundle.open(out) as bundle:
            fingerprints = [entry.get("fingerprint") for entry in bundle.recipes if entry["name"] == recipe]
            found = bundle.product_map(recipe) if fingerprint in fingerprints else None
            before = list(_pictures(bundle)) if found else []
    except (BundleError, sqlite3.Error, LookupError, ValueError, TypeError):
        # It is damaged, so the map is made anew.
        return None
    if found is None or len(before) != len(found.x):
        return None
    pictures = {product.id: [image.id for image in product.images] for product in products}
    places, removed = {}, found.removed
    for place, (product_id, images) in enumerate(before):
        removed += product_id not in pictures
        if pictures.get(product_id) == images:
            places[product_id] = (found.x[place], found.y[place])
    return PreviousMap(places, found.fitted, found.placed, removed)


def principal_axes(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d), float32, projected on the two principal axes of a sample of them: (n, 2) float64.

    The first coordinate is scaled to a standard deviation of 1. Rounding makes the result independent of the
    order in which a machine adds. All are zero if all vectors are equal.
    """
    from sklearn.decomposition import PCA

    sample = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), _SAMPLED)).astype(np.int64)]
    sample = sample.astype(np.float64)
    found = np.zeros((len(vectors), 2))
    if (sample == sample[0]).all():
        return found
    # ARPACK computes only the axes that are needed, but cannot compute all of them.
    solver = "arpack" if min(sample.shape) > 2 else "full"
    axes = PCA(min(2, *sample.shape), svd_solver=solver, random_state=0).fit(sample)
    for begin in range(0, len(vectors), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        found[part, : axes.n_components] = axes.transform(vectors[part].astype(np.float64))
    scaled: np.ndarray = found / found[:, 0].std()
    return scaled.round(6)


def lay_out(
    lists: NeighbourLists,
    vectors: np.ndarray,
    order: Sequence[str],
    *,
    metric: str,
    previous: PreviousMap | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> ProductMap:
    """The map of the products, in the `order` of ids given.

    Everything is laid out if there is no `previous` map, or if more than `REFIT` of its fitted products were
    added or removed since. Otherwise known products keep their places, and new ones are placed between their
    nearest neighbours. `vectors` (n, d), float32, are those of the products, in the order of `lists.ids`; a
    layout starts from their `principal_axes`. `advance(count)` is called with the steps done, `STEPS` in all.
    """
    fitted, placed, removed = len(lists.ids), 0, 0
    if previous is not None:
        fitted, removed = previous.fitted, previous.removed
        placed = previous.placed + sum(product_id not in previous.places for product_id in lists.ids)
    if previous is None or placed + removed > REFIT * fitted:
        fitted, placed, removed = len(lists.ids), 0, 0
        places = _to_map(_fit(lists, principal_axes(vectors), metric, advance))
    else:
        places = _place(lists, metric, previous.places)
        advance(sum(STEPS))
    row_of = {product_id: row for row, product_id in enumerate(lists.ids)}
    ordered = places[[row_of[product_id] for product_id in order]]
    return ProductMap(ordered[:, 0].tolist(), ordered[:, 1].tolist(), fitted, placed, removed)


def _pictures(bundle: Bundle) -> Iterator[tuple[str, list[str]]]:
    """Each product's id in a bundle with the ids of its pictures, in the catalogue's order."""
    with closing(open_catalogue(bundle.folder / CATALOGUE)) as connection:
        for product_id, images in connection.execute("SELECT id, images FROM products ORDER BY position"):
            yield product_id, [image_id for image_id, *_ in json.loads(images)]


def _fit(lists: NeighbourLists, axes: np.ndarray, metric: str, advance: Callable[[int], None]) -> np.ndarray:
    """Lay everything out by t-SNE: (n, 2) float64.

    The method is van der Maaten and Hinton 2008, “Visualizing data using t-SNE”. It starts from the principal
    axes, as Kobak and Berens 2019, “The art of using t-SNE for single-cell transcriptomics”, advise. The
    affinities come from the lists. The result does not depend on the number of threads.
    """
    count, depth = lists.rows.shape
    if count < _FEWEST:
        advance(sum(STEPS))
        return axes
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    threads = available_cores() if count >= _WORTH_THREADS else 1
    distances = _distances(lists.scores, metric)
    affinities = PerplexityBasedNN(
        perplexity=min(_PERPLEXITY, depth / 3),
        knn_index=PrecomputedNeighbors(lists.rows, distances),
        n_jobs=threads,
    )
    # Products with the same picture start slightly apart.
    start = 1e-4 * axes + np.random.default_rng(0).normal(0, 1e-6, axes.shape)
    embedding = TSNEEmbedding(start, affinities, n_jobs=threads, random_state=0)

    def tell(*_: object) -> None:
        advance(_STRIDE)

    options = {"inplace": True, "callbacks": [tell], "callbacks_every_iters": _STRIDE}
    embedding.optimize(STEPS[0], exaggeration=_EXAGGERATION, momentum=0.5, **options)
    embedding.optimize(STEPS[1], momentum=0.8, **options)
    return np.asarray(embedding)


def _distances(scores: np.ndarray, metric: str) -> np.ndarray:
    """Scores as distances: between unit vectors for a cosine, the gap to the best score for a dot product."""
    if metric == "euclidean":
        return scores
    distances: np.ndarray = scores[:, :1] - scores
    if metric == "cosine":
        distances = np.sqrt(np.maximum(0, 2 - 2 * scores))
    return distances


def _to_map(points: np.ndarray) -> np.ndarray:
    """Points (n, 2) as whole numbers from 0 to `MAP_SIDE`, centred, with the same scale on both axes."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max()
    scale = MAP_SIDE / side if side else 0.0
    places: np.ndarray = np.rint((points - (low + high) / 2) * scale + MAP_SIDE / 2).clip(0, MAP_SIDE)
    return places.astype(np.int64)


def _place(lists: NeighbourLists, metric: str, known: Mapping[str, tuple[int, int]]) -> np.ndarray:
    """Places (n, 2) int: known products keep theirs, and each other one gets a place between its neighbours.

    That is the mean of the places of its `_ANCHORS` nearest neighbours that have one, weighted by inverse
    squared distance: Shepard 1968, “A two-dimensional interpolation function for irregularly-spaced data”. A
    product without such a neighbour waits until one is placed. The last ones get the centre of all places.
    """
    middle = (MAP_SIDE // 2, MAP_SIDE // 2)
    places = np.array([known.get(product_id, middle) for product_id in lists.ids], np.float64)
    has_place = np.array([product_id in known for product_id in lists.ids])
    weights = 1 / (_distances(lists.scores, metric) ** 2 + 1e-9)
    while not has_place.all():
        rows = np.flatnonzero(~has_place)
        anchors = has_place[lists.rows[rows]]
        anchors &= anchors.cumsum(axis=1) <= _ANCHORS
        shares = weights[rows] * anchors
        total = shares.sum(axis=1)
        ready = total > 0
        if not ready.any():
            break
        means = np.einsum("qk,qka->qa", shares[ready], places[lists.rows[rows[ready]]])
        places[rows[ready]] = means / total[ready, np.newaxis]
        has_place[rows[ready]] = True
    return np.rint(places).astype(np.int64)

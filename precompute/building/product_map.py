"""Lays the products out on a map with look-alikes close together, and keeps earlier places."""

from __future__ import annotations

import hashlib
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
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.shared.machine import available_cores

REFIT = 0.1
"""The share of the fitted products that may be added or removed before everything is laid out anew."""

WHOLE = 100_000
"""Up to this many products are laid out together, which takes time in proportion. Of more, a sample is."""

SAMPLE = 20_000
"""How many products that sample has. The others are placed between their neighbours."""

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

_SMOOTHINGS = 2
"""How often those that are not in the sample then move between their nearest neighbours."""


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
    added or removed since; of more than `WHOLE` products that is a sample, and the others are placed.
    Otherwise known products keep their places, and new ones are placed between their nearest neighbours.
    `vectors` (n, d), float32, are those of the products, in the order of `lists.ids`; a
    layout starts from their `principal_axes`. `advance(count)` is called with the steps done, `STEPS` in all.
    """
    fitted, placed, removed = len(lists.ids), 0, 0
    if previous is not None:
        fitted, removed = previous.fitted, previous.removed
        placed = previous.placed + sum(product_id not in previous.places for product_id in lists.ids)
    if previous is None or placed + removed > REFIT * fitted:
        fitted, placed, removed = len(lists.ids), 0, 0
        if fitted > WHOLE:
            places = _by_sample(lists, vectors, metric, advance)
        else:
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


def _by_sample(
    lists: NeighbourLists, vectors: np.ndarray, metric: str, advance: Callable[[int], None]
) -> np.ndarray:
    """Lay a sample out, and place the others between their neighbours: (n, 2) int.

    With few of the sample in a list, many products would come to lie on one of them or on the line between
    two. So all others then move to the mean of their nearest neighbours' places, which differ.
    """
    rows = sampled(lists.ids)
    some = vectors[rows]
    ids = [lists.ids[row] for row in rows]
    among = find_neighbours(ids, some, metric=metric, depth=round(3 * _PERPLEXITY), search="exact")
    places = np.full((len(lists.ids), 2), MAP_SIDE / 2)
    places[rows] = _to_map(_fit(among, principal_axes(some), metric, advance))
    has_place = np.zeros(len(places), bool)
    has_place[rows] = True
    others = np.flatnonzero(~has_place)
    _interpolate(lists, metric, places, has_place)
    everywhere = np.ones(len(places), bool)
    for _ in range(_SMOOTHINGS):
        before = places.copy()
        for begin in range(0, len(others), _BLOCK):
            part = others[begin : begin + _BLOCK]
            places[part] = _between(lists, metric, part, before, everywhere, anchors=2 * _ANCHORS)[0]
    found: np.ndarray = np.rint(places).astype(np.int64)
    return found


def sampled(ids: Sequence[str]) -> np.ndarray:
    """The rows of the sample, ascending: (s,) int64.

    It has the `SAMPLE` ids whose hashes come first: a random sample, but nearly the same after a change.
    """
    digests = [hashlib.sha256(product_id.encode()).digest() for product_id in ids]
    return np.array(sorted(sorted(range(len(digests)), key=digests.__getitem__)[:SAMPLE]), np.int64)


def _place(lists: NeighbourLists, metric: str, known: Mapping[str, tuple[int, int]]) -> np.ndarray:
    """Places (n, 2) int: known products keep theirs, and others come between their neighbours."""
    middle = (MAP_SIDE // 2, MAP_SIDE // 2)
    places = np.array([known.get(product_id, middle) for product_id in lists.ids], np.float64)
    has_place = np.array([product_id in known for product_id in lists.ids])
    _interpolate(lists, metric, places, has_place)
    return np.rint(places).astype(np.int64)


def _interpolate(lists: NeighbourLists, metric: str, places: np.ndarray, has_place: np.ndarray) -> None:
    """Fill in the `places` (n, 2) of products that `has_place` (n,) lacks, between those of their neighbours.

    A product without a neighbour that has a place waits until one is placed. The last ones keep theirs.
    """
    waiting = np.flatnonzero(~has_place)
    while waiting.size:
        placed = []
        for begin in range(0, len(waiting), _BLOCK):
            part = waiting[begin : begin + _BLOCK]
            found, ready = _between(lists, metric, part, places, has_place, anchors=_ANCHORS)
            places[part[ready]] = found[ready]
            placed.append(ready)
        ready = np.concatenate(placed)
        if not ready.any():
            return
        # Only now, so that the result does not depend on the order or the size of blocks.
        has_place[waiting[ready]] = True
        waiting = waiting[~ready]


def _between(
    lists: NeighbourLists,
    metric: str,
    rows: np.ndarray,
    places: np.ndarray,
    has_place: np.ndarray,
    *,
    anchors: int,
) -> tuple[np.ndarray, np.ndarray]:
    """A place (q, 2) for each of `rows` (q,), and whether there is one: (q,) bool.

    That is the mean of the places of its nearest neighbours that have one, as many as `anchors`, weighted by
    inverse squared distance: Shepard 1968, “A two-dimensional interpolation function for irregularly-spaced
    data”.
    """
    near = lists.rows[rows]
    chosen = has_place[near]
    chosen &= chosen.cumsum(axis=1) <= anchors
    shares = chosen / (_distances(lists.scores[rows], metric) ** 2 + 1e-9)
    total = shares.sum(axis=1)
    ready: np.ndarray = total > 0
    means = np.einsum("qk,qka->qa", shares, places[near])
    np.divide(means, total[:, np.newaxis], out=means, where=ready[:, np.newaxis])
    return means, ready

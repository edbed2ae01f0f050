"""Which pooling finds look-alikes best, for each packaged network, on catalogues of several fields?

    python benchmarks/pooling.py PHOTOS [PHOTOS …]

Each of PHOTOS is a catalogue as for retrieval.py. Pictures go through each network once; what is tried on the
cells that it gives is NumPy. Differences are to EfficientNet-Lite0 with the generalized mean, p = 3.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.photo_sets import Judged, judge, products_of, read_set, show
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.vectors import compared_vectors
from precompute.models.recipe import RECIPES
from precompute.models.registry import open_extractor
from precompute.shared.progress import stage
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore

CHANNELS = 1280

Pooling = Callable[[np.ndarray], np.ndarray]


def mean(cells: np.ndarray, *, power: int, by_foreground: bool = False) -> np.ndarray:
    """The generalized mean of cells (n, h, w, c), each with the same weight or with its foreground's."""
    weights = foreground(cells) if by_foreground else np.ones(cells.shape[:3], np.float32)
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    return np.einsum("nhw,nhwc->nc", weights, np.maximum(cells, 0) ** power) ** (1 / power)


def foreground(cells: np.ndarray) -> np.ndarray:
    """1 less the cosine of a cell (n, h, w, c) to the mean cell at the border, at least 0.001: (n, h, w)."""
    at_border = np.ones(cells.shape[1:3], bool)
    at_border[1:-1, 1:-1] = False
    background = to_unit_length(cells[:, at_border].mean(axis=1))
    lengths = np.maximum(np.linalg.norm(cells, axis=-1), 1e-6)
    return np.maximum(1 - np.einsum("nhwc,nc->nhw", cells, background) / lengths, 1e-3)


POOLINGS: dict[str, Pooling] = {
    "GeM, p = 3": partial(mean, power=3),
    "average": partial(mean, power=1),
    "GeM, p = 2": partial(mean, power=2),
    **{f"foreground, p = {power}": partial(mean, power=power, by_foreground=True) for power in (1, 2, 3)},
}


class Pooled:
    """The vectors of pictures by one pooling of a network's cells, read as an `EmbeddingStore` is."""

    def __init__(self, cells: EmbeddingStore, pooling: Pooling) -> None:
        self._cells, self._pooling = cells, pooling

    def vectors(self, images: Sequence[str]) -> np.ndarray:
        """The vectors of pictures: (n, d) float32."""
        return np.concatenate([self._pooled(images[at : at + 128]) for at in range(0, len(images), 128)])

    def _pooled(self, images: Sequence[str]) -> np.ndarray:
        flat = self._cells.vectors(list(images))
        side = round((flat.shape[1] / CHANNELS) ** 0.5)
        return self._pooling(flat.reshape(len(flat), side, side, CHANNELS)).astype(np.float32)


def compare(folder: Path) -> None:
    """Put one catalogue through both networks, and print what the yardsticks say of each pooling."""
    name, catalogue, files = read_set(folder)
    judged: dict[str, Judged] = {}
    with tempfile.TemporaryDirectory() as stores, stage("Embedding", len(files), "images") as advance:
        recipes = [
            replace(RECIPES[each], pooling="flatten") for each in ("efficientnet-lite0", "efficientnet-lite1")
        ]
        tasks = [
            EmbeddingTask(recipe, partial(open_extractor, recipe), EmbeddingStore(Path(stores, recipe.name)))
            for recipe in recipes
        ]
        found = embed_all(catalogue.folder, files, tasks, advance=advance)
        products = products_of(catalogue, found.images)
        for recipe, task in zip(recipes, tasks, strict=True):
            for label, pooling in POOLINGS.items():
                store = Pooled(task.store, pooling)
                compared = partial(compared_vectors, embeddings=store, recipe=recipe)
                judged[f"{recipe.name.removeprefix('efficientnet-')}, {label}"] = judge(products, compared)
    show(name, judged)


def main() -> None:
    """Print two tables for each catalogue."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="+")
    for folder in parser.parse_args().photos:
        compare(folder)


if __name__ == "__main__":
    main()

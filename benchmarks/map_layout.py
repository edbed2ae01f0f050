"""How well does the map show what the lists say, and how long does it take?

    python benchmarks/map_layout.py PHOTOS [--products 20000]

PHOTOS has one sub-folder for each class. Asked of the ten products that lie nearest to each one on the
map: how many are among its list's first ten, how many are in its list at all, and how many are of its class,
and beside that, how many of the list's own first ten are. With --products, as many embeddings are made up:
points between a photo's and one of its twenty nearest, with a little noise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from precompute.building.product_map import lay_out
from precompute.embeddings.embed import embed
from precompute.embeddings.projection import centre
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import open_extractor
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.shared.progress import stage
from precompute.sources import read_catalogue

NEAREST = 10
DEPTH = 60


def made_up(vectors: np.ndarray, lists: NeighbourLists, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (count, d) between those given, and which of them each is from."""
    random = np.random.default_rng(0)
    rows = random.integers(0, len(vectors), count)
    others = lists.rows[rows, random.integers(0, 20, count)]
    share = random.uniform(0.2, 0.8, (count, 1)).astype(np.float32)
    noise = random.normal(0, 0.01, (count, vectors.shape[1])).astype(np.float32)
    return centre(share * vectors[rows] + (1 - share) * vectors[others] + noise)[0], rows


def nearest_on(places: np.ndarray) -> np.ndarray:
    """The rows of the products that lie nearest to each one: (n, 10)."""
    from scipy.spatial import cKDTree

    return cKDTree(places).query(places, NEAREST + 1)[1][:, 1:]


def shared(first: np.ndarray, second: np.ndarray) -> float:
    """The share of the entries of each row of `first` that the row of `second` has as well."""
    return float(np.mean([np.isin(one, other).mean() for one, other in zip(first, second, strict=True)]))


def judge(vectors: np.ndarray, classes: np.ndarray) -> str:
    """Lay the vectors out and say how good the map is, as a row of the table."""
    ids = [f"{row:06}" for row in range(len(vectors))]
    started = process_time()
    lists = find_neighbours(ids, vectors, metric="cosine", depth=DEPTH)
    searching = process_time() - started
    started = process_time()
    found = lay_out(lists, vectors, ids, metric="cosine")
    seconds = process_time() - started
    near = nearest_on(np.column_stack([found.x, found.y]))
    measured = [
        shared(near, lists.rows[:, :NEAREST]),
        shared(near, lists.rows),
        (classes[near] == classes[:, None]).mean(),
        (classes[lists.rows[:, :NEAREST]] == classes[:, None]).mean(),
    ]
    figures = " | ".join(f"{value:.2f}" for value in measured)
    return f"| {len(vectors):,} | {figures} | {searching:.1f} | {seconds:.1f} |"


def main() -> None:
    """Embed the photos and print a row of the table for them, and one for the vectors that are made up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--products", type=int, help="as many embeddings are made up")
    given = parser.parse_args()
    catalogue, recipe = read_catalogue(given.photos), RECIPES[DEFAULT]
    files = {product.files[0]: product.category for product in catalogue.products}
    with stage("Embedding", len(files), "images") as advance:
        found = embed(catalogue.folder, list(files), open_extractor(recipe), recipe, advance=advance)
    class_of = {image_id: files[file] for file, image_id in found.images.items()}
    vectors, classes = centre(found.vectors)[0], np.array([class_of[image_id] for image_id in found.ids])
    print("\n| products | of the ten | of the list | of the class | list's ten | search, s | map, s |")
    print("|---|---|---|---|---|---|---|\n" + judge(vectors, classes))
    if given.products:
        ids = [f"{row:06}" for row in range(len(vectors))]
        lists = find_neighbours(ids, vectors, metric="cosine", depth=20)
        more, rows = made_up(vectors, lists, given.products)
        print(judge(more, classes[rows]))


if __name__ == "__main__":
    main()

"""How often are the first look-alikes of the same class? Leave-one-out precision on labelled photos.

    python benchmarks/retrieval.py PHOTOS

PHOTOS has one sub-folder for each class. The default recipe is compared with two plain ways to say that
pictures look alike: their raw pixels at 32 × 32, and their histograms of hue, saturation and value; and with
chance, which is lists drawn at random.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.projection import project
from precompute.evaluation.yardsticks import CUTS, precision
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import open_extractor
from precompute.neighbours import find_neighbours
from precompute.shared.progress import stage
from precompute.sources import read_catalogue
from precompute.store import EmbeddingStore


def raw_pixels(image: Image.Image) -> np.ndarray:
    """The picture at 32 × 32: (3072,) float32."""
    return np.asarray(image.resize((32, 32), Image.Resampling.BOX), np.float32).ravel()


def colour_histogram(image: Image.Image) -> np.ndarray:
    """Eight bins each of hue, saturation and value together: (512,) float32."""
    pixels = np.asarray(image.resize((64, 64)).convert("HSV")).reshape(-1, 3)
    return np.histogramdd(pixels, bins=(8, 8, 8), range=[(0, 256)] * 3)[0].ravel().astype(np.float32)


def main() -> None:
    """Embed the photos in three ways and print the precision of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    catalogue = read_catalogue(parser.parse_args().photos)
    recipe = RECIPES[DEFAULT]
    plain: dict[str, dict[str, np.ndarray]] = {"raw pixels, 32 × 32": {}, "colour histogram": {}}

    def also(image_id: str, _: bytes, image: Image.Image) -> None:
        plain["raw pixels, 32 × 32"][image_id] = raw_pixels(image)
        plain["colour histogram"][image_id] = colour_histogram(image)

    files = [product.files[0] for product in catalogue.products]
    with tempfile.TemporaryDirectory() as folder, stage("Embedding", len(files), "images") as advance:
        task = EmbeddingTask(recipe, lambda: open_extractor(recipe), EmbeddingStore(Path(folder)))
        found = embed_all(
            catalogue.folder,
            files,
            [task],
            known=lambda image_id: False,
            on_new_picture=also,
            advance=advance,
        )
        embeddings = task.store.vectors(found.ids)
    row_of = {image_id: row for row, image_id in enumerate(found.ids)}
    kept = [product for product in catalogue.products if product.files[0] in found.images]
    rows = [row_of[found.images[product.files[0]]] for product in kept]
    categories = {product.id: product.category for product in kept}

    print(f"\n{len(kept):,} photos, {len(set(categories.values()))} classes, cosine after centring\n")
    print("| | " + " | ".join(f"P@{k}" for k in CUTS) + " |\n|---|" + "---|" * len(CUTS))
    sizes = Counter(categories.values()).values()
    chance = sum(size * (size - 1) for size in sizes) / (len(kept) * (len(kept) - 1))
    print("| chance | " + " | ".join(f"{chance:.3f}" for _ in CUTS) + " |")
    variants = {name: np.stack([vectors[i] for i in found.ids]) for name, vectors in plain.items()}
    for name, vectors in (variants | {recipe.name: embeddings}).items():
        compared = vectors[rows]
        project(compared, [found.ids[row] for row in rows], projection="centre")
        lists = find_neighbours([product.id for product in kept], compared, metric="cosine", depth=max(CUTS))
        labels = [categories[product_id] for product_id in lists.ids]
        means = [np.nanmean(precision(lists.rows, labels, cut=cut)) for cut in CUTS]
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in means) + " |")


if __name__ == "__main__":
    main()

"""How alike are look-alikes? Leave-one-out yardsticks of recipes, with intervals, on labelled photos.

    python benchmarks/retrieval.py PHOTOS [PHOTOS …] [--recipe RECIPE …]

Each of PHOTOS is a catalogue: a folder with a sub-folder for each class, or a table such as that of demo/.
The recipes are compared with two plain ways to say that pictures look alike: their raw pixels at 32 × 32, and
their histograms of hue, saturation and value; and with chance, which is lists drawn at random. Intervals are
at 95 %, by bootstrap over products.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.photo_sets import judge, products_of, read_set, show
from bundle import Product
from pictures.colours.descriptor import describe_colours
from pictures.colours.foreground import Foreground
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.vectors import compared_vectors
from precompute.models.choice import choose_recipe
from precompute.models.recipe import Recipe
from precompute.models.registry import open_extractor
from precompute.shared.progress import stage
from precompute.store import EmbeddingStore

RECIPES = ("efficientnet-lite0", "efficientnet-lite1")


class PlainVectors:
    """Vectors of pictures that need no network, by image id, read as an `EmbeddingStore` is."""

    recipe = Recipe(name="plain", description="", extractor="")

    def __init__(self) -> None:
        self.by_id: dict[str, np.ndarray] = {}

    def vectors(self, images: Sequence[str]) -> np.ndarray:
        """The vectors of pictures: (n, d), of the dtype that they were given in."""
        return np.stack([self.by_id[image_id] for image_id in images])

    descriptors = vectors
    """The colour descriptors of pictures, read as a `PictureStore` gives them."""


def raw_pixels(image: Image.Image) -> np.ndarray:
    """The picture at 32 × 32: (3072,) float32."""
    return np.asarray(image.resize((32, 32), Image.Resampling.BOX), np.float32).ravel()


def colour_histogram(image: Image.Image) -> np.ndarray:
    """Eight bins each of hue, saturation and value together: (512,) float32."""
    pixels = np.asarray(image.resize((64, 64)).convert("HSV")).reshape(-1, 3)
    return np.histogramdd(pixels, bins=(8, 8, 8), range=[(0, 256)] * 3)[0].ravel().astype(np.float32)


def chance(products: Sequence[Product]) -> float:
    """The precision by class of lists drawn at random."""
    sizes = Counter(product.category for product in products).values()
    return sum(size * (size - 1) for size in sizes) / (len(products) * (len(products) - 1))


def compare(folder: Path, recipes: Sequence[Recipe]) -> None:
    """Embed one catalogue by all recipes in one pass, and print what the yardsticks say of each."""
    name, catalogue, files = read_set(folder)
    pixels, colours, descriptors = PlainVectors(), PlainVectors(), PlainVectors()
    with_colour = any(recipe.colour for recipe in recipes)

    def also(image_id: str, _: bytes, image: Image.Image) -> None:
        pixels.by_id[image_id] = raw_pixels(image)
        colours.by_id[image_id] = colour_histogram(image)
        if with_colour:
            descriptors.by_id[image_id] = describe_colours(Foreground.of(image))

    with tempfile.TemporaryDirectory() as stores, stage("Embedding", len(files), "images") as advance:
        tasks = [
            EmbeddingTask(recipe, partial(open_extractor, recipe), EmbeddingStore(Path(stores, recipe.name)))
            for recipe in recipes
        ]
        found = embed_all(
            catalogue.folder, files, tasks, known=lambda _: False, on_new_picture=also, advance=advance
        )
        products = products_of(catalogue, found.images)
        ways = {recipe.name: (task.store, recipe) for recipe, task in zip(recipes, tasks, strict=True)}
        plain = {"raw pixels, 32 × 32": pixels, "colour histogram": colours}
        ways |= {label: (store, PlainVectors.recipe) for label, store in plain.items()}
        judged = {
            label: judge(
                products,
                partial(compared_vectors, embeddings=store, recipe=recipe, pictures=descriptors),
                metric=recipe.metric,
            )
            for label, (store, recipe) in ways.items()
        }
    show(name, judged, note=f", class by chance {chance(products):.3f}")


def main() -> None:
    """Print two tables for each catalogue."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--recipe", action="append", help=f"(default: {' and '.join(RECIPES)})")
    given = parser.parse_args()
    recipes = [choose_recipe(choice, {}) for choice in given.recipe or RECIPES]
    for folder in given.photos:
        compare(folder, recipes)


if __name__ == "__main__":
    main()

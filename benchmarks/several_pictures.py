"""What do several pictures of a product give: compared by the first alone, by their mean, by the best pair?

    python demo/render.py --out /tmp/views --further-views --shapes 3 --per-shape 4 --size 224 --samples 8
    python benchmarks/several_pictures.py /tmp/views [--rounds 3]

demo/README.md says what rendering needs. The folder has a products.csv with a column `images`, and one with
the truth (`--truth shape`). Each product's look-alikes are right where they are of its category and have its
truth; its own variants are passed over, as the dashboard folds them. P@k is the share of right ones among
the first k.

Then the pictures are put in any order, or any two of them, the same each time, as in shops where the first
one may be a detail as well as the whole product. And then every product gets one more picture, a chart of
sizes that is the same for all: as one file, which the rule about shared pictures leaves out, and as if each
product had a file of its own, which shows what it would do if it were compared. Seconds are those of the
vectors and of the search, medians of rounds in turn.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent.parent))

from bundle import Neighbour, Product, ProductImage
from pictures.form import to_input
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.vectors import compared_vectors
from precompute.models.recipe import DEFAULT, PICTURES, RECIPES
from precompute.models.registry import open_extractor
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.shared.progress import stage
from precompute.sources import read_catalogue
from precompute.store import EmbeddingStore

CUTS = (1, 3, 5)
CHART = "chart"


def main() -> None:
    """Embed all pictures once, and print the precision of each way to compare them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", default="shape", help="column that look-alikes have in common")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddingStore(Path(folder))
        products, truth = embedded(arguments.folder, arguments.truth, store)
        counts = [len(product.images) for product in products]
        print(f"\n{len(products):,} products with {min(counts)} to {max(counts)} pictures\n")
        print("| pictures | compared | " + " | ".join(f"P@{k}" for k in CUTS) + " | seconds |")
        print("|---|---|" + "---|" * (len(CUTS) + 1))
        best = precision_of(ideal(truth), products, truth)
        print("| any | ideally | " + " | ".join(f"{value:.3f}" for value in best) + " | |")
        for name, chosen in {
            "as they are": products,
            "in any order": [shuffled(product) for product in products],
            "any two of them": [shuffled(product, 2) for product in products],
            "a chart more, one file": [with_chart(product, CHART) for product in products],
            "a chart more, a file for each": [
                with_chart(product, f"{CHART} {number}") for number, product in enumerate(products)
            ],
        }.items():
            print_rows(name, chosen, truth, store, rounds=arguments.rounds)


def embedded(
    folder: Path, column: str, store: EmbeddingStore
) -> tuple[list[Product], dict[str, tuple[str, str]]]:
    """The products with their pictures, all of which the store has then, and what is true of each."""
    recipe, catalogue = RECIPES[DEFAULT], read_catalogue(folder)
    extractor = open_extractor(recipe)
    files = list(dict.fromkeys(file for product in catalogue.products for file in product.files))
    with stage("Embedding", len(files), "images") as advance:
        task = EmbeddingTask(recipe, lambda: extractor, store)
        images = embed_all(folder, files, [task], advance=advance).images
    how = {"resize": recipe.resize, "interpolation": recipe.interpolation}
    vector = extractor(to_input(chart(), recipe.input_size, **how)[np.newaxis])
    names = [CHART, *(f"{CHART} {number}" for number in range(len(catalogue.products)))]
    store.add(names, np.repeat(vector, len(names), axis=0))
    store.commit()
    products, truth = [], {}
    for product in catalogue.products:
        found = tuple(ProductImage(images[file], 1, 1) for file in product.files if file in images)
        if found:
            products.append(Product(product.id, product.title, found, variants=product.variants))
            truth[product.id] = (product.category, product.facts[column])
    return products, truth


def shuffled(product: Product, most: int | None = None) -> Product:
    """The product with its pictures, or `most` of them, in an order that its id decides."""
    images = random.Random(product.id).sample(product.images, len(product.images))[:most]
    return replace(product, images=tuple(images))


def chart() -> Image.Image:
    """A chart of sizes as shops have them: lines and numbers on white."""
    image = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(image)
    for row in range(8):
        draw.line((20, 30 + 32 * row, 380, 30 + 32 * row), fill="grey")
        for column in range(5):
            draw.text((35 + 72 * column, 38 + 32 * row), f"{36 + row + 7 * column}", fill="black")
    return image


def with_chart(product: Product, image_id: str) -> Product:
    """The product with one more picture."""
    return replace(product, images=(*product.images, ProductImage(image_id, 1, 1)))


def print_rows(
    name: str,
    products: Sequence[Product],
    truth: dict[str, tuple[str, str]],
    store: EmbeddingStore,
    *,
    rounds: int,
) -> None:
    """Print a row for each way to compare the pictures."""
    seconds, precision = defaultdict(list), {}
    for _ in range(rounds):
        for pictures in PICTURES:
            started = time.perf_counter()
            lists = lists_of(products, store, pictures)
            seconds[pictures].append(time.perf_counter() - started)
            precision[pictures] = precision_of(lists, products, truth)
    for pictures in sorted(PICTURES, key=("first", "mean", "best").index):
        values = " | ".join(f"{value:.3f}" for value in precision[pictures])
        print(f"| {name} | {pictures} | {values} | {median(seconds[pictures]):.3f} |", flush=True)


def lists_of(products: Sequence[Product], store: EmbeddingStore, pictures: str) -> NeighbourLists:
    """The lists of the default recipe, with the pictures compared in one way."""
    recipe = replace(RECIPES[DEFAULT], pictures=pictures)
    vectors = compared_vectors(products, store, recipe)
    return find_neighbours(
        vectors.ids, vectors.values, counts=vectors.counts, metric=recipe.metric, depth=recipe.depth
    )


def precision_of(
    lists: Iterable[tuple[str, list[Neighbour]]],
    products: Sequence[Product],
    truth: dict[str, tuple[str, str]],
) -> list[float]:
    """P@k for each of `CUTS`, own variants passed over, among the products that others share the truth of."""
    variants = {product.id: product.variants or product.id for product in products}
    families = defaultdict(set)
    for product_id, one in truth.items():
        families[one].add(variants[product_id])
    right = [
        [
            truth[entry.id] == truth[product_id]
            for entry in entries
            if variants[entry.id] != variants[product_id]
        ][: max(CUTS)]
        for product_id, entries in lists
        if len(families[truth[product_id]]) > 1
    ]
    return [float(np.mean([row[:k] for row in right])) for k in CUTS]


def ideal(truth: dict[str, tuple[str, str]]) -> Iterator[tuple[str, list[Neighbour]]]:
    """Lists with all that is right before all that is not."""
    for product_id, own in truth.items():
        others = sorted((name for name in truth if name != product_id), key=lambda name: truth[name] != own)
        yield product_id, [Neighbour(name, 0.0) for name in others]


if __name__ == "__main__":
    main()

"""What does fitting bring? Lists of products, and of whole categories, that `fit` never saw.

    python benchmarks/fitting.py CATALOGUE…  [--recipe efficientnet-lite1] [--out FOLDER]

Each CATALOGUE is a source with categories. `fit` gets four fifths of its products, chooses weights and learns
heads from these alone. Then the last fifth is judged by lists among itself, without and with what it learned,
five times in turn. The same is done with half of the categories, twice. Precision is the share of the first
look-alikes that have the product's own category. The intervals (95 %) are paired over products.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from bundle import Product
from precompute.building.build import BuildSettings
from precompute.embeddings.embed import EmbeddingTask
from precompute.embeddings.embedded_catalogue import embed_catalogue
from precompute.embeddings.picture_maker import PictureMaker
from precompute.embeddings.vectors import compared_vectors
from precompute.evaluation.intervals import paired_difference
from precompute.evaluation.yardsticks import precision
from precompute.fitting.fit import FitSettings, fit
from precompute.models.choice import choose_recipe
from precompute.models.recipe import DEFAULT, Recipe
from precompute.models.registry import plan_extractor
from precompute.neighbours import find_neighbours
from precompute.shared.clock import Clock
from precompute.sources import Catalogue, SourceProduct
from precompute.store import EmbeddingStore, PictureStore, Store

CUTS = (1, 5)


def main() -> None:
    """Print a line for each catalogue, and for products and categories."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalogues", type=Path, nargs="+", metavar="CATALOGUE")
    parser.add_argument("--recipe", default=DEFAULT)
    parser.add_argument("--out", type=Path, help="where embeddings are kept (default: nowhere)")
    arguments = parser.parse_args()
    recipe = choose_recipe(arguments.recipe, {})
    print("| catalogue | judged by | learned | " + " | ".join(f"P@{cut} | change" for cut in CUTS) + " |")
    print("|---|---|---|" + "---|---|" * len(CUTS))
    with tempfile.TemporaryDirectory() as folder:
        for source in arguments.catalogues:
            Trials(source, recipe, out=arguments.out or Path(folder)).print_lines()


class Trials:
    """A catalogue in parts, one of which is not learned from."""

    def __init__(self, source: Path, recipe: Recipe, *, out: Path) -> None:
        self._settings = BuildSettings(source, out=out, recipes=(recipe,))
        self._catalogue = self._settings.read()
        self._recipe = recipe
        self._embeddings, self._pictures, self._products = _embedded(self._settings, self._catalogue)

    def print_lines(self) -> None:
        """Judge products and categories that were not learned from."""
        name = self._settings.source.resolve().name
        # The other colours of a design go with it.
        self._print(name, "products never seen", lambda product: product.variants or product.id, folds=5)
        self._print(name, "categories never seen", lambda product: product.category, folds=2)

    def _print(
        self, name: str, what: str, key: Callable[[SourceProduct | Product], str], *, folds: int
    ) -> None:
        before: dict[int, list[np.ndarray]] = {cut: [] for cut in CUTS}
        after: dict[int, list[np.ndarray]] = {cut: [] for cut in CUTS}
        order = sorted({key(product) for product in self._products}, key=_drawn)
        learned = []
        for fold in range(folds):
            apart = set(order[fold::folds])
            part = [product for product in self._catalogue.products if key(product) not in apart]
            judged = [product for product in self._products if key(product) in apart]
            with tempfile.TemporaryDirectory() as folder:
                found = fit(
                    FitSettings(self._settings, Path(folder) / "part.toml"),
                    catalogue=replace(self._catalogue, products=part),
                )
                learned.append(", ".join(f"{n} {w:g}" for n, w in found.chosen.weights.items()) or "nothing")
                for values, recipe in ((before, self._recipe), (after, found.recipe or self._recipe)):
                    for cut, each in self._judge(judged, recipe).items():
                        values[cut].append(each)
        cells = []
        for cut in CUTS:
            first, second = np.concatenate(before[cut]), np.concatenate(after[cut])
            change = paired_difference(first, second)
            points = [f"{100 * number:+.1f}" for number in (change.value, change.low, change.high)]
            cells += [f"{np.nanmean(first):.3f} → {np.nanmean(second):.3f}"]
            cells += [f"{points[0]} [{points[1]}, {points[2]}], {change.sample:,}"]
        print(f"| {name} | {what} | {'; '.join(dict.fromkeys(learned))} | {' | '.join(cells)} |", flush=True)

    def _judge(self, products: list[Product], recipe: Recipe) -> dict[int, np.ndarray]:
        """The precision of each product's list among these products."""
        vectors = compared_vectors(products, self._embeddings, recipe, pictures=self._pictures)
        lists = find_neighbours(
            vectors.ids, vectors.values, counts=vectors.counts, metric=recipe.metric, depth=max(CUTS)
        )
        category = {product.id: product.category for product in products}
        labels = [category[product_id] for product_id in lists.ids]
        return {cut: precision(lists.rows, labels, cut=cut) for cut in CUTS}


def _embedded(
    settings: BuildSettings, catalogue: Catalogue
) -> tuple[EmbeddingStore, PictureStore, list[Product]]:
    plan, store = plan_extractor(settings.recipes[0]), Store(settings.out)
    maker = PictureMaker(settings.thumbnail_size)
    pictures = store.pictures(maker.fingerprint)
    task = EmbeddingTask(plan.recipe, plan.open, store.embeddings(plan.key))
    found = embed_catalogue(catalogue, [task], maker=maker, pictures=pictures, clock=Clock())
    return task.store, pictures, sorted(found.products, key=lambda product: product.id)


def _drawn(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()

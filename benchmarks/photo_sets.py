"""Catalogues whose truth is known, and yardsticks of the lists made for them, for other benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from bundle import Product, ProductImage
from precompute.embeddings.vectors import Vectors
from precompute.evaluation.intervals import Estimate, mean_interval, moment_interval, paired_difference
from precompute.evaluation.yardsticks import list_frequency, moments, precision, skewness_of_moments
from precompute.neighbours import find_neighbours
from precompute.sources import Catalogue, SourceProduct, read_catalogue

HUB_CUT = 10

_AS_GIVEN = [field.name for field in fields(SourceProduct) if field.name != "files"]

Compared = Callable[[Sequence[Product]], Vectors]
"""The vectors of products, as `precompute.embeddings.vectors.compared_vectors` gives them for a recipe."""


@dataclass(frozen=True)
class Judged:
    """What yardsticks say of one set of lists: a value for each product, by yardstick, and its hubs."""

    values: Mapping[str, np.ndarray]
    frequency: np.ndarray

    def row(self) -> dict[str, Estimate]:
        """Each yardstick's mean with its interval, and the skewness of N₁₀."""
        means = {name: mean_interval(values) for name, values in self.values.items()}
        return means | {"hubs": moment_interval(moments(self.frequency), skewness_of_moments)}

    def against(self, other: Judged) -> dict[str, Estimate]:
        """How much more each yardstick's mean is than with `other`'s lists, paired by product."""
        return {name: paired_difference(other.values[name], values) for name, values in self.values.items()}


def read_set(folder: Path) -> tuple[str, Catalogue, list[str]]:
    """A catalogue's name, the catalogue, and every picture of it once."""
    catalogue = read_catalogue(folder)
    files = list(dict.fromkeys(file for product in catalogue.products for file in product.files))
    return folder.resolve().name, catalogue, files


def products_of(catalogue: Catalogue, images: Mapping[str, str]) -> list[Product]:
    """The products that have a picture among `images`, which has the image id of each file, sorted by id."""
    found = []
    for product in catalogue.products:
        ids = dict.fromkeys(images[file] for file in product.files if file in images)
        if ids:
            given = {name: getattr(product, name) for name in _AS_GIVEN}
            found.append(Product(images=tuple(ProductImage(each, 1, 1) for each in ids), **given))
    return sorted(found, key=lambda product: product.id)


def judge(products: Sequence[Product], compared: Compared, *, metric: str = "cosine") -> Judged:
    """Make the lists of products that are sorted by id, and judge them by all that is known of these.

    That is the class of the first and of the first five, the colour of the first five where the products have
    a fact of that name, and where some have several pictures, whether the first look-alike of a picture is
    another one of its product.
    """
    rows = _lists(products, compared, metric)
    classes = [product.category for product in products]
    values = {f"class, P@{cut}": precision(rows, classes, cut=cut) for cut in (1, 5)}
    colours = [product.facts.get("colour", "") for product in products]
    if any(colours):
        values["colour, P@5"] = precision(rows, colours, cut=5)
    if any(len(product.images) > 1 for product in products):
        pictures, owners = _pictures(products)
        values["other picture first"] = precision(_lists(pictures, compared, metric), owners, cut=1)
    return Judged(values, list_frequency(rows, cut=HUB_CUT, count=len(products)))


def _lists(products: Sequence[Product], compared: Compared, metric: str) -> np.ndarray:
    vectors = compared(products)
    return find_neighbours(
        vectors.ids, vectors.values, counts=vectors.counts, metric=metric, depth=HUB_CUT
    ).rows


def _pictures(products: Sequence[Product]) -> tuple[list[Product], list[str]]:
    """Each picture as a product of its own, sorted by id, and the id of the product that it shows."""
    owners = {image.id: product.id for product in products for image in product.images}
    pictures = [Product(id=each, title="", images=(ProductImage(each, 1, 1),)) for each in sorted(owners)]
    return pictures, [owners[picture.id] for picture in pictures]


def show(name: str, judged: Mapping[str, Judged], *, note: str = "") -> None:
    """Print a table of yardsticks with intervals, and one of what each row adds to the first, in points."""
    first = next(iter(judged))
    print(f"\n{name}: {len(judged[first].frequency):,} products{note}\n")
    _table({label: {key: _share(each) for key, each in one.row().items()} for label, one in judged.items()})
    others = {label: one for label, one in judged.items() if label != first}
    if others:
        print(f"\n{name}: points more than {first}\n")
        _table({label: _differences(one.against(judged[first])) for label, one in others.items()})


def _table(rows: Mapping[str, Mapping[str, str]]) -> None:
    columns = list(next(iter(rows.values())))
    print("| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for label, cells in rows.items():
        print(f"| {label} | " + " | ".join(cells[column] for column in columns) + " |", flush=True)


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _differences(differences: Mapping[str, Estimate]) -> dict[str, str]:
    return {
        name: f"{100 * each.value:+.1f} [{100 * each.low:+.1f}, {100 * each.high:+.1f}]"
        for name, each in differences.items()
    }

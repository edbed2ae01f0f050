"""From the embeddings of a catalogue's pictures to the vectors that a recipe compares."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np

from bundle import Product
from precompute.embeddings.composition import WeightedPart, parts_of, together
from precompute.embeddings.projection import centre, project
from precompute.embeddings.titles import read_title
from precompute.models.recipe import ANCHORS, MOST_PICTURES, Recipe
from precompute.shared.mapped_arrays import large_array
from precompute.store import EmbeddingStore, PictureStore

_BLOCK = 1 << 22
"""How many numbers are converted to float64 at a time."""


@dataclass(frozen=True)
class Vectors:
    """The vectors that a recipe compares: `values` (r, d), float32.

    The rows are in the order of the products' `ids`. Each product has as many rows as `counts` (n,), int32,
    says: one, unless the recipe's `pictures` is "best". Then it has one for each picture, and `images` names
    the picture of each row; otherwise `images` is None.
    """

    ids: list[str]
    values: np.ndarray
    counts: np.ndarray
    images: list[str] | None

    @property
    def row_ids(self) -> list[str]:
        """The product id of each row."""
        return list(chain.from_iterable(map(repeat, self.ids, self.counts.tolist())))

    def owners(self, order: Sequence[str]) -> np.ndarray:
        """The position of each row's product in `order`: (r,) int32."""
        places = {product_id: place for place, product_id in enumerate(order)}
        return np.array([places[product_id] for product_id in self.row_ids], np.int32)

    def by_product(self) -> np.ndarray:
        """One vector for each product, the mean of its rows: (n, d) float32."""
        return means(self.values, self.counts, to_unit_length=False)


def compared_vectors(
    products: Sequence[Product],
    embeddings: EmbeddingStore,
    recipe: Recipe,
    *,
    pictures: PictureStore | None = None,
) -> Vectors:
    """The vectors of all products of a catalogue under a recipe, in the order of `products`.

    A product's vectors depend only on its set of `compared_pictures`, on the projection, and on its title if
    the recipe has a part for titles. `pictures` has the colours, for a recipe that compares them. Raises
    `KeyError` with the number of missing embeddings or colours if there are any, and `UserError` if a head
    cannot be read or does not fit.
    """
    compared = compared_pictures(products, recipe.pictures)
    counts = np.array([len(some) for some in compared.values()], np.int32)
    images = [image_id for some in compared.values() for image_id in some]
    values = embeddings.vectors(images)
    parts = picture_parts(values, images, recipe, pictures=pictures)
    if recipe.pictures == "mean":
        unit_length = recipe.projection == "centre"
        parts = [
            WeightedPart(part.weight, means(part.values, counts, to_unit_length=unit_length))
            for part in parts
        ]
        counts = np.ones_like(counts)
    if recipe.title is not None:
        titles = read_title(recipe.title).applied([product.title for product in products])
        parts.append(WeightedPart(recipe.title.weight, np.repeat(titles, counts, axis=0)))
    return Vectors(list(compared), together(parts), counts, images if recipe.pictures == "best" else None)


def picture_parts(
    embeddings: np.ndarray, images: list[str], recipe: Recipe, *, pictures: PictureStore | None
) -> list[WeightedPart]:
    """The parts of `images`, as `parts_of`, with the recipe's projection, which changes `embeddings`."""

    def projected(values: np.ndarray) -> np.ndarray:
        project(values, images, projection=recipe.projection)
        return values

    return parts_of(embeddings, images, recipe, pictures=pictures, projected=projected)


def picture_vectors(
    products: Sequence[Product],
    embeddings: EmbeddingStore,
    recipe: Recipe,
    *,
    pictures: PictureStore | None = None,
) -> Vectors | None:
    """What `compared_vectors` gives, with a row for each compared picture.

    Titles are left out, since the pictures of a product share its title. None for a recipe that compares
    titles alone.
    """
    if not (recipe.features or recipe.heads or recipe.colour):
        return None
    shown = replace(recipe, pictures="best", title=None)
    return compared_vectors(products, embeddings, shown, pictures=pictures)


def catalogue_centre(
    products: Sequence[Product], embeddings: EmbeddingStore, recipe: Recipe
) -> np.ndarray | None:
    """The vector that a recipe's projection subtracts from each embedding, (d,) float32, or None."""
    if recipe.projection == "none":
        return None
    images = {image for some in compared_pictures(products, recipe.pictures).values() for image in some}
    # The centre depends only on these pictures, so no others are read.
    anchors = heapq.nsmallest(ANCHORS, images)
    return centre(embeddings.vectors(anchors), anchors).astype(np.float32)


def compared_pictures(products: Sequence[Product], pictures: str) -> dict[str, list[str]]:
    """The sorted ids of the pictures by which each product is compared, by product id.

    If `pictures` is "first", that is the first one. Otherwise the further ones count too, up to
    `MOST_PICTURES`, except those that products of another look share: a size chart, a logo or a photo of a
    whole set says nothing about which products look alike. Variants of each other are of one look. So are
    products that name no variants and have the same first picture.
    """
    most = 1 if pictures == "first" else MOST_PICTURES
    looks: dict[str, str | None] = {}
    for product in products:
        look = look_of(product)
        for image in product.images[:most]:
            looks[image.id] = look if looks.get(image.id, look) == look else None
    found = {}
    for product in products:
        first, *further = (image.id for image in product.images[:most])
        found[product.id] = sorted(
            {first, *(image_id for image_id in further if looks[image_id] is not None)}
        )
    return found


def look_of(product: Product) -> str:
    """What products of one look share: their group of variants, or else their first picture."""
    return product.variants or product.images[0].id


def means(vectors: np.ndarray, counts: np.ndarray, *, to_unit_length: bool) -> np.ndarray:
    """The means of consecutive groups of rows, whose sizes are `counts` (n,): (n, d) float32.

    The mean of a single row keeps its bits. Others are scaled `to_unit_length` if requested; zero stays zero.
    A mean depends only on its own rows.
    """
    if len(vectors) == len(counts):
        return vectors
    found = large_array((len(counts), vectors.shape[1]), np.float32)
    ends = np.cumsum(counts)
    step = max(1, _BLOCK // (vectors.shape[1] * int(counts.max())))
    for begin in range(0, len(counts), step):
        part = slice(begin, begin + step)
        first = ends[begin] - counts[begin]
        block = vectors[first : ends[part][-1]].astype(np.float64)
        sums = np.add.reduceat(block, ends[part] - counts[part] - first, axis=0)
        several = counts[part] > 1
        sums[several] /= counts[part][several, np.newaxis]
        if to_unit_length:
            lengths = np.linalg.norm(sums, axis=1)
            several &= lengths > 0
            sums[several] /= lengths[several, np.newaxis]
        found[part] = sums
    return found

"""The inputs of a bundle's live part: the rows that photos are compared with, and the extractors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bundle import Product
from precompute.embeddings.vectors import catalogue_centre, compared_vectors
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from precompute.store import EmbeddingStore, PictureStore


@dataclass(frozen=True)
class LiveRows:
    """The rows that photos are compared with.

    `vectors` (n, d), float32, are the recipe's vectors. `owners` (n,), int32, are the positions of their
    products in the catalogue. `pictures` maps each product's first picture to the product's position, and
    `embeddings` has the build's embeddings. `centre` (d,), float32, is what the projection subtracts; None
    without a projection. `colours` has the pictures' colours, for a recipe that compares them.
    """

    vectors: np.ndarray
    owners: np.ndarray
    pictures: dict[str, int]
    embeddings: EmbeddingStore
    centre: np.ndarray | None
    colours: PictureStore | None = None

    @classmethod
    def of(
        cls,
        products: Sequence[Product],
        embeddings: EmbeddingStore,
        recipe: Recipe,
        *,
        colours: PictureStore | None = None,
    ) -> LiveRows:
        """The rows of a catalogue. Raises `KeyError` if embeddings are missing."""
        compared = compared_vectors(products, embeddings, for_photos(recipe), pictures=colours)
        owners = compared.owners([product.id for product in products])
        firsts = {product.images[0].id: place for place, product in enumerate(products)}
        middle = catalogue_centre(products, embeddings, recipe)
        return cls(compared.values, owners, firsts, embeddings, middle, colours)


def for_photos(recipe: Recipe) -> Recipe:
    """The recipe as photos are compared by it: without the title, which a photo does not have."""
    return replace(recipe, title=None)


@dataclass(frozen=True)
class LiveExtractors:
    """The first recipe's extractor as LiteRT flatbuffers for one picture at a time."""

    plan: ExtractorPlan
    float32: bytes
    int8: bytes

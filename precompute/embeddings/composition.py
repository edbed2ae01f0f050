"""Makes vectors of parts: the embedding, heads and colour side by side, each with its weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from precompute.models.heads import read_head
from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError
from precompute.shared.mapped_arrays import large_array
from precompute.shared.unit_length import to_unit_length
from precompute.store import PictureStore


@dataclass(frozen=True)
class WeightedPart:
    """One part of all vectors: `values` (r, k), float32, a row for each vector, and its `weight`."""

    weight: float
    values: np.ndarray


def parts_of(
    embeddings: np.ndarray,
    images: list[str],
    recipe: Recipe,
    *,
    pictures: PictureStore | None,
    projected: Callable[[np.ndarray], np.ndarray],
) -> list[WeightedPart]:
    """The parts of pictures under a recipe: all but the title, which products have.

    `embeddings` (r, d), float32, are those of `images`, which `projected` may change in place. Where there
    are several parts, each of their rows has unit length, or is zero if there is nothing to compare. Raises
    `KeyError` with the number of pictures whose colours are missing, and `UserError` where a head cannot be
    read or does not fit.
    """
    heads = []
    for head in recipe.heads:
        matrix = read_head(head)
        if len(matrix.mean) != embeddings.shape[1]:
            raise UserError(
                f"Expected the head {head.file} to fit embeddings of {embeddings.shape[1]:,} numbers. "
                f"Received: one for {len(matrix.mean):,}; fit it again with this recipe."
            )
        heads.append(WeightedPart(head.weight, matrix.applied(embeddings)))
    parts = []
    if recipe.features:
        parts.append(WeightedPart(recipe.features, projected(embeddings)))
    parts += heads
    if recipe.colour:
        if pictures is None:
            raise ValueError(f"Expected the pictures' colours for {recipe.name}. Received: none.")
        parts.append(WeightedPart(recipe.colour, unit_colours(pictures.descriptors(images))))
    return parts


def unit_colours(descriptors: np.ndarray) -> np.ndarray:
    """The colour part of descriptors (n, k), uint8: float32, of unit length."""
    return to_unit_length(descriptors.astype(np.float32))


def together(parts: Sequence[WeightedPart]) -> np.ndarray:
    """The parts side by side (r, sum of k), float32, so that a vector of which no part is zero is a unit one.

    The cosine of two such vectors is the mean of their parts' cosines, weighed by the squares of the weights.
    A single part is returned as it is.
    """
    if len(parts) == 1:
        return parts[0].values
    length = sum(part.weight**2 for part in parts) ** 0.5
    rows = len(parts[0].values)
    found = large_array((rows, sum(part.values.shape[1] for part in parts)), np.float32)
    begin = 0
    for part in parts:
        end = begin + part.values.shape[1]
        np.multiply(part.values, np.float32(part.weight / length), out=found[:, begin:end])
        begin = end
    return found

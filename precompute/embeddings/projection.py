"""Projects embeddings to the vectors that are compared."""

from __future__ import annotations

import heapq

import numpy as np

from precompute.models.recipe import ANCHORS
from precompute.shared.unit_length import to_unit_length

_BLOCK = 4096


def project(embeddings: np.ndarray, image_ids: list[str], *, projection: str) -> None:
    """Apply a recipe's projection to the embeddings of a catalogue, (n, d) float32, in place.

    `centre` subtracts the catalogue's centre and scales to unit length; `none` changes nothing. A row's new
    bytes depend only on the row and the centre. A row equal to the centre has no direction and becomes zero,
    so its cosine with all others is 0. `image_ids` names the rows and may repeat an id.
    """
    if projection == "none":
        return
    if projection != "centre":
        raise ValueError(f"Expected the projection to be centre or none. Received: {projection!r}.")
    middle = centre(embeddings, image_ids)
    for start in range(0, len(embeddings), _BLOCK):
        block = embeddings[start : start + _BLOCK] - middle
        embeddings[start : start + _BLOCK] = to_unit_length(block)


def centre(embeddings: np.ndarray, image_ids: list[str]) -> np.ndarray:
    """The centre of a catalogue: the mean of a sample of its embeddings, (d,) float64.

    It represents what all pictures share, such as studio and background, which says nothing about likeness.
    The sample is the `ANCHORS` pictures whose ids sort first, summed in that order. Ids are hashes, so the
    sample is random, yet depends on the catalogue alone. Adding or removing one of n pictures changes it with
    probability `ANCHORS` / n. The mean of all pictures would move every vector each time.
    """
    row_of = {image_id: row for row, image_id in enumerate(image_ids)}
    anchors = [row_of[image_id] for image_id in heapq.nsmallest(ANCHORS, row_of)]
    mean: np.ndarray = embeddings[anchors].astype(np.float64).mean(axis=0)
    return mean

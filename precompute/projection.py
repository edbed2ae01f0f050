"""Embeddings to the vectors that are compared."""

from __future__ import annotations

import numpy as np

_BLOCK = 4096


def project(embeddings: np.ndarray, projection: str) -> np.ndarray:
    """Apply a recipe's projection to all embeddings of a catalogue: (n, d) float32 to (n, d) float32.

    `centre` subtracts the catalogue's mean and scales to unit length, `none` changes nothing.
    """
    if projection == "none":
        return embeddings
    if projection != "centre":
        raise ValueError(f"Expected the projection to be centre or none. Received: {projection!r}.")
    return centre(embeddings)[0]


def centre(embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Subtract the catalogue's mean and scale to unit length: (n, d) float32 to (n, d) float32, and the mean.

    What all pictures of a catalogue share (studio, background, kind of product) says nothing about which
    of them look alike. The mean, (d,) float64, is summed in float64 over the rows in the order given. A
    row equal to the mean has no direction and stays zero, so its cosine to all others is 0.
    """
    mean = np.zeros(embeddings.shape[1], np.float64)
    for start in range(0, len(embeddings), _BLOCK):
        mean += embeddings[start : start + _BLOCK].sum(axis=0, dtype=np.float64)
    mean /= len(embeddings)
    vectors = np.empty_like(embeddings)
    for start in range(0, len(embeddings), _BLOCK):
        block = embeddings[start : start + _BLOCK] - mean
        norms = np.linalg.norm(block, axis=1, keepdims=True)
        vectors[start : start + _BLOCK] = np.divide(block, norms, out=np.zeros_like(block), where=norms > 0)
    return vectors, mean

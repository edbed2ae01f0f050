"""Scales vectors to unit length."""

from __future__ import annotations

import numpy as np


def to_unit_length(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d) divided by their Euclidean norms, in their own dtype; one that is zero stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: np.ndarray = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return scaled

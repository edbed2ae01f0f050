"""Fills up the last batch."""

from __future__ import annotations

import numpy as np


def pad(images: np.ndarray, batch: int) -> np.ndarray:
    """`images` with black ones after them, `batch` in all.

    The last batch of a build is shorter; filled up it runs through the same kernels as the others, so that
    an image's embedding is the same to the bit wherever it stands.
    """
    if len(images) == batch:
        return images
    return np.concatenate([images, np.zeros((batch - len(images), *images.shape[1:]), images.dtype)])

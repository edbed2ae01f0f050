"""A picture's signature: its pixels reduced so far that size and compression do not matter."""

from __future__ import annotations

import numpy as np
from PIL import Image

SIGNATURE_SIDE = 16
"""Pixels of each side of a signature."""

TOLERANCE = 16
"""The largest difference, out of 255, of any channel of any pixel between signatures of the same picture.

`benchmarks/twins.py` measures how much copies differ, and how much different pictures from one studio do.
"""


def signature_of(image: Image.Image) -> np.ndarray:
    """Reduce a picture (RGB) to its signature, (16, 16, 3) uint8."""
    square = (SIGNATURE_SIDE, SIGNATURE_SIDE)
    return np.asarray(image.resize(square, Image.Resampling.HAMMING, reducing_gap=4.0))

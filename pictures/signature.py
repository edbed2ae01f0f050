"""A picture's signature: what is left of its pixels where size and compression are forgotten."""

from __future__ import annotations

import numpy as np
from PIL import Image

SIGNATURE_SIDE = 16
"""Pixels of each side of a signature."""

TOLERANCE = 16
"""Steps, of 255, that no channel of no pixel of two signatures of the same picture differs by more.

`benchmarks/twins.py` measures what copies and what other pictures of one studio differ by.
"""


def signature_of(image: Image.Image) -> np.ndarray:
    """A picture (RGB) as (16, 16, 3), uint8: what is left of it where size and compression are forgotten."""
    square = (SIGNATURE_SIDE, SIGNATURE_SIDE)
    return np.asarray(image.resize(square, Image.Resampling.HAMMING, reducing_gap=4.0))

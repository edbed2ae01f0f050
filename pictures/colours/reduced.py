"""Reduces a picture to the few pixels that its colours are read from. Needs Pillow alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

# A server whose photos are decoded in another process does not need this import.
if TYPE_CHECKING:
    from PIL import Image

SIDE = 48
"""The picture is reduced to this many pixels on its longer side."""


def reduced(image: Image.Image) -> Image.Image:
    """A picture (RGB) reduced to `SIDE` pixels on its longer side."""
    from PIL import Image

    size = [max(1, round(side * SIDE / max(image.size))) for side in image.size]
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)

"""Makes a picture's thumbnails. `pictures.decoding` makes the picture from a file's bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Thumbnail:
    """A thumbnail as WebP, with its width and height in pixels; `small` has half of each, rounded up."""

    webp: bytes
    width: int
    height: int
    small: bytes


_METHOD = 1
"""How hard the encoder tries, from 0 to 6: docs/benchmarks.md has what each costs."""


def to_thumbnail(image: Image.Image, size: int, *, quality: int) -> Thumbnail:
    """The whole picture as WebP, at most `size` pixels on its longer side. It is never enlarged."""
    large = _at_most(image, size)
    # Half of an odd side is rounded up.
    small = large.reduce(2)
    return Thumbnail(_webp(large, quality), large.width, large.height, _webp(small, quality))


def to_large(image: Image.Image, size: int, *, quality: int) -> bytes:
    """The whole picture as WebP, at most `size` pixels on its longer side. It is never enlarged."""
    return _webp(_at_most(image, size), quality)


def _at_most(image: Image.Image, size: int) -> Image.Image:
    """The picture with no side longer than `size` pixels; the picture itself where none is."""
    longer = max(image.size)
    if longer <= size:
        return image
    smaller = [max(1, round(side * size / longer)) for side in image.size]
    return image.resize(smaller, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=_METHOD)
    return buffer.getvalue()

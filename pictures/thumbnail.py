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


def to_thumbnail(image: Image.Image, size: int, *, quality: int) -> Thumbnail:
    """The whole picture as WebP, at most `size` pixels on its longer side. It is never enlarged."""
    large = image.copy()
    large.thumbnail((size, size), Image.Resampling.LANCZOS)
    # Half of an odd side is rounded up.
    small = large.reduce(2)
    return Thumbnail(_webp(large, quality), large.width, large.height, _webp(small, quality))


def to_large(image: Image.Image, size: int, *, quality: int) -> bytes:
    """The whole picture as WebP, at most `size` pixels on its longer side. It is never enlarged."""
    large = image.copy()
    large.thumbnail((size, size), Image.Resampling.LANCZOS)
    return _webp(large, quality)


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()

"""A picture's bytes to pixels, an extractor's input and a thumbnail. Every file is held to be hostile."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from precompute.recipe import MINIMUM_DECODED_SIDE

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Pillow's names of the formats that are read. What a file is called does not matter to its decoding."""

MAXIMUM_BYTES = 100_000_000
MAXIMUM_PIXELS = 100_000_000

# Sizes are checked here before any pixel is decoded, with a reason that names the limit.
Image.MAX_IMAGE_PIXELS = None


class PictureError(Exception):
    """A picture that cannot be used. Its text is the reason, as the report gives it."""


@dataclass(frozen=True)
class Thumbnail:
    """A thumbnail as WebP, with its width and height in pixels; `small` has half of each, rounded up."""

    webp: bytes
    width: int
    height: int
    small: bytes


def decode(data: bytes, decoding: str = "upright") -> Image.Image:
    """The picture of a file's bytes, in RGB, first frame only.

    `decoding` is `upright` (EXIF rotation applied, transparency composited on white, 16-bit grey kept, a
    large JPEG decoded smaller) or `plain` (what Keras' `load_img` gives: Pillow's conversion to RGB at full
    size, and nothing else).

    Raises `PictureError` with the reason where the bytes are no picture, damaged or too large.
    """
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAXIMUM_PIXELS:
            raise PictureError(
                f"{image.width} × {image.height} pixels, "
                f"more than the limit of {MAXIMUM_PIXELS // 10**6} million"
            )
        if decoding == "plain":
            return image.convert("RGB")
        image.draft(None, (MINIMUM_DECODED_SIDE, MINIMUM_DECODED_SIDE))
        image.load()
        return _to_rgb(ImageOps.exif_transpose(image))
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(f"not a picture in a format that is read ({', '.join(FORMATS)})") from None
    # Damaged files make decoders raise nearly anything, and no picture may stop a build.
    except Exception as error:
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def to_input(image: Image.Image, size: int, *, resize: str, interpolation: str) -> np.ndarray:
    """An extractor's input, (size, size, 3), uint8.

    `resize` is `crop` (the centred square of the short side), `letterbox` (the whole picture on a white
    square) or `squash` (the whole picture, distorted); `interpolation` names one of Pillow's filters.
    """
    square, method = (size, size), Image.Resampling[interpolation.upper()]
    if resize == "crop":
        resized = ImageOps.fit(image, square, method)
    elif resize == "letterbox":
        resized = ImageOps.pad(image, square, method, color="white")
    elif resize == "squash":
        resized = image.resize(square, method)
    else:
        raise ValueError(f"Expected resize to be crop, letterbox or squash. Received: {resize!r}.")
    return np.asarray(resized)


def to_thumbnail(image: Image.Image, size: int, *, quality: int) -> Thumbnail:
    """The whole picture as WebP, its longer side at most `size` pixels; smaller pictures keep their size."""
    large = image.copy()
    large.thumbnail((size, size), Image.Resampling.LANCZOS)
    # Half of a side that is odd is rounded up.
    small = large.reduce(2)
    return Thumbnail(_webp(large, quality), large.width, large.height, _webp(small, quality))


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow's own conversion of 16-bit grey clips everything brighter than 255 to white.
        return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise PictureError("32-bit floating-point pixels: save it with 8 or 16 bits a channel")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")

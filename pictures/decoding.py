"""A file's bytes to pixels. Every file is held to be hostile."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pictures.box import WHOLE, Box
from pictures.limits import BUILD, MINIMUM_DECODED_SIDE, PictureLimits

_STRIP = 256
"""Rows that are composited on white together, which bounds the memory that takes."""

# Sizes are checked here before any pixel is decoded, with a reason that names the limit.
Image.MAX_IMAGE_PIXELS = None


class PictureError(Exception):
    """A picture that cannot be used. Its text is the reason, as a report gives it."""


class NoPictureError(PictureError):
    """Bytes that are no picture in a format that is accepted."""


def decode(
    data: bytes,
    decoding: str = "upright",
    *,
    limits: PictureLimits = BUILD,
    box: Box = WHOLE,
    widened: bool = False,
) -> Image.Image:
    """The picture of a file's bytes, in RGB, first frame only; of it what is inside `box` (see `Box.cut`).

    `decoding` is `upright` (EXIF rotation applied, transparency composited on white, 16-bit grey kept, a
    large JPEG decoded smaller) or `plain` (what Keras' `load_img` gives: Pillow's conversion to RGB at full
    size, and nothing else). A box is one of the upright picture, so a part of it is upright under both.

    What follows a picture in its file is passed over: cameras put films and depths there. Raises
    `PictureError` with the reason where the bytes are damaged or pass the `limits`, `NoPictureError` where
    they are no picture.
    """
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    try:
        image = Image.open(io.BytesIO(data), formats=limits.formats)
        _check(image, limits)
        size = image.size
        if decoding == "upright":
            side = round(MINIMUM_DECODED_SIDE / min(box.width, box.height))
            image.draft(None, (side, side))
        _check_held(image, size, limits)
        if decoding == "plain":
            part = image if box == WHOLE else box.cut(ImageOps.exif_transpose(image), widened=widened)
            return part.convert("RGB")
        image.load()
        return box.cut(_to_rgb(ImageOps.exif_transpose(image)), widened=widened)
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise NoPictureError(f"not a picture in a format that is read ({limits.names})") from None
    # Damaged files make decoders raise nearly anything, and no picture may stop a build.
    except Exception as error:
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def _check(image: Image.Image, limits: PictureLimits) -> None:
    if image.width * image.height > limits.pixels:
        raise PictureError(
            f"{image.width} × {image.height} pixels, more than the limit of {limits.pixels // 10**6} million"
        )
    # What Pillow calls MPO is a JPEG with further views of the same moment, which phones write.
    if not limits.animation and image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise PictureError("an animation: send a single picture")


def _check_held(image: Image.Image, size: tuple[int, int], limits: PictureLimits) -> None:
    """Check what decoding takes, once it is settled to what `image.size`; `size` is that in the file."""
    # All passes of a progressive JPEG are in memory at its full size, whatever comes out.
    progressive = image.info.get("progressive") or image.info.get("progression")
    width, height = size if progressive else image.size
    if width * height > limits.held:
        raise PictureError(
            f"{width} × {height} pixels to decode, more than the limit of {limits.held // 10**6} million"
        )


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow's own conversion of 16-bit grey clips everything brighter than 255 to white.
        return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise PictureError("32-bit floating-point pixels: save it with 8 or 16 bits a channel")
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    found = Image.new("RGB", image.size)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        white = Image.new("RGBA", strip.size, "white")
        found.paste(Image.alpha_composite(white, strip).convert("RGB"), (0, top))
    return found

"""Decodes a file's bytes to pixels. Every file is treated as hostile."""

from __future__ import annotations

import struct
from typing import Any

from PIL import Image

from pictures.box import WHOLE, Box
from pictures.errors import PictureError
from pictures.heif import Heif
from pictures.limits import BUILD, MINIMUM_DECODED_SIDE, PictureLimits
from pictures.opening import check_heif_memory, check_memory, failures_as_reasons, open_checked
from pictures.parts import check_directory
from pictures.profiles import to_srgb

_STRIP = 256
"""How many rows are composited on white at a time, which bounds the memory needed."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transformation that makes a picture upright, by EXIF orientation."""
_ORIENTATION = 0x0112

_DEPTHS = (10, 12, 14, 16)
"""The bit depths that 16-bit grey may really have: cameras and scanners leave the upper bits empty."""


def decode(
    data: bytes,
    decoding: str = "upright",
    *,
    limits: PictureLimits = BUILD,
    box: Box = WHOLE,
    widened: bool = False,
) -> Image.Image:
    """Decode the first frame to RGB and cut out `box` (see `Box.cut`).

    `decoding` is `upright` (colours by the ICC profile to sRGB, EXIF rotation applied, transparency
    composited on white, 16-bit grey kept, a large JPEG or HEIF decoded smaller) or `plain` (what Keras'
    `load_img` gives: Pillow's conversion to RGB at full size, and nothing else). A box refers to the upright
    picture, so a cut-out part is upright with both.

    Anything after the picture in its file is ignored: cameras put videos and depth maps there. Raises
    `PictureError` with the reason if the bytes are damaged or exceed the `limits`, and `NoPictureError` if
    they are not a picture.
    """
    with failures_as_reasons(limits):
        # Free the file's own picture before a part is cut out.
        return box.cut(
            decode_opened(open_checked(data, limits), data, decoding, limits, box), widened=widened
        )


def decode_opened(
    image: Image.Image | Heif,
    data: bytes,
    decoding: str,
    limits: PictureLimits = BUILD,
    box: Box = WHOLE,
    least: int = MINIMUM_DECODED_SIDE,
) -> Image.Image:
    """Decode what `open_checked` opened from `data`, whole; `box` only says what will be cut out.

    A picture that is decoded smaller has a short side of at least `least` pixels. Call it inside
    `failures_as_reasons`.
    """
    side = round(least / min(box.width, box.height))
    upright = decoding == "upright"
    if isinstance(image, Heif):
        reduction = image.reduction(side) if upright else 1
        check_heif_memory(image, reduction, limits)
        loaded = image.load(reduction)
        return _to_rgb(_managed(loaded)) if upright else loaded.convert("RGB")
    size = image.size
    if upright:
        image.draft(None, (side, side))
    check_memory(image, data, size, limits)
    image.load()
    if not upright:
        image = image if box == WHOLE else _turned(image, _turn(image))
        return image if image.mode == "RGB" else image.convert("RGB")
    turn = _turn(image)
    # Each step reuses the name of the picture before, so that only two are in memory at a time.
    image = _managed(image)
    image = _to_rgb(image)
    return _turned(image, turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """The transformation that makes a picture upright. The EXIF data is checked before Pillow reads it.

    Damaged EXIF data says nothing about the picture.
    """
    exif = image.info.get("exif")
    text = image.info.get("Raw profile type exif")
    try:
        if not exif and isinstance(text, str):
            exif = bytes.fromhex("".join(text.split("\n")[3:]))
        if exif:
            check_directory(exif.removeprefix(b"Exif\0\0"))
        return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except (SyntaxError, ValueError, OSError, LookupError, TypeError, struct.error):
        return None


def _turned(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def _managed(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = _to_8_bits(image)
    return to_srgb(image, image.info.get("icc_profile"))


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey by its real bit depth. Pillow's own conversion turns everything above 255 white."""
    wide = image.convert("I")
    # Of one band it is two numbers, where Pillow's types leave it open.
    most: Any = wide.getextrema()[1]
    bits = next((bits for bits in _DEPTHS if most < 1 << bits), _DEPTHS[-1]) if most > 255 else 8
    grey = wide.point(lambda value: value * (1 / (1 << (bits - 8))) + 0).convert("L")
    grey.info = image.info
    return grey


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise PictureError("32-bit floating-point pixels: save it with 8 or 16 bits per channel")
    if image.has_transparency_data:
        return _on_white(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    found = Image.new("RGB", image.size)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height))).convert("RGBA")
        white = Image.new("RGBA", strip.size, "white")
        found.paste(Image.alpha_composite(white, strip).convert("RGB"), (0, top))
    return found

"""A file's bytes to pixels. Every file is held to be hostile."""

from __future__ import annotations

from typing import cast

from PIL import Image

from pictures.box import WHOLE, Box
from pictures.errors import PictureError
from pictures.heif import Heif
from pictures.limits import BUILD, MINIMUM_DECODED_SIDE, PictureLimits
from pictures.opening import check_heif_memory, check_memory, failures_as_reasons, open_checked
from pictures.parts import check_directory
from pictures.profiles import to_srgb

_STRIP = 256
"""Rows that are composited on white together, which bounds the memory that takes."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture becomes upright, by its EXIF orientation."""
_ORIENTATION = 0x0112

_DEPTHS = (10, 12, 14, 16)
"""Bits that 16-bit grey can really have: cameras and scanners leave the upper ones empty."""


def decode(
    data: bytes,
    decoding: str = "upright",
    *,
    limits: PictureLimits = BUILD,
    box: Box = WHOLE,
    widened: bool = False,
) -> Image.Image:
    """The picture of a file's bytes, in RGB, first frame only; of it what is inside `box` (see `Box.cut`).

    `decoding` is `upright` (colours by the ICC profile to sRGB, EXIF rotation applied, transparency
    composited on white, 16-bit grey kept, a large JPEG or HEIF decoded smaller) or `plain` (what Keras'
    `load_img` gives: Pillow's conversion to RGB at full size, and nothing else). A box is one of the upright
    picture, so a part of it is upright under both.

    What follows a picture in its file is passed over: cameras put films and depths there. Raises
    `PictureError` with the reason where the bytes are damaged or pass the `limits`, `NoPictureError` where
    they are no picture.
    """
    with failures_as_reasons(limits):
        # What is left of the file's own picture is freed before a part of it is cut out.
        return box.cut(_whole(data, decoding, limits, box), widened=widened)


def _whole(data: bytes, decoding: str, limits: PictureLimits, box: Box) -> Image.Image:
    image = open_checked(data, limits)
    side = round(MINIMUM_DECODED_SIDE / min(box.width, box.height))
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
    # Each step's picture takes the name of the one before, so that only two are in memory at a time.
    image = _managed(image)
    image = _to_rgb(image)
    return _turned(image, turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes a picture upright, by its EXIF data; these are checked before Pillow reads all of them."""
    exif = image.info.get("exif")
    text = image.info.get("Raw profile type exif")
    if not exif and isinstance(text, str):
        exif = bytes.fromhex("".join(text.split("\n")[3:]))
    if exif:
        check_directory(exif.removeprefix(b"Exif\0\0"))
    return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))


def _turned(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def _managed(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = _to_8_bits(image)
    return to_srgb(image, image.info.get("icc_profile"))


def _to_8_bits(image: Image.Image) -> Image.Image:
    """16-bit grey by its brightest pixel's bits: Pillow's own conversion makes all above 255 white."""
    wide = image.convert("I")
    _, most = cast(tuple[int, int], wide.getextrema())
    bits = next((bits for bits in _DEPTHS if most < 1 << bits), _DEPTHS[-1]) if most > 255 else 8
    grey = wide.point(lambda value: value * (1 / (1 << (bits - 8))) + 0).convert("L")
    grey.info = image.info
    return grey


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise PictureError("32-bit floating-point pixels: save it with 8 or 16 bits a channel")
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

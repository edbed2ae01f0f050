"""A file's bytes to pixels. Every file is held to be hostile."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from pictures.box import WHOLE, Box
from pictures.errors import NoPictureError, PictureError
from pictures.heif import Heif, is_heif
from pictures.limits import BUILD, MEGABYTE, MINIMUM_DECODED_SIDE, PictureLimits
from pictures.parts import check_directory, check_parts, has_separate_scans, is_gif_animation
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

_BYTES_A_PIXEL = {"WEBP": 17, "AVIF": 13}
_BYTES_A_GREY_PIXEL = 13
_USUAL_BYTES_A_PIXEL = 9
"""What decoding takes at its peak for each pixel, by tests/pictures/test_memory.py: all that the decoder holds
and the picture before and after each step. Grey is that of 16 bits."""

# Sizes are checked here before any pixel is decoded, with a reason that names the limit.
Image.MAX_IMAGE_PIXELS = None

__all__ = ["NoPictureError", "PictureError", "decode"]


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
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    try:
        check_parts(data)
        # What is left of the file's own picture is freed before a part of it is cut out.
        return box.cut(_whole(data, decoding, limits, box), widened=widened)
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise NoPictureError(f"not a picture in a format that is read ({limits.names})") from None
    except MemoryError:
        raise PictureError("decoding it takes more memory than there is") from None
    # Damaged files make decoders raise nearly anything, and no picture may stop a build.
    except Exception as error:
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def _whole(data: bytes, decoding: str, limits: PictureLimits, box: Box) -> Image.Image:
    side = round(MINIMUM_DECODED_SIDE / min(box.width, box.height))
    if is_heif(data) and "HEIF" in limits.formats:
        return _heif(data, decoding, limits, side)
    image = Image.open(io.BytesIO(data), formats=[name for name in limits.formats if name != "HEIF"])
    _check(image, data, limits)
    size = image.size
    if decoding == "upright":
        image.draft(None, (side, side))
    _check_memory(image, data, size, limits)
    image.load()
    if decoding == "plain":
        upright = image if box == WHOLE else _turned(image, _turn(image))
        return upright if upright.mode == "RGB" else upright.convert("RGB")
    turn = _turn(image)
    # Each step's picture takes the name of the one before, so that only two are in memory at a time.
    image = _managed(image)
    image = _to_rgb(image)
    return _turned(image, turn)


def _heif(data: bytes, decoding: str, limits: PictureLimits, side: int) -> Image.Image:
    try:
        file = Heif(data)
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
        raise PictureError(f"damaged: {error}") from error
    reduction = file.reduction(side) if decoding == "upright" else 1
    _check_pixels(file.size, limits.pixels if reduction == 1 else limits.reducible)
    width, height = file.size
    _check_bytes(file.size, "HEIF", width * height * (4.5 + 8 / reduction**2), limits)
    image = file.load(reduction)
    if decoding == "plain":
        return image.convert("RGB")
    return _to_rgb(_managed(image))


def _check(image: Image.Image, data: bytes, limits: PictureLimits) -> None:
    # A JPEG is decoded at a part of its size.
    _check_pixels(image.size, limits.reducible if _is_jpeg(image) else limits.pixels)
    if not limits.animation and _is_animation(image, data):
        raise PictureError("an animation: send a single picture")


def _check_pixels(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise PictureError(f"{width} × {height} pixels, more than the limit of {most // 10**6} million")


def _is_jpeg(image: Image.Image) -> bool:
    # What Pillow calls MPO is a JPEG with further views of the same moment, which phones write.
    return image.format in ("JPEG", "MPO")


def _is_animation(image: Image.Image, data: bytes) -> bool:
    if image.format == "GIF":
        return is_gif_animation(data)
    return not _is_jpeg(image) and getattr(image, "n_frames", 1) > 1


def _check_memory(image: Image.Image, data: bytes, size: tuple[int, int], limits: PictureLimits) -> None:
    """Check what decoding takes, once it is settled to what `image.size`; `size` is that in the file."""
    grey = image.mode.startswith("I")
    each = _BYTES_A_PIXEL.get(image.format or "", _BYTES_A_GREY_PIXEL if grey else _USUAL_BYTES_A_PIXEL)
    needed = float(image.width * image.height * each)
    if _is_jpeg(image) and has_separate_scans(data):
        # All passes are in memory at full size, two bytes for each number, whatever comes out.
        needed += 2 * size[0] * size[1] * _components(image)
    _check_bytes(size, image.format or "", needed, limits)


def _components(image: Image.Image) -> float:
    """How many numbers a JPEG has for each pixel: fewer than it has colours where these are coarser."""
    samplings = [(wide, high) for _, wide, high, _ in getattr(image, "layer", [])]
    widest, highest = max(wide for wide, _ in samplings), max(high for _, high in samplings)
    return sum(wide * high / (widest * highest) for wide, high in samplings)


def _check_bytes(size: tuple[int, int], name: str, needed: float, limits: PictureLimits) -> None:
    if needed > limits.memory:
        raise PictureError(
            f"{size[0]} × {size[1]} pixels, which take {needed / MEGABYTE:.0f} MB to decode from {name}, "
            f"more than the limit of {limits.memory // MEGABYTE} MB"
        )


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
    _, most = wide.getextrema()
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

"""Reads a picture's header and checks its limits before any pixel is decoded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from pictures.errors import NoPictureError, PictureError
from pictures.heif import Heif, is_heif
from pictures.limits import BUILD, MEGABYTE, PictureLimits
from pictures.parts import check_parts, has_separate_scans, is_gif_animation, webp_size

HEIF = "HEIF"

_BYTES_A_PIXEL = {"WEBP": 17, "AVIF": 13}
_BYTES_A_GREY_PIXEL = 13
_USUAL_BYTES_A_PIXEL = 9
"""The measured peak of bytes per pixel during decoding: the decoder's own, and a step's picture before and
after. Grey means 16-bit grey."""

_BYTES_A_HEIF_PIXEL = 4.5
"""The bytes per pixel that the decoder holds for a HEIF, whatever the output."""

# This module checks sizes before any pixel is decoded, with a reason that names the limit.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class PictureHeader:
    """The format of a picture by Pillow's name (MPO is called JPEG), and its size in the file, in pixels."""

    format: str
    width: int
    height: int


def read_header(data: bytes, *, limits: PictureLimits = BUILD) -> PictureHeader:
    """Read a picture's header. Raises `PictureError` as `pictures.decoding.decode` does."""
    with failures_as_reasons(limits):
        found = open_checked(data, limits)
        name = HEIF if isinstance(found, Heif) else "JPEG" if is_jpeg(found) else found.format or ""
        return PictureHeader(name, *found.size)


def open_checked(data: bytes, limits: PictureLimits) -> Image.Image | Heif:
    """Open a picture within the limits without decoding it. Call it inside `failures_as_reasons`."""
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    check_parts(data)
    if HEIF in limits.formats and is_heif(data):
        heif = _open_heif(data)
        _check_pixels(heif.size, limits.reducible)
        return heif
    canvas = webp_size(data)
    if canvas is not None:
        _check_pixels(canvas, limits.pixels)
        _check_bytes(canvas, "WEBP", canvas[0] * canvas[1] * _BYTES_A_PIXEL["WEBP"], limits)
    image = Image.open(io.BytesIO(data), formats=[name for name in limits.formats if name != HEIF])
    # A JPEG is decoded at a reduced size.
    _check_pixels(image.size, limits.reducible if is_jpeg(image) else limits.pixels)
    if not limits.animation and _is_animation(image, data):
        raise PictureError("an animation: send a single picture")
    return image


@contextmanager
def failures_as_reasons(limits: PictureLimits) -> Iterator[None]:
    """Turn whatever a decoder raises inside into a `PictureError` with the reason."""
    try:
        yield
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise NoPictureError(f"not a picture in a supported format ({limits.names})") from None
    except MemoryError:
        raise PictureError("decoding takes more memory than there is") from None
    # A damaged file can make decoders raise nearly anything, and no picture may stop a build.
    except Exception as error:
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def is_jpeg(image: Image.Image) -> bool:
    """Whether a picture is a JPEG. Pillow's MPO is a JPEG with additional views, as phones write."""
    return image.format in ("JPEG", "MPO")


def check_memory(image: Image.Image, data: bytes, size: tuple[int, int], limits: PictureLimits) -> None:
    """Check the memory that decoding to `image.size` takes; `size` is the size in the file."""
    grey = image.mode.startswith("I")
    each = _BYTES_A_PIXEL.get(image.format or "", _BYTES_A_GREY_PIXEL if grey else _USUAL_BYTES_A_PIXEL)
    needed = float(image.width * image.height * each)
    if is_jpeg(image) and has_separate_scans(data):
        # All passes are in memory at full size, two bytes per coefficient, whatever the output size.
        needed += 2 * size[0] * size[1] * _numbers_a_pixel(image)
    _check_bytes(size, "JPEG" if is_jpeg(image) else image.format or "", needed, limits)


def check_heif_memory(heif: Heif, reduction: int, limits: PictureLimits) -> None:
    """Check the memory that decoding with this reduction takes."""
    pixels = heif.size[0] * heif.size[1]
    _check_bytes(
        heif.size,
        HEIF,
        pixels * (_BYTES_A_HEIF_PIXEL + _USUAL_BYTES_A_PIXEL / reduction**2),
        limits,
    )


def _open_heif(data: bytes) -> Heif:
    try:
        return Heif(data)
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def _check_pixels(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise PictureError(f"{width} × {height} pixels, more than the limit of {most // 10**6} million")


def _check_bytes(size: tuple[int, int], name: str, needed: float, limits: PictureLimits) -> None:
    if needed > limits.memory:
        raise PictureError(
            f"{size[0]} × {size[1]} pixels, which take {needed / MEGABYTE:.0f} MB to decode from {name}, "
            f"more than the limit of {limits.memory // MEGABYTE} MB"
        )


def _is_animation(image: Image.Image, data: bytes) -> bool:
    if image.format == "GIF":
        return is_gif_animation(data)
    return not is_jpeg(image) and getattr(image, "n_frames", 1) > 1


def _numbers_a_pixel(image: Image.Image) -> float:
    """How many coefficients a JPEG has per pixel: fewer than its channels if colour is subsampled."""
    samplings: list[tuple[int, int]] = [(wide, high) for _, wide, high, _ in getattr(image, "layer", [])]
    widest, highest = max(wide for wide, _ in samplings), max(high for _, high in samplings)
    return sum(wide * high / (widest * highest) for wide, high in samplings)

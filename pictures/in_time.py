"""Decodes a catalogue's pictures, none of which can stop a build.

What a decoder takes for an ordinary picture is known from its size, and such pictures are decoded here. All
others are decoded in processes of their own (`pictures.apart`), which the system ends when time is up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PIL import Image

from pictures.apart import Apart
from pictures.decoding import decode_opened
from pictures.heif import Heif, is_heif
from pictures.limits import BUILD
from pictures.opening import failures_as_reasons, is_jpeg, open_checked
from pictures.parts import has_separate_scans

_TIFF = (b"II", b"MM")
_PIXELS = 25_000_000
_PIXELS_OF = {"AVIF": 12_000_000, "WEBP": 12_000_000}
_PIXELS_IN_PASSES = 5_000_000
"""The most pixels of an ordinary picture: in general, of formats that take longer for a pixel, and of a JPEG
in several passes, of which there may be a hundred. None takes much over a second."""

_idle: list[Apart] = []
"""The processes that wait for a picture. There are as many as there were threads that needed one at once."""

_busy: set[Apart] = set()


def decode_in_time(data: bytes, decoding: str = "upright") -> Image.Image:
    """Decode as `pictures.decoding.decode` does within `BUILD`, and with the same result.

    Raises `PictureError` also if decoding takes more than `BUILD.seconds` of processor time.
    """
    # A TIFF may have any of a dozen compressions, and a HEIF pictures in its picture.
    if not data.startswith(_TIFF) and not is_heif(data):
        with failures_as_reasons(BUILD):
            image = open_checked(data, BUILD)
            if not isinstance(image, Heif) and not _may_take_long(image, data):
                return decode_opened(image, data, decoding)
            del image
    with _process() as process:
        content, size = process.picture(data, decoding, seconds=BUILD.seconds)
    return Image.frombytes("RGB", size, content)


def decode_larger(data: bytes, least: int) -> Image.Image | None:
    """Decode a JPEG, upright, with a short side of at least `least` pixels, if it has as many.

    None for other formats, which are never decoded smaller but for HEIF, and for what may take long: what was
    decoded for the extractor is then the largest that there is.
    """
    with failures_as_reasons(BUILD):
        image = open_checked(data, BUILD)
        if isinstance(image, Heif) or not is_jpeg(image) or _may_take_long(image, data):
            return None
        return decode_opened(image, data, "upright", least=least)


def _may_take_long(image: Image.Image, data: bytes) -> bool:
    pixels = image.width * image.height
    if is_jpeg(image):
        return pixels > (_PIXELS_IN_PASSES if has_separate_scans(data) else _PIXELS)
    return pixels > _PIXELS_OF.get(image.format or "", _PIXELS)


@contextmanager
def _process() -> Iterator[Apart]:
    try:
        process = _idle.pop()
    except IndexError:
        process = Apart(BUILD, keeps_memory=True)
    _busy.add(process)
    try:
        yield process
    finally:
        # One that was given up is not there any more.
        with suppress(KeyError):
            _busy.remove(process)
            _idle.append(process)


@contextmanager
def given_up_when_stopped() -> Iterator[None]:
    """If an exception ends the block, as Ctrl-C does, let no thread wait for a picture any longer."""
    try:
        yield
    except BaseException:
        while _busy:
            _busy.pop().give_up()
        raise

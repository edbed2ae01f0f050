"""Pictures of kinds that nobody sends by accident: each is decoded or named, at once."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from pictures.decoding import decode
from pictures.errors import PictureError
from pictures.limits import BUILD, UPLOAD
from tests.drawn_pictures import encoded, picture
from tests.hostile_photos import chunk, png_with

SECONDS = 2.0
"""Of the processor's time, as a photo may take."""

ROUNDS = 40

# Pillow warns of much that it then reads.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def animation(format_name: str, frames: int) -> bytes:
    buffer = io.BytesIO()
    pictures = [picture(number) for number in range(frames)]
    pictures[0].save(buffer, format_name, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def frame_of(width: int, height: int) -> bytes:
    """A GIF whose frame says that it has this size, far beyond its screen."""
    data = bytearray(encoded(picture(1).quantize(), "GIF"))
    place = data.index(b"\x2c")
    data[place + 5 : place + 9] = struct.pack("<HH", width, height)
    return bytes(data)


def strips(count: int) -> bytes:
    """A TIFF of so many strips, all of which are the same bytes."""
    entries = [(256, 4, 1, 1000), (257, 4, 1, count), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, count, 200), (278, 4, 1, 1), (279, 4, count, 200)]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    head += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return head.ljust(200, b"\0") + struct.pack(f"<{count}I", *[200] * count) + bytes(1000)


def table_of_colours(side: int) -> bytes:
    """An ICC profile that is a table of `side`³ colours."""
    numbers = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    tag = b"mft1" + bytes(4) + bytes([3, 3, side, 0]) + numbers + bytes(256 * 3 + side**3 * 3 + 256 * 3)
    head = bytearray(128)
    head[8:24] = b"\2\x40\0\0mntrRGB XYZ "
    head[36:40] = b"acsp"
    whole = bytes(head[4:]) + struct.pack(">I", 1) + b"A2B0" + struct.pack(">II", 144, len(tag)) + tag
    return struct.pack(">I", len(whole) + 4) + whole


HOSTILE: dict[str, Callable[[], bytes]] = {
    "frames of a PNG": lambda: png_with(
        chunk(b"acTL", struct.pack(">II", 15_000, 0))
        + b"".join(
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", n, 96, 80, 0, 0, 0, 0, 0, 0)) for n in range(15_000)
        )
    ),
    "a packed profile": lambda: png_with(chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(30_000_000)))),
    "packed texts": lambda: png_with(chunk(b"iTXt", b"x\0\1\0\0\0" + zlib.compress(bytes(900_000))) * 2_000),
    "a table of colours": lambda: encoded(
        picture(1, width=2000, height=1500), "JPEG", icc_profile=table_of_colours(100)
    ),
    "a frame beyond its screen": lambda: frame_of(65_535, 1_500),
    "a frame of four gigapixels": lambda: frame_of(65_535, 65_535),
    "frames of a GIF": lambda: animation("GIF", 200),
    "frames of a WebP": lambda: animation("WEBP", 60),
    "strips of a TIFF": lambda: strips(60_000),
    "a WebP of noise": lambda: encoded(Image.effect_noise((1_000, 1_000), 200).convert("RGB"), "WEBP"),
}


@pytest.mark.parametrize("limits", [BUILD, UPLOAD], ids=["build", "upload"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_decoded_or_named(kind: str, limits: object) -> None:
    data = HOSTILE[kind]()
    before = time.process_time()
    try:
        assert decode(data, limits=limits).mode == "RGB"
    except PictureError as error:
        assert str(error)
    assert time.process_time() - before < SECONDS


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP"])
def test_no_changed_bytes_break_anything(format_name: str) -> None:
    dice = random.Random(format_name)
    whole = encoded(picture(1), format_name)
    for _ in range(ROUNDS):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(min(len(data), 700))] = dice.randrange(256)
        before = time.process_time()
        try:
            decode(bytes(data))
        except PictureError as error:
            assert str(error)
        assert time.process_time() - before < SECONDS, bytes(data[:700]).hex()

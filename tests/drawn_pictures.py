"""Pictures made on the fly: good ones in every format, and files that are broken in every way we know."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image

# So that Pillow writes HEIF.
pillow_heif.register_heif_opener()

GOOD_FORMATS = {
    "jpg": "JPEG",
    "JPEG": "JPEG",
    "png": "PNG",
    "PNG": "PNG",
    "webp": "WEBP",
    "gif": "GIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "TIF": "TIFF",
    "avif": "AVIF",
    "heic": "HEIF",
    "HIF": "HEIF",
}
"""File name extensions that are read, with Pillow's name of the format."""


def picture(seed: int, *, width: int = 96, height: int = 80) -> Image.Image:
    """A picture with a shape on a background, different for each seed, that survives lossy formats."""
    random = np.random.default_rng(seed)
    background, ink = random.integers(0, 256, (2, 3))
    rows, columns = np.mgrid[0:height, 0:width]
    row, column = random.uniform(0.3, 0.7, 2) * (height, width)
    radius = random.uniform(0.15, 0.4) * min(width, height)
    inside = (rows - row) ** 2 + (columns - column) ** 2 < radius**2
    return Image.fromarray(np.where(inside[..., None], ink, background).astype(np.uint8))


def encoded(image: Image.Image, format_name: str = "PNG", **options: object) -> bytes:
    """The picture as a file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG in RGB with any size in its header, whatever its pixels are."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _decompression_bomb() -> bytes:
    side = 20_000
    return _png(side, side, zlib.compress(bytes((1 + 3 * side) * 64), 9))


def _truncated(format_name: str) -> bytes:
    data = encoded(picture(1, width=400, height=400), format_name)
    return data[: len(data) // 3]


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.jpg": (lambda: b"", "empty (0 bytes)"),
    "text.jpg": (lambda: b"this is no picture", "not a picture"),
    "page.png": (lambda: b"<!doctype html><title>404</title>", "not a picture"),
    "vector.png": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture"),
    "truncated.jpg": (lambda: _truncated("JPEG"), "damaged"),
    "truncated.png": (lambda: _truncated("PNG"), "damaged"),
    "truncated.webp": (lambda: _truncated("WEBP"), "damaged"),
    "header-only.jpg": (lambda: encoded(picture(2), "JPEG")[:20], "not a picture"),
    "bomb.png": (_decompression_bomb, "more than the limit"),
    "wrong-pixels.png": (lambda: _png(10, 10, b"not zlib at all"), "damaged"),
    "float.tiff": (lambda: encoded(Image.new("F", (8, 8), 0.5), "TIFF"), "floating-point"),
}
"""File names, what makes the content, and words of the reason that the report must give."""

"""Photos that are made to hurt: small files that take a decoder much time or much memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests.drawn_pictures import encoded, picture

MEGABYTE = 1_000_000


def jpeg_with(inserted: bytes) -> bytes:
    """A JPEG of 200 × 200 pixels with something before everything else in it."""
    data = encoded(picture(1, width=200, height=200), "JPEG")
    return data[:2] + inserted + data[2:]


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_with(inserted: bytes) -> bytes:
    """A PNG of 200 × 200 pixels with something after its header."""
    data = encoded(picture(1, width=200, height=200))
    return data[:33] + inserted + data[33:]


def gif_with(inserted: bytes) -> bytes:
    """A GIF with something before its frame."""
    data = encoded(picture(1), "GIF")
    end = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:end] + inserted + data[end:]


def exif_of_entries(entries: int, size: int) -> bytes:
    """EXIF data whose entries all name the same `size` bytes."""
    table = b"".join(struct.pack("<HHII", tag, 7, size, 8) for tag in range(entries))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", entries) + table + bytes(4 + size)


def progressive_jpeg(scans: int) -> bytes:
    """A progressive JPEG of 25 million pixels with its last pass over and over."""
    data = encoded(Image.new("L", (5000, 5000)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def png_bomb(side: int, *, colours: int = 2) -> bytes:
    """A PNG of that many pixels a side, all of them black: RGB with `colours` 2, with transparency with 6."""
    row = 1 + side * (4 if colours == 6 else 3)
    head = struct.pack(">IIBBBBB", side, side, 8, colours, 0, 0, 0)
    pixels = zlib.compress(bytes(row * side), 9)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


TOO_MANY_PARTS: dict[str, Callable[[], bytes]] = {
    "EXIF segments, 2.5 MB": lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(50)) * 41_000),
    "EXIF segments, 8.7 MB": lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(80)) * 96_000),
    "large EXIF segments": lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 140),
    "fill": lambda: jpeg_with(b"\xff" * (8 * MEGABYTE)),
    "bytes between segments": lambda: jpeg_with(b"\0" * (8 * MEGABYTE)),
    "escaped fill": lambda: jpeg_with(b"\xff\0" * (4 * MEGABYTE)),
    "empty APP13": lambda: jpeg_with(segment(0xED, b"Photoshop 3.0\0") * 450_000),
    "resources": lambda: jpeg_with(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5_000) * 150),
    "restarts": lambda: jpeg_with(b"\xff\x01" * (4 * MEGABYTE)),
    "comments": lambda: jpeg_with(segment(0xFE, b"") * (2 * MEGABYTE)),
    "passes": lambda: progressive_jpeg(2_000),
    "PNG chunks": lambda: png_with(chunk(b"juNk", b"") * 820_000),
    "PNG pixels in pieces": lambda: _in_pieces(),
    "GIF extensions": lambda: gif_with(b"\x21\xf9\x04\0\0\0\0\0" * MEGABYTE),
    "a GIF's comment": lambda: gif_with(b"\x21\xfe" + (b"\xff" + bytes(255)) * 36_000 + b"\0"),
    "entries of EXIF": lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + exif_of_entries(2_500, 30_000))),
    "entries of a PNG's EXIF": lambda: png_with(chunk(b"eXIf", exif_of_entries(20_000, 5 * MEGABYTE))),
    "entries of a WebP's EXIF": lambda: encoded(picture(1), "WEBP", exif=exif_of_entries(20_000, MEGABYTE)),
    "entries of an AVIF's EXIF": lambda: _avif_with(exif_of_entries(20_000, MEGABYTE)),
    "EXIF data of an AVIF": lambda: _avif_with(b"II*\0" * 100_000),
}
"""What has far more parts than a picture has: each is refused, and what it would take is never taken."""


def _in_pieces() -> bytes:
    data = png_with(b"")
    begin = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[begin - 4 : begin])
    pixels = data[begin + 4 : begin + 4 + length]
    return data[: begin - 4] + chunk(b"IDAT", b"") * 800_000 + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _avif_with(exif: bytes) -> bytes:
    """An AVIF with EXIF data that Pillow itself would not write."""
    empty = b"MM\0*" + struct.pack(">IHI", 8, 0, 0) + bytes(len(exif) - 14)
    return encoded(picture(1), "AVIF", exif=empty).replace(empty, exif)


LARGE: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png_bomb(5_000),
    "transparent PNG": lambda: png_bomb(5_000, colours=6),
    "huge PNG": lambda: png_bomb(10_100),
    "WebP": lambda: encoded(Image.new("RGB", (5_000, 5_000)), "WEBP", method=0),
    "transparent WebP": lambda: encoded(Image.new("RGBA", (5_000, 5_000), (9, 9, 9, 9)), "WEBP", method=0),
    "AVIF": lambda: encoded(Image.new("L", (4_000, 4_000)), "AVIF", speed=10),
    "GIF": lambda: encoded(Image.new("L", (5_000, 5_000)), "GIF"),
    "progressive JPEG": lambda: encoded(Image.new("CMYK", (4_000, 4_000)), "JPEG", progressive=True),
}
"""Few bytes that are many pixels, in formats that cannot be decoded at a part of their size."""


AS_LARGE_AS_ALLOWED: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png_bomb(3_600),
    "transparent PNG": lambda: png_bomb(3_600, colours=6),
    "WebP": lambda: encoded(Image.new("RGBA", (2_600, 2_600), (9, 9, 9, 9)), "WEBP", method=0),
    "AVIF": lambda: encoded(Image.new("RGBA", (3_000, 3_000), (9, 9, 9, 9)), "AVIF", speed=10),
    "GIF": lambda: encoded(Image.new("L", (3_600, 3_600)), "GIF"),
    "grey of 16 bits": lambda: encoded(Image.new("I;16", (3_000, 3_000), 9), "PNG"),
    "progressive JPEG": lambda: encoded(Image.new("RGB", (5_800, 5_800)), "JPEG", progressive=True),
    "JPEG": lambda: encoded(Image.new("L", (15_000, 15_000)), "JPEG"),
}
"""What takes just less memory than a photo may."""

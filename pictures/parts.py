"""Counts the parts of a file before a decoder sees them.

Decoders process each part separately, and some append it to all earlier ones. A file of 10 MB can have a
million parts; real files have a few dozen.
"""

from __future__ import annotations

import re
import struct

from pictures.errors import PictureError

_SEGMENTS = 1_000
"""The most segments of a JPEG before its pixels. A profile has up to 255, and editors add some."""

_EXIF_SEGMENTS = 16
"""The most segments of EXIF data, which Pillow joins one by one. Real files have one."""

_RESOURCES = 20_000
"""The most Photoshop resources in a JPEG. Real files have about 30."""

_FILL = 100_000
"""The most bytes between segments of a JPEG. They mean nothing and are skipped one by one."""

_SCANS = 100
"""The most passes over the pixels of a JPEG. A progressive one has about ten."""

_CHUNKS = 20_000
"""The most chunks of a PNG. One of 100 MB in the usual chunks of 8 KB has 12,000."""

_EXTENSIONS = 1_000
_EXTENSION_BYTES = 1_000_000
"""The most bytes of extensions before a GIF's first frame: their blocks of 255 bytes are joined one by
one."""

_RLE_BYTES = 2_000_000
"""The largest BMP with compressed rows, which Pillow decodes in Python."""

_ENTRIES_SHARE = 4
_ENTRIES_BYTES = 1_000_000
"""How many bytes the entries of a TIFF directory may have: so many times those of the file and so many more.

Entries can name the same bytes, each of them all that there are."""

_UNITS = (1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8)
"""Bytes of a number in such an entry, by the kind of it."""

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_STANDALONE = {0x01, *range(0xD0, 0xD9)}


def check_parts(data: bytes) -> None:
    """Raise `PictureError` with the reason where a file has far more parts than a picture has.

    Files that are not pictures, or are damaged, are left to the decoder.
    """
    if data.startswith(b"\xff\xd8"):
        _check_jpeg(data)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(data)
    elif data.startswith((b"GIF87a", b"GIF89a")):
        _check_gif(data)
    elif data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        check_directory(data)
    elif data[4:8] == b"ftyp":
        _check_boxes(data)
    elif data.startswith(b"BM") and data[30:34] in (b"\x01\0\0\0", b"\x02\0\0\0") and len(data) > _RLE_BYTES:
        raise PictureError(f"a BMP with compressed rows has more than {_RLE_BYTES // 10**6} MB")


def has_separate_scans(data: bytes) -> bool:
    """Whether a JPEG stores its pixels in several passes, which are all held in memory at full size."""
    start = _JpegHead(data)
    return start.progressive or 0 < start.in_first_scan < start.components


def check_directory(data: bytes) -> None:
    """Check the sizes that the entries of the first TIFF directory in `data` declare, as in EXIF."""
    order = "<" if data[:2] == b"II" else ">"
    large = data[2:4] in (b"+\0", b"\0+")
    offset, count, entry = (8, "Q", "HHQ8x") if large else (4, "H", "HHI4x")
    try:
        (begin,) = struct.unpack_from(order + ("Q" if large else "I"), data, offset)
        (entries,) = struct.unpack_from(order + count, data, begin)
    except struct.error:
        return
    begin += struct.calcsize(order + count)
    size = struct.calcsize(order + entry)
    table = data[begin : begin + entries * size]
    whole = table[: len(table) // size * size]
    total = sum(
        _UNITS[min(kind, len(_UNITS) - 1)] * number
        for _, kind, number in struct.iter_unpack(order + entry, whole)
    )
    if total > _ENTRIES_SHARE * len(data) + _ENTRIES_BYTES:
        raise PictureError("the entries of its directory have more bytes than the file")


class _JpegHead:
    """The segments of a JPEG before its pixels."""

    def __init__(self, data: bytes) -> None:
        self.segments = self.exif = self.resources = self.fill = 0
        self.components = self.in_first_scan = 0
        self.progressive = False
        self.end = len(data)
        self._read(data)

    @property
    def too_many(self) -> bool:
        return (
            self.segments > _SEGMENTS
            or self.exif > _EXIF_SEGMENTS
            or self.resources > _RESOURCES
            or self.fill > _FILL
        )

    def _read(self, data: bytes) -> None:
        place = 2
        while not self.too_many:
            match = _NEXT_MARKER.search(data, place)
            if match is None:
                # The decoder visits each of them.
                self.fill += len(data) - place
                return
            self.fill += match.start() - place
            marker, begin = data[match.end() - 1], match.end()
            self.segments += 1
            if marker in _STANDALONE:
                place = begin
                continue
            length = int.from_bytes(data[begin : begin + 2], "big")
            content = data[begin + 2 : begin + max(2, length)]
            place = begin + max(2, length)
            if marker == 0xDA:
                self.in_first_scan, self.end = content[0] if content else 0, place
                return
            self._note(marker, content)

    def _note(self, marker: int, content: bytes) -> None:
        if marker in _FRAMES and len(content) > 5:
            self.components, self.progressive = content[5], marker in _PROGRESSIVE
        elif marker == 0xE1 and content.startswith(b"Exif\0\0"):
            self.exif += 1
            check_directory(content[6:])
        elif marker == 0xED:
            self.resources += 1 + content.count(b"8BIM")


def _check_jpeg(data: bytes) -> None:
    head = _JpegHead(data)
    if head.too_many:
        raise PictureError("far more segments than a picture has, or bytes between them")
    if not (head.progressive or 0 < head.in_first_scan < head.components):
        return
    scans, place = 1, head.end
    while match := _NEXT_MARKER.search(data, place):
        marker, place = data[match.end() - 1], match.end()
        if marker == 0xD9:
            return
        if marker not in _STANDALONE:
            place += max(2, int.from_bytes(data[place : place + 2], "big"))
        scans += marker == 0xDA
        if scans > _SCANS:
            raise PictureError(f"more than {_SCANS} passes over its pixels")


def _check_png(data: bytes) -> None:
    place, chunks = 8, 0
    while place < len(data):
        place += 12 + int.from_bytes(data[place : place + 4], "big")
        chunks += 1
        if chunks > _CHUNKS:
            raise PictureError(f"more than {_CHUNKS:,} chunks")


def _check_boxes(data: bytes) -> None:
    """Check everything in an AVIF or HEIF that looks like EXIF data, as Pillow reads it on opening."""
    directories = 0
    for begin in (b"II*\0", b"MM\0*"):
        place = data.find(begin)
        while place >= 0:
            directories += 1
            if directories > _EXIF_SEGMENTS:
                raise PictureError("far more EXIF data than a picture has")
            check_directory(data[place:])
            place = data.find(begin, place + 1)


def _check_gif(data: bytes) -> None:
    place = _after_colours(data, 10, 13)
    extensions, begin = 0, place
    while data[place : place + 1] == b"\x21":
        extensions += 1
        place = _after_blocks(data, place + 2)
        if extensions > _EXTENSIONS or place - begin > _EXTENSION_BYTES:
            raise PictureError("far more extensions than a picture has, or larger ones")


def is_gif_animation(data: bytes) -> bool:
    """Whether a GIF has a second frame, found without reading the later frames."""
    place, frames = _after_colours(data, 10, 13), 0
    while place < len(data):
        kind = data[place]
        if kind == 0x2C:
            frames += 1
            if frames > 1:
                return True
            place = _after_blocks(data, _after_colours(data, place + 9, place + 10) + 1)
        elif kind == 0x21:
            place = _after_blocks(data, place + 2)
        else:
            return False
    return False


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP, or None for other files. Its decoder first allocates memory."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


def _after_colours(data: bytes, flags: int, end: int) -> int:
    """The end of the colour table that starts at `end` and is described by the byte at `flags`."""
    if flags >= len(data) or not data[flags] & 0x80:
        return end
    return end + (3 << (data[flags] & 7) + 1)


def _after_blocks(data: bytes, place: int) -> int:
    """The end of the blocks that start at `place`. Each begins with its length; the last is empty."""
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1

"""Decodes the primary picture of a HEIF file, as phones write, at a reduced size if it is large."""

from __future__ import annotations

import io

import pillow_heif
from PIL import Image

from pictures.limits import MINIMUM_DECODED_SIDE

_BRANDS = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"])
_LARGEST_HEAD = 256
_ROWS = 256
"""How many rows are reduced at a time, a multiple of every reduction."""

# Other contents of such a file are ignored: smaller pictures, depth maps and masks.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def is_heif(data: bytes) -> bool:
    """Whether a file declares HEVC pictures. AVIF has the same container with another codec."""
    if data[4:8] != b"ftyp":
        return False
    head = data[: min(int.from_bytes(data[:4], "big"), _LARGEST_HEAD)]
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, len(head), 4))}
    return not brands.isdisjoint(_BRANDS)


class Heif:
    """A file's primary picture. Raises what Pillow raises if it is damaged."""

    def __init__(self, data: bytes) -> None:
        file = pillow_heif.open_heif(io.BytesIO(data), remove_stride=False)
        self._image = file[file.primary_index]
        self.size: tuple[int, int] = self._image.size

    def reduction(self, side: int = MINIMUM_DECODED_SIDE) -> int:
        """The largest factor (1, 2, 4 or 8) that leaves the short side at least `side` pixels."""
        return next((scale for scale in (8, 4, 2) if min(self.size) // side >= scale), 1)

    def load(self, reduction: int) -> Image.Image:
        """The picture, upright, in RGB or RGBA, with its ICC profile in `info`.

        It is made strip by strip, as doing it at once would take twice the memory. The decoder has already
        applied the rotation, so the EXIF orientation is ignored.
        """
        mode, (width, height) = self._image.mode, self.size
        pixels, stride = memoryview(self._image.data), self._image.stride
        found = Image.new(mode, (-(-width // reduction), -(-height // reduction)))
        for top in range(0, height, _ROWS):
            rows = min(_ROWS, height - top)
            content = pixels[top * stride : (top + rows) * stride]
            strip = Image.frombytes(mode, (width, rows), content, "raw", mode, stride)
            found.paste(strip.reduce(reduction), (0, top // reduction))
        profile = self._image.info.get("icc_profile")
        if profile:
            found.info["icc_profile"] = profile
        return found

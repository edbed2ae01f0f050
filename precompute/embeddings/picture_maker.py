"""Makes everything that a build needs from a picture's pixels, except embeddings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import PIL
from PIL import Image

from bundle.format import canonical_json
from pictures.colours.descriptor import describe_colours
from pictures.colours.foreground import Foreground
from pictures.colours.names import colours_of
from pictures.errors import PictureError
from pictures.in_time import decode_larger
from pictures.signature import signature_of
from pictures.thumbnail import to_large, to_thumbnail
from precompute.store.pictures import Picture

THUMBNAIL_SIZE = 400
THUMBNAIL_QUALITY = 76

LARGEST_PICTURE = 2048
"""The most pixels of a large picture's longer side."""

_VERSION = 5
"""The version of `make`. Raise it with each change, so that no build reuses older results."""


@dataclass(frozen=True)
class PictureMaker:
    """Makes a picture's thumbnails, `size` pixels on the longer side, and measures its colours.

    If `large` is not 0, it also makes one with so many pixels on the longer side to look at closely.
    """

    size: int
    large: int = 0

    def describe(self) -> dict[str, object]:
        """The thumbnails' entry in the manifest. `fingerprint` covers everything that decides the result."""
        made = {"size": self.size, "quality": THUMBNAIL_QUALITY, "format": "webp"}
        # Bundles without are as they were before there were large pictures.
        made |= {"large": self.large} if self.large else {}
        decided_by = made | {"version": _VERSION, "pillow": PIL.__version__}
        return made | {"fingerprint": hashlib.sha256(canonical_json(decided_by)).hexdigest()}

    @property
    def fingerprint(self) -> str:
        """The key under which the store keeps the results."""
        return str(self.describe()["fingerprint"])

    def make(self, image: Image.Image, data: bytes) -> tuple[Picture, tuple[bytes, ...]]:
        """Measure an upright picture, decoded from the bytes `data`, and make its thumbnails.

        Returns their bytes in the order of `thumbnail_files`. A picture that has no more pixels than its
        thumbnail has no large one.
        """
        thumbnail = to_thumbnail(image, self.size, quality=THUMBNAIL_QUALITY)
        contents: tuple[bytes, ...] = (thumbnail.webp, thumbnail.small)
        if self.large and max(image.size) > self.size:
            contents += (to_large(self._larger(image, data), self.large, quality=THUMBNAIL_QUALITY),)
        foreground = Foreground.of(image)
        picture = Picture(
            width=thumbnail.width,
            height=thumbnail.height,
            thumbnails=tuple(hashlib.sha256(content).hexdigest() for content in contents),
            colours=colours_of(foreground),
            signature=signature_of(image).tobytes(),
            descriptor=describe_colours(foreground).tobytes(),
        )
        return picture, contents

    def _larger(self, image: Image.Image, data: bytes) -> Image.Image:
        """The picture with as many pixels as are wanted, if the file has them."""
        if max(image.size) < self.large:
            try:
                return decode_larger(data, self.large) or image
            except PictureError:
                pass  # It takes too much memory at that size; it was decoded at a smaller one.
        return image

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
from pictures.signature import signature_of
from pictures.thumbnail import to_thumbnail
from precompute.store.pictures import Picture

THUMBNAIL_SIZE = 400
THUMBNAIL_QUALITY = 78

_VERSION = 4
"""The version of `make`. Raise it with each change, so that no build reuses older results."""


@dataclass(frozen=True)
class PictureMaker:
    """Makes a picture's thumbnails, `size` pixels on the longer side, and measures its colours."""

    size: int

    def describe(self) -> dict[str, object]:
        """The thumbnails' entry in the manifest. `fingerprint` covers everything that decides the result."""
        made = {"size": self.size, "quality": THUMBNAIL_QUALITY, "format": "webp"}
        decided_by = made | {"version": _VERSION, "pillow": PIL.__version__}
        return made | {"fingerprint": hashlib.sha256(canonical_json(decided_by)).hexdigest()}

    @property
    def fingerprint(self) -> str:
        """The key under which the store keeps the results."""
        return str(self.describe()["fingerprint"])

    def make(self, image: Image.Image) -> tuple[Picture, tuple[bytes, ...]]:
        """Measure an upright picture, and make its thumbnails: the bytes of the large one, then the small."""
        thumbnail = to_thumbnail(image, self.size, quality=THUMBNAIL_QUALITY)
        contents = (thumbnail.webp, thumbnail.small)
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

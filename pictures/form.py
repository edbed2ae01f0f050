"""Turns a picture into an extractor's input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pictures.box import WHOLE, Box
from pictures.limits import BUILD, PictureLimits

# A server whose photos are decoded in another process needs neither of these two imports.
if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@dataclass(frozen=True)
class Form:
    """What a recipe says about its extractor's input. The fields have the recipe's names."""

    decoding: str
    input_size: int
    resize: str
    interpolation: str

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Form:
        """The form of a recipe given as a mapping. Raises `KeyError` if a field is missing."""
        return cls(**{field.name: recipe[field.name] for field in fields(cls)})

    def make(self, picture: Image.Image) -> np.ndarray:
        """Turn a decoded picture into the input, (input_size, input_size, 3) uint8."""
        return to_input(picture, self.input_size, resize=self.resize, interpolation=self.interpolation)

    def square(self, data: bytes, *, limits: PictureLimits = BUILD, box: Box = WHOLE) -> Image.Image:
        """Turn a file's bytes into the input, as a picture. Raises `PictureError` as `decode` does."""
        return self.squared(self.decoded(data, limits=limits, box=box))

    def decoded(self, data: bytes, *, limits: PictureLimits = BUILD, box: Box = WHOLE) -> Image.Image:
        """Decode the part of a file's picture that is compared. Raises `PictureError` as `decode` does."""
        from pictures.decoding import decode

        return decode(data, self.decoding, limits=limits, box=box, widened=self.resize == "crop")

    def squared(self, picture: Image.Image) -> Image.Image:
        """Turn a decoded picture into the input, as a picture."""
        return to_square(picture, self.input_size, resize=self.resize, interpolation=self.interpolation)

    def read(self, data: bytes, *, limits: PictureLimits = BUILD, box: Box = WHOLE) -> np.ndarray:
        """Turn a file's bytes into the input, as an array. Raises `PictureError` as `decode` does."""
        import numpy as np

        return np.asarray(self.square(data, limits=limits, box=box))


def to_input(image: Image.Image, size: int, *, resize: str, interpolation: str) -> np.ndarray:
    """An extractor's input, (size, size, 3), uint8: `to_square` as an array."""
    import numpy as np

    return np.asarray(to_square(image, size, resize=resize, interpolation=interpolation))


def to_square(image: Image.Image, size: int, *, resize: str, interpolation: str) -> Image.Image:
    """An extractor's input as a picture of that size.

    `resize` is `crop` (the centred square of the short side), `letterbox` (the whole picture on a white
    square) or `squash` (the whole picture, distorted); `interpolation` names one of Pillow's filters.
    """
    from PIL import Image, ImageOps

    square, method = (size, size), Image.Resampling[interpolation.upper()]
    if resize == "crop":
        return ImageOps.fit(image, square, method)
    if resize == "letterbox":
        return ImageOps.pad(image, square, method, color="white")
    if resize == "squash":
        return image.resize(square, method)
    raise ValueError(f"Expected resize to be crop, letterbox or squash. Received: {resize!r}.")

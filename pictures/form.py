"""How a picture becomes an extractor's input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from pictures.box import WHOLE, Box
from pictures.decoding import decode
from pictures.limits import BUILD, PictureLimits


@dataclass(frozen=True)
class Form:
    """What a recipe says of its extractor's input: fields of the same names as the recipe's."""

    decoding: str
    input_size: int
    resize: str
    interpolation: str

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Form:
        """That of a recipe as a mapping has it. Raises `KeyError` where a field is missing."""
        return cls(**{field.name: recipe[field.name] for field in fields(cls)})

    def make(self, picture: Image.Image) -> np.ndarray:
        """The input, (input_size, input_size, 3), uint8, that a decoded picture becomes."""
        return to_input(picture, self.input_size, resize=self.resize, interpolation=self.interpolation)

    def read(self, data: bytes, *, limits: PictureLimits = BUILD, box: Box = WHOLE) -> np.ndarray:
        """The input that a file's bytes become. Raises `pictures.decoding.PictureError` as `decode` does."""
        widened = self.resize == "crop"
        return self.make(decode(data, self.decoding, limits=limits, box=box, widened=widened))


def to_input(image: Image.Image, size: int, *, resize: str, interpolation: str) -> np.ndarray:
    """An extractor's input, (size, size, 3), uint8.

    `resize` is `crop` (the centred square of the short side), `letterbox` (the whole picture on a white
    square) or `squash` (the whole picture, distorted); `interpolation` names one of Pillow's filters.
    """
    square, method = (size, size), Image.Resampling[interpolation.upper()]
    if resize == "crop":
        resized = ImageOps.fit(image, square, method)
    elif resize == "letterbox":
        resized = ImageOps.pad(image, square, method, color="white")
    elif resize == "squash":
        resized = image.resize(square, method)
    else:
        raise ValueError(f"Expected resize to be crop, letterbox or squash. Received: {resize!r}.")
    return np.asarray(resized)

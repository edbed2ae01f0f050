"""The part of a picture that is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SMALLEST = 0.02
"""The least width and height of a box, as a share of the picture's."""

_NUMBER = r"([01](?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
_BOX = re.compile(",".join([_NUMBER] * 4))
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Box:
    """A part of an upright picture, each number a share of its width or height, from its left and its top."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> Box:
        """The box that `text` writes as "x,y,width,height", the whole picture where it is empty.

        Raises `ValueError`, with what is expected, where it writes none inside of the picture.
        """
        if not text:
            return WHOLE
        written = _BOX.fullmatch(text)
        if written:
            x, y, width, height = map(float, written.groups())
            inside = x + width <= 1 + _ROUNDING and y + height <= 1 + _ROUNDING
            if inside and min(width, height) >= SMALLEST:
                return cls(x, y, width, height)
        raise ValueError(
            "x,y,width,height as shares of the picture from 0 to 1, inside of it and at least "
            f"{SMALLEST} wide and high, for example 0.1,0.2,0.5,0.6"
        )

    def cut(self, picture: Image.Image, *, widened: bool = False) -> Image.Image:
        """What is inside of the box, whole pixels and at least one; the picture itself where that is all.

        `widened` takes the square of its longer side around it, or as much of that as the picture has: where
        an extractor's input is the middle of a picture, the ends of what was meant would be cut off.
        """
        if self == WHOLE:
            return picture
        width, height = self.width * picture.width, self.height * picture.height
        if widened:
            width, height = (min(max(width, height), side) for side in picture.size)
        left, right = _span((self.x + self.width / 2) * picture.width, width, picture.width)
        top, bottom = _span((self.y + self.height / 2) * picture.height, height, picture.height)
        return picture.crop((left, top, right, bottom))


def _span(middle: float, length: float, most: int) -> tuple[int, int]:
    """Where a span of that middle and length begins and ends in whole pixels, moved to lie within `most`."""
    begin = min(max(middle - length / 2, 0), most - length)
    first = min(round(begin), most - 1)
    return first, min(max(round(begin + length), first + 1), most)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)

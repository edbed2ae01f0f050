"""A box that selects a part of a picture."""

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
        """Parse "x,y,width,height"; empty text means the whole picture.

        Raises `ValueError`, saying what is expected, if it is not a box inside the picture.
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
            "x,y,width,height as fractions of the picture from 0 to 1, inside it and at least "
            f"{SMALLEST} wide and high, for example 0.1,0.2,0.5,0.6"
        )

    def cut(self, picture: Image.Image, *, widened: bool = False) -> Image.Image:
        """Cut out the box in whole pixels, at least one; the picture itself if the box covers it all.

        `widened` extends the box to a square of its longer side, as far as the picture goes. Otherwise a
        recipe that crops to the centre would cut off the ends of a long box.
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
    """The start and end, in whole pixels, of a span with this middle and length, shifted to fit in `most`."""
    begin = min(max(middle - length / 2, 0), most - length)
    first = min(round(begin), most - 1)
    return first, min(max(round(begin + length), first + 1), most)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)

"""The arguments of a photo search: filters, and the product whose picture is the photo, if any."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from dashapp.addresses import PHOTO, Arguments, GalleryQuery, href_of, positive_number, with_arguments

_DECIMALS = 4
_SMALLEST = 0.02
"""The smallest width and height of a box, as a share of the picture's."""


@dataclass(frozen=True)
class PhotoQuery(GalleryQuery):
    """Which of the closest products are wanted, and what they should be close to.

    `product` is the id of the product whose picture is the photo. `box` is the region of it to search with,
    as `x,y,width,height` in fractions of the picture, empty for all. `shown` is how many products are shown,
    None for the recipe's default.
    """

    product: str = ""
    box: str = ""
    shown: int | None = None

    path: ClassVar[str] = PHOTO

    @classmethod
    def from_arguments(cls, arguments: Arguments) -> PhotoQuery:
        """See `GalleryQuery`."""
        asked = GalleryQuery.from_arguments(arguments)
        product = arguments.get("product", "")
        return cls(
            query=asked.query,
            unfolded=asked.unfolded,
            product=product,
            box=_box(arguments.get("box", "")) if product else "",
            shown=positive_number(arguments.get("n", "")),
        )

    def arguments(self) -> dict[str, str | tuple[str, ...]]:
        """See `GalleryQuery`."""
        about = {"product": self.product, "box": self.box}
        return {**about, **super().arguments(), "n": str(self.shown or "")}

    @property
    def search(self) -> str:
        """The arguments as the address has them, from the question mark on."""
        return with_arguments("", **self.arguments())


def photo_href(product_id: str = "") -> str:
    """The address of the search by photo, optionally with a product's picture as the photo."""
    return href_of(PHOTO, product=product_id)


def _box(text: str) -> str:
    """Parse a box and clip it to the picture; empty if it is invalid or the whole picture."""
    try:
        numbers = [float(part) for part in text[:80].split(",")]
    except ValueError:
        return ""
    if len(numbers) != 4 or not all(map(isfinite, numbers)):
        return ""
    left, top = (min(max(number, 0.0), 1.0) for number in numbers[:2])
    width = min(numbers[2], 1 - left)
    height = min(numbers[3], 1 - top)
    if width < _SMALLEST or height < _SMALLEST or (width == 1 and height == 1):
        return ""
    return ",".join(f"{round(number, _DECIMALS):g}" for number in (left, top, width, height))

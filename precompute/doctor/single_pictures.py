"""What is wrong with single pictures: too small, blurred, mostly empty, turned twice."""

from __future__ import annotations

from collections.abc import Iterator

from precompute.doctor.case import Case
from precompute.doctor.findings import Finding
from precompute.store import Measures

SMALL = 250
"""Pixels of the longer side below which a picture is too small: Google Merchant takes no smaller apparel."""

BLURRED = 0.62
"""The sharpness below which a picture may be blurred; `benchmarks/doctor.py` has what that finds."""

PLAIN_FRAME = 0.95
"""The part of a picture's edge that must have one colour for the product's size to be told."""

SPAN = 0.4
"""The part of a picture's side that the product takes, below which the picture is mostly empty."""

BLANK = 0.995
"""The part of a picture that has one colour from which on it shows nothing."""


def is_blank(measures: Measures) -> bool:
    """Whether a picture has but one colour."""
    return measures.ground >= BLANK and measures.span == 0


def check_pictures(case: Case) -> Iterator[Finding]:
    """Findings about single pictures, one for each distinct one; `weight` is from 0 to 1."""
    for image_id, products in case.by_image.items():
        measures = case.measures[image_id]
        found = {
            "small-picture": _small(measures),
            "blurred-picture": _blurred(measures),
            "empty-picture": _empty(measures),
            "turned-twice": _turned_twice(measures),
            "relies-on-exif": _relies_on_exif(measures),
        }
        for kind, (text, weight) in ((kind, value) for kind, value in found.items() if value is not None):
            ids = tuple(product.id for product in products)
            files = tuple(dict.fromkeys(file for each in ids for file in case.files_of(each, image_id)))
            yield Finding(kind, text, ids, files, image=image_id, weight=weight)


def _small(measures: Measures) -> tuple[str, float] | None:
    longer = max(measures.width, measures.height)
    if longer >= SMALL:
        return None
    text = f"{measures.width} × {measures.height} pixels, where {SMALL} on the longer side are the least."
    return text, 1 - longer / SMALL


def _blurred(measures: Measures) -> tuple[str, float] | None:
    # What is too small is found as such, and nothing more can be seen of it.
    if measures.sharpness is None or measures.sharpness >= BLURRED or _small(measures):
        return None
    text = f"Its edges are soft: sharpness {measures.sharpness:.2f}, where sharp pictures have 0.8 or more."
    return text, 1 - measures.sharpness / BLURRED


def _empty(measures: Measures) -> tuple[str, float] | None:
    if measures.frame < PLAIN_FRAME or not 0 < measures.span < SPAN:
        return None
    text = f"What it shows takes {measures.span:.0%} of its side, and the rest is plain."
    return text, 1 - measures.span / SPAN


def _turned_twice(measures: Measures) -> tuple[str, float] | None:
    if not _swapped(measures):
        return None
    return "Its pixels were turned after it was taken, yet its EXIF note asks to turn them once more.", 0.0


def _relies_on_exif(measures: Measures) -> tuple[str, float] | None:
    if measures.orientation in (1, 2) or _swapped(measures):
        return None
    lies = "upside down" if measures.orientation in (3, 4) else "on its side"
    return f"It is stored {lies}, with an EXIF note that asks to turn it.", 0.0


def _swapped(measures: Measures) -> bool:
    """Whether what EXIF asks to turn by 90° has been: it notes the sides as the camera took them."""
    if measures.orientation < 5:
        return False
    # As it is shown its sides are those of the file, swapped.
    shown, noted = (measures.width, measures.height), (measures.noted_width, measures.noted_height)
    return noted == shown and noted[0] != noted[1]

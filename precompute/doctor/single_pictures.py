"""Finds problems of single pictures: too small, blurred, mostly empty, turned twice."""

from __future__ import annotations

from collections.abc import Iterator

from precompute.doctor.case import Case
from precompute.doctor.findings import Finding
from precompute.store import Measures

SMALL = 250
"""The least longer side in pixels. Google Merchant accepts no smaller pictures of clothes."""

BLURRED = 0.62
"""Below this sharpness, a picture may be blurred. `benchmarks/doctor.py` measures what that finds."""

PLAIN_FRAME = 0.95
"""The product's size can only be measured if this part of the picture's edge has one colour."""

SPAN = 0.4
"""A picture is mostly empty if the product covers less than this part of its side."""

BLANK = 0.995
"""A picture shows nothing if at least this part of it has one colour."""


def is_blank(measures: Measures) -> bool:
    """Whether a picture has only one colour."""
    return measures.ground >= BLANK and measures.span == 0


def check_pictures(case: Case) -> Iterator[Finding]:
    """Findings about single pictures, once for each distinct one. `weight` is from 0 to 1."""
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
    text = f"It has {measures.width} × {measures.height} pixels; the longer side needs at least {SMALL}."
    return text, 1 - longer / SMALL


def _blurred(measures: Measures) -> tuple[str, float] | None:
    # A picture that is too small is reported as such. Nothing more can be said about it.
    if measures.sharpness is None or measures.sharpness >= BLURRED or _small(measures):
        return None
    text = f"Its edges are soft: its sharpness is {measures.sharpness:.2f}; sharp pictures have at least 0.8."
    return text, 1 - measures.sharpness / BLURRED


def _empty(measures: Measures) -> tuple[str, float] | None:
    if measures.frame < PLAIN_FRAME or not 0 < measures.span < SPAN:
        return None
    text = f"The product takes {measures.span:.0%} of its side; the rest is plain."
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
    """Whether the pixels were already turned by the 90° that EXIF asks for.

    EXIF records the width and height of the original photo.
    """
    if measures.orientation < 5:
        return False
    # The width and height as shown are those of the file, swapped.
    shown, noted = (measures.width, measures.height), (measures.noted_width, measures.noted_height)
    return noted == shown and noted[0] != noted[1]

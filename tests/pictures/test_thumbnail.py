"""Thumbnails of a picture."""

from __future__ import annotations

import io

from PIL import Image

from pictures.thumbnail import to_thumbnail
from tests.drawn_pictures import picture


def test_a_thumbnail_keeps_the_shape_and_never_grows() -> None:
    thumbnail = to_thumbnail(picture(6, width=800, height=200), 400, quality=80)
    assert (thumbnail.width, thumbnail.height) == (400, 100)
    assert Image.open(io.BytesIO(thumbnail.webp)).size == (400, 100)
    assert to_thumbnail(picture(6), 400, quality=80).width == picture(6).width


def test_the_small_thumbnail_has_half_of_each_side_rounded_up() -> None:
    thumbnail = to_thumbnail(picture(6, width=801, height=203), 401, quality=80)
    assert (thumbnail.width, thumbnail.height) == (401, 102)
    assert Image.open(io.BytesIO(thumbnail.small)).size == (201, 51)
    assert Image.open(io.BytesIO(to_thumbnail(picture(6, width=1, height=1), 64, quality=80).small)).size == (
        1,
        1,
    )

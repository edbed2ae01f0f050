"""What is measured of a picture: its size, how sharp it is, and how much of it shows something."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from pictures.decoding import decode
from precompute.doctor.measuring import measure, sharpness
from precompute.doctor.single_pictures import BLURRED
from precompute.store import Measures, MeasureStore
from tests.drawn_pictures import encoded
from tests.precompute.doctor.conftest import photo


def measured(image: Image.Image, format_name: str = "PNG", **options: object) -> Measures:
    data = encoded(image, format_name, **options)
    return measure(data, decode(data))


def exif(orientation: int, width: int = 0, height: int = 0) -> bytes:
    found = Image.Exif()
    found[ExifTags.Base.Orientation] = orientation
    if width:
        inner = found.get_ifd(ExifTags.IFD.Exif)
        inner[ExifTags.Base.ExifImageWidth], inner[ExifTags.Base.ExifImageHeight] = width, height
    return found.tobytes()


def test_the_size_is_that_of_the_file_as_it_is_shown() -> None:
    large = measured(photo(1).resize((3000, 2000)), "JPEG")
    assert (large.width, large.height, large.orientation) == (3000, 2000, 1)
    turned = measured(photo(1).resize((300, 200)), "JPEG", exif=exif(6, 300, 200))
    assert (turned.width, turned.height, turned.orientation) == (200, 300, 6)
    assert (turned.noted_width, turned.noted_height) == (300, 200)


@pytest.mark.parametrize("note", [b"Exif\0\0garbage", exif(0), exif(77), b""])
def test_a_note_that_makes_no_sense_says_nothing(note: bytes) -> None:
    found = measured(photo(1).resize((300, 200)), "JPEG", exif=note)
    assert (found.width, found.height, found.orientation) == (300, 200, 1)


def test_blur_takes_sharpness_away() -> None:
    image = photo(2, size=400)
    sharp, *blurred = (
        measured(image.filter(ImageFilter.GaussianBlur(sigma))).sharpness for sigma in (0, 1.5, 2, 3, 4)
    )
    assert sharp > 1 and max(blurred) < BLURRED


def test_sharpness_knows_neither_contrast_nor_size_nor_margins() -> None:
    image = photo(3, size=400)
    sharp = measured(image).sharpness
    assert sharp > 0.9
    assert measured(ImageEnhance.Contrast(image).enhance(0.4)).sharpness == pytest.approx(sharp, rel=0.15)
    assert measured(ImageOps.expand(image, 300, "white")).sharpness > 0.8
    # 1,600 pixels are looked at as 512, so blur that nobody sees at that size is none.
    assert measured(image.resize((1600, 1600), Image.Resampling.LANCZOS)).sharpness > 0.7


def test_what_has_no_edges_is_neither_sharp_nor_blurred() -> None:
    assert measured(Image.new("RGB", (300, 300), "#777")).sharpness is None
    assert measured(Image.new("RGB", (1, 1))).sharpness is None
    slope = Image.fromarray(np.tile(np.linspace(0, 200, 400).astype(np.uint8), (400, 1))).convert("RGB")
    assert sharpness(slope) is None


@pytest.mark.parametrize("share", [0.1, 0.2, 0.35])
def test_the_span_is_the_side_of_what_stands_on_a_plain_ground(share: float) -> None:
    canvas = Image.new("RGB", (800, 800), "white")
    side = round(800 * share)
    canvas.paste(photo(4).resize((side, side)), (400, 90))
    found = measured(canvas, "JPEG", quality=70)
    assert found.frame == 1
    assert found.span == pytest.approx(share, abs=0.03)


def test_something_long_and_thin_spans_the_picture() -> None:
    canvas = Image.new("RGB", (600, 600), "white")
    ImageDraw.Draw(canvas).line((20, 300, 580, 300), fill="black", width=12)
    assert measured(canvas).span > 0.9


def test_a_card_has_a_ground_and_an_ink() -> None:
    card = Image.new("RGB", (400, 400), "#eee")
    ImageDraw.Draw(card).rectangle((150, 150, 250, 200), fill="#999")
    found = measured(card)
    assert found.ground > 0.93 and found.ink > 0.9
    blank = measured(Image.new("RGB", (400, 400), "#123456"))
    assert (blank.ground, blank.ink, blank.span) == (1, 1, 0)
    assert measured(photo(5)).ground < 0.2


def test_what_was_measured_is_kept(tmp_path) -> None:
    store = MeasureStore(tmp_path / "measures")
    first, second = measured(photo(6)), measured(Image.new("RGB", (9, 9)))
    store.add("a", first)
    store.commit()
    store.add("b", second)
    assert "b" in store and "c" not in store
    again = MeasureStore(tmp_path / "measures")
    assert again["a"] == first and "b" not in again
    store.commit()
    assert MeasureStore(tmp_path / "measures")["b"] == second
    part = next((tmp_path / "measures").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-9] + io.BytesIO(b"\0" * 9).read())
    assert len([one for one in "ab" if one in MeasureStore(tmp_path / "measures")]) == 1

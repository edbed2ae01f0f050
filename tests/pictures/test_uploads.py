"""What anyone may send: fewer formats, less memory, one picture, and the part of it that is meant."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pictures.box import WHOLE, Box
from pictures.decoding import decode
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import BUILD, UPLOAD
from tests.drawn_pictures import BROKEN, encoded, picture


def upload(data: bytes, **options: object) -> Image.Image:
    return decode(data, limits=UPLOAD, **options)


@pytest.mark.parametrize("format_name", UPLOAD.formats)
def test_what_is_accepted_is_what_a_build_reads(format_name: str) -> None:
    data = encoded(picture(3), format_name)
    assert upload(data).tobytes() == decode(data).tobytes()


@pytest.mark.parametrize(
    "format_name", [*sorted(set(BUILD.formats) - set(UPLOAD.formats)), "PPM", "PDF", "ICO"]
)
def test_other_formats_are_no_pictures(format_name: str) -> None:
    with pytest.raises(NoPictureError, match="JPEG, PNG, WEBP, GIF, AVIF"):
        upload(encoded(picture(3), format_name))


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused(name: str) -> None:
    with pytest.raises(PictureError):
        upload(BROKEN[name][0]())


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "AVIF"])
def test_animations_are_refused_and_single_pictures_are_not(format_name: str) -> None:
    frames = [picture(seed) for seed in range(3)]
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="an animation"):
        upload(data)
    assert decode(data).size == frames[0].size
    assert upload(encoded(frames[0], format_name, save_all=True)).size == frames[0].size


def test_a_phone_s_jpeg_with_a_second_view_is_no_animation() -> None:
    data = encoded(picture(1), "MPO", save_all=True, append_images=[picture(2)])
    assert np.abs(np.asarray(upload(data)).astype(int) - np.asarray(picture(1))).mean() < 6


@pytest.mark.parametrize("trailer", [b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(100)])
def test_what_follows_a_picture_is_passed_over(trailer: bytes) -> None:
    data = encoded(picture(1), "JPEG")
    assert upload(data + trailer).tobytes() == upload(data).tobytes()


def test_a_picture_inside_of_something_else_is_none() -> None:
    with pytest.raises(NoPictureError):
        upload(b"%PDF-1.7\n" + encoded(picture(1), "JPEG"))


LARGE = Image.new("RGB", (6000, 4500), "white")


@pytest.mark.parametrize(
    ("name", "options", "megabytes"),
    [
        ("PNG", {}, 243),
        ("GIF", {}, 243),
        ("WEBP", {"lossless": True, "method": 0}, 459),
        ("JPEG", {"progressive": True, "subsampling": 0}, 166),
    ],
)
def test_what_takes_too_much_memory_is_refused(name: str, options: dict, megabytes: int) -> None:
    words = f"6000 × 4500 pixels, which take {megabytes} MB to decode from {name}, more than the limit of 120"
    with pytest.raises(PictureError, match=words):
        upload(encoded(LARGE, name, **options))
    assert decode(encoded(Image.new("RGB", (600, 450)), name, **options)).size == (600, 450)


def test_what_is_decoded_at_a_part_of_its_size_takes_little_memory() -> None:
    assert min(upload(encoded(LARGE, "JPEG")).size) < 1200, "it is decoded at a quarter"
    assert min(upload(encoded(LARGE, "JPEG", progressive=True)).size) < 1200


def test_a_box_is_that_part_of_the_upright_picture() -> None:
    image = Image.new("RGB", (100, 60), "blue")
    image.paste("red", (50, 30, 100, 60))
    box = Box.parse("0.5,0.5,0.5,0.5")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(image.transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)
    for data in (encoded(image), turned):
        for decoding in ("upright", "plain"):
            part = upload(data, decoding=decoding, box=box)
            assert part.size == (50, 30)
            assert part.getcolors() == [(1500, (255, 0, 0))]


@pytest.mark.parametrize(
    ("text", "left_top_size"),
    [
        ("0.4,0.1,0.2,0.5", (50, 20, 100)),  # 40 × 100 pixels of 200 × 200
        ("0,0.4,0.5,0.2", (0, 50, 100)),
        ("0.9,0,0.1,1", (0, 0, 200)),
    ],
)
def test_a_box_can_be_widened_to_a_square_around_it(text: str, left_top_size: tuple[int, int, int]) -> None:
    rows, columns = np.mgrid[0:200, 0:200].astype(np.uint8)
    image = Image.fromarray(np.stack([rows, columns, rows], axis=-1))
    left, top, size = left_top_size
    part = Box.parse(text).cut(image, widened=True)
    assert part.size == (size, size)
    assert part.getpixel((0, 0))[:2] == (top, left)


def test_a_part_of_a_large_jpeg_keeps_its_detail() -> None:
    data = encoded(picture(5, width=2800, height=2700), "JPEG")
    part = upload(data, box=Box(0.4, 0.4, 0.2, 0.2))
    assert min(part.size) >= 512


@pytest.mark.parametrize("text", ["0,0,1,1", "", "0.25,.5,0.3,0.02", "0.7,0,0.3,1"])
def test_boxes_are_read(text: str) -> None:
    box = Box.parse(text)
    assert (box == WHOLE) == (text in ("", "0,0,1,1"))
    assert box.cut(picture(1)).size >= (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "0,0,1",
        "0,0,1,1,1",
        "a,b,c,d",
        "0,0,0,0",
        "0.5,0,0.6,1",
        "-0.1,0,1,1",
        "0,0,1,0.01",
        "nan,0,1,1",
        "1e0,0,1,1",
    ],
)
def test_what_is_no_box_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="x,y,width,height"):
        Box.parse(text)


def test_a_form_makes_what_a_build_makes() -> None:
    form = Form.of(
        {"decoding": "upright", "input_size": 32, "resize": "crop", "interpolation": "bicubic", "x": 1}
    )
    data = encoded(picture(2), "WEBP")
    made = form.read(data, limits=UPLOAD)
    assert made.shape == (32, 32, 3) and made.dtype == np.uint8
    assert (made == form.make(decode(data))).all()
    with pytest.raises(KeyError):
        Form.of({"decoding": "upright"})


def test_transparency_is_the_same_strip_by_strip() -> None:
    draw = np.random.default_rng(0).integers(0, 256, (700, 30, 4), np.uint8)
    image = Image.fromarray(draw)
    whole = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert decode(buffer.getvalue()).tobytes() == whole.tobytes()

"""Pictures in every form come out as the pixels that a person sees, and broken ones with a reason."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pictures.decoding import decode
from pictures.errors import PictureError
from pictures.form import to_input
from pictures.limits import BUILD, MINIMUM_DECODED_SIDE, UPLOAD
from tests.drawn_pictures import BROKEN, GOOD_FORMATS, encoded, picture

RED, WHITE = (255, 0, 0), (255, 255, 255)


def crop(image: Image.Image) -> np.ndarray:
    return to_input(image, 224, resize="crop", interpolation="bicubic")


@pytest.mark.parametrize("format_name", sorted(set(GOOD_FORMATS.values())))
def test_every_format_is_read(format_name: str) -> None:
    image = picture(3)
    decoded = decode(encoded(image, format_name))
    assert (decoded.mode, decoded.size) == ("RGB", image.size)
    difference = np.abs(np.asarray(decoded).astype(int) - np.asarray(image))
    assert difference.mean() < 6


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_give_their_reason(name: str) -> None:
    content, words = BROKEN[name]
    with pytest.raises(PictureError) as caught:
        decode(content())
    assert words in str(caught.value)


def test_a_format_that_is_not_on_the_list_is_refused_whatever_its_name() -> None:
    with pytest.raises(PictureError, match="not a picture in a supported format"):
        decode(encoded(picture(1), "PPM"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(orientation: int) -> None:
    image = picture(4)
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = image.transpose(turned[orientation]) if orientation in turned else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(encoded(stored, "JPEG", exif=exif, quality=100, subsampling=0))
    assert decoded.size == image.size
    assert np.abs(np.asarray(decoded).astype(int) - np.asarray(image)).mean() < 3


@pytest.mark.parametrize(
    ("mode", "format_name"), [("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "GIF"), ("RGBA", "TIFF")]
)
def test_transparency_is_composited_on_white(mode: str, format_name: str) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    decoded = decode(encoded(image.convert(mode), format_name))
    assert decoded.getpixel((5, 5)) == (0, 0, 0)
    assert decoded.getpixel((15, 5)) == WHITE


def test_half_transparent_red_becomes_pink() -> None:
    decoded = decode(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128))))
    assert np.allclose(decoded.getpixel((0, 0)), (255, 127, 127), atol=1)


def test_a_transparent_colour_of_a_png_in_rgb_is_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), RED).save(buffer, "PNG", transparency=RED)
    assert decode(buffer.getvalue()).getpixel((0, 0)) == WHITE


def test_16_bit_grey_keeps_its_shades() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).repeat(4).reshape(256, 4)
    decoded = np.asarray(decode(encoded(Image.fromarray(ramp))))[:, 0, 0].astype(int)
    assert np.abs(decoded - np.arange(256)).max() <= 1


def test_a_palette_png_keeps_its_colours() -> None:
    image = Image.new("RGB", (8, 8), RED).quantize(4)
    assert decode(encoded(image)).getpixel((0, 0)) == RED


def test_a_cmyk_jpeg_keeps_its_colours() -> None:
    image = Image.new("RGB", (32, 32), (200, 40, 90))
    decoded = decode(encoded(image.convert("CMYK"), "JPEG", quality=100))
    assert np.allclose(decoded.getpixel((16, 16)), (200, 40, 90), atol=6)


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data).getpixel((0, 0)) == RED


@pytest.mark.slow
def test_a_large_jpeg_is_decoded_smaller_but_never_below_the_limit() -> None:
    data = encoded(picture(5, width=4200, height=2400), "JPEG")
    decoded = decode(data)
    assert MINIMUM_DECODED_SIDE <= min(decoded.size) < 2400
    full = Image.open(io.BytesIO(data)).convert("RGB")
    assert np.abs(crop(decoded).astype(int) - crop(full)).mean() < 1


def test_the_three_ways_to_a_square() -> None:
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste(RED, (100, 0, 200, 100))
    cropped, boxed, squashed = (
        to_input(wide, 60, resize=resize, interpolation="bilinear")
        for resize in ("crop", "letterbox", "squash")
    )
    assert cropped.shape == boxed.shape == squashed.shape == (60, 60, 3)
    assert cropped.dtype == np.uint8
    assert (cropped[:, 2:-2] == RED).all(), "the centred square, undistorted"
    assert (boxed[:18] == WHITE).all() and (boxed[-18:] == WHITE).all(), "the whole picture on white"
    assert (boxed[25:35, 25:35] == RED).all() and (boxed[25:35, :15] == (0, 0, 255)).all()
    assert (squashed[:, 25:35] == RED).all() and (squashed[:, :15] == (0, 0, 255)).all(), "distorted"
    with pytest.raises(ValueError, match="crop, letterbox or squash"):
        to_input(wide, 60, resize="stretch", interpolation="bicubic")


def test_a_picture_of_one_pixel_is_enough() -> None:
    assert (crop(Image.new("RGB", (1, 1), RED)) == RED).all()


@pytest.mark.parametrize("size", [(11648, 8736), (12000, 9000)])
def test_the_jpegs_of_cameras_with_over_a_hundred_million_pixels_are_read(size: tuple[int, int]) -> None:
    shape = Image.new("L", size, 220)
    shape.paste(40, (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    data = encoded(shape, "JPEG", quality=60)
    for limits in (BUILD, UPLOAD):
        found = decode(data, limits=limits)
        assert found.size == (-(-size[0] // 8), -(-size[1] // 8))
        assert [found.getpixel((x * found.width // 8, found.height * 3 // 8))[0] for x in (1, 3, 7)] == [
            pytest.approx(220, abs=2),
            pytest.approx(40, abs=2),
            pytest.approx(220, abs=2),
        ]


@pytest.mark.slow
def test_as_keras_reads_it_such_a_jpeg_takes_too_much() -> None:
    data = encoded(Image.new("L", (65000, 4000), 220), "JPEG", quality=30)
    with pytest.raises(PictureError, match="65000 × 4000 pixels, more than the limit of 250 million"):
        decode(data)
    data = encoded(Image.new("L", (11648, 8736), 220), "JPEG", quality=30)
    with pytest.raises(PictureError, match="which take 916 MB to decode from JPEG, more than the"):
        decode(data, "plain", limits=UPLOAD)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"II*\0", b"\x91" * 200, b"MM"], ids=["cut", "no EXIF", "begun"])
def test_damaged_exif_data_says_nothing_about_the_picture(format_name: str, exif: bytes) -> None:
    data = encoded(picture(1), format_name, exif=b"Exif\0\0" + exif)
    assert decode(data).tobytes() == decode(encoded(picture(1), format_name)).tobytes()

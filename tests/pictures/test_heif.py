"""The pictures of phones: HEIF whatever it is called, upright, in sRGB, and at a part of its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pictures.box import Box
from pictures.decoding import decode
from pictures.errors import PictureError
from pictures.heif import Heif, is_heif
from pictures.limits import BUILD, MINIMUM_DECODED_SIDE, UPLOAD
from pictures.opening import check_heif_memory, read_header
from tests.drawn_pictures import encoded, picture


def heic(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "HEIF", **{"quality": 95, "enc_params": {"preset": "ultrafast"}} | options)


def off(found: Image.Image, image: Image.Image) -> float:
    return float(np.abs(np.asarray(found).astype(int) - np.asarray(image)).mean())


def test_it_is_known_by_its_content_and_avif_is_something_else() -> None:
    data, avif = heic(picture(1)), encoded(picture(1), "AVIF")
    assert is_heif(data) and not is_heif(avif) and not is_heif(b"")
    # Some programs name the container first and what is in it after that.
    brands = data[:8] + b"mif1" + data[12:]
    assert is_heif(brands) and off(decode(brands), picture(1)) < 3
    header = read_header(data)
    assert (header.format, header.width, header.height) == ("HEIF", *picture(1).size)


@pytest.mark.parametrize("size", [(1300, 1100), (601, 2001), (1024, 1024), (700, 600), (1, 1)])
def test_a_large_one_is_decoded_smaller_as_a_jpeg_is(size: tuple[int, int]) -> None:
    width, height = size
    image = picture(5, width=width, height=height)
    jpeg, found = decode(encoded(image, "JPEG", quality=95)), decode(heic(image))
    assert found.size == jpeg.size
    assert min(found.size) >= min(MINIMUM_DECODED_SIDE, *size)
    assert off(found, jpeg) < 2


def test_strips_leave_no_seams() -> None:
    image = picture(6, width=1100, height=1200)
    data = heic(image)
    plain = decode(data, "plain")
    assert plain.size == image.size
    assert decode(data).tobytes() == plain.reduce(2).tobytes()


def test_it_is_turned_once() -> None:
    image = picture(4)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = heic(image.transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes())
    assert b"irot" in data, "the file says it twice, as phones' do"
    for found in (decode(data), decode(data, "plain")):
        assert found.size == image.size and off(found, image) < 3


def test_transparency_is_white_and_a_part_is_a_part() -> None:
    image = Image.new("RGBA", (80, 60), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 40, 60))
    found = decode(heic(image))
    assert max(found.getpixel((10, 30))) < 12 and min(found.getpixel((70, 30))) > 243
    half = decode(heic(image), box=Box(0.5, 0.0, 0.5, 1.0))
    assert half.size == (40, 60) and min(half.getpixel((30, 30))) > 243


def test_of_several_pictures_the_main_one_counts() -> None:
    data = heic(picture(1), save_all=True, append_images=[picture(2)], primary_index=1)
    assert off(decode(data), picture(2)) < 3
    assert decode(data, limits=UPLOAD).size == picture(2).size


def test_one_that_is_cut_off_or_too_large_is_refused_with_its_reason() -> None:
    data = heic(picture(1, width=600, height=600))
    for end in (len(data) // 2, 100, 40):
        with pytest.raises(PictureError):
            decode(data[:end])
    with pytest.raises(PictureError, match="600 × 600 pixels, more than the limit of 0 million"):
        decode(data, limits=replace(BUILD, reducible=100))


def test_a_phone_s_photo_of_24_million_pixels_may_be_sent_and_one_of_48_is_named() -> None:
    class Header(Heif):
        def __init__(self, *size: int) -> None:
            self.size = size

    check_heif_memory(Header(5712, 4284), 8, UPLOAD)
    with pytest.raises(PictureError, match="8064 × 6048 pixels, which take 226 MB to decode from HEIF"):
        check_heif_memory(Header(8064, 6048), 8, UPLOAD)

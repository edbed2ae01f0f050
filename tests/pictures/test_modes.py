"""What people's programs write: every mode, depth and ending comes out as drawn, or is named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from pictures.decoding import decode
from pictures.errors import PictureError
from pictures.opening import read_header
from tests.drawn_pictures import encoded

OTHER = Image.new("RGB", (160, 120), "green")


def drawn() -> Image.Image:
    rows, columns = np.mgrid[0:120, 0:160]
    smooth = np.stack([rows + 60, columns + 40, (rows + columns) // 2 + 30], axis=-1)
    return Image.fromarray(smooth.astype(np.uint8))


def lab(image: Image.Image) -> Image.Image:
    profiles = (ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
    return ImageCms.profileToProfile(image, *profiles, outputMode="LAB")


def frames(name: str) -> Callable[[], bytes]:
    return lambda: encoded(drawn(), name, save_all=True, append_images=[OTHER])


def same(image: Image.Image) -> Image.Image:
    return image


def grey(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


WRITTEN: dict[str, tuple[Callable[[], bytes], Callable[[Image.Image], Image.Image], float]] = {
    "RGB as PNG": (lambda: encoded(drawn()), same, 0),
    "CMYK as TIFF": (lambda: encoded(drawn().convert("CMYK"), "TIFF"), same, 1),
    "CMYK as JPEG": (lambda: encoded(drawn().convert("CMYK"), "JPEG", quality=95), same, 3),
    "L*a*b* as TIFF": (lambda: encoded(lab(drawn()), "TIFF"), same, 1),
    "YCbCr as TIFF": (lambda: encoded(drawn().convert("YCbCr"), "TIFF"), same, 2),
    "grey as JPEG": (lambda: encoded(drawn().convert("L"), "JPEG"), grey, 2),
    "grey and opaque as PNG": (lambda: encoded(drawn().convert("LA")), grey, 0),
    "black and white as TIFF": (
        lambda: encoded(drawn().convert("1"), "TIFF", compression="group4"),
        lambda image: image.convert("1").convert("RGB"),
        0,
    ),
    "palette as PNG": (lambda: encoded(drawn().quantize(256)), same, 8),
    "palette as GIF": (lambda: encoded(drawn().quantize(256), "GIF"), same, 8),
    "animated PNG": (frames("PNG"), same, 0),
    "animated WebP": (frames("WEBP"), same, 4),
    "animated AVIF": (frames("AVIF"), same, 4),
    "animated GIF": (frames("GIF"), same, 8),
    "several views": (frames("MPO"), same, 3),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_each_comes_out_as_drawn(kind: str) -> None:
    write, right, most = WRITTEN[kind]
    data = write()
    found, expected = np.asarray(decode(data)).astype(int), np.asarray(right(drawn()))
    assert found.shape == expected.shape
    assert np.abs(found - expected).mean() <= most
    assert read_header(data).format in ("PNG", "JPEG", "TIFF", "WEBP", "AVIF", "GIF")


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_grey_in_16_bits_may_use_fewer(bits: int, name: str) -> None:
    ramp = np.linspace(0, 2**bits - 1, 256).astype(np.uint16).repeat(4).reshape(256, 4)
    found = np.asarray(decode(encoded(Image.fromarray(ramp), name)))[:, 0, 0].astype(int)
    assert np.abs(found - np.arange(256)).max() <= 1


def test_black_stays_black_and_a_little_darkness_is_no_other_depth() -> None:
    for value, seen in ((0, 0), (20_000, 78), (40_000, 156)):
        flat = Image.fromarray(np.full((9, 9), value, np.uint16))
        assert decode(encoded(flat)).getpixel((4, 4)) == (seen, seen, seen)


@pytest.mark.parametrize("name", ["PPM", "ICO", "TGA", "JPEG2000", "PDF"])
def test_other_formats_are_named(name: str) -> None:
    with pytest.raises(PictureError, match="not a picture in a supported format"):
        decode(encoded(drawn(), name))

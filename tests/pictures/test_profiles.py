"""Colours by an embedded profile come out as sRGB, whatever the format; what is sRGB stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from pictures.decoding import decode
from tests.drawn_pictures import encoded, picture
from tests.icc import ADOBE_RGB, DISPLAY_P3, Space, grey_profile, grey_to_srgb


def colours() -> Image.Image:
    """Patches of colours that lie inside of sRGB in each of the spaces."""
    values = np.random.default_rng(1).integers(70, 190, (8, 8, 3), np.uint8)
    return Image.fromarray(values.repeat(8, axis=0).repeat(8, axis=1))


@pytest.mark.parametrize("space", [ADOBE_RGB, DISPLAY_P3], ids=["Adobe RGB", "Display P3"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("WEBP", {"lossless": True}),
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
        ("HEIF", {"quality": 100, "chroma": 444}),
    ],
)
def test_a_profile_decides_the_colours(space: Space, name: str, options: dict) -> None:
    image = colours()
    right = space.to_srgb(np.asarray(image))
    found = np.asarray(decode(encoded(image, name, icc_profile=space.profile(), **options)))
    off = np.abs(found - right)
    # What loses something does so at the edges of the patches.
    assert off.mean() < 2 if name in ("JPEG", "AVIF", "HEIF") else off.max() <= 2
    assert np.abs(np.asarray(image) - right).mean() > 5, "it would be seen if the profile were ignored"


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_transparent_pictures_and_those_with_a_palette_are_converted(mode: str) -> None:
    image = colours().quantize(256).convert("RGB")
    right = ADOBE_RGB.to_srgb(np.asarray(image))
    given = image.quantize(256) if mode == "P" else image.convert(mode)
    if mode == "RGBA":
        given.putpixel((0, 0), (*image.getpixel((0, 0)), 0))
        right[0, 0] = 255
    found = np.asarray(decode(encoded(given, icc_profile=ADOBE_RGB.profile())))
    assert np.abs(found - right).max() <= 2


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_has_profiles_too(mode: str) -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(4).reshape(256, 4)
    data = encoded(Image.fromarray(ramp).convert(mode), icc_profile=grey_profile(1.8))
    found = np.asarray(decode(data))[..., 1]
    assert np.abs(found - grey_to_srgb(ramp, 1.8)).max() <= 2


def test_what_is_srgb_stays_bit_for_bit_as_it_is() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("PNG", "JPEG", "WEBP"):
        plain, tagged = (decode(encoded(colours(), name, **more)) for more in ({}, {"icc_profile": profile}))
        assert plain.tobytes() == tagged.tobytes()


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile at all",
        ADOBE_RGB.profile()[:200],
        ADOBE_RGB.profile().replace(b"RGB ", b"XXXX"),
        ADOBE_RGB.profile().replace(b"RGB ", b"CMYK"),
        grey_profile(1.8),
        ADOBE_RGB.profile()[:132] + bytes(5_000_000),
    ],
    ids=["text", "cut off", "of no colours", "of other colours", "of grey", "huge"],
)
def test_a_profile_that_cannot_be_used_is_ignored(profile: bytes) -> None:
    for mode in ("RGB", "RGBA", "P", "L"):
        image = colours().convert(mode) if mode != "P" else colours().quantize(256)
        if mode == "L" and profile == grey_profile(1.8):
            continue
        name = "TIFF" if mode == "RGB" else "PNG" if len(profile) < 10**6 else "WEBP"
        options = {"lossless": True} if name == "WEBP" else {}
        image = image.convert("RGB") if name == "WEBP" else image
        without = decode(encoded(image, name, **options))
        assert decode(encoded(image, name, icc_profile=profile, **options)).tobytes() == without.tobytes()


def test_as_keras_reads_it_there_is_no_profile() -> None:
    data = encoded(colours(), icc_profile=ADOBE_RGB.profile())
    assert decode(data, "plain").tobytes() == colours().tobytes()


def test_a_turned_and_cut_picture_is_converted_as_the_whole_one(tmp_path) -> None:
    from pictures.box import Box

    exif = Image.Exif()
    exif[0x0112] = 6
    image = picture(3, width=64, height=64)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    whole = decode(encoded(image, icc_profile=DISPLAY_P3.profile()))
    data = encoded(turned, icc_profile=DISPLAY_P3.profile(), exif=exif)
    assert decode(data).tobytes() == whole.tobytes()
    box = Box(0.25, 0.5, 0.5, 0.5)
    assert decode(data, box=box).tobytes() == box.cut(whole).tobytes()

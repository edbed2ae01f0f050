"""Converts a picture to sRGB by its own ICC profile."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import chain, product

from PIL import Image, ImageChops, ImageCms

_LARGEST = 4_000_000
"""The largest profile in bytes. Profiles of printing presses have up to 3 MB."""

_SAME = 2
"""A profile that changes no colour by more than this, out of 255, counts as sRGB and is not applied."""

_SPACES = {"RGB": "RGB ", "RGBA": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
"""Pillow's modes that are converted, with the colour space of their profiles."""

_STEPS = range(0, 256, 15)
"""Levels of each colour in the test pictures for profiles."""


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB. It is unchanged without a profile, or if that is damaged, unsuitable or sRGB.

    It may be changed in place. Other modes become RGB first, or RGBA if they have a palette with
    transparency.
    """
    if not profile or len(profile) > _LARGEST:
        return image
    if image.mode == "LA":
        return _grey_with_alpha(image, profile)
    if image.mode in ("P", "PA", "YCbCr"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "RGB" and "transparency" in image.info:
        image = image.convert("RGBA")
    transform = _transform(profile, image.mode)
    if transform is None:
        return image
    if transform.input_mode == transform.output_mode:
        ImageCms.applyTransform(image, transform, inPlace=True)
        return image
    return ImageCms.applyTransform(image, transform) or image


def _grey_with_alpha(image: Image.Image, profile: bytes) -> Image.Image:
    grey = image.getchannel("L")
    managed = to_srgb(grey, profile)
    if managed is grey:
        return image
    managed.putalpha(image.getchannel("A"))
    return managed


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The conversion for pictures of this mode; None if they should stay as they are."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if opened.profile.xcolor_space != _SPACES.get(mode):
            return None
        output = mode if mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), mode, output)
        return transform if mode == "CMYK" or _changes(transform, mode) else None
    # A damaged profile says nothing about the picture. Little CMS and Pillow raise several kinds of errors.
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        return None


def _changes(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    colours = bytes(chain.from_iterable(product(_STEPS, repeat=3)))
    probe = Image.frombytes("RGB", (len(_STEPS), len(_STEPS) ** 2), colours).convert(mode)
    managed = ImageCms.applyTransform(probe, transform)
    if managed is None:
        return False
    difference = ImageChops.difference(managed.convert("RGB"), probe.convert("RGB"))
    return max(difference.tobytes()) > _SAME

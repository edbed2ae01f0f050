"""Colours by a picture's own ICC profile, as sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import chain, product

from PIL import Image, ImageChops, ImageCms

_LARGEST = 4_000_000
"""Bytes of a profile; those of printing presses have up to 3 MB."""

_SAME = 2
"""Profiles that change no colour by more than this, of 255, are sRGB: their pictures stay as they are."""

_SPACES = {"RGB": "RGB ", "RGBA": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
"""Pillow's modes that are converted, with the colour space that a profile of theirs has."""

_STEPS = range(0, 256, 15)
"""Of each colour in the pictures that profiles are tried on."""


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB: itself where it has no profile, a damaged one, other colours' or sRGB's.

    It may be changed in place. Modes that are not converted themselves become RGB, or RGBA where they have
    a palette with transparency.
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
    """What converts pictures of that mode; None where they are better left as they are."""
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
    return any(max(band.histogram()[_SAME + 1 :]) > 0 for band in difference.split())

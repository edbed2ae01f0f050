"""Colours as people see them: their contrast, and the nearest one that has enough of it.

Contrast is that of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Lightness, chroma and hue are
those of OKLCH, the polar form of OKLab (B. Ottosson 2020, https://bottosson.github.io/posts/oklab).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from pictures.colours.oklab import to_oklab

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")

_STEPS = 1000
"""How finely lightness is searched: a thousandth is a third of a step of eight bits."""

Rgb = tuple[float, float, float]


def is_colour(text: str) -> bool:
    """Whether `text` is a colour as #rgb or #rrggbb."""
    return _HEX.fullmatch(text) is not None


def rgb_of(colour: str) -> Rgb:
    """Red, green and blue of a colour for which `is_colour` holds, each from 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return red, green, blue


def hex_of(rgb: Rgb) -> str:
    """A colour as #rrggbb."""
    return "#" + "".join(f"{round(min(1.0, max(0.0, channel)) * 255):02x}" for channel in rgb)


def luminance(colour: str) -> float:
    """The relative luminance, from 0 for black to 1 for white.

    WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance, with the threshold 0.04045 of sRGB.
    """
    red, green, blue = map(_linear, rgb_of(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a `share`, from 0 to 1, of the `other`, mixed in OKLab."""
    pairs = zip(_oklab(rgb_of(colour)), _oklab(rgb_of(other)), strict=True)
    lightness, green_red, blue_yellow = (a + (b - a) * share for a, b in pairs)
    return hex_of(_srgb((lightness, green_red, blue_yellow)))


def nearest(colour: str, passes: Callable[[str], bool]) -> str | None:
    """The colour that `passes` and differs least from `colour` in lightness, with the same hue; or None.

    Its chroma is that of `colour`, or as much of it as sRGB has at that lightness.
    """
    lightness, green_red, blue_yellow = _oklab(rgb_of(colour))
    chroma, hue = math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red)
    for step in range(_STEPS + 1):
        for sign in (-1, 1):
            tried = lightness + sign * step / _STEPS
            if 0 <= tried <= 1:
                found = colour if step == 0 else _within(tried, chroma, hue)
                if passes(found):
                    return found
    return None


def _within(lightness: float, chroma: float, hue: float) -> str:
    """The colour of a lightness and hue, with the most chroma up to `chroma` that sRGB has there."""

    def at(share: float) -> Rgb:
        reach = chroma * share
        return _srgb((lightness, reach * math.cos(hue), reach * math.sin(hue)))

    low, high = 0.0, 1.0
    if _is_srgb(at(high)):
        return hex_of(at(high))
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if _is_srgb(at(middle)) else (low, middle)
    return hex_of(at(low))


def _is_srgb(rgb: Rgb) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in rgb)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _oklab(rgb: Rgb) -> Rgb:
    lightness, green_red, blue_yellow = to_oklab(np.array(rgb)).tolist()
    return lightness, green_red, blue_yellow


def _srgb(lab: Rgb) -> Rgb:
    """The inverse of `_oklab`; channels outside 0 to 1 are colours that sRGB does not have."""
    lightness, green_red, blue_yellow = lab
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    red, green, blue = map(
        _encoded,
        (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ),
    )
    return red, green, blue


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055

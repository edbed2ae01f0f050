"""Names the colours of a product in the foreground of its picture, as people would name them.

Distances are those of OKLab, in which equal steps look equally large: B. Ottosson 2020, “A perceptual color
space for image processing”, https://bottosson.github.io/posts/oklab.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from bundle.format import COLOURS

MOST = 3
"""How many colours a picture has at the most."""

SHARE = 0.18
"""The share of the product that a colour must cover to be named."""

_SIDE = 48
"""The picture is reduced to this many pixels on its longer side."""

_WHITE = 245
"""The value of the brightest channel in a well-lit photo."""

_GAIN = 1.25
"""The most that a dim photo is brightened, so that black things stay black."""

_FRAME = 2
"""The width in pixels of the border that is assumed to show the background."""

_SAMPLE = 48
"""How many of the border's pixels are sampled."""

_COMMON = 0.15
"""The share of the border that a colour must cover to count as background."""

_SAME = 0.06
"""Pixels that join the edge and are nearer to its colours in OKLab are background."""

_SHADE = 0.4
"""The weight of a lightness difference there, as paper and floors carry shadows."""

_EQUAL = 0.02
"""Pixels nearer than this, with lightness in full, are background anywhere, as between a chair's legs."""

_SPREAD = 0.3
"""The standard deviation of the weight of a place, in sides of the picture: products stand in the middle."""

_SOLID = 0.65
"""The outline is ignored if at least this share of the product is left without it."""

_LEAST = 0.02
"""If the foreground has less than this share of the weight, product and background have one colour."""

_VIVID = 0.08
"""Pixels with at least this OKLab chroma count twice, as shadows and outlines are grey too."""

_PROTOTYPES = {
    "black": "000000 141414 1e1e20 262628 303032 1a1c24 282c33 241e1c 302c2a",
    "grey": "4a4a4c 5a5a5c 6b6b6d 808080 949494 a8a8a8 b8b8b8 616569 8f9398 6d6963 9d9892 b2aea9",
    "white": "ffffff f4f4f4 e8e8e8 d8d8d8 cccccc f6f3ee ebe8e2 e6ebf0 d6d9dd d9d4cc e0d8d8",
    "beige": "f0e6d0 e6d8bc d8c6a6 cdb896 dcc8b0 c8b59a e8dccb bfae94",
    "brown": "6f4a30 8b5a2b 5c3a21 4a3020 3a2618 a0703c a67b5b 7a5c43 96714b 5e4a3a b08454",
    "red": "e01b1b c8102e a01020 d83a34 b22222 7a1420 5c1018 ff3030 982e2a",
    "orange": "ff7f0e f28c28 e8702a ff9f40 d9631e c25a2c b85a3c e88d5a f5a962",
    "yellow": "ffe000 f7d117 ffd84d f5e050 d29a2a e0b020 fff08a c9a227 e6cf6a b8841c c9951f",
    "green": (
        "1e8c2f 2fa84f 0f5c2e 6dbf3c 93a688 2f5741 556b2f 7a8450 a8d08d 3c4a2a 98ff98 3fae8a "
        "1f3a2c b5c9a8 a8c4b8 5f7065 8a9a80"
    ),
    "blue": (
        "1f4fd8 21459b 0b2a6b 4a90d9 8fb6cc 87ceeb 1f7378 14213d 5b7fa6 b9d5ee 2a9db0 3b5068 "
        "24324a 7f98b8 435066 28344c 6a7890 94a3b5 b0c4de"
    ),
    "purple": "6a1b9a 8e44ad 5b2a86 a878c8 6a3350 4a2040 c8a2d8 7d5ba6 3c2352 9a6f96",
    "pink": "ff69b4 f06292 e91e8c ffb6c1 f4c2c8 dba79d e8a0b0 f7d6da c2476f ff9aa8 d68a94",
}
"""Example colours for each name, in hexadecimal sRGB. A colour takes the name of the nearest example."""


def to_oklab(colours: np.ndarray) -> np.ndarray:
    """Colours in sRGB from 0 to 1, (…, 3), in OKLab: lightness from 0 to 1, green to red, blue to yellow."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    lab: np.ndarray = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )
    return lab


def colours_of(image: Image.Image) -> tuple[str, ...]:
    """The colours of the foreground of a picture (RGB), as names from `bundle.format.COLOURS`.

    One to three, the largest first. The background is whatever has a colour common at the picture's edge and
    touches the edge or shows through the product. If nothing stands out from it, the middle of the picture
    counts.
    """
    pixels = _brightened(np.asarray(_shrink(image)))
    lab = _oklab_table()[tuple(np.moveaxis(pixels, -1, 0) >> 2)]
    vividness = np.minimum(1, np.hypot(lab[..., 1], lab[..., 2]) / _VIVID)
    weights = _product(lab) * (1 + vividness)
    named = _names()[tuple(np.moveaxis(pixels, -1, 0) >> 3)]
    shares = np.bincount(named.ravel(), weights.ravel(), minlength=len(COLOURS)) / weights.sum()
    # The sort is stable: equal shares keep the order of `COLOURS`.
    order = np.argsort(-shares, kind="stable")[:MOST]
    return tuple(COLOURS[place] for rank, place in enumerate(order) if rank == 0 or shares[place] >= SHARE)


def _shrink(image: Image.Image) -> Image.Image:
    size = [max(1, round(side * _SIDE / max(image.size))) for side in image.size]
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _brightened(pixels: np.ndarray) -> np.ndarray:
    """Brighten a dim photo until its brightest parts are nearly white; (h, w, 3) uint8 to the same."""
    brightest = np.percentile(pixels.max(axis=2), 98)
    gain = np.clip(_WHITE / max(brightest, 1), 1, _GAIN)
    brighter: np.ndarray = np.minimum(255, pixels * gain)
    return brighter.astype(np.uint8)


def _product(lab: np.ndarray) -> np.ndarray:
    """The weight of each pixel, from OKLab (h, w, 3) to (h, w). It is 0 in the background."""
    # Imported only for a new picture: importing SciPy takes as long as a build that changes nothing.
    from scipy import ndimage

    weights = _central(*lab.shape[:2])
    found = weights * ~_background(lab)
    # The colours of an outline are mixtures, but thin products consist of nothing else.
    inner = found * ndimage.binary_erosion(found > 0, border_value=1)
    if inner.sum() >= _SOLID * found.sum():
        found = inner
    return found if found.sum() >= _LEAST * weights.sum() else weights


def _background(lab: np.ndarray) -> np.ndarray:
    """Where the background is, from OKLab: (h, w, 3) to (h, w) bool."""
    from scipy import ndimage

    frame = np.ones(lab.shape[:2], bool)
    frame[_FRAME:-_FRAME, _FRAME:-_FRAME] = False
    edge = lab[frame]
    edge = edge[:: -(-len(edge) // _SAMPLE)]
    lightness = (lab[..., :1] - edge[:, 0]) ** 2
    hue = sum((lab[..., axis, np.newaxis] - edge[:, axis]) ** 2 for axis in (1, 2))
    common = _COMMON * len(edge)
    alike = np.count_nonzero(_SHADE**2 * lightness + hue < _SAME**2, axis=2) >= common
    equal = np.count_nonzero(lightness + hue < _EQUAL**2, axis=2) >= common
    parts, _ = ndimage.label(alike, np.ones((3, 3)))
    joined = np.unique(parts[frame])
    background: np.ndarray = equal | np.isin(parts, joined[joined > 0])
    return background


@cache
def _central(height: int, width: int) -> np.ndarray:
    """The weight of each pixel, (h, w) float64: a normal distribution around the middle."""
    rows, columns = (((np.arange(side) + 0.5) / side - 0.5) / _SPREAD for side in (height, width))
    return np.exp(-0.5 * (rows[:, np.newaxis] ** 2 + columns**2))


@cache
def _names() -> np.ndarray:
    """Places in `COLOURS` of the names of colours, by the upper five bits of each channel: (32, 32, 32)."""
    named = [(COLOURS.index(name), code) for name, codes in _PROTOTYPES.items() for code in codes.split()]
    prototypes = to_oklab(np.array([list(bytes.fromhex(code)) for _, code in named]) / 255)
    points = _grid(32)
    squares = (prototypes**2).sum(axis=1) - 2 * points @ prototypes.T
    names: np.ndarray = np.array([place for place, _ in named])[squares.argmin(axis=-1)]
    return names


@cache
def _oklab_table() -> np.ndarray:
    """OKLab by the upper six bits of each channel: (64, 64, 64, 3) float32."""
    return _grid(64).astype(np.float32)


def _grid(levels: int) -> np.ndarray:
    """OKLab in the middle of each step of each channel: (levels, levels, levels, 3)."""
    return to_oklab((np.moveaxis(np.indices((levels,) * 3), 0, -1) + 0.5) / levels)

"""Which colours a product has, as numbers to compare: a soft histogram of its foreground in OKLab.

`assets/photo-colour.js` repeats it in the browser; `pictures.limits.COLOUR_RULE` is its name in fingerprints.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from pictures.colours.foreground import Foreground

_LIGHTNESSES = 6
_HUES = 7
_STRONGEST = 0.32
"""The OKLab chroma of the histogram's rim, which no colour of sRGB exceeds by much."""

_POWER = 0.6
"""The power that spreads weak chroma, as most products differ among colours that are nearly grey."""

COLOUR_DIMENSIONS = _LIGHTNESSES * _HUES**2
"""How many numbers a descriptor has."""

_LEVELS = 255


def describe_colours(foreground: Foreground) -> np.ndarray:
    """The descriptor of a picture: (COLOUR_DIMENSIONS,), uint8.

    Each pixel of the foreground counts for the eight cells around its colour, the nearer the more, so a small
    change of light changes little. A number is the root of a cell's share, times 255: the cosine of roots is
    the Bhattacharyya coefficient of the shares, which few large cells do not dominate.
    """
    inside = foreground.weights > 0
    weights = foreground.weights[inside]
    places = _places(foreground.lab[inside].astype(np.float64))
    lows = np.minimum(places.astype(np.int64), np.array([_LIGHTNESSES, _HUES, _HUES]) - 2)
    highs = places - lows
    near = np.stack([1 - highs, highs])
    cells = np.zeros(COLOUR_DIMENSIONS)
    for corner in product((0, 1), repeat=3):
        light, red, blue = (lows[:, axis] + step for axis, step in enumerate(corner))
        share = weights * near[corner[0], :, 0] * near[corner[1], :, 1] * near[corner[2], :, 2]
        cells += np.bincount((light * _HUES + red) * _HUES + blue, share, minlength=COLOUR_DIMENSIONS)
    found: np.ndarray = np.rint(np.sqrt(cells / weights.sum()) * _LEVELS).astype(np.uint8)
    return found


def _places(lab: np.ndarray) -> np.ndarray:
    """Where colours in OKLab (n, 3) lie between the cells: (n, 3), from 0 to each axis' last cell."""
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    spread = np.minimum(chroma / _STRONGEST, 1) ** _POWER
    factor = np.divide(spread, chroma, out=np.zeros_like(chroma), where=chroma > 0)
    places = np.empty_like(lab)
    places[:, 0] = np.clip(lab[:, 0], 0, 1) * (_LIGHTNESSES - 1)
    places[:, 1:] = (lab[:, 1:] * factor[:, np.newaxis] + 1) / 2 * (_HUES - 1)
    return places

"""Tells a product from the background of its picture, by the colours at the picture's border.

Works on the reduced picture, so it needs no SciPy and takes the same in a build and for a
visitor's photo. `assets/photo-colour.js` repeats it in the browser.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from pictures.colours.oklab import oklab_table
from pictures.colours.reduced import reduced

_WHITE = 245
"""The value of the brightest channel in a well-lit photo."""

_BRIGHTEST = 0.98
"""The share of pixels below the brightness that counts as a photo's brightest: the rest are glints."""

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


@dataclass(frozen=True)
class Foreground:
    """A reduced picture, brightened if dim. `codes` (h, w) are places in `oklab_table`, `lab` its colours.

    `weights` (h, w), float64, say how much each pixel counts for the product; they are 0 in the background.
    """

    codes: np.ndarray
    lab: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, image: Image.Image) -> Foreground:
        """That of an upright picture (RGB)."""
        return cls.of_reduced(np.asarray(reduced(image)))

    @classmethod
    def of_reduced(cls, pixels: np.ndarray) -> Foreground:
        """That of a picture from `reduced`, as an array (h, w, 3), uint8.

        The background is whatever has a colour common at the picture's edge and touches the edge or shows
        through the product. If nothing stands out from it, the middle of the picture counts.
        """
        codes = _codes(pixels)
        return cls(codes, oklab_table()[codes], _product(codes))


def _codes(pixels: np.ndarray) -> np.ndarray:
    """The places in `oklab_table` (h, w) of pixels (h, w, 3), uint8.

    A dim photo is brightened until its brightest parts are nearly white.
    """
    red, green, blue = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    gain = np.clip(_WHITE / max(_quantile(np.maximum(np.maximum(red, green), blue), _BRIGHTEST), 1), 1, _GAIN)
    # What becomes of each of the 256 values is computed once, not for each pixel.
    steps = np.minimum(255, np.arange(256) * gain).astype(np.intp) >> 2
    codes: np.ndarray = (steps << 12)[red] | (steps << 6)[green] | steps[blue]
    return codes


def _quantile(values: np.ndarray, share: float) -> float:
    """What NumPy's `quantile` gives for uint8, by counting, which takes a tenth of the time."""
    below, part = divmod(share * (values.size - 1), 1)
    upto = np.bincount(values.ravel(), minlength=256).cumsum()
    low, high = np.searchsorted(upto, [below, math.ceil(below + part)], side="right")
    return float(low + (high - low) * part)


def _product(codes: np.ndarray) -> np.ndarray:
    """The weight of each pixel, from places in `oklab_table` (h, w) to (h, w). It is 0 in the background."""
    weights = _central(*codes.shape)
    found = weights * ~_background(codes)
    # The colours of an outline are mixtures, but thin products consist of nothing else.
    inner = found * _eroded(found > 0)
    if inner.sum() >= _SOLID * found.sum():
        found = inner
    return found if found.sum() >= _LEAST * weights.sum() else weights


def _background(codes: np.ndarray) -> np.ndarray:
    """Where the background is, from places in `oklab_table`: (h, w) to (h, w) bool."""
    frame = np.ones(codes.shape, bool)
    frame[_FRAME:-_FRAME, _FRAME:-_FRAME] = False
    border = codes[frame]
    border = border[:: -(-len(border) // _SAMPLE)]
    # Each colour is compared once, however many pixels have it.
    colours, place_of = np.unique(codes, return_inverse=True)
    edges, counts = np.unique(border, return_counts=True)
    lightness, red, blue = (
        np.subtract.outer(of_colours, of_edges)
        for of_colours, of_edges in zip(oklab_table()[colours].T, oklab_table()[edges].T, strict=True)
    )
    for difference in (lightness, red, blue):
        difference *= difference
    hue = red + blue
    common, weight = _COMMON * len(border), counts.astype(np.float32)
    alike = (_SHADE**2 * lightness + hue < _SAME**2) @ weight >= common
    equal = (lightness + hue < _EQUAL**2) @ weight >= common
    place_of = place_of.reshape(codes.shape)
    background: np.ndarray = equal[place_of] | _joined(alike[place_of], frame)
    return background


def _eroded(mask: np.ndarray) -> np.ndarray:
    """A mask (h, w) without the pixels that have a neighbour outside of it, above, below or beside."""
    padded = np.pad(mask, 1, constant_values=True)
    inner: np.ndarray = mask & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inner


def _joined(mask: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """The pixels of a mask (h, w) that are joined to one of the `seeds` in it, diagonally as well.

    Each row is the bits of one integer, and the rows are swept down and up until nothing is added.
    """
    rows = _integers(mask)
    reached = [_along(row, seed) for row, seed in zip(rows, _integers(mask & seeds), strict=True)]
    size, last = len(rows), list[int]()
    while last != reached:
        last = list(reached)
        for order in (range(size), range(size - 1, -1, -1)):
            before = 0
            for row in order:
                new = (reached[row] | before | before << 1 | before >> 1) & rows[row]
                if new != reached[row]:
                    reached[row] = _along(rows[row], new)
                before = reached[row]
    width = mask.shape[1]
    packed = b"".join(row.to_bytes(-(-width // 8), "little") for row in reached)
    bits = np.frombuffer(packed, np.uint8).reshape(size, -1)
    return np.unpackbits(bits, axis=1, count=width, bitorder="little").astype(bool)


def _along(row: int, seeds: int) -> int:
    """The runs of one bits in `row` that have one of the `seeds`."""
    # A carry runs from a seed to the end of its run.
    reached = (seeds | (row + seeds) ^ row) & row
    # And back to its begin, in steps that double.
    shift = 1
    while row:
        reached |= row & reached >> shift
        row &= row >> shift
        shift *= 2
    return reached


def _integers(mask: np.ndarray) -> list[int]:
    """Each row of a mask (h, w) as an integer; its first pixel is the lowest bit."""
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(mask, axis=1, bitorder="little")]


@cache
def _central(height: int, width: int) -> np.ndarray:
    """The weight of each pixel, (h, w) float64: a normal distribution around the middle."""
    rows, columns = (((np.arange(side) + 0.5) / side - 0.5) / _SPREAD for side in (height, width))
    return np.exp(-0.5 * (rows[:, np.newaxis] ** 2 + columns**2))

"""Whether one picture shows a part of another: the same photo, cut or with a margin, saved anew.

Embeddings cannot tell. Under the default recipe a photo and four fifths of it have a median cosine of 0.77,
and so have hundreds of pairs of products that were photographed on one floor. So pixels are compared where
they lie on each other: the smaller picture is moved over the larger one in several sizes by normalized
cross-correlation (J. P. Lewis 1995, “Fast normalized cross-correlation”), and where it fits best the colours
must agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import fft

from precompute.twins import TOLERANCE, signature_of

LEAST_SHARE = 0.55
"""The part of a picture's side that another one of the same photo has at the least."""

CORRELATION = 0.93
"""The normalized cross-correlation from which on two pictures lie on each other."""

CUT_TOLERANCE = 28
"""As `precompute.twins.TOLERANCE`, for a part of a picture, which is never cut out to the very pixel."""

_WHOLE = 0.97
"""The part of both sides from which on nothing is cut."""

_COARSE, _FINE = 48, 128
_COARSE_CORRELATION = 0.88
_COARSE_SCALES = np.geomspace(1, LEAST_SHARE, 16)
_FINE_STEPS = np.linspace(0.94, 1.06, 13)


@dataclass(frozen=True)
class Fit:
    """Where a picture lies best in another: the shares of its sides that it starts at and takes."""

    correlation: float
    scale: float
    left: float
    top: float
    width: float
    height: float


def same_photo(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures, RGB of some 200 pixels, are one photo, or one a part of the other."""
    return _is_part(one, other) or _is_part(other, one)


def _is_part(part: Image.Image, whole: Image.Image) -> bool:
    coarse = _best_fit(part, whole, _COARSE, _COARSE_SCALES)
    if coarse is None or coarse.correlation < _COARSE_CORRELATION:
        return False
    scales = coarse.scale * _FINE_STEPS
    fine = _best_fit(part, whole, _FINE, np.append(scales[scales < 1], 1.0 if coarse.scale > _WHOLE else []))
    if fine is None or fine.correlation < CORRELATION:
        return False
    size = np.array(whole.size * 2)
    box = np.array([fine.left, fine.top, fine.left + fine.width, fine.top + fine.height])
    there = signature_of(whole.crop(tuple(np.rint(box * size).astype(int).tolist())))
    difference = np.abs(there.astype(int) - signature_of(part)).max()
    return bool(difference <= (TOLERANCE if min(fine.width, fine.height) >= _WHOLE else CUT_TOLERANCE))


def _best_fit(part: Image.Image, whole: Image.Image, side: int, scales: np.ndarray) -> Fit | None:
    """The best place of `part` in `whole`, drawn `side` pixels large; None where none fits."""
    grey = whole.convert("L")
    width, height = (max(4, round(length * side / max(whole.size))) for length in whole.size)
    ground = _Ground(np.asarray(grey.resize((width, height), Image.Resampling.BOX), np.float64))
    template, best = part.convert("L"), None
    for scale in scales.tolist():
        wide = min(width, round(width * scale))
        high = round(wide * part.height / part.width)
        # A picture of nearly the same shape is stretched to it by one pixel.
        high = height if high == height + 1 else high
        if min(wide, high) < 4 or high > height:
            continue
        small = template.resize((wide, high), Image.Resampling.BOX)
        correlation, left, top = ground.best_place(np.asarray(small, np.float64))
        if best is None or correlation > best.correlation:
            places = (left / width, top / height, wide / width, high / height)
            best = Fit(correlation, scale, *places)
    return best


class _Ground:
    """A grey picture (h, w) on which smaller ones are laid."""

    def __init__(self, grey: np.ndarray) -> None:
        self._grey = grey - grey.mean()
        self._shape = tuple(fft.next_fast_len(length, real=True) for length in grey.shape)
        self._spectrum = fft.rfft2(self._grey, self._shape)
        self._sums, self._squares = _table(self._grey), _table(self._grey**2)

    def best_place(self, template: np.ndarray) -> tuple[float, int, int]:
        """The largest correlation of a `template` (h, w) with what it covers, and its left and top pixel."""
        high, wide = template.shape
        template = template - template.mean()
        length = np.sqrt((template**2).sum())
        product = fft.irfft2(self._spectrum * np.conj(fft.rfft2(template, self._shape)), self._shape)
        rows, columns = np.subtract(self._grey.shape, template.shape) + 1
        spread = _boxes(self._squares, high, wide) - _boxes(self._sums, high, wide) ** 2 / (high * wide)
        # Where either is plain there is nothing that could fit.
        lengths = length * np.sqrt(np.maximum(spread, 0))
        found = np.divide(
            product[:rows, :columns], lengths, out=np.zeros_like(lengths), where=lengths > high * wide
        )
        top, left = np.unravel_index(found.argmax(), found.shape)
        return float(found[top, left]), int(left), int(top)


def _table(values: np.ndarray) -> np.ndarray:
    """The sums of all that is above and to the left of each place: (h + 1, w + 1)."""
    return np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _boxes(table: np.ndarray, high: int, wide: int) -> np.ndarray:
    """The sum of each box of `high` rows and `wide` columns, by its first row and column."""
    return table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide]

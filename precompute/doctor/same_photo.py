"""Whether one picture shows a part of another: the same photo, cut or with a margin, saved anew.

Embeddings cannot tell. Under the default recipe a photo and four fifths of it have a median cosine of 0.77,
and so have hundreds of pairs of products that were photographed on one floor. So pixels are compared where
they lie on each other: the smaller picture is moved over the larger one in several sizes by normalized
cross-correlation (J. P. Lewis 1995, “Fast normalized cross-correlation”), and where it fits best the colours
must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image
from scipy import fft

from pictures.signature import TOLERANCE, signature_of

LEAST_SHARE = 0.55
"""The part of a picture's side that another one of the same photo has at the least."""

CORRELATION = 0.93
"""The normalized cross-correlation from which on two pictures lie on each other."""

CUT_TOLERANCE = 28
"""As `pictures.signature.TOLERANCE`, for a part of a picture, which is never cut out to the very pixel."""

_WHOLE = 0.97
"""The part of both sides from which on nothing is cut."""

_COARSE, _FINE = 48, 128
_COARSE_CORRELATION = 0.8
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


class SmallPicture:
    """A picture, RGB of some 200 pixels, prepared to be compared with many."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.grey = image.convert("L")

    @cached_property
    def coarse(self) -> _Ground:
        """What others are laid on at first."""
        return _Ground(self.grey, _COARSE)

    @property
    def fine(self) -> _Ground:
        """What they are laid on for the last word; it is asked for seldom."""
        return _Ground(self.grey, _FINE)


def same_photo(one: SmallPicture, other: SmallPicture) -> bool:
    """Whether two pictures are one photo, or one a part of the other."""
    return _is_part(one, other) or _is_part(other, one)


def _is_part(part: SmallPicture, whole: SmallPicture) -> bool:
    coarse = whole.coarse.best_fit(part.grey, _COARSE_SCALES)
    if coarse is None or coarse.correlation < _COARSE_CORRELATION:
        return False
    scales = coarse.scale * _FINE_STEPS
    fine = whole.fine.best_fit(part.grey, np.append(scales[scales < 1], 1.0 if coarse.scale > _WHOLE else []))
    if fine is None or fine.correlation < CORRELATION:
        return False
    size = np.array(whole.image.size * 2)
    box = np.array([fine.left, fine.top, fine.left + fine.width, fine.top + fine.height])
    there = signature_of(whole.image.crop(tuple(np.rint(box * size).astype(int).tolist())))
    difference = np.abs(there.astype(int) - signature_of(part.image)).max()
    return bool(difference <= (TOLERANCE if min(fine.width, fine.height) >= _WHOLE else CUT_TOLERANCE))


class _Ground:
    """A grey picture, `side` pixels on its longer side, on which smaller ones are laid."""

    def __init__(self, grey: Image.Image, side: int) -> None:
        self._size = [max(4, round(length * side / max(grey.size))) for length in grey.size]
        pixels = np.asarray(grey.resize(self._size, Image.Resampling.BOX), np.float32)
        pixels -= pixels.mean()
        self._shape = [fft.next_fast_len(length, real=True) for length in pixels.shape]
        self._spectrum = fft.rfft2(pixels, self._shape)
        self._sums, self._squares = _table(pixels), _table(pixels**2)

    def best_fit(self, part: Image.Image, scales: np.ndarray) -> Fit | None:
        """The best place of a grey picture, its width one of `scales` of the ground's; None without one."""
        width, height = self._size
        sizes: dict[tuple[int, int], float] = {}
        for scale in scales.tolist():
            wide = min(width, round(width * scale))
            high = round(wide * part.height / part.width)
            # A picture of nearly the same shape is stretched to it by one pixel.
            high = height if high == height + 1 else high
            if min(wide, high) >= 4 and high <= height:
                sizes.setdefault((wide, high), scale)
        templates = np.zeros((len(sizes), *self._shape), np.float32)
        for template, (wide, high) in zip(templates, sizes, strict=True):
            small = np.asarray(part.resize((wide, high), Image.Resampling.BOX), np.float32)
            template[:high, :wide] = small - small.mean()
        if not len(templates):
            return None
        products = fft.irfft2(self._spectrum * np.conj(fft.rfft2(templates)), self._shape)
        lengths = np.sqrt((templates**2).sum(axis=(1, 2)))
        fits = (
            self._best_place(product, float(length), wide, high, scale)
            for product, length, ((wide, high), scale) in zip(products, lengths, sizes.items(), strict=True)
        )
        return max(fits, key=lambda fit: fit.correlation)

    def _best_place(self, product: np.ndarray, length: float, wide: int, high: int, scale: float) -> Fit:
        """Where a template of zero mean and a `length` fits best, by its inner products with all places."""
        width, height = self._size
        product = product[: height - high + 1, : width - wide + 1]
        spread = _boxes(self._squares, high, wide) - _boxes(self._sums, high, wide) ** 2 / (high * wide)
        lengths = length * np.sqrt(np.maximum(spread, 0))
        # Where either is plain there is nothing that could fit.
        found = np.divide(product, lengths, out=np.zeros_like(lengths), where=lengths > high * wide)
        top, left = divmod(int(found.argmax()), found.shape[1])
        shares = (left / width, top / height, wide / width, high / height)
        return Fit(float(found[top, left]), scale, *shares)


def _table(values: np.ndarray) -> np.ndarray:
    """The sums of all that is above and to the left of each place: (h + 1, w + 1), float64."""
    return np.pad(values.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _boxes(table: np.ndarray, high: int, wide: int) -> np.ndarray:
    """The sum of each box of `high` rows and `wide` columns, by its first row and column."""
    right, left = table[:, wide:], table[:, :-wide]
    sums: np.ndarray = right[high:] - right[:-high] - left[high:] + left[:-high]
    return sums

"""Recognises the same photo in two pictures, even if one is cropped, has a margin or was saved again.

Embeddings cannot tell. With the default recipe, a photo and four fifths of it have a median cosine of 0.80.
So do hundreds of pairs of different products photographed on the same floor. So pixels are compared: the
smaller picture is moved over the larger one in several sizes by normalized cross-correlation (J. P. Lewis
1995, “Fast normalized cross-correlation”). Where it fits best, the colours must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image
from scipy import fft

from pictures.signature import TOLERANCE, signature_of

LEAST_SHARE = 0.55
"""The least part of a picture's side that a crop of the same photo covers."""

CORRELATION = 0.93
"""The least normalized cross-correlation of two pictures that match."""

CUT_TOLERANCE = 28
"""Like `pictures.signature.TOLERANCE`, for a crop, whose edges are never exact to the pixel."""

_WHOLE = 0.97
"""A picture that covers this part of both sides counts as uncropped."""

_COARSE, _FINE = 48, 128
_COARSE_CORRELATION = 0.8
_COARSE_SCALES = np.geomspace(1, LEAST_SHARE, 16)
_FINE_STEPS = np.linspace(0.94, 1.06, 13)


@dataclass(frozen=True)
class Fit:
    """The best place of a picture in another: its start and its size, as shares of the other's sides."""

    correlation: float
    scale: float
    left: float
    top: float
    width: float
    height: float


class SmallPicture:
    """A picture, RGB of about 200 pixels, prepared for comparison with many."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.grey = image.convert("L")

    @cached_property
    def coarse(self) -> _Ground:
        """The ground for a first, coarse comparison."""
        return _Ground(self.grey, _COARSE)

    @property
    def fine(self) -> _Ground:
        """The ground for the final comparison. It is rarely needed, so it is not kept."""
        return _Ground(self.grey, _FINE)


def same_photo(one: SmallPicture, other: SmallPicture) -> bool:
    """Whether two pictures are the same photo, or one is a part of the other."""
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
    """A grey picture, `side` pixels on its longer side, over which smaller ones are moved."""

    def __init__(self, grey: Image.Image, side: int) -> None:
        self._size = [max(4, round(length * side / max(grey.size))) for length in grey.size]
        pixels = np.asarray(grey.resize(self._size, Image.Resampling.BOX), np.float32)
        pixels -= pixels.mean()
        self._shape = [fft.next_fast_len(length, real=True) for length in pixels.shape]
        self._spectrum = fft.rfft2(pixels, self._shape)
        self._sums, self._squares = _table(pixels), _table(pixels**2)

    def best_fit(self, part: Image.Image, scales: np.ndarray) -> Fit | None:
        """The best place of a grey picture, over all `scales` of the ground's width; None if none fits."""
        width, height = self._size
        sizes: dict[tuple[int, int], float] = {}
        for scale in scales.tolist():
            wide = min(width, round(width * scale))
            high = round(wide * part.height / part.width)
            # If the shapes are nearly equal, the picture is shrunk by one pixel to match.
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
        """The best place of a template (zero mean, this `length`), from its `product` with every place."""
        width, height = self._size
        product = product[: height - high + 1, : width - wide + 1]
        spread = _boxes(self._squares, high, wide) - _boxes(self._sums, high, wide) ** 2 / (high * wide)
        lengths = length * np.sqrt(np.maximum(spread, 0))
        # If either is plain, nothing can fit.
        found = np.divide(product, lengths, out=np.zeros_like(lengths), where=lengths > high * wide)
        top, left = divmod(int(found.argmax()), found.shape[1])
        shares = (left / width, top / height, wide / width, high / height)
        return Fit(float(found[top, left]), scale, *shares)


def _table(values: np.ndarray) -> np.ndarray:
    """The sums of all values above and to the left of each place: (h + 1, w + 1), float64."""
    return np.pad(values.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _boxes(table: np.ndarray, high: int, wide: int) -> np.ndarray:
    """The sum of each box of `high` rows and `wide` columns, by its first row and column."""
    right, left = table[:, wide:], table[:, :-wide]
    sums: np.ndarray = right[high:] - right[:-high] - left[high:] + left[:-high]
    return sums

"""Measures of a picture from which the doctor tells blurred, empty, blank and doubly turned ones."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import PIL
from PIL import ExifTags, Image

from bundle.format import canonical_json
from precompute.store import Measures, MeasureStore

_VERSION = 1
"""Of what `measure` does: to be raised with each change of it, so that no measure of another one is used."""

_SIDE = 512
"""Pixels of the longer side of what is looked at, which is about what a product's page shows."""

_STEEPEST = 10
"""The part of the pixels, in percent, whose slopes tell sharpness: edges are what is sharp or blurred."""

_SLOPE = 2.0
"""Steps, of 255, from one pixel to the next, from which on a slope is no noise."""

_LEAST_SLOPES = 100
"""Pixels with slopes that a picture must have for its sharpness to be judged."""

_SMALL_SIDE = 128
"""Pixels of each side of what the span is read from: what is smaller than one of them is a speck."""

_EVERY = 4
"""Of the rows and columns of pixels one in so many is asked for its colour, which is as good as all."""

_FRAME = 4
_FRAME_TOLERANCE = 10
_GROUND_TOLERANCE = 8
"""Steps, of 255, that no channel of a pixel of the same colour differs by more: what compression adds."""


def fingerprint() -> str:
    """The key that measures are kept under."""
    decided_by = {"version": _VERSION, "pillow": PIL.__version__}
    return hashlib.sha256(canonical_json(decided_by)).hexdigest()


class Measuring:
    """Measures pictures as they are embedded; see `precompute.embeddings.embedded_catalogue.ExtraMeasure`."""

    def __init__(self, store: MeasureStore) -> None:
        self._store = store

    def holds(self, image_id: str) -> bool:
        """Whether a picture was measured before."""
        return image_id in self._store

    def add(self, image_id: str, data: bytes, image: Image.Image) -> None:
        """Measure a picture."""
        self._store.add(image_id, measure(data, image))

    def commit(self) -> None:
        """See `MeasureStore.commit`."""
        self._store.commit()


def measure(data: bytes, image: Image.Image) -> Measures:
    """What is measured of a file's bytes and of the upright picture that they hold, RGB of any size."""
    width, height, orientation, noted = _header(data)
    pixels = np.asarray(_at_most(image, _SIDE))
    frame, span = _frame_and_span(np.asarray(_square(image, _SMALL_SIDE)))
    ground, ink = _ground_and_ink(pixels[::_EVERY, ::_EVERY])
    return Measures(
        width=width,
        height=height,
        orientation=orientation,
        noted_width=noted[0],
        noted_height=noted[1],
        sharpness=sharpness(pixels),
        frame=frame,
        span=span,
        ground=ground,
        ink=ink,
    )


def sharpness(pixels: np.ndarray) -> float | None:
    """How sharp the edges of a picture are, from RGB (h, w, 3), uint8; None where it has none.

    The mean absolute Laplacian of the grey picture over the mean length of its gradient, both over the tenth
    of the pixels with the longest gradients. The Laplacian is what focus is measured by (Pech-Pacheco et al.
    2000, “Diatom autofocusing in brightfield microscopy”, its variance); dividing it by the gradient of the
    same edges takes out contrast, and looking at edges alone takes out how much of the picture is plain, by
    both of which the variance itself varies more than by blur (`benchmarks/doctor.py` has both).
    """
    grey = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if min(grey.shape) < 3:
        return None
    middle, left, right = grey[1:-1, 1:-1], grey[1:-1, :-2], grey[1:-1, 2:]
    above, below = grey[:-2, 1:-1], grey[2:, 1:-1]
    slopes = np.hypot(right - left, below - above).ravel() / 2
    place = slopes.size * (100 - _STEEPEST) // 100
    steep = np.flatnonzero(slopes >= max(np.partition(slopes, place)[place], _SLOPE))
    if len(steep) < _LEAST_SLOPES:
        return None
    bends = np.abs(left + right + above + below - 4 * middle).ravel()
    return float(bends[steep].sum() / slopes[steep].sum())


def _header(data: bytes) -> tuple[int, int, int, tuple[int, int]]:
    """Width and height as shown, the EXIF orientation, and the sides that EXIF has of the pixels."""
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        try:
            exif = image.getexif()
            orientation = int(exif.get(ExifTags.Base.Orientation, 1))
            inner = exif.get_ifd(ExifTags.IFD.Exif)
            tags = (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight)
            wide, high = (min(max(int(inner.get(tag, 0)), 0), 2**31 - 1) for tag in tags)
        # Anything may stand there, and nothing that does keeps a picture from being shown.
        except Exception:
            return width, height, 1, (0, 0)
    if not 1 <= orientation <= 8:
        orientation = 1
    sides = (height, width) if orientation >= 5 else (width, height)
    return *sides, orientation, (wide, high)


def _at_most(image: Image.Image, side: int) -> Image.Image:
    """The picture with no side longer than `side` pixels; it is never enlarged."""
    if max(image.size) <= side:
        return image
    size = [max(1, round(length * side / max(image.size))) for length in image.size]
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _square(image: Image.Image, side: int) -> Image.Image:
    return image.resize((side, side), Image.Resampling.BOX, reducing_gap=2.0)


def _frame_and_span(pixels: np.ndarray) -> tuple[float, float]:
    """From the picture as a square, (s, s, 3) uint8, see `Measures`: where the edge has one colour.

    The span is the longer side of the box around all that has another colour, specks of one pixel left aside.
    """
    edge = np.ones(pixels.shape[:2], bool)
    edge[_FRAME:-_FRAME, _FRAME:-_FRAME] = False
    colour = np.median(pixels[edge], axis=0)
    far = np.abs(pixels - colour) > _FRAME_TOLERANCE
    other = far[..., 0] | far[..., 1] | far[..., 2]
    sides = [np.flatnonzero(other.sum(axis=axis) >= 2) for axis in (0, 1)]
    span = max((places[-1] - places[0] + 1 for places in sides if len(places)), default=0)
    return float(1 - other[edge].mean()), float(span / len(pixels))


def _ground_and_ink(pixels: np.ndarray) -> tuple[float, float]:
    """See `Measures`, from (h, w, 3) uint8; without other pixels than those of the ground, ink is 1."""
    flat = pixels.reshape(-1, 3)
    ground = _of_one_colour(flat)
    others = flat[~ground]
    ink = _of_one_colour(others).mean() if len(others) else 1.0
    return float(ground.mean()), float(ink)


def _of_one_colour(pixels: np.ndarray) -> np.ndarray:
    """Which of the pixels (n, 3), uint8, have the commonest colour: (n,) bool."""
    coarse = (pixels >> 3).astype(np.int32) @ np.array([1 << 10, 1 << 5, 1], np.int32)
    commonest = pixels[coarse == np.bincount(coarse).argmax()].mean(axis=0)
    near = np.abs(pixels - commonest) <= _GROUND_TOLERANCE
    of_it: np.ndarray = near[:, 0] & near[:, 1] & near[:, 2]
    return of_it

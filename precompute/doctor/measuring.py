"""Measures pictures, so that the doctor recognises blurred, empty, blank and twice turned ones."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import PIL
from PIL import ExifTags, Image

from bundle.format import canonical_json
from precompute.store import Measures, MeasureStore

_VERSION = 2
"""The version of `measure`. Raise it with each change, so that no older measures are used."""

_SIDE = 512
"""Pictures are measured with this longer side in pixels, about the size on a product's page."""

_STEEPEST = 10
"""The steepest pixels, in percent, decide the sharpness: only edges can be sharp or blurred."""

_SLOPE = 2.0
"""The least slope that is not noise, in steps of 255 from one pixel to the next."""

_LEAST_SLOPES = 100
"""A picture with fewer such pixels has no measurable sharpness."""

_SMALL_SIDE = 128
"""The span is measured on a square with this side in pixels. Anything smaller than a pixel is a speck."""

_EVERY = 4
"""Colours are read from every fourth row and column, which is as good as all."""

_FRAME = 4
_FRAME_TOLERANCE = 10
_GROUND_TOLERANCE = 8
"""Pixels have the same colour if no channel differs by more, in steps of 255: compression adds as much."""


def fingerprint() -> str:
    """The key under which the store keeps measures."""
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

    def for_worker(self) -> Measuring:
        """See `MeasureStore.for_worker`."""
        return Measuring(self._store.for_worker())

    def refresh(self) -> None:
        """See `MeasureStore.refresh`."""
        self._store.refresh()


def measure(data: bytes, image: Image.Image) -> Measures:
    """Measure a file's bytes and the upright picture that they hold, RGB of any size."""
    width, height, orientation, noted = _header(data)
    reduced = _at_most(image, _SIDE)
    frame, span = _frame_and_span(np.asarray(_square(image, _SMALL_SIDE)))
    ground, ink = _ground_and_ink(np.asarray(reduced)[::_EVERY, ::_EVERY])
    return Measures(
        width=width,
        height=height,
        orientation=orientation,
        noted_width=noted[0],
        noted_height=noted[1],
        sharpness=sharpness(reduced),
        frame=frame,
        span=span,
        ground=ground,
        ink=ink,
    )


def sharpness(image: Image.Image) -> float | None:
    """How sharp the edges of a picture, RGB, are; None if it has no edges.

    This is the mean absolute Laplacian of the grey picture, divided by the mean length of its gradient. Both
    means are over the tenth of the pixels with the longest gradients. The variance of the Laplacian is a
    common measure of focus (Pech-Pacheco et al. 2000, “Diatom autofocusing in brightfield microscopy”), but
    contrast and plain areas change it more than blur does. Dividing by the gradient removes contrast, and
    using only edges removes plain areas. `benchmarks/doctor.py` compares both.
    """
    # In float32, not in whole numbers.
    grey = np.asarray(image.convert("F"))
    if min(grey.shape) < 3:
        return None
    across, down = grey[1:-1, 2:] - grey[1:-1, :-2], grey[2:, 1:-1] - grey[:-2, 1:-1]
    across *= across
    down *= down
    across += down
    # Twice the slope, squared. Roots and bends are computed where it is steep, at a tenth of the pixels.
    squares = across.ravel()
    place = squares.size * (100 - _STEEPEST) // 100
    steep = np.flatnonzero(squares >= max(np.partition(squares, place)[place], (2 * _SLOPE) ** 2))
    if len(steep) < _LEAST_SLOPES:
        return None
    width = grey.shape[1]
    rows, columns = np.divmod(steep, width - 2)
    flat, middle = grey.ravel(), (rows + 1) * width + columns + 1
    around = flat[middle - 1] + flat[middle + 1] + flat[middle - width] + flat[middle + width]
    bends = np.abs(around - 4 * flat[middle])
    return float(bends.sum() / (np.sqrt(squares[steep]).sum() / 2))


def _header(data: bytes) -> tuple[int, int, int, tuple[int, int]]:
    """Width and height as shown, the EXIF orientation, and the width and height that EXIF records."""
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        try:
            exif = image.getexif()
            orientation = int(exif.get(ExifTags.Base.Orientation, 1))
            inner = exif.get_ifd(ExifTags.IFD.Exif)
            tags = (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight)
            wide, high = (min(max(int(inner.get(tag, 0)), 0), 2**31 - 1) for tag in tags)
        # EXIF may hold anything. No error in it keeps a picture from being shown.
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
    """`frame` and `span` of `Measures`, from the picture as a square (s, s, 3), uint8.

    The frame is the part of the edge that has its median colour. The span is the longer side of the box
    around everything of another colour, without specks of one pixel.
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
    """`ground` and `ink` of `Measures`, from (h, w, 3) uint8. If all pixels are ground, ink is 1."""
    flat = pixels.reshape(-1, 3)
    ground = _of_one_colour(flat)
    others = flat[~ground]
    ink = _of_one_colour(others).mean() if len(others) else 1.0
    return float(ground.mean()), float(ink)


def _of_one_colour(pixels: np.ndarray) -> np.ndarray:
    """Which of the pixels (n, 3), uint8, have the commonest colour: (n,) bool."""
    red, green, blue = np.ascontiguousarray(pixels.T).astype(np.intp) >> 3
    coarse = red << 10 | green << 5 | blue
    commonest = pixels[coarse == np.bincount(coarse).argmax()].mean(axis=0)
    near = np.abs(pixels - commonest) <= _GROUND_TOLERANCE
    of_it: np.ndarray = near[:, 0] & near[:, 1] & near[:, 2]
    return of_it

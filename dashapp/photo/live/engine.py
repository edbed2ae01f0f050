"""One generation's live search: photos in, a ranking of the catalogue's products out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Protocol

import numpy as np

from dashapp.photo.live.uploads import MEDIA_TYPES, Photo
from dashapp.photo.live.vectors import RankedPositions, VectorIndex
from dashapp.problems import Problem
from pictures.apart import Apart
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import UPLOAD

_DECIMALS = 6
"""The decimals of scores, as in the stored lists."""

DECODER = Apart(UPLOAD)
"""Decodes all photos of this process, for any generation."""

_LEAST_SECONDS = 0.01


class PhotoExtractor(Protocol):
    """Turns an image into its embedding, for one thread at a time; others wait."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Embed an image (h, w, 3), uint8, RGB, as (d,), float32."""


@dataclass(frozen=True)
class PhotoMatches:
    """The products that photos found, and the milliseconds that each stage took."""

    ranked: RankedPositions
    milliseconds: dict[str, float]

    @property
    def entries(self) -> list[tuple[int, float]]:
        """Their positions in the catalogue with their scores, nearest first."""
        scores = np.round(self.ranked.scores.astype(np.float64), _DECIMALS) + 0.0
        return list(zip(self.ranked.positions.tolist(), scores.tolist(), strict=True))


@dataclass(frozen=True)
class Engine:
    """Searches one generation, by its first recipe.

    `ids` has the products' ids in the catalogue's order. `runtime` is what runs the extractor. `centre` (d,),
    float32, is subtracted from an embedding, which is then scaled to unit length; with None, neither is done.
    """

    ids: tuple[str, ...]
    recipe: str
    runtime: str
    form: Form
    extractor: PhotoExtractor
    centre: np.ndarray | None
    vectors: VectorIndex

    def warm_up(self) -> None:
        """Start the decoding process and run the extractor once, so that no photo has to wait."""
        DECODER.start()
        size = self.form.input_size
        self.extractor(np.zeros((size, size, 3), np.uint8))

    def search(self, photos: Sequence[Photo], *, count: int, admitted: bytes | None = None) -> PhotoMatches:
        """The `count` products nearest to what the photos show together: `VectorIndex.nearest` of their mean.

        `admitted` has a byte for each product, 1 if it may be found; None admits all. Raises `Problem` with
        status 415 or 422 if a photo cannot be used.
        """
        started = perf_counter()
        images = self._images(photos)
        decoded = perf_counter()
        embeddings = [self.extractor(image) for image in images]
        embedded = perf_counter()
        flags = None if admitted is None else np.frombuffer(admitted, np.bool_)
        ranked = self.vectors.nearest(self.combined(embeddings), count=count, admitted=flags)
        times = np.diff([started, decoded, embedded, perf_counter()]) * 1000
        return PhotoMatches(ranked, dict(zip(("decode", "model", "search"), times.tolist(), strict=True)))

    def combined(self, embeddings: Sequence[np.ndarray]) -> np.ndarray:
        """Combine embeddings into one vector (d,), float32: the mean of their vectors, scaled to unit length.

        For recipes in which length matters, the mean is not scaled.
        """
        lengths_count = self.centre is None and self.vectors.metric != "cosine"
        vectors = [self.projected(each) for each in embeddings]
        if len(vectors) == 1:
            return vectors[0] if lengths_count else unit(vectors[0])
        together = np.stack(vectors if lengths_count else [unit(each) for each in vectors])
        mean: np.ndarray = together.mean(axis=0, dtype=np.float32)
        return mean if lengths_count else unit(mean)

    def projected(self, embedding: np.ndarray) -> np.ndarray:
        """Apply the recipe's projection to an embedding: (d,), float32."""
        return embedding if self.centre is None else unit(embedding - self.centre)

    def _images(self, photos: Sequence[Photo]) -> list[np.ndarray]:
        """Make the extractor's inputs. All photos together may take as long as one alone."""
        images, left = [], DECODER.limits.seconds
        for place, photo in enumerate(photos, start=1):
            which = f"Photo {place}" if len(photos) > 1 else "The photo"
            image, seconds = self._image(photo, which, seconds=left)
            images.append(image)
            left = max(left - seconds, _LEAST_SECONDS)
        return images

    def _image(self, photo: Photo, which: str, *, seconds: float) -> tuple[np.ndarray, float]:
        size = self.form.input_size
        try:
            pixels, taken = DECODER.square(photo.data, self.form, box=photo.box, seconds=seconds)
            return np.frombuffer(pixels, np.uint8).reshape(size, size, 3), taken
        except NoPictureError as error:
            problem = Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{which} cannot be used: {error}.")
            problem.headers["Accept"] = ", ".join(MEDIA_TYPES)
            raise problem from None
        except PictureError as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{which} cannot be used: {error}.") from None


def unit(vector: np.ndarray) -> np.ndarray:
    """Scale a vector (d,) to unit length; zero stays zero."""
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else np.zeros_like(vector)

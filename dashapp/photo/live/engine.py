"""One generation's live search: photos in, a ranking of the catalogue's products out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Protocol

import numpy as np

from dashapp.photo.live.parts import PhotoParts, unit
from dashapp.photo.live.uploads import MEDIA_TYPES, Photo
from dashapp.photo.live.vectors import RankedPositions, VectorIndex
from dashapp.problems import Problem
from pictures.apart import Apart, Views
from pictures.colours.descriptor import describe_colours
from pictures.colours.foreground import Foreground
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import UPLOAD

_DECIMALS = 6
"""The decimals of scores, as in the stored lists."""

# Under load, pages go first: a third of the share of a process that has no niceness.
DECODER = Apart(UPLOAD, niceness=5)
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
    `parts` says what else a vector is made of, if the recipe has parts.
    """

    ids: tuple[str, ...]
    recipe: str
    runtime: str
    form: Form
    extractor: PhotoExtractor
    centre: np.ndarray | None
    parts: PhotoParts | None
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
        views = self._views(photos)
        decoded = perf_counter()
        embeddings = [self.extractor(image) for image, _ in views]
        embedded = perf_counter()
        flags = None if admitted is None else np.frombuffer(admitted, np.bool_)
        together = self.combined(embeddings, [descriptor for _, descriptor in views])
        ranked = self.vectors.nearest(together, count=count, admitted=flags)
        times = np.diff([started, decoded, embedded, perf_counter()]) * 1000
        return PhotoMatches(ranked, dict(zip(("decode", "model", "search"), times.tolist(), strict=True)))

    def combined(
        self, embeddings: Sequence[np.ndarray], descriptors: Sequence[np.ndarray | None] | None = None
    ) -> np.ndarray:
        """Combine photos into one vector (d,), float32: the mean of their vectors, scaled to unit length.

        For recipes in which length matters, the mean is not scaled. `descriptors` are the photos' colours.
        """
        lengths_count = self.centre is None and self.vectors.metric != "cosine"
        colours = descriptors or [None] * len(embeddings)
        vectors = [self.vector(*each) for each in zip(embeddings, colours, strict=True)]
        if len(vectors) == 1:
            return vectors[0] if lengths_count else unit(vectors[0])
        together = np.stack(vectors if lengths_count else [unit(each) for each in vectors])
        mean: np.ndarray = together.mean(axis=0, dtype=np.float32)
        return mean if lengths_count else unit(mean)

    def vector(self, embedding: np.ndarray, descriptor: np.ndarray | None) -> np.ndarray:
        """The vector of a photo, float32, from its embedding (d,) and its colours, if they have a weight."""
        if self.parts is None:
            return self.projected(embedding)
        return self.parts.vector(embedding, centre=self.centre, descriptor=descriptor)

    def projected(self, embedding: np.ndarray) -> np.ndarray:
        """Apply the recipe's projection to an embedding: (d,), float32."""
        return embedding if self.centre is None else unit(embedding - self.centre)

    def _views(self, photos: Sequence[Photo]) -> list[tuple[np.ndarray, np.ndarray | None]]:
        """Make the extractor's inputs, with the colours if they have a weight.

        All photos together may take as long as one alone.
        """
        size = self.form.input_size
        views: list[tuple[np.ndarray, np.ndarray | None]] = []
        left = DECODER.limits.seconds
        for place, photo in enumerate(photos, start=1):
            which = f"Photo {place}" if len(photos) > 1 else "The photo"
            seen = self._seen(photo, which, seconds=left)
            image = np.frombuffer(seen.square, np.uint8).reshape(size, size, 3)
            views.append((image, _colours(seen) if seen.reduced else None))
            left = max(left - seen.seconds, _LEAST_SECONDS)
        return views

    def _seen(self, photo: Photo, which: str, *, seconds: float) -> Views:
        coloured = self.parts is not None and self.parts.colour > 0
        try:
            return DECODER.views(photo.data, self.form, box=photo.box, seconds=seconds, reduced=coloured)
        except NoPictureError as error:
            detail = f"{which} cannot be used: {error}."
            problem = Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, code="photo-unsupported")
            problem.headers["Accept"] = ", ".join(MEDIA_TYPES)
            raise problem from None
        except PictureError as error:
            detail = f"{which} cannot be used: {error}."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="photo-unusable") from None


def _colours(seen: Views) -> np.ndarray:
    pixels = np.frombuffer(seen.reduced, np.uint8).reshape(*seen.shape, 3)
    return describe_colours(Foreground.of_reduced(pixels))

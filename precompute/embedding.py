"""Embeds the pictures of a catalogue: batches from the loader through the extractor, by image id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from precompute.extractors import Extractor
from precompute.images import to_input
from precompute.loader import Loaded, load
from precompute.machine import available_cores
from precompute.recipe import Recipe

_WINDOW = 64
"""Images that are loaded ahead of the extractor at the most; their inputs take about 10 MB."""


@dataclass
class Embeddings:
    """What came of a list of files.

    `images` has the image id of each file that has an embedding, `left_out` the reason for each other
    one. `ids` and `vectors` (n, d), float32, belong together row by row, one row for each distinct image.
    """

    images: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    vectors: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))
    reading_seconds: float = 0.0
    embedding_seconds: float = 0.0


def embed(
    folder: Path,
    files: list[str],
    extractor: Extractor,
    recipe: Recipe,
    *,
    also: Callable[[str, Image.Image], None] | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> Embeddings:
    """Embed the pictures in `files`, paths below `folder`.

    `also(image id, picture)` is called in a loader's thread for each distinct picture: the thumbnail is
    made there, from the same pixels. `advance(count)` is told of every file that is done.
    `reading_seconds` is the time spent waiting for pictures, `embedding_seconds` the extractor's.
    """

    def prepare(image_id: str, image: Image.Image) -> np.ndarray:
        if also is not None:
            also(image_id, image)
        return to_input(image, recipe.input_size, resize=recipe.resize, interpolation=recipe.interpolation)

    result = Embeddings()
    # Closed also where an exception passes, so that no thread goes on writing thumbnails after it.
    with closing(load(folder, files, prepare, threads=available_cores(), ahead=_WINDOW)) as loaded:
        reasons = _embed_batches(loaded, extractor, result, advance)
    # The reason of an image holds for every file with the same content, also for one that came before.
    for file, image_id in list(result.images.items()):
        if image_id in reasons:
            result.left_out[file] = reasons[image_id]
            del result.images[file]
    return result


def _embed_batches(
    loaded: Iterable[Loaded[np.ndarray]],
    extractor: Extractor,
    result: Embeddings,
    advance: Callable[[int], None],
) -> dict[str, str]:
    """Fill in `result` and return the reason of each image id that has no embedding."""
    reasons: dict[str, str] = {}
    vectors: list[np.ndarray] = []
    started = perf_counter()
    for batch in _batches(loaded, extractor.batch):
        result.reading_seconds += perf_counter() - started
        started = perf_counter()
        inputs = [item for item in batch if item.result is not None]
        if inputs:
            found = extractor(np.stack([item.result for item in inputs]))
            for item, vector in zip(inputs, found, strict=True):
                if np.isfinite(vector).all():
                    result.ids.append(item.image_id)
                    vectors.append(vector)
                else:
                    reasons[item.image_id] = "its embedding has values that are no numbers"
        for item in batch:
            if item.image_id is None:
                result.left_out[item.file] = item.reason
                continue
            result.images[item.file] = item.image_id
            if item.reason is not None:
                reasons[item.image_id] = item.reason
        result.embedding_seconds += perf_counter() - started
        advance(len(batch))
        started = perf_counter()
    if vectors:
        result.vectors = np.stack(vectors)
    return reasons


def _batches(loaded: Iterable[Loaded], size: int) -> Iterator[list[Loaded]]:
    """Group what was loaded so that each group, but for the last, brings `size` new pictures."""
    batch, pictures = [], 0
    for item in loaded:
        batch.append(item)
        pictures += item.result is not None
        if pictures == size:
            yield batch
            batch, pictures = [], 0
    if batch:
        yield batch

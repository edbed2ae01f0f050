"""Embeds the pictures of a catalogue: batches from the loader through the extractors, by image id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from precompute.extractors import Extractor
from precompute.images import decode, to_input
from precompute.loader import Loaded, load
from precompute.machine import available_cores
from precompute.recipe import Recipe

_WINDOW = 64
"""Images that are loaded ahead of the extractors at the most; the inputs of one take about 10 MB."""

_NOT_FINITE = "its embedding has values that are no numbers"


@dataclass
class Embeddings:
    """What came of a list of files under one recipe.

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
    """Embed the pictures in `files`, paths below `folder`, under one recipe; see `embed_all`."""
    return embed_all(folder, files, [(extractor, recipe)], also=also, advance=advance)[0]


def embed_all(
    folder: Path,
    files: list[str],
    pairs: Sequence[tuple[Extractor, Recipe]],
    *,
    also: Callable[[str, Image.Image], None] | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> list[Embeddings]:
    """Embed the pictures in `files`, paths below `folder`, under several recipes in one pass.

    Each file is read once, decoded once for each distinct decoding and resized once for each distinct input.
    A picture that has no embedding under one of the recipes is left out under all of them, so that the
    results have the same `images`, `left_out` and `ids`.

    `also(image id, upright picture)` is called in a loader's thread for each distinct picture: the thumbnail
    is made there. `advance(count)` is told of every file that is done. `reading_seconds` is the time spent
    waiting for pictures, `embedding_seconds` the extractor's own.
    """
    # Recipes that differ only in what is done with the embeddings share them.
    wanted = [(extractor, _Form.of(recipe)) for extractor, recipe in pairs]
    works = list(dict.fromkeys(wanted))
    forms = list(dict.fromkeys(form for _, form in works))

    def prepare(image_id: str, data: bytes) -> list[np.ndarray]:
        decodings = dict.fromkeys([*(["upright"] if also else []), *(form.decoding for form in forms)])
        pictures = {decoding: decode(data, decoding) for decoding in decodings}
        if also is not None:
            also(image_id, pictures["upright"])
        return [form.make(pictures[form.decoding]) for form in forms]

    progress = _Progress(len(files), len(works))
    # Closed also where an exception passes, so that no thread goes on writing thumbnails after it.
    with closing(load(folder, files, prepare, threads=available_cores(), ahead=_WINDOW)) as loaded:
        started = perf_counter()
        for batch in _batches(loaded, max(extractor.batch for extractor, _ in works)):
            progress.reading_seconds += perf_counter() - started
            new = [item for item in batch if item.result is not None]
            if new:
                by_form = zip(*(item.result for item in new), strict=True)
                inputs = {form: np.stack(arrays) for form, arrays in zip(forms, by_form, strict=True)}
                for place, (extractor, form) in enumerate(works):
                    progress.embed(place, extractor, inputs[form])
            progress.note(batch)
            advance(len(batch))
            started = perf_counter()
    results = progress.results()
    return [results[works.index(work)] for work in wanted]


@dataclass(frozen=True)
class _Form:
    """How a picture becomes an extractor's input."""

    decoding: str
    size: int
    resize: str
    interpolation: str

    @classmethod
    def of(cls, recipe: Recipe) -> _Form:
        return cls(recipe.decoding, recipe.input_size, recipe.resize, recipe.interpolation)

    def make(self, picture: Image.Image) -> np.ndarray:
        return to_input(picture, self.size, resize=self.resize, interpolation=self.interpolation)


class _Progress:
    """What was embedded so far, under each of some recipes."""

    def __init__(self, files: int, recipes: int) -> None:
        self.reading_seconds = 0.0
        self._files = files
        self._images: dict[str, str] = {}
        self._left_out: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        self._ids: list[str] = []
        self._vectors: list[np.ndarray | None] = [None] * recipes
        self._seconds = [0.0] * recipes

    def embed(self, place: int, extractor: Extractor, inputs: np.ndarray) -> None:
        """Put the embeddings of a batch's new pictures into their rows, under the recipe of this place."""
        started = perf_counter()
        for begin in range(0, len(inputs), extractor.batch):
            found = extractor(inputs[begin : begin + extractor.batch])
            vectors = self._vectors[place]
            if vectors is None:
                # The system gives the memory of a row when it is written: no copy, no more than is used.
                vectors = self._vectors[place] = np.empty((self._files, found.shape[1]), np.float32)
            row = len(self._ids) + begin
            vectors[row : row + len(found)] = found
        self._seconds[place] += perf_counter() - started

    def note(self, batch: list[Loaded[list[np.ndarray]]]) -> None:
        """Keep what came of each file of a batch, after its pictures were embedded."""
        for item in batch:
            if item.image_id is None:
                self._left_out[item.file] = item.reason
                continue
            self._images[item.file] = item.image_id
            if item.reason is not None:
                self._reasons[item.image_id] = item.reason
            elif item.result is not None:
                row = len(self._ids)
                if not all(np.isfinite(vectors[row]).all() for vectors in self._vectors):
                    self._reasons[item.image_id] = _NOT_FINITE
                self._ids.append(item.image_id)

    def results(self) -> list[Embeddings]:
        """One `Embeddings` for each recipe."""
        # The reason of an image holds for every file with the same content, also for one that came before.
        for file, image_id in list(self._images.items()):
            if image_id in self._reasons:
                self._left_out[file] = self._reasons[image_id]
                del self._images[file]
        rows = [row for row, image_id in enumerate(self._ids) if image_id not in self._reasons]
        ids = [self._ids[row] for row in rows]
        results = []
        for vectors, seconds in zip(self._vectors, self._seconds, strict=True):
            kept = np.empty((0, 0), np.float32) if vectors is None else vectors[: len(self._ids)]
            if len(rows) < len(self._ids):
                kept = kept[rows]
            results.append(Embeddings(self._images, self._left_out, ids, kept, self.reading_seconds, seconds))
        return results


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

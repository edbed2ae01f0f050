"""Embeds the pictures of a catalogue: batches from the loader through the extractors, by image id.

Results in the store are not computed again: a fully known picture is only read and hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic, perf_counter

import numpy as np
from PIL import Image

from pictures.form import Form
from pictures.in_time import decode_in_time, given_up_when_stopped
from precompute.embeddings.loader import Loaded, load
from precompute.models.recipe import Recipe
from precompute.models.registry import Extractor
from precompute.shared.machine import available_cores
from precompute.store import EmbeddingStore

_WINDOW = 64
"""How many images are loaded ahead of the extractors, or two of their batches if that is more. The inputs of
one image take about 10 MB."""

_COMMIT_EVERY = 1.0
"""Seconds between writes of results to the disk: a kill loses at most this much work, or one batch."""

_NOT_FINITE = "its embedding has values that are NaN or infinite"


class EmbeddingTask:
    """One recipe's task: embedding pictures in one form with one extractor."""

    def __init__(
        self,
        recipe: Recipe,
        open_extractor: Callable[[], Extractor],
        store: EmbeddingStore,
        *,
        batch: int = 1,
        quarter_turns: int = 0,
    ) -> None:
        """`open_extractor` is called for the first picture that is not in the `store`.

        `batch` is how many pictures it will take at once: enough are loaded ahead that it need not wait. Each
        input is turned counter-clockwise by so many `quarter_turns`.
        """
        self.form = Form(recipe.decoding, recipe.input_size, recipe.resize, recipe.interpolation)
        self.store, self.quarter_turns = store, quarter_turns
        self.opening_seconds = self.embedding_seconds = 0.0
        self.batch = batch
        self._open = open_extractor

    @cached_property
    def extractor(self) -> Extractor:
        """The extractor, opened on first use."""
        started = perf_counter()
        opened = self._open()
        self.opening_seconds = perf_counter() - started
        return opened

    def embed(self, batch: Sequence[tuple[str, np.ndarray]]) -> list[str]:
        """Embed pictures, each an image id and its input. Returns the ids of those without an embedding."""
        refused: list[str] = []
        if not batch:
            return refused
        size = self.extractor.batch
        started = perf_counter()
        for begin in range(0, len(batch), size):
            ids, inputs = zip(*batch[begin : begin + size], strict=True)
            vectors = self.extractor(np.stack(inputs))
            finite = np.isfinite(vectors).all(axis=1)
            self.store.add([ids[row] for row in np.flatnonzero(finite)], vectors[finite])
            refused += [ids[row] for row in np.flatnonzero(~finite)]
        self.embedding_seconds += perf_counter() - started
        return refused


@dataclass
class Embedded:
    """The result of embedding a list of files.

    `images` has the image id of each file whose picture has an embedding from every extractor, `left_out` the
    reason for each other one. `known` is how many distinct pictures were known before.
    """

    images: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    known: int = 0
    reading_seconds: float = 0.0

    @property
    def ids(self) -> list[str]:
        """The distinct image ids, sorted."""
        return sorted(set(self.images.values()))

    def files_by_image(self) -> dict[str, str]:
        """A file that holds each image, the first by name of several."""
        return {image_id: file for file, image_id in sorted(self.images.items(), reverse=True)}


def embed_all(
    folder: Path,
    files: list[str],
    tasks: Sequence[EmbeddingTask],
    *,
    known: Callable[[str], bool] = lambda image_id: True,
    on_new_picture: Callable[[str, bytes, Image.Image], None] = lambda image_id, data, image: None,
    commit: Callable[[], None] = lambda: None,
    advance: Callable[[int, int], None] = lambda count, known: None,
    threads: int | None = None,
) -> Embedded:
    """Embed the pictures in `files`, paths below `folder`, for several recipes in one pass.

    Each file is read once, decoded once for each distinct decoding and resized once for each distinct input;
    a picture that all stores hold and that is `known` is not decoded. A picture that has no embedding under
    one of the recipes is left out under all of them.

    `on_new_picture(image id, the file's bytes, upright picture)` is called in a loader's thread for each
    distinct picture that is not `known(image id)`: the thumbnail is made there. `commit` is called where the
    stores' own `commit` is. `advance(count, known)` is called with the number of files done, and how many of
    them were known. `threads` load pictures, by default one for each core. `reading_seconds` is the time
    spent waiting for pictures.
    """

    def prepare(image_id: str, data: bytes) -> _Prepared:
        fresh = not known(image_id)
        lacking = [task for task in tasks if image_id not in task.store]
        decodings = {*(["upright"] if fresh else []), *(task.form.decoding for task in lacking)}
        pictures = {decoding: decode_in_time(data, decoding) for decoding in decodings}
        inputs = {form: form.make(pictures[form.decoding]) for form in {task.form for task in lacking}}
        if fresh:
            on_new_picture(image_id, data, pictures["upright"])
        turned = [(task, np.rot90(inputs[task.form], task.quarter_turns)) for task in lacking]
        return _Prepared(turned, new=fresh or bool(lacking))

    def commit_all() -> None:
        commit()
        for task in tasks:
            task.store.commit()

    progress = _Progress()
    ahead = max([_WINDOW, *(2 * task.batch for task in tasks)])
    pictures_loaded = load(folder, files, prepare, threads=threads or available_cores(), ahead=ahead)
    # Closed even after an exception, so that no thread continues to write thumbnails.
    with closing(pictures_loaded) as loaded, given_up_when_stopped():
        started, committed = perf_counter(), monotonic()
        for batch in _batches(loaded):
            progress.found.reading_seconds += perf_counter() - started
            for task in tasks:
                progress.refuse(task.embed(_inputs_of(task, batch)))
            progress.note(batch)
            advance(len(batch), sum(item.result is not None and not item.result.new for item in batch))
            if monotonic() - committed >= _COMMIT_EVERY:
                commit_all()
                committed = monotonic()
            started = perf_counter()
    commit_all()
    # The first picture that needs an extractor waits until it is open.
    progress.found.reading_seconds -= sum(task.opening_seconds for task in tasks)
    return progress.result(files)


@dataclass(frozen=True)
class _Prepared:
    """A picture's inputs, one for each task that lacks its embedding."""

    inputs: list[tuple[EmbeddingTask, np.ndarray]]
    new: bool


class _Progress:
    """The results so far."""

    def __init__(self) -> None:
        self.found = Embedded()
        self._reasons: dict[str, str] = {}

    def refuse(self, image_ids: Iterable[str]) -> None:
        """Leave out pictures that have no embedding."""
        self._reasons |= dict.fromkeys(image_ids, _NOT_FINITE)

    def note(self, batch: list[Loaded[_Prepared]]) -> None:
        """Record the result of each file of a batch."""
        for item in batch:
            if item.image_id is None:
                self.found.left_out[item.file] = item.reason
                continue
            self.found.images[item.file] = item.image_id
            if item.reason:
                self._reasons[item.image_id] = item.reason
            elif item.result is not None:
                self.found.known += not item.result.new

    def result(self, files: Sequence[str]) -> Embedded:
        """The final result, in the order of the files. Files with the same image share its result."""
        images = self.found.images
        left_out = self.found.left_out
        for file in [file for file in files if images.get(file) in self._reasons]:
            left_out[file] = self._reasons[images.pop(file)]
        self.found.left_out = {file: left_out[file] for file in files if file in left_out}
        return self.found


def _batches(loaded: Iterable[Loaded[_Prepared]]) -> Iterator[list[Loaded[_Prepared]]]:
    """Group loaded pictures so that each group has enough new pictures for the extractors that need them.

    An extractor takes as long for one picture as for a full batch, so new pictures wait for each other. Known
    pictures pass at once, so that people see progress.
    """
    known: list[Loaded[_Prepared]] = []
    new: list[Loaded[_Prepared]] = []
    size = 0
    for item in loaded:
        if item.result is not None and item.result.inputs:
            new.append(item)
            size = max(size, *(task.extractor.batch for task, _ in item.result.inputs))
        else:
            known.append(item)
        if new and len(new) == size:
            yield known + new
            known, new, size = [], [], 0
        elif len(known) >= _WINDOW:
            yield known
            known = []
    if known or new:
        yield known + new


def _inputs_of(task: EmbeddingTask, batch: list[Loaded[_Prepared]]) -> list[tuple[str, np.ndarray]]:
    return [
        (item.image_id, array)
        for item in batch
        if item.image_id is not None and item.result is not None
        for of, array in item.result.inputs
        if of is task
    ]

"""The live search of a bundle that was built with --live, on LiteRT."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from bundle import Bundle
from bundle.live import CENTRE, EXTRACTOR, LiveSearch, head_name
from dashapp.photo.live.engine import Engine
from dashapp.photo.live.parts import PhotoHead, PhotoParts
from dashapp.photo.live.vectors import VectorIndex
from pictures.form import Form


class LiteRTPhotoExtractor:
    """A `PhotoExtractor` that runs on LiteRT.

    The model is opened on first use, because its threads would not survive the fork of a worker.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """See `dashapp.photo.live.engine.PhotoExtractor`."""
        with self._lock:
            interpreter, read, written = self._opened
            interpreter.set_tensor(read, image[np.newaxis])
            interpreter.invoke()
            embeddings: np.ndarray = interpreter.get_tensor(written)
            return embeddings[0, :]

    @cached_property
    def _opened(self) -> tuple[Any, int, int]:
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_path=str(self._path), num_threads=len(os.sched_getaffinity(0)))
        interpreter.allocate_tensors()
        read, written = interpreter.get_input_details(), interpreter.get_output_details()
        return interpreter, read[0]["index"], written[0]["index"]


def open_litert(bundle: Bundle, live: LiveSearch) -> Engine:
    """The engine of a bundle's live part, which `bundle.live.read_live` read."""
    centred = live.projection == "centre"
    return Engine(
        ids=tuple(bundle.product_ids(offset=0, limit=bundle.count)),
        recipe=live.recipe,
        runtime="litert",
        form=Form.of(live.form),
        extractor=LiteRTPhotoExtractor(live.path(EXTRACTOR)),
        centre=np.fromfile(live.path(CENTRE), "<f4") if centred else None,
        parts=_parts(live),
        vectors=VectorIndex.read(live),
    )


def _parts(live: LiveSearch) -> PhotoParts | None:
    if live.parts is None:
        return None
    size, heads = live.parts.embedding, []
    for number, head in enumerate(live.parts.heads):
        numbers = np.fromfile(live.path(head_name(number)), "<f4")
        heads.append(PhotoHead(numbers[:size], numbers[size:].reshape(size, -1), head["weight"]))
    return PhotoParts(live.parts.features, live.parts.colour, tuple(heads))

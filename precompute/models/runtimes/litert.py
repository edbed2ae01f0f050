"""Runs an extractor's model with LiteRT, and converts it for that from Keras."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from precompute.shared.errors import UserError
from precompute.shared.machine import available_cores
from precompute.shared.progress import say
from precompute.shared.quiet_libraries import quiet_libraries

if TYPE_CHECKING:
    import keras

_FOR_EACH = 8
"""Images for each interpreter in a batch: all wait for the slowest, the less often the more there are."""

_MOST_BYTES = 1024 * 1024 * 1024
"""About what interpreters may take for their copies of the weights. Of a larger model, cores share them."""

_BYTES_OF_A_WEIGHT = 3
"""A weight takes four bytes; those of a batch normalization vanish into the convolution before it."""

_PROBES = 8
_MINIMUM_COSINE = 0.9999
"""How many made-up images a converted model must embed as Keras does, and how nearly."""


class LiteRTExtractor:
    """An `Extractor` on LiteRT, with XNNPACK on all cores that this process may use.

    Each core takes images of its own. If all worked on one image, they would wait for each other after every
    layer, and LiteRT's threads wait by spinning. An embedding is the same to the bit either way.
    """

    runtime = "litert"

    def __init__(self, flatbuffer: bytes, *, weights_sha256: str) -> None:
        """`flatbuffer` is a model whose input is one uint8 image (1, h, w, 3)."""
        from ai_edge_litert.interpreter import Interpreter

        self.weights_sha256 = weights_sha256
        cores = available_cores()
        threads = -(-cores // max(1, _MOST_BYTES // len(flatbuffer)))
        count = -(-cores // threads)
        self.batch = _FOR_EACH * count
        self._idle: SimpleQueue[Interpreter] = SimpleQueue()
        for _ in range(count):
            interpreter = Interpreter(model_content=flatbuffer, num_threads=threads)
            interpreter.allocate_tensors()
            self._idle.put(interpreter)
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="litert")

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """See `Extractor`."""
        return np.concatenate(list(self._threads.map(self._embedded, images)))

    def _embedded(self, image: np.ndarray) -> np.ndarray:
        """The embedding (1, d) of an image (h, w, 3)."""
        interpreter = self._idle.get()
        try:
            interpreter.set_tensor(self._input, image[np.newaxis])
            interpreter.invoke()
            embedding: np.ndarray = interpreter.get_tensor(self._output)
        finally:
            self._idle.put(interpreter)
        return embedding


def converted(model: Callable[[], keras.Model], *, name: str) -> bytes:
    """The converted form of a model, from the user's cache folder or, the first time, from TensorFlow.

    `name` says which model it is, weights included; `model` makes it where it must be converted. A kept
    file's name holds the hash of its content, and a file that no longer fits its name is made anew.
    """
    folder = platformdirs.user_cache_path("akin")
    # The 1 is the number of images at a time. Other numbers are left from before.
    for path in folder.glob(f"{name}-1-*.tflite"):
        content = path.read_bytes()
        if path.stem.endswith(_short_hash(content)):
            return content
    say("Converting the model for LiteRT, once on this machine …")
    with quiet_libraries():
        content = convert(model())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-1-{_short_hash(content)}.tflite"
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        # A home that cannot be written costs the next build some seconds, and nothing else.
        pass
    return content


def convert(model: keras.Model) -> bytes:
    """A Keras model as a LiteRT flatbuffer for one image at a time, checked against the original.

    Raises `UserError` where the result is too small to hold the weights or its embeddings differ.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shape = model.input_shape[1:]
    function = tf.function(lambda images: model(images, training=False)).get_concrete_function(
        tf.TensorSpec((1, *shape), tf.uint8)
    )
    # Unfrozen, the converter drops the weights without an error and the model returns NaN.
    frozen = convert_variables_to_constants_v2(function)
    content: bytes = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()

    probes = np.random.default_rng(0).integers(0, 256, (_PROBES, *shape), dtype=np.uint8)
    converted_model = LiteRTExtractor(content, weights_sha256="")
    cosine = smallest_cosine(np.asarray(model(probes, training=False)), converted_model(probes))
    if len(content) < _BYTES_OF_A_WEIGHT * model.count_params() or not cosine > _MINIMUM_COSINE:
        raise UserError(
            f"The conversion of {model.name} to LiteRT went wrong ({len(content):,} bytes, "
            f"cosine {cosine:.6f} to Keras where above {_MINIMUM_COSINE} is expected): use --runtime keras."
        )
    return content


def smallest_cosine(first: np.ndarray, second: np.ndarray) -> float:
    """The smallest cosine between rows of the same place in two arrays (n, d)."""
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return float(np.min(np.sum(first.astype(np.float64) * second, axis=1) / norms))


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]

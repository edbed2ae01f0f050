"""Runs an extractor's model with LiteRT, and converts it for that from Keras."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from precompute.models.runtimes.padding import pad
from precompute.shared.errors import UserError
from precompute.shared.machine import available_cores
from precompute.shared.progress import say
from precompute.shared.quiet_libraries import quiet_libraries

if TYPE_CHECKING:
    import keras

_BATCH = 8
_BYTES_OF_A_WEIGHT = 3
"""A weight takes four bytes; those of a batch normalization vanish into the convolution before it."""

_MINIMUM_COSINE = 0.9999


class LiteRTExtractor:
    """An `Extractor` on LiteRT, with XNNPACK on all cores that this process may use."""

    runtime = "litert"

    def __init__(self, flatbuffer: bytes, *, weights_sha256: str) -> None:
        """`flatbuffer` is a model whose input is uint8 images (batch, h, w, 3)."""
        from ai_edge_litert.interpreter import Interpreter

        self.weights_sha256 = weights_sha256
        self._interpreter = Interpreter(model_content=flatbuffer, num_threads=available_cores())
        self._interpreter.allocate_tensors()
        described = self._interpreter.get_input_details()[0]
        self._input, self.batch = described["index"], int(described["shape"][0])
        self._output = self._interpreter.get_output_details()[0]["index"]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """See `Extractor`."""
        self._interpreter.set_tensor(self._input, pad(images, self.batch))
        self._interpreter.invoke()
        embeddings: np.ndarray = self._interpreter.get_tensor(self._output)
        return embeddings[: len(images)]


def converted(model: Callable[[], keras.Model], *, name: str, batch: int = _BATCH) -> bytes:
    """The converted form of a model, from the user's cache folder or, the first time, from TensorFlow.

    `name` says which model it is, weights included; `model` makes it where it must be converted. A kept
    file's name holds the hash of its content, and a file that no longer fits its name is made anew.
    """
    folder = platformdirs.user_cache_path("akin")
    for path in folder.glob(f"{name}-{batch}-*.tflite"):
        content = path.read_bytes()
        if path.stem.endswith(_short_hash(content)):
            return content
    say("Converting the model for LiteRT, once on this machine …")
    with quiet_libraries():
        content = convert(model(), batch=batch)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{batch}-{_short_hash(content)}.tflite"
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        # A home that cannot be written costs the next build some seconds, and nothing else.
        pass
    return content


def convert(model: keras.Model, *, batch: int) -> bytes:
    """A Keras model as a LiteRT flatbuffer with a fixed batch, checked against the original.

    Raises `UserError` where the result is too small to hold the weights or its embeddings differ.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shape = (batch, *model.input_shape[1:])
    function = tf.function(lambda images: model(images, training=False)).get_concrete_function(
        tf.TensorSpec(shape, tf.uint8)
    )
    # Unfrozen, the converter drops the weights without an error and the model returns NaN.
    frozen = convert_variables_to_constants_v2(function)
    content: bytes = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()

    probes = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
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

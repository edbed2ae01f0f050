"""Runs an extractor's model with Keras on TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from precompute.models.devices import FAST, FLOAT32
from precompute.models.runtimes.padding import pad
from precompute.shared.errors import UserError

BFLOAT16 = FAST["cpu"]


def gpu_names() -> tuple[str, ...]:
    """The names of the GPUs that TensorFlow sees."""
    details = (
        tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")
    )
    return tuple(str(each.get("device_name", "a GPU")) for each in details)


def gpu_capability() -> tuple[int, int]:
    """The compute capability of the first GPU, (major, minor); (0, 0) if TensorFlow does not say."""
    gpu, *_ = tf.config.list_physical_devices("GPU")
    major, minor = tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
    return int(major), int(minor)


def compute_on(kind: str) -> None:
    """Let TensorFlow compute on "cpu" or "gpu", in float32. Call it once, before a model is made."""
    tf.config.experimental.enable_tensor_float_32_execution(False)
    gpus = tf.config.list_physical_devices("GPU")
    seen = gpus if kind == "gpu" else []
    if tf.config.get_visible_devices("GPU") != seen:
        tf.config.set_visible_devices(seen, "GPU")


@contextmanager
def layers_in(precision: str) -> Iterator[None]:
    """Make the layers of models inside so that they compute in that precision: weights stay float32.

    TF32 is no type of layers: they compute in float32, and the GPU rounds factors.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(f"mixed_{BFLOAT16}" if precision == BFLOAT16 else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


class KerasExtractor:
    """An `Extractor` on Keras."""

    runtime = "keras"

    def __init__(
        self, model: keras.Model, *, weights_sha256: str, batch: int = 32, precision: str = FLOAT32
    ) -> None:
        """`model` takes uint8 images (n, h, w, 3) and gives embeddings (n, d), made in this `precision`.

        TensorFlow's default for GPUs is TF32, which rounds the factors of products to 10 bits: embeddings
        would differ from a CPU's in the third decimal. So it is only on for `precision` TF32. Raises
        `UserError` if the precision is bfloat16 and a layer with weights was not made for it.
        """
        if precision == BFLOAT16 and any(layer.compute_dtype != BFLOAT16 for layer in _weighted(model)):
            raise UserError(
                "Expected a recipe whose layers can compute in bfloat16 for --fast on a CPU. "
                f"Received: {model.name}, made with float32 layers. Leave --fast out."
            )
        self.weights_sha256, self.batch, self._tf32 = weights_sha256, batch, precision == FAST["gpu"]
        shape = (self.batch, *model.input_shape[1:])
        # One shape, traced once: `model.predict` would build a data pipeline at every call.
        self._run = tf.function(
            lambda images: tf.cast(model(images, training=False), tf.float32)
        ).get_concrete_function(tf.TensorSpec(shape, tf.uint8))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """See `Extractor`."""
        tf.config.experimental.enable_tensor_float_32_execution(self._tf32)
        embeddings: np.ndarray = self._run(tf.constant(pad(images, self.batch))).numpy()
        return embeddings[: len(images)]


def _weighted(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model that have weights, those of models in it too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _weighted(layer)
        elif layer.weights:
            yield layer

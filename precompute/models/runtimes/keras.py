"""Runs an extractor's model with Keras on TensorFlow."""

from __future__ import annotations

import os

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from precompute.models.runtimes.padding import pad


def gpu_names() -> tuple[str, ...]:
    """The names of the GPUs that TensorFlow sees."""
    details = (
        tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")
    )
    return tuple(str(each.get("device_name", "a GPU")) for each in details)


def compute_on(kind: str) -> None:
    """Let TensorFlow compute on "cpu" or "gpu". Call it before a model is made, and with one kind a process.

    TensorFlow's default for GPUs is TF32, which rounds the factors of products to 10 bits: embeddings would
    differ from a CPU's in the third decimal.
    """
    tf.config.experimental.enable_tensor_float_32_execution(False)
    gpus = tf.config.list_physical_devices("GPU")
    seen = gpus if kind == "gpu" else []
    if tf.config.get_visible_devices("GPU") != seen:
        tf.config.set_visible_devices(seen, "GPU")


class KerasExtractor:
    """An `Extractor` on Keras."""

    runtime = "keras"

    def __init__(self, model: keras.Model, *, weights_sha256: str, batch: int = 32) -> None:
        """`model` takes uint8 images (n, h, w, 3) and gives float32 embeddings (n, d)."""
        self.weights_sha256, self.batch = weights_sha256, batch
        shape = (self.batch, *model.input_shape[1:])
        # One shape, traced once: `model.predict` would build a data pipeline at every call.
        self._run = tf.function(lambda images: model(images, training=False)).get_concrete_function(
            tf.TensorSpec(shape, tf.uint8)
        )

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """See `Extractor`."""
        embeddings: np.ndarray = self._run(tf.constant(pad(images, self.batch))).numpy()
        return embeddings[: len(images)]

"""Seeded weights for networks: their layers' outputs keep the scale of their inputs, as trained ones do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def application(
    name: str, *, classifier: bool = False, size: int | None = None, seed: int = 1
) -> keras.Model:
    """A model of keras.applications with seeded weights."""
    import keras

    shape = None if size is None else (size, size, 3)
    model = getattr(keras.applications, name)(weights=None, include_top=classifier, input_shape=shape)
    seed_weights(model, seed)
    return model


DRAWN = 1_000_003
"""How many numbers are drawn for a kernel: a prime, so that no larger one has two equal rows or columns."""


def seed_weights(model: keras.Model, seed: int) -> None:
    """Draw every kernel anew from a normal distribution of variance 2 / fan-in (He and others 2015).

    Those of the fully connected layers of VGG, with a hundred million numbers, repeat what is drawn.
    """
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.name.endswith("kernel"):
            shape = weight.shape
            fan_in = np.prod(shape[:2]) if shape[-1] == 1 else np.prod(shape[:-1])
            drawn = random.standard_normal(min(np.prod(shape), DRAWN), np.float32)
            weight.assign(np.resize(drawn * np.float32(np.sqrt(2 / fan_in)), shape))


def save(model: keras.Model, path: Path) -> Path:
    """Write the weights, or with .keras and .h5 the whole model, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    return path

"""What stands before and after a network, inside the extractor's model: preprocessing and pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError

_FITTING = {
    1: ("none",),
    2: ("avg", "max", "gem", "flatten"),
    3: ("avg", "max", "gem", "foreground", "flatten"),
}
"""The poolings of a layer's output, by the number of its axes without the first: vectors, tokens, maps."""

_LEAST_WEIGHT = 1e-3
"""The least weight of a cell in `ForegroundPooling`, where most have some tenths."""


class Preprocessing(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A function of pixels, as a layer: uint8 (n, h, w, 3) to float32 of the same shape."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__(name="preprocessing")
        self._function = function

    def call(self, images: Any) -> Any:
        """Images in RGB from 0 to 255, to what the network was trained with."""
        return self._function(ops.cast(images, "float32"))


class GeneralizedMeanPooling(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """The generalized mean with p = 3 over all axes but the first and the last: (mean of max(x, 0)³)^⅓.

    Radenović, Tolias and Chum 2018, arXiv 1711.02512, equation 3. Between the mean (p = 1) and the
    maximum (p → ∞): strong local features weigh more than empty background.
    """

    def call(self, features: Any) -> Any:
        """Features (n, h, w, c) or (n, tokens, c) to their pooled form (n, c)."""
        positive = ops.maximum(features, 0)
        places = tuple(range(1, len(features.shape) - 1))
        return ops.power(ops.mean(positive * positive * positive, axis=places), 1 / 3)


class ForegroundPooling(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """The generalized mean with p = 2 of a map's cells, those that differ from its border weighing more.

    (Σ w · max(x, 0)² / Σ w)^½, where a cell's weight w is 1 less its cosine to the mean of the cells at the
    border. A catalogue's pictures show the product in the middle, so what the border shows is background.
    """

    def call(self, features: Any) -> Any:
        """Features (n, h, w, c) to their pooled form (n, c); h and w are known before any picture comes."""
        positive = ops.maximum(features, 0)
        _, height, width, _ = features.shape
        border = np.ones((1, height, width, 1), np.float32)
        border[:, 1:-1, 1:-1] = 0
        background = ops.sum(positive * (border / border.sum()), axis=(1, 2), keepdims=True)
        likeness = ops.sum(_to_unit_length(positive) * _to_unit_length(background), axis=-1, keepdims=True)
        # Rounding errors do not decide the weights of a picture that is the same everywhere.
        weights = ops.maximum(1 - likeness, _LEAST_WEIGHT)
        weights = weights / ops.sum(weights, axis=(1, 2), keepdims=True)
        return ops.sqrt(ops.sum(weights * positive * positive, axis=(1, 2)))


def preprocessing(recipe: Recipe, own: Callable[[Any], Any]) -> Preprocessing:
    """The layer of a recipe's `preprocessing`; `own` is the function that belongs to the model."""
    if recipe.preprocessing == "own":
        return Preprocessing(own)
    if recipe.preprocessing == "none":
        return Preprocessing(lambda pixels: pixels)
    if recipe.preprocessing == "unit":
        return Preprocessing(lambda pixels: pixels / 255)
    mode = recipe.preprocessing
    return Preprocessing(lambda pixels: keras.applications.imagenet_utils.preprocess_input(pixels, mode=mode))


def pool(recipe: Recipe, features: keras.KerasTensor) -> keras.KerasTensor:
    """The embeddings (n, d) of a layer's output (n, h, w, c), (n, tokens, c) or (n, d).

    Raises `UserError` where the recipe's `pooling` does not fit that shape.
    """
    shape = tuple(features.shape[1:])
    fitting = _FITTING[len(shape)]
    if recipe.pooling not in fitting:
        *others, last = fitting
        words = f"{', '.join(others)} or {last}" if others else last
        raise UserError(
            f"Expected the pooling of the recipe {recipe.name} to be {words}, as its layer {recipe.layer} "
            f"gives {' × '.join(map(str, shape))} values a picture. Received: {recipe.pooling}."
        )
    if recipe.pooling == "none":
        return features
    of_tokens = len(shape) == 2
    kinds = {
        "flatten": layers.Flatten,
        "gem": GeneralizedMeanPooling,
        "foreground": ForegroundPooling,
        "avg": layers.GlobalAveragePooling1D if of_tokens else layers.GlobalAveragePooling2D,
        "max": layers.GlobalMaxPooling1D if of_tokens else layers.GlobalMaxPooling2D,
    }
    # Sums of many values need float32 where the network computes in less.
    return kinds[recipe.pooling](name="pool", dtype="float32")(features)


def _to_unit_length(features: Any) -> Any:
    """Features (…, c) over their Euclidean length; those of zeros alone stay so."""
    squares = ops.sum(features * features, axis=-1, keepdims=True)
    return features / ops.sqrt(ops.maximum(squares, 1e-12))

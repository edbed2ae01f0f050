"""Image backbones of Keras Hub as extractors: presets by name, by handle, or from a folder."""

from __future__ import annotations

import hashlib
from importlib import util
from pathlib import Path
from typing import Any

import keras
import numpy as np

from precompute.models.layers import pool, preprocessing
from precompute.models.recipe import FEATURES, HUB, Recipe
from precompute.shared.errors import UserError


def open_preset(recipe: Recipe) -> tuple[keras.Model, str]:
    """The extractor's model, as those of `keras_application`, and the SHA-256 of its weights.

    The hash is that of the values, since a preset may keep them in several files, and of what its own
    preprocessing does. Raises `UserError` where Keras Hub is not installed, the preset cannot be had or does
    not fit the recipe.
    """
    if util.find_spec("keras_hub") is None:
        raise UserError(
            f"The recipe {recipe.name} needs Keras Hub, which is not installed: "
            "run pip install -r requirements-hub.txt."
        )
    import keras_hub

    preset = recipe.extractor.removeprefix(HUB)
    try:
        backbone = keras_hub.models.Backbone.from_preset(preset)
        converter = keras_hub.layers.ImageConverter.from_preset(preset)
    # Presets come from several hosts, whose clients raise exceptions of their own.
    except Exception as error:
        raise UserError(
            f"The preset {preset} of Keras Hub cannot be had ({str(error).splitlines()[0]}): "
            "check its name and the network, or name a folder that holds it."
        ) from error
    return build_model(recipe, backbone, scale=converter.scale, offset=converter.offset)


def build_model(
    recipe: Recipe, backbone: keras.Model, *, scale: Any = None, offset: Any = None
) -> tuple[keras.Model, str]:
    """The extractor around a backbone whose own preprocessing is x · scale + offset, each where it is given.

    Of a backbone of pictures and texts the picture's tower is taken, and its projection where it has one.
    """
    tower = getattr(backbone, "vision_encoder", backbone)
    # Most towers take a dictionary with one entry, whose name differs from one to the next.
    named = tower.input_shape if isinstance(tower.input_shape, dict) else {"": tower.input_shape}
    shape = next(iter(named.values()))
    if len(named) > 1 or not isinstance(shape, tuple) or len(shape) != 4:
        raise UserError(
            f"Expected an image backbone for the recipe {recipe.name}. Received: {recipe.extractor}."
        )
    size = recipe.input_size
    if (shape[1] or size, shape[2] or size) != (size, size):
        raise UserError(
            f"Expected an input size of {shape[1]} for the recipe {recipe.name}, which is that of "
            f"{recipe.extractor}. Received: {size}."
        )
    factor, addend = (np.asarray(value, np.float32) for value in (1 if scale is None else scale, offset or 0))
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    pixels = preprocessing(recipe, lambda values: values * factor + addend)(images)
    features = _features(recipe, backbone, tower, pixels)
    model = keras.Model(images, pool(recipe, features), name=Path(recipe.extractor.removeprefix(HUB)).name)
    return model, _values_sha256(backbone, factor, addend)


def _features(
    recipe: Recipe, backbone: keras.Model, tower: keras.Model, pixels: keras.KerasTensor
) -> keras.KerasTensor:
    named = isinstance(tower.input_shape, dict)
    given = dict.fromkeys(tower.input_shape, pixels) if named else pixels
    if recipe.layer == FEATURES:
        if hasattr(backbone, "get_vision_embeddings"):
            return backbone.get_vision_embeddings(pixels)
        output = tower(given)
    else:
        known = [layer.name for layer in tower.layers]
        if recipe.layer not in known:
            raise UserError(
                f"Expected the layer of the recipe {recipe.name} to be {FEATURES} or one of "
                f"{', '.join(known)}. Received: {recipe.layer!r}."
            )
        output = keras.Model(tower.input, tower.get_layer(recipe.layer).output)(given)
    if not isinstance(output, keras.KerasTensor):
        raise UserError(
            f"The layer {recipe.layer} of the recipe {recipe.name} gives several arrays: choose another."
        )
    return output


def _values_sha256(backbone: keras.Model, factor: np.ndarray, addend: np.ndarray) -> str:
    digest = hashlib.sha256(factor.tobytes() + addend.tobytes())
    for weight in backbone.weights:
        values = np.asarray(weight)
        digest.update(f"{values.dtype} {values.shape} ".encode() + values.tobytes())
    return digest.hexdigest()

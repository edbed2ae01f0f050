"""Recipes: everything that decides an embedding and a list, under one name and one fingerprint."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import asdict, dataclass

from precompute.errors import UserError

DEFAULT = "efficientnet-lite0"

MINIMUM_DECODED_SIDE = 512
"""A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, its short side never below this, in pixels.

That is over twice the extractor's input and no less than the largest thumbnail. It is the same for every
build, so that nothing but the recipe decides an embedding.
"""

_DECIDES_EMBEDDING = (
    "extractor",
    "layer",
    "pooling",
    "preprocessing",
    "decoding",
    "input_size",
    "resize",
    "interpolation",
)
_DECIDES_LIST = (*_DECIDES_EMBEDDING, "projection", "metric", "depth")


@dataclass(frozen=True)
class Recipe:
    """How a picture becomes an embedding, and embeddings become a list.

    `input_size` is the side of the extractor's square input, in pixels; `resize` and `interpolation` are
    those of `precompute.images.to_input`, `projection` is one of `precompute.projection.project`. `top` is
    how many look-alikes are shown at first, `depth` how many are stored.
    """

    name: str
    description: str
    extractor: str
    layer: str
    pooling: str
    preprocessing: str
    decoding: str
    input_size: int
    resize: str
    interpolation: str
    projection: str
    metric: str
    top: int
    depth: int

    def extractor_fingerprint(self, weights_sha256: str) -> str:
        """The SHA-256 of what decides an embedding, weights included; the runtime does not enter it."""
        return self._fingerprint(_DECIDES_EMBEDDING, weights_sha256)

    def fingerprint(self, weights_sha256: str) -> str:
        """The SHA-256 of what decides a stored list, weights included."""
        return self._fingerprint(_DECIDES_LIST, weights_sha256)

    def _fingerprint(self, names: tuple[str, ...], weights_sha256: str) -> str:
        values = asdict(self)
        content = {name: values[name] for name in names} | {"weights": weights_sha256}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name=DEFAULT,
            description="EfficientNet-Lite0 trained on ImageNet, generalized mean of its last features",
            extractor="efficientnet-lite0",
            layer="features",
            pooling="generalized mean, p = 3",
            preprocessing="(x - 127) / 128",
            decoding=f"JPEG at a half, a quarter or an eighth, short side at least {MINIMUM_DECODED_SIDE}",
            input_size=224,
            resize="crop",
            interpolation="bicubic",
            projection="centre",
            metric="cosine",
            top=20,
            depth=60,
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """The recipe of this name; raises `UserError` that suggests the nearest names for an unknown one."""
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=3, cutoff=0.4) or list(RECIPES)
    raise UserError(
        f"Expected the name of a recipe. Received: {name!r}. Did you mean {' or '.join(near)}? "
        "The command `python -m precompute recipes` lists them all."
    )

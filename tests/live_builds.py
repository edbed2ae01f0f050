"""A real build with a live part in seconds: a tiny network that really runs in Keras and in LiteRT."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from precompute.building import build as builds
from precompute.building.build import BuildSettings
from precompute.models import registry
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from tests.builds import write_pictures

if TYPE_CHECKING:
    import keras

WIDTH = 96
PROJECTED = Recipe(
    name="projected",
    description="Pixels, projected at random",
    extractor="projected",
    input_size=16,
    top=5,
    depth=20,
)


def projected_model() -> keras.Model:
    """Pixels (n, 16, 16, 3), less their middle, times a fixed random matrix: (n, 96)."""
    import keras
    from keras import layers

    images = keras.Input((16, 16, 3), dtype="uint8")
    pixels = layers.Flatten()(layers.Rescaling(1 / 128, offset=-1)(images))
    dense = layers.Dense(WIDTH, use_bias=False, name="projection")
    model = keras.Model(images, dense(pixels), name="projected")
    dense.set_weights([np.random.default_rng(1).standard_normal((768, WIDTH)).astype(np.float32)])
    return model


@dataclass(frozen=True)
class ProjectedPlan(ExtractorPlan):
    """The plan of that network."""


def projected_plan(
    recipe: Recipe, *, runtime: str | None = None, device: str = "auto", fast: bool = False
) -> ProjectedPlan:
    """What stands for `precompute.models.registry.plan_extractor`."""
    sha256 = hashlib.sha256(b"projected").hexdigest()
    return ProjectedPlan(recipe, runtime or "litert", sha256, model=projected_model)


def use_projected(patch: pytest.MonkeyPatch) -> None:
    """Let builds and live search have that network for their extractor."""
    patch.setattr(builds, "plan_extractor", projected_plan)
    patch.setattr(registry, "plan_extractor", projected_plan)


def build_live(source: Path, out: Path, *, recipe: Recipe = PROJECTED, live: bool = True) -> None:
    """Build the pictures in `source` with that network."""
    builds.build(BuildSettings(source=source, out=out, recipes=(recipe,), live=live))


def write_live_bundle(folder: Path, *, pictures: int = 40) -> tuple[Path, Path]:
    """Pictures, and a bundle of them with a live part: the two folders."""
    source, out = write_pictures(folder / "pictures", pictures), folder / "data"
    build_live(source, out)
    return source, out

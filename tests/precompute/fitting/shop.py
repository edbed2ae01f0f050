"""A shop of small pictures whose categories show faintly, and an extractor of exact arithmetic for them."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from tests.drawn_pictures import encoded

KINDS = ("bags", "cups", "hats", "lamps", "mugs", "rugs")


class Fields:
    """The mean colours of 4 × 4 fields: (n, 48) whole numbers."""

    runtime = "litert"
    batch = 8
    weights_sha256 = hashlib.sha256(b"fields").hexdigest()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        side = images.shape[1] // 4
        fields = images.reshape(len(images), 4, side, 4, side, 3).astype(np.int64).mean(axis=(2, 4))
        found: np.ndarray = fields.round().reshape(len(images), -1).astype(np.float32)
        return found


@dataclass(frozen=True)
class FieldsPlan(ExtractorPlan):
    """The plan of `Fields`."""

    def open(self) -> Fields:
        """The extractor."""
        return Fields()


def fields_plan(
    recipe: Recipe, *, runtime: str | None = None, device: str = "auto", fast: bool = False
) -> FieldsPlan:
    """What stands for `precompute.models.registry.plan_extractor`."""
    return FieldsPlan(recipe, "litert", Fields.weights_sha256, model=lambda: None)


def write_shop(folder: Path, *, count: int = 120, told: bool = True, categories: bool = True) -> Path:
    """A table of products with a picture each, in a new folder.

    Half of a picture's fields are loud and mean nothing, the others show the kind of product. Where `told` is
    false the categories are drawn at random.
    """
    random = np.random.default_rng(0)
    looks = random.integers(100, 156, (len(KINDS), 2, 4, 3))
    said = np.arange(count) % len(KINDS) if told else random.integers(0, len(KINDS), count)
    folder.mkdir(parents=True)
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "image", "title", "category"))
        for number in range(count):
            kind = number % len(KINDS)
            loud = random.integers(0, 256, (2, 4, 3))
            shown = looks[kind] + random.integers(-24, 25, (2, 4, 3))
            fields = np.concatenate([loud, shown]).clip(0, 255).astype(np.uint8)
            (folder / f"{number:03}.png").write_bytes(
                encoded(Image.fromarray(fields.repeat(8, 0).repeat(8, 1)))
            )
            title = f"{('Fine', 'Plain', 'Old')[number % 5 % 3]} {KINDS[kind]} {number}"
            category = KINDS[said[number]] if categories else ""
            writer.writerow((f"p{number:03}", f"{number:03}.png", title, category))
    return folder / "products.csv"

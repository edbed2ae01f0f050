"""Builds of a few tiny pictures by an extractor of exact arithmetic, and what they must have in common."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle import Bundle
from bundle import format as fmt
from precompute.building import build as builds
from precompute.building import product_map, recipe_lists
from precompute.building.build import BuildSettings, Summary
from precompute.embeddings.embed import Embedded, EmbeddingTask, embed_all
from precompute.models.devices import CPU, FAST, Device
from precompute.models.recipe import DEFAULT, RECIPES, Recipe
from precompute.models.registry import Extractor, ExtractorPlan
from precompute.store import EmbeddingStore
from tests.drawn_pictures import encoded, picture

TINY = Recipe(
    name="tiny",
    description="The mean colours of 4 × 4 fields",
    extractor="tiny",
    input_size=16,
    top=3,
    depth=5,
)
_COARSE_STEP = 64
CLOCKED = ("generation", "created", "digest", "files")
"""What the manifest says of when it was built; `files` and `digest` cover report.json with its seconds."""


class Tiny:
    """The mean colours of 4 × 4 fields, (n, 48): whole numbers, which no batch and no machine changes."""

    runtime = "litert"
    batch = 4
    weights_sha256 = hashlib.sha256(b"tiny").hexdigest()
    pictures = 0

    def __call__(self, images: np.ndarray) -> np.ndarray:
        assert 1 <= len(images) <= self.batch
        Tiny.pictures += len(images)
        fields = images.reshape(len(images), 4, 4, 4, 4, 3).astype(np.int64).sum(axis=(2, 4))
        return fields.reshape(len(images), -1).astype(np.float32)


class Coarse(Tiny):
    """`Tiny`, less precisely: what `--fast` stands for."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return np.round(super().__call__(images) / _COARSE_STEP) * _COARSE_STEP


@dataclass(frozen=True)
class TinyPlan(ExtractorPlan):
    """The plan of `Tiny`."""

    def open(self) -> Tiny:
        """The extractor."""
        return Coarse() if self.device.is_fast else Tiny()


def tiny_plan(
    recipe: Recipe, *, runtime: str | None = None, device: str = "auto", fast: bool = False
) -> TinyPlan:
    """What stands for `precompute.models.registry.plan_extractor`."""
    chosen = Device(precision=FAST["cpu"]) if fast else CPU
    return TinyPlan(recipe, "litert", Tiny.weights_sha256, model=lambda: None, device=chosen)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> type[Tiny]:
    """Every build in the test has `Tiny` for its extractor; the class counts the pictures it is given."""
    use_tiny(monkeypatch)
    return Tiny


def use_tiny(patch: pytest.MonkeyPatch) -> None:
    """Let builds have `Tiny` for their extractor, which has seen no picture yet.

    They lay their maps out in few steps: of all that is done to tiny pictures, that would take longest. And
    they keep all embeddings at once: otherwise a slow machine would write more parts than a fast one.
    """
    patch.setattr("precompute.embeddings.embed._COMMIT_EVERY", math.inf)
    patch.setattr(builds, "plan_extractor", tiny_plan)
    for module in (product_map, recipe_lists):
        patch.setattr(module, "STEPS", (10, 10))
    patch.setattr(Tiny, "pictures", 0)


@pytest.fixture
def as_default(tiny: type[Tiny], monkeypatch: pytest.MonkeyPatch) -> type[Tiny]:
    """The same, and the command line's default recipe is `TINY`."""
    monkeypatch.setitem(RECIPES, DEFAULT, TINY)
    return tiny


@dataclass(frozen=True)
class Found:
    """What came of files under one recipe: row by row, `ids` and `vectors` (n, d) belong together."""

    embedded: Embedded
    ids: list[str]
    vectors: np.ndarray

    @property
    def images(self) -> dict[str, str]:
        """See `Embedded`."""
        return self.embedded.images

    @property
    def left_out(self) -> dict[str, str]:
        """See `Embedded`."""
        return self.embedded.left_out


def embed(
    folder: Path, files: list[str], pairs: list[tuple[Extractor, Recipe]], store: Path, **options: Any
) -> list[Found]:
    """What each of some extractors and recipes gives of files, in one pass, with stores of their own."""
    works = [
        EmbeddingTask(recipe, lambda extractor=extractor: extractor, EmbeddingStore(store / str(place)))
        for place, (extractor, recipe) in enumerate(pairs)
    ]
    embedded = embed_all(folder, files, works, **options)
    return [Found(embedded, embedded.ids, work.store.vectors(embedded.ids)) for work in works]


def write_pictures(folder: Path, count: int, *, first: int = 0) -> Path:
    """Tiny pictures in three categories."""
    for seed in range(first, first + count):
        path = folder / ("cups", "hats", "bags")[seed % 3] / f"{seed:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(picture(seed, width=24, height=20)))
    return folder


def run(source: Path, out: Path, **settings: Any) -> Summary:
    """A build with the recipe `TINY`."""
    return builds.build(BuildSettings(source=source, out=out, **{"recipes": (TINY,)} | settings))


def content_of(out: Path) -> dict[str, bytes | str]:
    """Everything in the live generation by its path, but for what says when and how long it was built.

    And but for the map, on which products keep the place that visitors know: of it, how many there are.
    """
    bundle = Bundle.open(out)
    assert bundle.mismatches(contents=True) == []
    found: dict[str, bytes | str] = {
        path.relative_to(bundle.folder).as_posix(): path.read_bytes()
        for path in bundle.folder.rglob("*")
        if path.is_file() and path.parent.name != fmt.MAP
    }
    products_on_map = len(bundle.product_map(bundle.recipes[0]["name"]).x)
    report, manifest = (json.loads(found.pop(name)) for name in ("report.json", "manifest.json"))
    del report["seconds"]
    for name in CLOCKED:
        del manifest[name]
    table = found.pop("files.tsv").decode().splitlines()
    apart = ("\treport.json", f"\t{fmt.MAP}/")
    sealed = [line for line in table if not any(each in line for each in apart)]
    parts = {"report": report, "manifest": manifest, "files": sealed, "map": products_on_map}
    return found | {name: json.dumps(part, sort_keys=True) for name, part in parts.items()}


def fresh(source: Path, out: Path, **settings: Any) -> dict[str, bytes | str]:
    """What a build gives that has no past."""
    run(source, out, **settings)
    return content_of(out)


def assert_tidy(out: Path) -> None:
    """Nothing unfinished is left, and no more generations than the live one and the one before."""
    names = {path.name for path in out.iterdir()}
    generations = {name for name in names if (out / name / "manifest.json").is_file()}
    assert Bundle.open(out).folder.name in generations and len(generations) <= 2
    assert names - generations == {"CURRENT", "store", ".lock"}
    assert not list(out.rglob(".*.new"))

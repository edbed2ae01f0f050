"""How much memory a build holds for each product, where the store has all embeddings."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import million
from bundle import BundleWriter
from precompute.building import build as builds
from precompute.building import recipe_lists

FEW, MANY = 150, 750

MOST = {"searching": 2_000, "writing": 2_000, "sealing": 1_800}
"""The most bytes a product, when each step begins. A product's own texts and facts are about 800 of them."""


def held(folder: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The bytes that a build of so many products holds when each step begins."""
    found: dict[str, int] = {}

    def noting(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **options: Any) -> Any:
            gc.collect()
            found.setdefault(step, tracemalloc.get_traced_memory()[0])
            return function(*arguments, **options)

        return noted

    folder.mkdir()
    million.prepare(folder, count, dimensions=16)
    with monkeypatch.context() as patched:
        patched.setattr(builds, "plan_extractor", million.plan)
        patched.setattr(recipe_lists, "find_neighbours", noting("searching", recipe_lists.find_neighbours))
        patched.setattr(BundleWriter, "write_catalogue", noting("writing", BundleWriter.write_catalogue))
        patched.setattr(BundleWriter, "publish", noting("sealing", BundleWriter.publish))
        # As in a large build, arrays are in files, and what is computed at a time is the least part. A large
        # map is that of a sample.
        patched.setattr("precompute.shared.mapped_arrays.MAPPED_FROM", 1)
        patched.setattr("precompute.neighbours.space._CACHE", 1 << 12)
        patched.setattr(recipe_lists, "_write_map", lambda *_, **__: None)
        tracemalloc.start()
        try:
            builds.build(builds.BuildSettings(folder / "products.csv", folder / "data", (million.RECIPE,)))
        finally:
            tracemalloc.stop()
    return found


def test_a_build_holds_little_for_each_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first build also loads what stays for good.
    _, before, after = (held(tmp_path / f"{count}", count, monkeypatch) for count in (20, FEW, MANY))
    taken = {step: (after[step] - before[step]) / (MANY - FEW) for step in MOST}
    assert all(taken[step] < most for step, most in MOST.items()), taken

"""Recipes that fit writes: read back as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precompute.fitting.recipe_file import write_recipe
from precompute.models.choice import choose_recipe, read_recipe
from precompute.models.heads import Head, HeadMatrix, open_head, write_head
from precompute.models.recipe import RECIPES, Recipe


def head(folder: Path, name: str, *, columns: int = 2) -> Head:
    matrix = HeadMatrix(np.ones(4, np.float32), np.ones((4, columns), np.float32), "e" * 64)
    return open_head(write_head(folder, name, matrix), 0.7)


@pytest.mark.parametrize(
    "base",
    [
        RECIPES["efficientnet-lite0"],
        replace(RECIPES["efficientnet-lite1"], colour=0.3, label="Style", top=12, pictures="best"),
        choose_recipe("keras:EfficientNetV2B0", {"resize": "letterbox", "pooling": "gem"}),
        replace(
            choose_recipe("keras:MobileNet", {}),
            description='A "quoted" \\ line\x7f ü',
            features=0.5,
            colour=0.2,
        ),
    ],
)
def test_a_recipe_is_read_as_it_was_written(tmp_path: Path, base: Recipe) -> None:
    first, second, title = (head(tmp_path, name) for name in ("a", "b", "t"))
    recipe = replace(base, name="mine", heads=(first, second), title=title)
    path = tmp_path / "mine.toml"
    write_recipe(path, recipe, {each.file: "what it is" for each in (first, second, title)})
    assert read_recipe(path) == recipe


def test_local_weights_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = replace(choose_recipe("keras:MobileNet", {}), name="x", weights=Path("my.h5"))
    write_recipe(tmp_path / "x.toml", recipe, {})
    assert read_recipe(tmp_path / "x.toml").weights == tmp_path / "my.h5"


def test_matrices_of_the_recipe_before_are_removed_and_no_others(tmp_path: Path) -> None:
    path, base = tmp_path / "mine.toml", replace(RECIPES["efficientnet-lite0"], name="mine")
    kept, old, foreign = (head(tmp_path, name) for name in ("mine-a", "mine-b", "mine-too-c"))
    comments = {each.file: "x" for each in (kept, old)}
    write_recipe(path, replace(base, heads=(kept, old)), comments)
    write_recipe(path, replace(base, heads=(kept,)), comments)
    assert kept.file.exists() and foreign.file.exists() and not old.file.exists()
    path.write_text("not TOML at all [", encoding="utf-8")
    write_recipe(path, replace(base, heads=(kept,)), comments)
    assert read_recipe(path).heads == (kept,)

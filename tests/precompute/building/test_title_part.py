"""Builds with a part for titles: a changed title changes lists, and incremental is equal to from scratch."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from bundle import Bundle
from precompute.embeddings.titles import write_title
from precompute.fitting.titles import fit_titles
from precompute.models.heads import open_head
from precompute.models.recipe import Recipe
from tests.builds import TINY, Tiny, content_of, fresh, run
from tests.drawn_pictures import encoded, picture

KINDS = ("oak chair", "glass vase", "linen cushion")


def write_titles(folder: Path, titles: list[str]) -> Path:
    """Products with a picture each, whose titles are these."""
    folder.mkdir(exist_ok=True)
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "image", "title"))
        for number, title in enumerate(titles):
            (folder / f"{number}.png").write_bytes(encoded(picture(number, width=24, height=20)))
            writer.writerow((f"p{number}", f"{number}.png", title))
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    model = fit_titles([f"{word} {kind}" for kind in KINDS for word in ("Ada", "Bo", "Cleo")])
    assert model is not None
    return replace(TINY, title=open_head(write_title(tmp_path, "t", model), 1.0))


@pytest.mark.parametrize("pictures", ["mean", "best"])
def test_a_changed_title_changes_the_lists_as_a_build_from_scratch_does(
    tiny: type[Tiny], recipe: Recipe, tmp_path: Path, pictures: str
) -> None:
    recipes = (replace(recipe, pictures=pictures),)
    titles = [f"{word} {KINDS[number % 3]}" for number, word in enumerate(["Dan", "Eve", "Finn"] * 4)]
    source = write_titles(tmp_path / "shop", titles)
    run(source, tmp_path / "out", recipes=recipes)
    before = content_of(tmp_path / "out")
    write_titles(source, ["Gus glass vase", *titles[1:]])
    seen = tiny.pictures
    run(source, tmp_path / "out", recipes=recipes)
    after = content_of(tmp_path / "out")
    assert tiny.pictures == seen
    assert after == fresh(source, tmp_path / "again", recipes=recipes) and after != before


def test_titles_of_a_kind_find_each_other(tiny: type[Tiny], recipe: Recipe, tmp_path: Path) -> None:
    titles = [f"{word} {KINDS[number % 3]}" for number, word in enumerate(["Dan", "Eve", "Finn"] * 4)]
    source = write_titles(tmp_path / "shop", titles)
    run(source, tmp_path / "out", recipes=(replace(recipe, features=0.1),))
    with Bundle.open(tmp_path / "out") as bundle:
        for number in range(12):
            first = [neighbour.id for neighbour in bundle.neighbours(f"p{number}")][:3]
            assert {int(name[1:]) % 3 for name in first} == {number % 3}

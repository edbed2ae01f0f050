"""Builds by parts: lists by style, by colour and by both, the same whether at once or bit by bit."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from pictures.colours.descriptor import COLOUR_DIMENSIONS
from precompute.models.heads import HeadMatrix, open_head, write_head
from precompute.models.part_choice import recipes_for_lists
from precompute.models.recipe import Recipe
from precompute.reports.export import ExportSettings, export
from precompute.shared.errors import UserError
from tests.builds import TINY, Tiny, content_of, fresh, run, write_pictures

BY_PARTS = replace(TINY, colour=0.4)


def headed(folder: Path) -> Recipe:
    """A recipe with a head that fits `Tiny`."""
    drawn = np.random.default_rng(0)
    mean, matrix = drawn.standard_normal(48), drawn.standard_normal((48, 4))
    extractor = TINY.extractor_fingerprint(Tiny.weights_sha256)
    made = HeadMatrix(mean.astype(np.float32), matrix.astype(np.float32), extractor)
    return replace(BY_PARTS, heads=(open_head(write_head(folder, "x", made), 0.7),))


def test_a_build_after_a_change_is_one_from_scratch(tiny: type[Tiny], tmp_path: Path) -> None:
    source, recipe = write_pictures(tmp_path / "in", 40), headed(tmp_path)
    run(source, tmp_path / "out", recipes=(recipe,))
    write_pictures(source, 5, first=40)
    next(source.glob("*/0003.png")).unlink()
    run(source, tmp_path / "out", recipes=(recipe,))
    assert content_of(tmp_path / "out") == fresh(source, tmp_path / "new", recipes=(recipe,))


def test_lists_by_style_colour_and_both_share_one_embedding(tiny: type[Tiny], tmp_path: Path) -> None:
    source = write_pictures(tmp_path / "in", 12)
    recipes = tuple(recipes_for_lists(TINY, "style,colour,both", colour=None))
    run(source, tmp_path / "out", recipes=recipes)
    bundle = Bundle.open(tmp_path / "out")
    assert tiny.pictures == 12
    assert [entry["label"] for entry in bundle.recipes] == ["Style", "Colour", "Both"]
    assert [entry["name"] for entry in bundle.recipes] == ["tiny-style", "tiny-colour", "tiny-both"]
    assert len({entry["embeddings"] for entry in bundle.recipes}) == 1
    assert "colour" not in bundle.recipes[0] and bundle.recipes[1]["colour"] == 1
    plain = fresh(source, tmp_path / "plain")
    lists = {
        name.replace("tiny-style", "tiny"): value for name, value in content_of(tmp_path / "out").items()
    }
    assert lists["neighbours/tiny/000.json"] == plain["neighbours/tiny/000.json"]
    assert lists["neighbours/tiny-colour/000.json"] != plain["neighbours/tiny/000.json"]


def test_vectors_of_parts_are_exported_as_they_were_compared(tiny: type[Tiny], tmp_path: Path) -> None:
    recipe = headed(tmp_path)
    run(write_pictures(tmp_path / "in", 6), tmp_path / "out", recipes=(recipe,))
    recipe.heads[0].file.unlink()
    vectors_file = next(
        path
        for path in export(ExportSettings(tmp_path / "out", "embeddings-npy", out=tmp_path / "vectors.npy"))
        if path.suffix == ".npy"
    )
    vectors = np.load(vectors_file)
    bundle = Bundle.open(tmp_path / "out")
    products = [product.id for product in bundle.page(limit=10).products]
    best = [bundle.neighbours(each, recipe="tiny")[0] for each in products]
    scores = vectors @ vectors.T
    found = [scores[place, products.index(entry.id)] for place, entry in enumerate(best)]
    assert vectors.shape == (6, 48 + 4 + COLOUR_DIMENSIONS)
    assert np.allclose(found, [entry.score for entry in best], atol=1e-5)


def test_a_grey_catalogue_goes_on_without_colour_and_says_so(
    tiny: type[Tiny], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in" / "cups"
    source.mkdir(parents=True)
    for level in range(0, 250, 30):
        Image.new("RGB", (20, 20), (level,) * 3).save(source / f"{level}.png")
    recipes = tuple(recipes_for_lists(TINY, "style,colour,both", colour=None))
    run(tmp_path / "in", tmp_path / "out", recipes=recipes)
    bundle = Bundle.open(tmp_path / "out")
    assert [entry["name"] for entry in bundle.recipes] == ["tiny-style"]
    assert "All products are black, grey or white" in capsys.readouterr().err


def test_a_head_of_another_network_stops_the_build_before_it_begins(tiny: type[Tiny], tmp_path: Path) -> None:
    made = HeadMatrix(np.zeros(48, np.float32), np.zeros((48, 2), np.float32), hashlib.sha256().hexdigest())
    head = open_head(write_head(tmp_path, "x", made), 1)
    with pytest.raises(UserError, match="fit it again with this recipe"):
        run(write_pictures(tmp_path / "in", 3), tmp_path / "out", recipes=(replace(TINY, heads=(head,)),))
    assert not (tmp_path / "out").exists()

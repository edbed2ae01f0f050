"""What a recipe says of a vector's parts: read from TOML, checked, and part of the fingerprint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from precompute.models.choice import choose_recipe
from precompute.models.heads import Head, HeadMatrix, write_head
from precompute.models.recipe import DEFAULT, RECIPES, Recipe
from precompute.shared.errors import UserError

RECIPE = RECIPES[DEFAULT]
WEIGHTS = "0" * 64


def read(folder: Path, text: str, *, extractor: str = DEFAULT) -> Recipe:
    path = folder / "my.toml"
    path.write_text(f'name = "mine"\nextractor = "{extractor}"\n{text}', encoding="utf-8")
    return choose_recipe(str(path), {})


@pytest.fixture
def head(tmp_path: Path) -> str:
    """The name of a head's file beside the recipe."""
    matrix = HeadMatrix(np.zeros(4, np.float32), np.eye(4, dtype=np.float32), "e" * 64)
    return write_head(tmp_path, "types", matrix).name


def test_a_file_names_parts_with_their_weights(tmp_path: Path, head: str) -> None:
    text = f"""
label = "Style"
features = 0.5
colour = 0.25
[title]
file = "{head}"
weight = 1
[[heads]]
file = "{head}"
weight = 0.7
[[heads]]
file = "{head}"
weight = 0.3
"""
    found = read(tmp_path, text)
    assert (found.label, found.features, found.colour) == ("Style", 0.5, 0.25)
    assert [each.weight for each in found.heads] == [0.7, 0.3]
    assert found.title is not None and found.title.file == tmp_path / head
    assert found.has_parts and not RECIPE.has_parts


def test_what_is_published_names_no_path_and_says_nothing_of_parts_that_are_not_there(
    tmp_path: Path, head: str
) -> None:
    found = read(tmp_path, f'label = "Style"\nheads = [{{ file = "{head}", weight = 0.7 }}]')
    published = json.loads(json.dumps(found.published()))
    assert published["heads"] == [{"sha256": found.heads[0].sha256, "weight": 0.7}]
    assert (published["label"], published["features"], published["title"]) == ("Style", 1.0, None)
    assert str(tmp_path) not in json.dumps(published)
    assert not {"label", "features", "colour", "heads", "title", "weights"} & set(RECIPE.published())


def test_the_fingerprint_holds_the_weights_and_hashes_of_parts() -> None:
    one, other = Head(Path("a"), "1" * 64, 0.5), Head(Path("b"), "2" * 64, 0.5)
    varied = [
        RECIPE,
        replace(RECIPE, colour=0.2),
        replace(RECIPE, colour=0.3),
        replace(RECIPE, colour=0.3, features=0),
        replace(RECIPE, heads=(one,)),
        replace(RECIPE, heads=(other,)),
        replace(RECIPE, heads=(one, other)),
        replace(RECIPE, heads=(replace(one, weight=0.6),)),
        replace(RECIPE, title=one),
    ]
    assert len({recipe.fingerprint(WEIGHTS) for recipe in varied}) == len(varied)
    assert len({recipe.extractor_fingerprint(WEIGHTS) for recipe in varied}) == 1
    moved = replace(RECIPE, heads=(replace(one, file=Path("elsewhere")),))
    assert moved.fingerprint(WEIGHTS) == replace(RECIPE, heads=(one,)).fingerprint(WEIGHTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1.5", "Expected the weight of colour in the recipe"),
        ("colour = nan", "to be from 0 to 1. Received: nan"),
        ("colour = -0.1", "to be from 0 to 1. Received: -0.1"),
        ("colour = true", "to be a number. Received: True"),
        ('colour = "red"', "to be a number. Received: 'red'"),
        ("features = 2\ncolour = 0.3", "Expected the weight of features"),
        ("features = 0", "to be 1, as it has no other part. Received: 0"),
        ("heads = 3", "as [[heads]] tables. Received: 3"),
        ("heads = [1]", 'to be like { file = "NAME-<hash>.npz", weight = 0.7 }. Received: 1'),
        ('heads = [{ file = "HEAD" }]', "to be like { file"),
        ('heads = [{ file = "HEAD", weight = 3 }]', "weight of heads"),
        ('heads = [{ file = "HEAD", weight = 0 }]', "to be over 0"),
        ('heads = [{ file = "none-0123456789abcdef.npz", weight = 1 }]', "cannot be read (No such file"),
        ('title = { file = "HEAD", weight = "1" }', "the weight in title in the recipe"),
        ('title = "HEAD"', "Expected title in the recipe"),
        ('colour = 0.3\nmetric = "dot"', "to be cosine, which colour, heads and title need. Received: 'dot'"),
        ('colour = 0.3\nprojection = "none"', "Expected projection"),
        (f'label = "{"x" * 41}"', "at most 40 characters"),
        ('label = "a\\nb"', "one line"),
    ],
)
def test_parts_that_cannot_be_are_one_sentence(tmp_path: Path, head: str, text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text.replace("HEAD", head))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_head_that_was_cut_is_found_when_the_recipe_is_read(tmp_path: Path, head: str) -> None:
    (tmp_path / head).write_bytes((tmp_path / head).read_bytes()[:-20])
    with pytest.raises(UserError, match="was cut or changed"):
        read(tmp_path, f'heads = [{{ file = "{head}", weight = 1 }}]')

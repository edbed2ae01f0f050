"""Writes a fitted recipe as TOML, with the matrices beside it."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from bundle.disk import whole_file
from precompute.models.choice import choose_recipe
from precompute.models.recipe import Recipe

_APART = ("name", "extractor", "description", "weights", "heads", "title")


def write_recipe(path: Path, recipe: Recipe, comments: Mapping[Path, str]) -> None:
    """Write a recipe that `precompute.models.choice.read_recipe` reads as it is, replacing one of before.

    Its heads and title are in the file's folder already; `comments` has a line to write above each. Matrices
    that only the file of before names are removed.
    """
    before = _matrices_of(path)
    with whole_file(path) as temporary:
        temporary.write_text("\n".join(_lines(path, recipe, comments)) + "\n", encoding="utf-8")
    for name in before - {head.file.name for head in recipe.learned}:
        (path.parent / name).unlink(missing_ok=True)


def _lines(path: Path, recipe: Recipe, comments: Mapping[Path, str]) -> Iterator[str]:
    yield f"# Written by `python -m precompute fit`; use it as in: build SOURCE --recipe {path.name}"
    for name in ("name", "extractor", "description"):
        yield f"{name} = {_text(getattr(recipe, name))}"
    usual = choose_recipe(recipe.extractor, {})
    for field in dataclasses.fields(Recipe):
        value = getattr(recipe, field.name)
        if field.name not in _APART and value != getattr(usual, field.name):
            yield f"{field.name} = {_text(value) if isinstance(value, str) else value}"
    if recipe.weights is not None:
        yield f"weights = {_text(str(recipe.weights.resolve()))}"
    for head in recipe.learned:
        yield ""
        yield f"# {comments[head.file]}"
        yield "[title]" if head is recipe.title else "[[heads]]"
        yield f"file = {_text(head.file.name)}"
        yield f"weight = {head.weight}"


def _text(value: str) -> str:
    """A TOML basic string: JSON's, except for one control character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _matrices_of(path: Path) -> set[str]:
    """The names of the matrices that a recipe's file names; none where there is no such file."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        title = [values["title"]] if "title" in values else []
        return {Path(each["file"]).name for each in [*values.get("heads", []), *title]}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return set()

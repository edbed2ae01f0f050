"""Reads a recipe's parts from TOML and checks their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from precompute.models.heads import Head, open_head
from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError

_MOST = {"features": 1.0, "colour": 1.0, "heads": 2.0, "title": 2.0}
"""The largest weight of each part."""

MOST_COLOUR = 0.6
"""The largest weight of --colour; beyond it, products alike in nothing but colour come first."""

LISTS = ("style", "colour", "both")
"""The kinds of lists that `--lists` names."""

# docs/recipes.md has the measurements behind these.
_COLOUR_OF_BOTH = 0.6
_FEATURES_OF_COLOUR = 0.5

_EXAMPLE = '{ file = "NAME-<hash>.npz", weight = 0.7 }'


def read_parts(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The parts that a recipe's TOML file names, as fields of `Recipe`; files are beside it.

    Raises `UserError` where one is written otherwise, or a head's file is missing, cut or changed.
    """
    found: dict[str, Any] = {}
    for name in ("features", "colour"):
        if name in values:
            found[name] = _number(values[name], f"{name} in the recipe {path}")
    if "heads" in values:
        tables = values["heads"]
        if not isinstance(tables, list):
            raise UserError(f"Expected heads in the recipe {path} as [[heads]] tables. Received: {tables!r}.")
        found["heads"] = tuple(
            _head(each, f"a table of [[heads]] in the recipe {path}", path) for each in tables
        )
    if "title" in values:
        found["title"] = _head(values["title"], f"title in the recipe {path}", path)
    return found


def check_parts(recipe: Recipe, *, source: str) -> None:
    """Raise `UserError` where a weight is out of range or the parts do not go with the rest of the recipe."""
    weights = [("features", recipe.features), ("colour", recipe.colour)]
    weights += [("heads", head.weight) for head in recipe.heads]
    weights += [("title", recipe.title.weight)] if recipe.title else []
    for name, weight in weights:
        # Written so that NaN is refused as well.
        if not 0 <= weight <= _MOST[name]:
            raise UserError(
                f"Expected the weight of {name} in {source} to be from 0 to {_MOST[name]:g}. "
                f"Received: {weight:g}."
            )
    if not recipe.has_parts:
        if recipe.features != 1:
            raise UserError(
                f"Expected features in {source} to be 1, as it has no other part. "
                f"Received: {recipe.features:g}; add colour, [[heads]] or title, or leave features out."
            )
        return
    if any(head.weight == 0 for head in recipe.learned):
        raise UserError(
            f"Expected the weights of heads and title in {source} to be over 0. Received: 0; "
            "leave that part out."
        )
    for field, needed in (("projection", "centre"), ("metric", "cosine")):
        if getattr(recipe, field) != needed:
            raise UserError(
                f"Expected {field} in {source} to be {needed}, which colour, heads and title need. "
                f"Received: {getattr(recipe, field)!r}."
            )


def with_colour(recipe: Recipe, colour: float) -> Recipe:
    """The recipe with another weight of colour. Raises `UserError` where it is out of range or cannot be."""
    if not 0 <= colour <= MOST_COLOUR:
        raise UserError(f"Expected --colour to be from 0 to {MOST_COLOUR}. Received: {colour:g}.")
    found = replace(recipe, colour=colour)
    check_parts(found, source=f"{recipe.name} with --colour {colour:g}")
    return found


def recipes_for_lists(recipe: Recipe, text: str, *, colour: float | None) -> list[Recipe]:
    """A recipe for each kind of list in `text`, comma-separated: by style, by colour, or by both.

    By style is what the recipe has besides colour; by colour has a little of the embedding, so that among
    products of one colour those of a kind come first; by both weighs colour with `colour`, by default the
    recipe's own or 0.6. Raises `UserError` for another kind, or one that is named twice.
    """
    kinds = [kind.strip() for kind in text.split(",")]
    if set(kinds) - set(LISTS) or len(set(kinds)) < len(kinds):
        raise UserError(f"Expected --lists to name some of {', '.join(LISTS)}, each once. Received: {text}.")
    if colour == 0 and set(kinds) - {"style"}:
        raise UserError(f"Expected --colour to be over 0 beside --lists {text}. Received: 0.")
    both = _COLOUR_OF_BOTH if colour is None else colour
    by_colour = {"features": _FEATURES_OF_COLOUR, "colour": 1.0, "heads": (), "title": None}
    changes: dict[str, dict[str, Any]] = {
        "style": {"colour": 0.0},
        "colour": by_colour,
        "both": {"colour": (recipe.colour or both) if colour is None else both},
    }
    made = [
        replace(recipe, name=f"{recipe.name}-{kind}", label=kind.capitalize(), **changes[kind])
        for kind in kinds
    ]
    for each in made:
        check_parts(each, source=f"{each.name}, as --lists makes it,")
    return made


def _head(value: Any, what: str, path: Path) -> Head:
    if not isinstance(value, dict) or set(value) != {"file", "weight"} or not isinstance(value["file"], str):
        raise UserError(f"Expected {what} to be like {_EXAMPLE}. Received: {value!r}.")
    return open_head(path.parent / value["file"], _number(value["weight"], f"the weight in {what}"))


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"Expected {what} to be a number. Received: {value!r}.")
    return float(value)

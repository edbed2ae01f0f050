"""Finds the chosen recipe: by name, as a model of Keras, or in a TOML file."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle import Bundle
from bundle.disk import read_text
from bundle.metric import METRICS
from precompute.models import recipe as names
from precompute.models.networks import network_of
from precompute.models.part_choice import check_parts, read_parts
from precompute.models.recipe import APPLICATIONS, HUB, KERAS, PARTS, RECIPES, Recipe
from precompute.shared.errors import UserError

MAXIMUM_TOP = 200
DEPTH_FOR_EACH_SHOWN = 3

CHOICES = {
    "pooling": names.POOLINGS,
    "preprocessing": names.PREPROCESSINGS,
    "decoding": names.DECODINGS,
    "resize": names.RESIZES,
    "interpolation": names.INTERPOLATIONS,
    "projection": names.PROJECTIONS,
    "pictures": names.PICTURES,
    "metric": METRICS,
}
"""The fields that accept only certain words, with those words."""

_RANGES = {
    "input_size": (32, 1024),
    "top": (1, MAXIMUM_TOP),
    "depth": (1, MAXIMUM_TOP * DEPTH_FOR_EACH_SHOWN),
    "decimals": (0, 6),
}
_TYPES = {"int": (int, "a whole number"), "str": (str, "text"), "Path | None": (str, "a path in quotes")}
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,100}")
_LONGEST_LABEL = 40
_FIXED = ("layer", "preprocessing", "input_size")

_LARGEST = 65_536
"""The most bytes of a recipe's file."""


def choose_recipe(choice: str, options: Mapping[str, Any]) -> Recipe:
    """The recipe of a name, of `keras:MODEL` or `hub:PRESET` with `options`, or of a file that ends in .toml.

    `options` has fields of `Recipe` that replace the defaults of a model; named recipes and files take none.
    Raises `UserError` where the choice, the model, the file or an option is not what is needed.
    """
    if choice.startswith((KERAS, HUB)):
        return _checked(_of_model(choice, options), source=f"--recipe {choice}")
    if options:
        raise UserError(
            f"Expected --{next(iter(options)).replace('_', '-')} beside a recipe keras:MODEL or hub:PRESET. "
            f"Received: {choice}, which has its own; write a TOML file to change it."
        )
    if choice.endswith(".toml"):
        return read_recipe(Path(choice))
    if choice in RECIPES:
        return RECIPES[choice]
    near = _nearest(choice, [*RECIPES, *(KERAS + name for name in APPLICATIONS)])
    raise UserError(
        f"Expected the name of a recipe. Received: {choice!r}. Did you mean {' or '.join(near)}? "
        "The command `python -m precompute recipes` lists them all."
    )


def published_recipe(bundle: Bundle, name: str | None, *, holder: str = "the bundle holds") -> dict[str, Any]:
    """What the manifest says of the recipe of a name, or of the first one.

    Raises `UserError`, which says that a recipe was expected that `holder`, where there is none of that name.
    """
    held = {recipe["name"]: recipe for recipe in bundle.recipes}
    if name is None:
        return bundle.recipes[0]
    if name in held:
        return held[name]
    near = difflib.get_close_matches(name, held, n=3, cutoff=0.4) or list(held)
    raise UserError(
        f"Expected a --recipe that {holder}. Received: {name!r}, which {bundle.folder} does not. "
        f"Did you mean {' or '.join(near)}?"
    )


def with_top(recipe: Recipe, top: int) -> Recipe:
    """The recipe with `top` look-alikes shown at first, and deep enough to be filtered."""
    if not 1 <= top <= MAXIMUM_TOP:
        raise UserError(f"Expected --top to be from 1 to {MAXIMUM_TOP}. Received: {top}.")
    return dataclasses.replace(recipe, top=top, depth=max(recipe.depth, top * DEPTH_FOR_EACH_SHOWN))


def with_depth(recipe: Recipe, depth: int) -> Recipe:
    """The recipe with `depth` look-alikes stored, no fewer than it shows."""
    _, most = _RANGES["depth"]
    if not recipe.top <= depth <= most:
        raise UserError(
            f"Expected --depth to be from {recipe.top}, which {recipe.name} shows, to {most}. "
            f"Received: {depth}."
        )
    return dataclasses.replace(recipe, depth=depth)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file: its keys are the fields of `Recipe`, `name` and `extractor` are needed.

    A relative path in `weights` or of a head starts at the file's folder. Raises `UserError` where the file
    cannot be read, or has an unknown key or a value that does not fit.
    """
    try:
        values = tomllib.loads(read_text(path, most=_LARGEST))
    except OSError as error:
        raise UserError(f"The recipe {path} cannot be read ({error.strerror}).") from error
    # Of text, of TOML, of its length; and of lists in lists without end.
    except (ValueError, RecursionError) as error:
        raise UserError(f"The recipe {path} is not valid TOML ({error}).") from error
    fields = {field.name: field for field in dataclasses.fields(Recipe)}
    for key, value in values.items():
        if key not in fields:
            raise UserError(
                f"The recipe {path} has the unknown key {key!r}; the known ones are {', '.join(fields)}."
            )
        if key in PARTS:
            continue
        expected, words = _TYPES[str(fields[key].type)]
        if not isinstance(value, expected) or isinstance(value, bool):
            raise UserError(f"Expected {key} in the recipe {path} to be {words}. Received: {value!r}.")
    for key in ("name", "extractor"):
        if key not in values:
            raise UserError(f'The recipe {path} has no {key}: write a line {key} = "…".')
    if "weights" in values:
        values["weights"] = path.parent / values["weights"]
    values |= read_parts(values, path)
    model = _of_model(values.pop("extractor"), values)
    return _checked(model, source=f"the recipe {path}")


def is_recipe_name(name: str) -> bool:
    """Whether a recipe can have this name, which is also a folder's in the bundle."""
    return _NAME.fullmatch(name) is not None


def _of_model(extractor: str, options: Mapping[str, Any]) -> Recipe:
    """A recipe of an extractor: what the model suggests, with `options` in its place."""
    network = network_of(extractor)
    if network.name in RECIPES:
        for key in _FIXED:
            if options.get(key, own := getattr(RECIPES[extractor], key)) != own:
                raise UserError(f"The {key} of {extractor} is {own!r} and cannot be {options[key]!r}.")
        return dataclasses.replace(RECIPES[extractor], **options)
    kind, _, model = extractor.partition(":")
    if kind + ":" == KERAS and model not in APPLICATIONS:
        raise UserError(
            f"Expected a model of keras.applications after {KERAS}. Received: {model!r}. "
            f"Did you mean {' or '.join(_nearest(model, list(APPLICATIONS)))}?"
        )
    if not model:
        raise UserError(f"Expected the extractor to be {HUB}PRESET. Received: {extractor!r}.")
    layer, pooling = options.get("layer", names.FEATURES), options.get("pooling", "avg")
    parts = [
        kind,
        Path(model).name,
        layer if layer != names.FEATURES else "",
        pooling if pooling != "none" else "",
    ]
    defaults: dict[str, Any] = {
        "name": re.sub(r"[^0-9a-z._-]+", "-", "-".join(part for part in parts if part).lower()),
        "description": f"{Path(model).name} of {'Keras' if kind + ':' == KERAS else 'Keras Hub'}, {layer}",
        "input_size": APPLICATIONS.get(model, 224),
    }
    if "top" in options:
        defaults["depth"] = max(Recipe.depth, options["top"] * DEPTH_FOR_EACH_SHOWN)
    return Recipe(extractor=extractor, **defaults | dict(options))


def _checked(recipe: Recipe, *, source: str) -> Recipe:
    """The recipe itself; raises `UserError` where the value of a field does not fit."""
    fixed = _FIXED if recipe.extractor in RECIPES else ()
    for key, choices in CHOICES.items():
        if key not in fixed and getattr(recipe, key) not in choices:
            raise UserError(
                f"Expected {key} in {source} to be {', '.join(choices[:-1])} or {choices[-1]}. "
                f"Received: {getattr(recipe, key)!r}."
            )
    for key, (least, most) in _RANGES.items():
        if not least <= getattr(recipe, key) <= most:
            raise UserError(
                f"Expected {key} in {source} to be from {least} to {most}. Received: {getattr(recipe, key)}."
            )
    if recipe.depth < recipe.top:
        raise UserError(
            f"Expected depth in {source} to be at least top, {recipe.top}. Received: {recipe.depth}."
        )
    if not is_recipe_name(recipe.name):
        raise UserError(
            f"Expected the name in {source} to be letters, digits, dots, dashes and underscores. "
            f"Received: {recipe.name!r}."
        )
    if len(recipe.label) > _LONGEST_LABEL or not (recipe.label + " ").isprintable():
        raise UserError(
            f"Expected the label in {source} to be one line of at most {_LONGEST_LABEL} characters. "
            f"Received: {recipe.label!r}."
        )
    check_parts(recipe, source=source)
    return recipe


def _nearest(word: str, known: list[str]) -> list[str]:
    """The up to three known words that are spelt most alike, whatever their case; else the first three."""
    by_lower = {name.lower(): name for name in known}
    ends = {name.removeprefix(KERAS): name for name in by_lower}
    near = difflib.get_close_matches(word.lower(), ends, n=3, cutoff=0.4) or list(ends)[:3]
    return [by_lower[ends[end]] for end in near]

"""Options that say what is built and how: those of `build` and of whatever reckons with a build."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from precompute.errors import UserError
from precompute.recipe import DEFAULT, Recipe
from precompute.recipe_choice import CHOICES, choose_recipe, with_depth, with_top

_MODEL_OPTIONS = ("layer", "pooling", "input_size", "resize", "interpolation", "metric", "projection")


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Add the catalogue's folder and all that decides what a bundle of it holds."""
    parser.add_argument(
        "photos",
        metavar="PHOTOS",
        type=Path,
        help="folder of pictures, with a category in each sub-folder or before the number in each name, "
        "or with a products.csv that names them",
    )
    parser.add_argument(
        "--recipe",
        action="append",
        help="a recipe's name, keras:MODEL, hub:PRESET or a TOML file; several may be given, the first is "
        f"shown at first (default: {DEFAULT})",
    )
    parser.add_argument(
        "--weights", type=Path, help="weights file of the recipe's model (.weights.h5, .h5 or .keras)"
    )
    parser.add_argument("--top", type=int, help="how many look-alikes a product page shows at first")
    parser.add_argument("--depth", type=int, help="how many look-alikes are stored, to filter among")
    parser.add_argument(
        "--pictures",
        choices=CHOICES["pictures"],
        help="how products with several pictures are compared: by their mean, by the best matching pair, or "
        f"by the first picture alone (default: the recipe's, {Recipe.pictures})",
    )
    parser.add_argument(
        "--thumbnail-size", type=int, default=400, help="longer side of a thumbnail in pixels (default: 400)"
    )
    parser.add_argument(
        "--runtime",
        choices=("litert", "keras"),
        help="what runs the model (default: the faster one for each recipe)",
    )
    search = parser.add_mutually_exclusive_group()
    for name in ("exact", "approximate"):
        search.add_argument(
            f"--{name}",
            dest="search",
            action="store_const",
            const=name,
            help=f"force {name} search for the lists",
        )
    _add_model_options(parser)


def recipes_of(arguments: argparse.Namespace) -> tuple[Recipe, ...]:
    """The recipes that the options ask for. Raises `UserError` where they do not fit together."""
    options = {name: getattr(arguments, name) for name in _MODEL_OPTIONS}
    given = {name: value for name, value in options.items() if value is not None}
    recipes = [choose_recipe(choice, given) for choice in arguments.recipe or [DEFAULT]]
    if arguments.top is not None:
        recipes = [with_top(recipe, arguments.top) for recipe in recipes]
    if arguments.pictures is not None:
        recipes = [dataclasses.replace(recipe, pictures=arguments.pictures) for recipe in recipes]
    if arguments.depth is not None:
        recipes = [with_depth(recipe, arguments.depth) for recipe in recipes]
    if arguments.weights is not None:
        if len(recipes) > 1:
            raise UserError(
                f"Expected one --recipe beside --weights. Received: {len(recipes)}; "
                "name the weights of each in a TOML file of its own."
            )
        recipes = [dataclasses.replace(recipes[0], weights=arguments.weights)]
    return tuple(recipes)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of recipes keras:MODEL and hub:PRESET")
    group.add_argument("--layer", help="layer that is read (default: the last one before the classifier)")
    group.add_argument(
        "--input-size", type=int, metavar="PIXELS", help="side of the input (default: the model's)"
    )
    for name in ("pooling", "resize", "interpolation", "metric", "projection"):
        default = next(field.default for field in dataclasses.fields(Recipe) if field.name == name)
        group.add_argument(f"--{name}", choices=CHOICES[name], help=f"(default: {default})")

"""Options for what is built and how, for `build` and the commands that work like it."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path
from typing import Any

from precompute.collect.settings import KINDS as COLLECTED
from precompute.models.choice import CHOICES, choose_recipe, with_depth, with_top
from precompute.models.part_choice import LISTS, MOST_COLOUR, recipes_for_lists, with_colour
from precompute.models.recipe import DEFAULT, Recipe
from precompute.shared.errors import UserError
from precompute.sources.columns import FIELDS
from precompute.sources.kinds import KINDS

_CHOSEN = {
    "pooling": "how a layer's positions become one vector",
    "resize": "how a picture becomes a square",
    "interpolation": "Pillow's filter",
    "metric": "how embeddings are compared",
    "projection": "whether the catalogue's centre is subtracted",
}
"""What each model option with a fixed choice of values decides."""

_MODEL_OPTIONS = ("layer", "input_size", *_CHOSEN)


def add_catalogue_options(parser: argparse.ArgumentParser) -> None:
    """Add the catalogue's source and all options that affect the content of a bundle."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder of pictures, with a category as each sub-folder or before the number in each name; "
        "or a table or feed that names the pictures: CSV, Excel, JSON, Parquet or Google Merchant",
    )
    parser.add_argument(
        "--source",
        dest="kind",
        choices=[*(kind.name for kind in KINDS), *COLLECTED],
        help="what SOURCE is (default: recognised)",
    )
    add_column_option(parser)
    add_image_folder_option(parser)
    _add_exclude_option(parser)
    parser.add_argument(
        "--recipe",
        action="append",
        help="how pictures become embeddings: a name, keras:MODEL, hub:PRESET or a TOML file; repeatable, "
        f"the first is shown at first (default: {DEFAULT})",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="weights for the one recipe given (.weights.h5, .h5 or .keras)",
    )
    _add_list_options(parser)
    parser.add_argument(
        "--thumbnail-size",
        type=int,
        default=400,
        metavar="PIXELS",
        help="longer side of a thumbnail in pixels (default: 400)",
    )
    parser.add_argument(
        "--large-pictures",
        type=int,
        default=0,
        metavar="PIXELS",
        help="adds a picture of this longer side to each product's, to look at closely, for example 1024",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="adds what a search with a visitor's photo needs, for the first recipe",
    )
    _add_machine_options(parser)
    _add_model_options(parser)


def _add_machine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runtime",
        choices=("litert", "keras"),
        help="what runs the models (default: the faster one)",
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu"),
        default="auto",
        help="where embeddings are computed (default: auto, a GPU if TensorFlow can use one)",
    )
    parser.add_argument(
        "--fast",
        action="store_true",
        help="computes embeddings in TF32 on a GPU, or in bfloat16 on a CPU, and compares some with float32",
    )
    search = parser.add_mutually_exclusive_group()
    for name in ("exact", "approximate"):
        search.add_argument(
            f"--{name}",
            dest="search",
            action="store_const",
            const=name,
            help=f"forces {name} search of neighbours (default: by size)",
        )


def _add_list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--top", type=int, metavar="N", help="how many look-alikes a product page shows at first"
    )
    parser.add_argument(
        "--depth", type=int, metavar="N", help="how many are stored, so that filters find enough"
    )
    parser.add_argument(
        "--pictures",
        choices=CHOICES["pictures"],
        help="how products with several pictures are compared: by the mean, by the best matching pair, or "
        f"by the first picture alone (default: the recipe's, {Recipe.pictures})",
    )
    parser.add_argument(
        "--colour",
        type=float,
        metavar="WEIGHT",
        help=f"how much colour counts beside looks, from 0 to {MOST_COLOUR} (default: the recipe's, 0)",
    )
    parser.add_argument(
        "--lists",
        metavar="KINDS",
        help=f"{','.join(LISTS)} or some of them: lists by style, by colour and by both, between which "
        "visitors choose; the first is shown at first (default: one list a product)",
    )


def add_out_option(parser: argparse.ArgumentParser, text: str) -> None:
    """Add --out, the folder of the bundle and its store, and --store; `text` says what --out is for."""
    parser.add_argument(
        "--out", type=Path, default=Path("data"), metavar="FOLDER", help=f"{text} (default: data)"
    )
    parser.add_argument(
        "--store",
        metavar="FOLDER|ADDRESS",
        help="a folder, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER where builds share what they compute from "
        "pictures (default: each bundle's folder has its own)",
    )


def columns_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Parse --column: columns by field. Raises `UserError` for an unknown field."""
    columns: dict[str, str] = {}
    for text in arguments.columns:
        field, equals, name = text.partition("=")
        if not equals or not name.strip() or field not in FIELDS:
            raise UserError(
                f"Expected --column FIELD=NAME, where FIELD is one of {', '.join(FIELDS)}. Received: {text}."
            )
        columns[field] = name
    return columns


def source_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options about the source, as fields of `BuildSettings`. Raises `UserError` if one is invalid."""
    columns = columns_of(arguments)
    if is_remote(arguments.source):
        raise UserError(
            f"Expected a folder or a file. Received: {arguments.source}, an address: collect it first "
            f"(python -m precompute collect {arguments.source})."
        )
    return {
        "source": Path(arguments.source),
        "kind": arguments.kind,
        "columns": columns,
        "image_folder": arguments.image_folder,
        "exclude": tuple(arguments.exclude),
    }


def add_column_option(parser: argparse.ArgumentParser) -> None:
    """Add --column, which names the columns of a table."""
    parser.add_argument(
        "--column",
        dest="columns",
        metavar="FIELD=NAME",
        action="append",
        default=[],
        help=f"which column of a table is which field: FIELD is one of {', '.join(FIELDS)}; repeatable "
        "(default: guessed)",
    )


def add_image_folder_option(parser: argparse.ArgumentParser) -> None:
    """Add --image-folder, for a table whose pictures are in another folder."""
    parser.add_argument(
        "--image-folder",
        type=Path,
        metavar="FOLDER",
        help="the folder that the paths in a table start from (default: the table's)",
    )


def _add_exclude_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help="leaves out files and folders of this name; a pattern with / is matched with the path below "
        "SOURCE; repeatable",
    )


def is_remote(source: str) -> bool:
    """Whether a source is an address that `collect` must fetch."""
    return re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) is not None


def recipes_of(arguments: argparse.Namespace) -> tuple[Recipe, ...]:
    """The recipes that the options ask for. Raises `UserError` if options contradict each other."""
    options = {name: getattr(arguments, name) for name in _MODEL_OPTIONS}
    given = {name: value for name, value in options.items() if value is not None}
    recipes = [choose_recipe(choice, given) for choice in arguments.recipe or [DEFAULT]]
    if arguments.top is not None:
        recipes = [with_top(recipe, arguments.top) for recipe in recipes]
    if arguments.pictures is not None:
        recipes = [dataclasses.replace(recipe, pictures=arguments.pictures) for recipe in recipes]
    if arguments.depth is not None:
        recipes = [with_depth(recipe, arguments.depth) for recipe in recipes]
    if arguments.lists is not None:
        if len(recipes) > 1:
            raise UserError(f"Expected one --recipe beside --lists. Received: {len(recipes)}.")
        if arguments.colour is not None:
            with_colour(recipes[0], arguments.colour)
        recipes = recipes_for_lists(recipes[0], arguments.lists, colour=arguments.colour)
    elif arguments.colour is not None:
        recipes = [with_colour(recipe, arguments.colour) for recipe in recipes]
    if arguments.weights is not None:
        if len({recipe.embedding_key() for recipe in recipes}) > 1:
            raise UserError(
                f"Expected one --recipe beside --weights. Received: {len(recipes)}; "
                "name the weights of each recipe in its own TOML file."
            )
        recipes = [dataclasses.replace(recipe, weights=arguments.weights) for recipe in recipes]
    return tuple(recipes)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of recipes keras:MODEL and hub:PRESET")
    group.add_argument(
        "--layer", metavar="NAME", help="the layer that is read (default: the last before the classifier)"
    )
    group.add_argument(
        "--input-size", type=int, metavar="PIXELS", help="side of the square input (default: the model's)"
    )
    for name, text in _CHOSEN.items():
        default = next(field.default for field in dataclasses.fields(Recipe) if field.name == name)
        group.add_argument(f"--{name}", choices=CHOICES[name], help=f"{text} (default: {default})")

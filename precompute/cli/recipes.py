"""`python -m precompute recipes`: lists the recipes."""

from __future__ import annotations

import argparse
import textwrap

from precompute.models.recipe import APPLICATIONS, DEFAULT, RECIPES

_EXAMPLES = """example:
  python -m precompute recipes
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "recipes",
        help="list the recipes",
        description="Lists the recipes: how a picture becomes an embedding, and embeddings become lists.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print each recipe and return 0."""
    for recipe in RECIPES.values():
        print(f"{recipe.name}{' (default)' if recipe.name == DEFAULT else ''}")
        print(f"  {recipe.description}")
        print(f"  input       {recipe.input_size} pixels square, {recipe.resize}, {recipe.interpolation}")
        print(f"  decoded     {recipe.decoding}")
        print(f"  pixels      {recipe.preprocessing}")
        print(f"  layer       {recipe.layer}, pooling: {recipe.pooling}")
        print(f"  compared    {recipe.metric}, projection: {recipe.projection}")
        print(f"  pictures    {recipe.pictures}")
        print(f"  lists       {recipe.depth} stored, {recipe.top} shown")
    print("keras:MODEL, a model of keras.applications with its input size in pixels")
    models = ", ".join(f"{name} {size}" for name, size in APPLICATIONS.items())
    print(textwrap.fill(models, width=100, initial_indent="  ", subsequent_indent="  "))
    print("hub:PRESET, an image backbone of Keras Hub (pip install -r requirements-hub.txt)")
    print("FILE.toml, a recipe of your own")
    return 0

"""`python -m precompute recipes`: lists the recipes."""

from __future__ import annotations

import argparse

from precompute.recipe import DEFAULT, RECIPES

_EXAMPLES = """example:
  python -m precompute recipes
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
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
        print(f"  pooling     {recipe.pooling}")
        print(f"  compared    {recipe.metric}, projection: {recipe.projection}")
        print(f"  lists       {recipe.depth} stored, {recipe.top} shown")
    return 0

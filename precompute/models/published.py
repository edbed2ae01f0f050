"""Recipes as bundles' manifests have them, back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from precompute.models.heads import Head
from precompute.models.recipe import PARTS, Recipe


def recipe_of(entry: Mapping[str, Any], *, heads: Path) -> Recipe:
    """The recipe that an entry of a manifest's `recipes` describes; `heads` is the store's folder of them.

    Raises `KeyError` with the field that the entry lacks.
    """

    def head_of(given: Mapping[str, Any]) -> Head:
        return Head(heads / f"{given['sha256']}.npz", given["sha256"], given["weight"])

    optional = {"weights", "label", *PARTS}
    values = {each.name: entry[each.name] for each in fields(Recipe) if each.name not in optional}
    values |= {name: entry[name] for name in ("label", "features", "colour") if name in entry}
    title = entry.get("title")
    return Recipe(
        **values,
        heads=tuple(head_of(each) for each in entry.get("heads", [])),
        title=head_of(title) if title else None,
    )


def heads_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The heads of an entry of a manifest's `recipes`, its title among them."""
    title = entry.get("title")
    return [*entry.get("heads", []), *([title] if title else [])]

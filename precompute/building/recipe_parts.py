"""What a build checks of its recipes' parts: that heads fit, and that there is colour to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bundle import Product
from precompute.embeddings.titles import read_title
from precompute.models.heads import read_head
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from precompute.shared.progress import say

_GREYS = {"black", "grey", "white"}


def check_heads(recipe: Recipe, plan: ExtractorPlan) -> None:
    """Raise `UserError` where a head cannot be read, or was fitted on another network or input."""
    for head in recipe.heads:
        read_head(head, extractor=recipe.extractor_fingerprint(plan.weights_sha256))
    if recipe.title is not None:
        read_title(recipe.title)


def without_vain_colour(
    planned: Sequence[tuple[Recipe, ExtractorPlan]], products: Sequence[Product]
) -> list[tuple[Recipe, ExtractorPlan]]:
    """The recipes with their plans, without colour if all products are grey, which is said in one sentence.

    Recipes that then differ in nothing that decides a list are reduced to the first of them.
    """
    coloured = any(set(product.colours) - _GREYS for product in products)
    if coloured or not any(recipe.colour for recipe, _ in planned):
        return list(planned)
    found: dict[str, tuple[Recipe, ExtractorPlan]] = {}
    for recipe, plan in planned:
        plain = replace(recipe, colour=0.0)
        if not plain.has_parts:
            plain = replace(plain, features=1.0)
        found.setdefault(plain.fingerprint(plan.weights_sha256), (plain, plan))
    names = ", ".join(recipe.name for recipe, _ in found.values())
    say(f"All products are black, grey or white, so the lists do without colour: built {names}.")
    return list(found.values())

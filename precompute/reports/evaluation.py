"""Measures the lists of published bundles by all yardsticks, and compares two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bundle import Bundle, BundleError, Product
from bundle import format as fmt
from precompute.embeddings.vectors import picture_vectors
from precompute.evaluation.intervals import Estimate
from precompute.evaluation.other_pictures import measure_other_pictures
from precompute.evaluation.scorecard import Scorecard, differences, drops, measure
from precompute.reports.clicks.pairs import ClickedPairs, clicks_of_others
from precompute.reports.export import published_vectors
from precompute.shared.errors import UserError
from precompute.shared.progress import stage


@dataclass(frozen=True)
class Evaluation:
    """The lists of one recipe of a bundle, measured.

    `missing` says why the yardstick of the other picture is not there, `unclicked` why those of clicks are
    not; both are empty otherwise.
    """

    folder: Path
    recipe: str
    created: str
    card: Scorecard
    missing: str
    unclicked: str = ""


@dataclass(frozen=True)
class Comparison:
    """How much larger each yardstick of `new` is than that of `old`, paired by product.

    `products` is how many products both have, `worse` names the yardsticks that got worse by more than chance
    explains.
    """

    old: Evaluation
    new: Evaluation
    products: int
    differences: Mapping[str, Estimate]
    worse: list[str]


def evaluate(bundle: Bundle, recipe: Mapping[str, Any], *, pairs: ClickedPairs | None = None) -> Evaluation:
    """Measure the lists of a recipe, as the manifest of the bundle describes it.

    With `pairs`, also by what visitors clicked in lists of other recipes. In memory are all lists and
    products. Raises `BundleError` if a file cannot be read.
    """
    name = recipe["name"]
    if "top" not in recipe or "depth" not in recipe:
        raise UserError(f"The manifest of {bundle.folder} does not say how long the lists of {name} are.")
    products = _products(bundle)
    rows, lengthened = _lists(bundle, recipe, products)
    other_picture, missing = None, ""
    try:
        other_picture = _other_pictures(bundle, recipe, products)
    except UserError as error:
        missing = str(error)
    clicks, unclicked = None, ""
    if pairs is not None:
        places = {product.id: place for place, product in enumerate(products)}
        clicks = clicks_of_others(pairs, name, places)
        if not len(clicks):
            unclicked = f"Nothing was clicked in lists of other recipes, and {name} cannot judge itself."
    card = measure(
        products, rows, top=recipe["top"], lengthened=lengthened, other_picture=other_picture, clicks=clicks
    )
    return Evaluation(bundle.folder, name, bundle.manifest.get("created", ""), card, missing, unclicked)


def compare_evaluations(new: Evaluation, old: Evaluation) -> Comparison:
    """Compare two evaluations. Raises `UserError` where no product is in both."""
    shared = len(set(new.card.ids) & set(old.card.ids))
    if not shared:
        raise UserError(
            f"Expected bundles that share products. Received: {old.folder} and {new.folder}, which do not."
        )
    found = differences(new.card, old.card)
    return Comparison(old, new, shared, found, drops(found))


def _products(bundle: Bundle) -> list[Product]:
    with stage("Products", bundle.count, "products") as advance:
        products: list[Product] = []
        for some in bundle.batches():
            products += some
            advance(len(some))
    return products


def _lists(
    bundle: Bundle, recipe: Mapping[str, Any], products: list[Product]
) -> tuple[np.ndarray, np.ndarray]:
    """The places of the entries that all lists have, (n, k) int32, and of those beyond: (e,) int64."""
    places = {product.id: place for place, product in enumerate(products)}
    lists: list[list[int]] = [[] for _ in products]
    with stage("Lists", recipe["shards"], "files") as advance:
        for shard in range(recipe["shards"]):
            path = bundle.folder / fmt.shard_file(recipe["name"], shard)
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                for product_id, entries in content.items():
                    lists[places[product_id]] = [places[entry] for entry, _ in entries]
            except (OSError, LookupError, ValueError, TypeError, AttributeError) as error:
                raise BundleError(f"{path} cannot be read ({error}): python -m precompute check.") from error
            advance(1)
    depth = min([recipe["depth"], *map(len, lists)])
    rows = np.array([entries[:depth] for entries in lists], np.int32).reshape(len(lists), depth)
    return rows, np.array([place for entries in lists for place in entries[depth:]], np.int64)


def _other_pictures(bundle: Bundle, recipe: Mapping[str, Any], products: list[Product]) -> np.ndarray | None:
    data = bundle.folder.parent

    def vectors_of(chosen: list[Product]) -> tuple[np.ndarray, np.ndarray] | None:
        with stage("Pictures", 1, "step") as advance:
            found = published_vectors(data, bundle, recipe, chosen, vectors_of=picture_vectors)
            advance(1)
        return None if found is None else (found.values, found.counts)

    if "embeddings" not in recipe:
        return None
    return measure_other_pictures(products, vectors_of, metric=recipe["metric"])

"""The sentences that say why a product is listed: true, and no more than is known."""

from typing import Any

import pytest

from bundle import Product
from dashapp.answers.why import closeness, shared
from dashapp.shown_recipe import ShownRecipe

QUANTILES = [place / 100 for place in range(101)]
TAIL = {"99.5": 0.995, "99.9": 0.999, "99.99": 0.9999}


def product(**fields: Any) -> Product:
    return Product("id", "Title", (), **fields)


def recipe(metric: str = "cosine", **fields: Any) -> ShownRecipe:
    scores = {"p01": 0, "p50": 0.5, "p99": 1}
    return ShownRecipe.from_manifest({"name": "r", "metric": metric, "top": 5, "scores": scores, **fields})


MUG = product(category="Home > Mugs", brand="Nord", colours=("blue", "white"), price=20.0, currency="EUR")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (MUG, "Also in Mugs, by Nord, blue and white, at the same price."),
        (product(category="Home > Mugs"), "Also in Mugs."),
        (product(category="Home > Mugs > Large", brand="Nord"), "Also in Mugs, by Nord."),
        (product(category="Home > Bowls", brand="Älva"), "Also in Home."),
        (product(category="Mugs", colours=("white", "red")), "Also white."),
        (product(colours=("blue",), price=25.0, currency="EUR"), "Also blue, at a similar price."),
        (product(price=15.0, currency="EUR"), "At a similar price."),
        (product(price=14.99, currency="EUR"), "€5.01 cheaper."),
        (product(price=32.5, currency="EUR"), "€12.50 dearer."),
        (product(price=20.0, currency="USD"), ""),
        (product(category="Garden", brand="Älva", colours=("red",)), ""),
        (product(), ""),
    ],
)
def test_what_both_share(other: Product, sentence: str) -> None:
    assert shared(MUG, other) == sentence


def test_nothing_is_shared_by_products_of_which_nothing_is_known() -> None:
    assert shared(product(), product()) == ""


@pytest.mark.parametrize(
    ("score", "share"),
    [
        (1.0, "99.99"),
        (0.99989, "99.9"),
        (0.9989, "99.5"),
        (0.9949, "99"),
        (0.99, "99"),
        (0.98999, "98"),
        (0.5, "50"),
        (0.4999, ""),
        (-1, ""),
    ],
)
def test_how_close_is_rounded_down_and_never_all(score: float, share: str) -> None:
    sentence = f"Closer than {share}% of pairs." if share else ""
    assert closeness(recipe(pairs={"quantiles": QUANTILES, "tail": TAIL}), score) == sentence


def test_a_smaller_distance_is_closer() -> None:
    distances = recipe("euclidean", pairs={"quantiles": QUANTILES[::-1], "tail": {"99.5": 0.005}})
    assert closeness(distances, 0.004) == "Closer than 99.5% of pairs."
    assert closeness(distances, 0.2) == "Closer than 80% of pairs."
    assert closeness(distances, 0.6) == ""


@pytest.mark.parametrize(
    "fields", [{}, {"pairs": {}}, {"pairs": {"sampled": 0, "quantiles": [], "tail": {}}}]
)
def test_nothing_is_said_where_no_pairs_were_measured(fields: dict[str, Any]) -> None:
    assert closeness(recipe(**fields), 0.99) == ""

"""Which labels a head can learn, and what is said where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from bundle import Product
from precompute.fitting.labels import MEMBERS, Labels, labels_of, why_none
from tests.precompute.fitting.conftest import product


def found(products: list[Product], **options: bool) -> dict[str, Labels]:
    counts = [len(each.images) for each in products]
    return {labels.name: labels for labels in labels_of(products, counts, **{"brand": False} | options)}


def test_categories_facts_tags_and_views_are_labels() -> None:
    products = [
        product(
            number,
            category=("Mugs", "Vases")[number % 2],
            brand=("Ann", "Ben")[number % 2],
            tags=("classic",) if number % 3 else ("modern", "gift"),
            facts={"material": ("clay", "glass")[number % 2], "number": str(number)},
            pictures=2 if number < 3 else 1,
        )
        for number in range(20)
    ]
    labels = found(products)
    assert list(labels) == ["category", "fact: material", "tags", "views"]
    assert [labels[name].classes for name in labels] == [2, 2, 3, 3]
    assert list(found(products, brand=True))[:2] == ["category", "brand"]
    assert labels["fact: material"].described() == "fact: material: 2 classes of 20 products"


def test_a_class_needs_members() -> None:
    names = ["Mugs"] * MEMBERS + ["Vases"] * MEMBERS + ["Hats"] * (MEMBERS - 1)
    labels = found([product(number, category=name) for number, name in enumerate(names)])
    assert labels["category"].classes == 2 and labels["category"].labelled == 2 * MEMBERS


def test_a_small_category_counts_as_the_one_above_it() -> None:
    paths = ["Home > Mugs"] * 6 + ["Home > Vases > Tall"] * 3 + ["Home > Vases"] * 3 + ["Toys"] * 6
    labels = found([product(number, category=path) for number, path in enumerate(paths)])
    assert labels["category"].values[0] == ("Home > Mugs",)
    assert labels["category"].values[6] == labels["category"].values[9] == ("Home > Vases",)
    assert labels["category"].classes == 3


def test_pairs_have_a_row_for_each_class_and_no_single_ones() -> None:
    labels = Labels("tags", (("a", "b"), ("b",), (), ("c",), ("a",)))
    rows, classes = labels.pairs(np.array([0, 1, 2, 3, 4]))
    assert list(zip(rows.tolist(), classes.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1), (4, 0)]


@pytest.mark.parametrize(
    ("categories", "words"),
    [
        ([""] * 8, "no categories, and no facts or tags that several products share"),
        (["Shoes"] * 8, "one category (Shoes), and no facts or tags that tell its products apart"),
        (
            [f"c{number}" for number in range(8)],
            "8 categories, the largest (c0) with 1 product, and no facts",
        ),
    ],
)
def test_what_a_catalogue_has_instead_of_labels(categories: list[str], words: str) -> None:
    products = [product(number, category=name) for number, name in enumerate(categories)]
    assert found(products) == {} and why_none(products).startswith(words)

"""Published bundles measured: the same as their build reported, with and without a store."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle import Bundle
from precompute.evaluation.scorecard import categories_described, described
from precompute.reports.evaluation import evaluate
from tests.builds import TINY, Tiny, run
from tests.drawn_pictures import encoded, picture


@pytest.fixture
def built(tiny: type[Tiny], tmp_path: Path) -> Path:
    """Fifteen products; every third has a second picture: nearly the first one, or something else."""
    folder = tmp_path / "photos"
    folder.mkdir()
    with (folder / "products.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "images", "category", "material"])
        for number in range(15):
            first = picture(number, width=24, height=20)
            (folder / f"{number}.png").write_bytes(encoded(first))
            further = ""
            if number % 3 == 0:
                further = f"{number}-b.png"
                other = picture(100 + number, width=24, height=20)
                if number % 2:
                    other = first.copy()
                    other.putpixel((0, 0), (255, 0, 0))
                (folder / further).write_bytes(encoded(other))
            writer.writerow(
                [
                    f"p{number:02}",
                    f"{number}.png",
                    further,
                    "ab"[number % 2],
                    ("oak", "tin", "jute")[number % 3],
                ]
            )
    run(folder, tmp_path / "data", recipes=(TINY, replace(TINY, name="tinted", colour=0.4)))
    return tmp_path / "data"


@pytest.mark.parametrize("place", [0, 1])
def test_it_finds_what_the_build_reported(built: Path, place: int) -> None:
    bundle = Bundle.open(built)
    recipe, report = bundle.recipes[place], bundle.report()
    found = evaluate(bundle, recipe)
    assert described(found.card.estimates()) == report["yardsticks"][recipe["name"]]
    assert categories_described(found.card) == report["categories"][recipe["name"]]
    assert found.missing == "" and {"other_picture_first", "facts_at_5"} <= found.card.estimates().keys()


def test_products_with_several_pictures_are_asked_for_the_other_one(built: Path) -> None:
    bundle = Bundle.open(built)
    card = evaluate(bundle, bundle.recipes[0]).card
    values = dict(zip(card.ids, card.values["other_picture_first"].tolist(), strict=True))
    asked = {name for name, value in values.items() if not np.isnan(value)}
    assert asked == {product.id for product in bundle.page(limit=100).products if len(product.images) > 1}
    # Those that are nearly the same are found; of the others some are not.
    assert values["p03"] == values["p09"] == 1 and 0 in (values["p00"], values["p06"], values["p12"])


def test_without_a_store_all_but_that_is_measured(built: Path) -> None:
    shutil.rmtree(built / "store")
    bundle = Bundle.open(built)
    found = evaluate(bundle, bundle.recipes[0])
    assert "they are no part of a deploy" in found.missing
    expected = bundle.report()["yardsticks"]["tiny"]
    del expected["other_picture_first"]
    assert described(found.card.estimates()) == expected

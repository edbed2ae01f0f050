"""With the real extractor: few findings where little is wrong, and what was put wrong is found."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from precompute.building.build import BuildSettings
from precompute.doctor import Diagnosis, diagnose
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.sources import read_catalogue
from tests.precompute.doctor.conftest import of_kind, products_of

pytestmark = pytest.mark.slow

CERTAIN = {
    "damaged-picture",
    "blank-picture",
    "placeholder",
    "shared-picture",
    "turned-twice",
    "small-picture",
}


def examine(source: Path, out: Path) -> Diagnosis:
    return diagnose(BuildSettings(source, out, (RECIPES[DEFAULT],)))


def counts(found: Diagnosis) -> Counter[str]:
    return Counter(finding.kind for finding in found.findings)


def test_the_demo_shop_has_little_wrong(demo: Path, built_demo: Path, tmp_path: Path) -> None:
    shutil.copytree(built_demo / "store", tmp_path / "store")  # So that no picture is embedded again.
    catalogue = read_catalogue(demo)
    categories = sorted({product.category for product in catalogue.products})[::2]
    part = [product for product in catalogue.products if product.category in categories]
    # Python keeps there what it compiled of the programs that render the demo.
    left_out = [each for each in catalogue.left_out if "__pycache__" not in each.file]
    found = diagnose(
        BuildSettings(demo, tmp_path, (RECIPES[DEFAULT],)),
        catalogue=replace(catalogue, products=part, left_out=left_out),
    )
    assert found.products == 256 and found.unchecked == []
    assert not counts(found).keys() - {"near-duplicate"}
    assert len(found.findings) <= 3, counts(found)


@pytest.mark.thorough  # The demonstration's pictures show the same.
def test_photos_of_clothes_have_little_wrong(clothing: Path, tmp_path: Path) -> None:
    shop, draw = tmp_path / "shop", random.Random(0)
    for folder in sorted(path for path in clothing.iterdir() if path.is_dir()):
        (shop / folder.name).mkdir(parents=True)
        for path in draw.sample(sorted(folder.iterdir()), 20):
            shutil.copy(path, shop / folder.name)
    found = examine(shop, tmp_path / "data")
    assert not counts(found).keys() & CERTAIN
    assert len(found.findings) <= 8, counts(found)


@pytest.fixture(scope="module")
def spoiled(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """Five of the demo's categories, with faults in some pictures of each."""
    folder = tmp_path_factory.mktemp("spoiled")
    shop = folder / "shop"
    for name in ("chairs", "clocks", "mugs", "table-lamps", "teapots"):
        shutil.copytree(demo / "images" / name, shop / name)
    for file in ("mugs/mug-003.webp", "teapots/tea-004.webp"):
        (shop / file).rename(shop / "chairs" / Path(file).name)
    for file, degrees in (("chairs/chr-005.webp", 90), ("table-lamps/lmp-006.webp", 180)):
        with Image.open(shop / file) as image:
            image.rotate(degrees, expand=True).save(shop / file, quality=95)
    with Image.open(shop / "clocks/clk-007.webp") as image:
        image.filter(ImageFilter.GaussianBlur(2)).save(shop / "clocks/clk-007.webp", quality=90)
    with Image.open(shop / "mugs/mug-008.webp") as image:
        image.crop((20, 10, 310, 300)).save(shop / "mugs/again.jpg", quality=80)
    return examine(shop, folder / "data")


def test_products_in_the_wrong_category_are_found_beside_their_own(spoiled: Diagnosis) -> None:
    found = {finding.products[0]: finding for finding in of_kind(spoiled, "wrong-category")}
    assert found.keys() == {"chairs/mug-003.webp", "chairs/tea-004.webp"}
    mug = found["chairs/mug-003.webp"]
    assert "“mugs”" in mug.text and all(other.startswith("mugs/") for other in mug.beside)


def test_turned_pictures_are_found(spoiled: Diagnosis) -> None:
    """The chair is. The lamp is missed, as about half of what is upside down (docs/doctor.md)."""
    turns = {finding.products[0]: finding.turn for finding in of_kind(spoiled, "turned-picture")}
    assert turns == {"chairs/chr-005.webp": 270}


def test_a_blurred_picture_and_a_cut_copy_are_found(spoiled: Diagnosis) -> None:
    assert products_of(spoiled, "blurred-picture") == [("clocks/clk-007.webp",)]
    near = {frozenset(products) for products in products_of(spoiled, "near-duplicate")}
    assert frozenset({"mugs/mug-008.webp", "mugs/again.jpg"}) in near

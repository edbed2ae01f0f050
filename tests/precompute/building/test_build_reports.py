"""What a build finds beside the lists: colours, small thumbnails, twins, the map, the report's figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bundle import Bundle
from precompute.building.product_map import PreviousMap, previous_map
from precompute.cli.main import main
from tests.drawn_pictures import encoded, picture

INKS = {"cups": "#c8102e", "hats": "#1f4fd8", "bags": "#2f7d3a"}
COLOURS = {"cups": "red", "hats": "blue", "bags": "green"}


def shape(ink: str, number: int) -> Image.Image:
    image = Image.new("RGB", (201, 150), "#f4f4f2")
    ImageDraw.Draw(image).ellipse((50 - 3 * number, 30, 150, 90 + 5 * number), fill=ink)
    return image


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Five pictures of each colour, the first cup once more, saved with losses."""
    folder = tmp_path / "photos"
    for category, ink in INKS.items():
        (folder / category).mkdir(parents=True)
        for number in range(5):
            (folder / category / f"{number}.png").write_bytes(encoded(shape(ink, number)))
    (folder / "hats/copy.jpg").write_bytes(encoded(shape(INKS["cups"], 0), "JPEG", quality=60))
    return folder


def build(photos: Path, out: Path) -> Bundle:
    assert main(["build", str(photos), "--out", str(out), "--top", "3"]) == 0
    return Bundle.open(out)


def places(bundle: Bundle) -> dict[str, tuple[int, int]]:
    found = bundle.product_map(bundle.recipes[0]["name"])
    return dict(
        zip((product.id for product in everything(bundle)), zip(found.x, found.y, strict=True), strict=True)
    )


def everything(bundle: Bundle) -> list:
    return list(bundle.page(limit=1000).products)


def test_products_have_colours_twins_and_thumbnails_in_two_sizes(photos: Path, tmp_path: Path) -> None:
    bundle = build(photos, tmp_path / "data")
    for product in everything(bundle):
        is_copied = product.id in ("cups/0.png", "hats/copy.jpg")
        expected = "red" if is_copied else COLOURS[product.category]
        assert product.colours == (expected,)
        assert bool(product.twins) is is_copied
        image_id = product.images[0].id
        sizes = []
        for small in (False, True):
            with Image.open(bundle.thumbnail(image_id, small=small)) as thumbnail:
                sizes.append(thumbnail.size)
        assert sizes == [(201, 150), (101, 75)]
    first = next(product.id for product in everything(bundle) if product.twins)
    assert bundle.product("hats/copy.jpg").twins == bundle.product("cups/0.png").twins == first
    assert bundle.report()["twins"]["groups"] == 1
    assert bundle.mismatches(contents=True) == []


def test_the_report_and_the_manifest_agree_with_the_lists(photos: Path, tmp_path: Path) -> None:
    bundle = build(photos, tmp_path / "data")
    report, name = bundle.report(), bundle.recipes[0]["name"]
    lists = {product.id: bundle.neighbours(product.id) for product in everything(bundle)}
    shown = [entry.id for entries in lists.values() for entry in entries[:3]]
    assert {product_id: shown.count(product_id) for product_id in set(shown)} == dict(
        report["hubs"][name]["products"]
    )
    unseen = [product_id for product_id in lists if product_id not in shown]
    assert report["orphans"][name] == {"count": len(unseen), "ids": unseen}
    assert sum(report["scores"][name]["stored"]) == sum(map(len, lists.values()))
    assert sum(report["scores"][name]["first"]) == bundle.count
    own = {product.id: product.category for product in everything(bundle)}
    for entry in report["categories"][name]:
        right = [
            own[lists[each][0].id] == category
            for each, category in own.items()
            if category == entry["category"]
        ]
        assert entry["precision_at_1"]["value"] == pytest.approx(sum(right) / len(right), abs=1e-4)
        assert entry["products"] == entry["precision_at_1"]["sample"] == len(right)
    assert report["yardsticks"][name]["not_shown"]["value"] == pytest.approx(len(unseen) / 16, abs=1e-4)
    found = report["yardsticks"][name]["in_no_list"]
    assert found == {"value": 0.0, "low": 0.0, "high": 0.1936, "sample": 16}
    pairs = bundle.recipes[0]["pairs"]
    assert pairs["sampled"] == 16 * 15 // 2 == sum(report["scores"][name]["pairs"])
    assert pairs["quantiles"][-1] == max(entry.score for entries in lists.values() for entry in entries)


@pytest.mark.usefixtures("as_default")
def test_products_stay_where_they_are_on_the_map(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    before = places(build(photos, out))
    (photos / "bags/new.png").write_bytes(encoded(shape(INKS["bags"], 6)))
    bundle = build(photos, out)
    after = places(bundle)
    assert {name: after[name] for name in before} == before and len(after) == len(before) + 1
    found = bundle.product_map(bundle.recipes[0]["name"])
    assert (found.fitted, found.placed, found.removed) == (16, 1, 0)

    (photos / "cups/1.png").write_bytes(encoded(picture(3)))
    found = (bundle := build(photos, out)).product_map(bundle.recipes[0]["name"])
    # Two of sixteen have changed: all is laid out anew, as if there had been nothing.
    assert (found.fitted, found.placed, found.removed) == (17, 0, 0)
    assert places(bundle) == places(build(photos, tmp_path / "fresh"))


@pytest.mark.usefixtures("as_default")
def test_only_a_map_of_the_same_recipe_is_gone_by(photos: Path, tmp_path: Path) -> None:
    bundle = build(photos, tmp_path / "data")
    products, recipe = everything(bundle), bundle.recipes[0]
    changed = [replace(products[0], images=products[1].images), *products[2:]]

    def previous(out: Path, fingerprint: str) -> PreviousMap | None:
        return previous_map(out, recipe["name"], fingerprint=fingerprint, products=changed)

    assert previous(tmp_path / "nowhere", recipe["fingerprint"]) is None
    assert previous(tmp_path / "data", "0" * 64) is None
    found = previous(tmp_path / "data", recipe["fingerprint"])
    kept = places(bundle)
    # The first has another picture now, the second is gone.
    del kept[products[0].id], kept[products[1].id]
    assert (found.places, found.fitted, found.placed, found.removed) == (kept, 16, 0, 1)

"""Products with several pictures, from the table to the bundle: what counts, what is lost, what is said."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from bundle import Bundle
from precompute.cli import main
from precompute.cli.options.catalogue import recipes_of
from precompute.embeddings.vectors import compared_pictures
from precompute.models.recipe import DEFAULT, RECIPES
from tests.builds import TINY, Tiny, content_of, fresh, run
from tests.drawn_pictures import encoded, picture

PICTURES = ("mean", "best", "first")
Table = dict[str, list[str]]


def write(folder: Path, table: Table) -> Path:
    """A catalogue of products with pictures by the seeds in their names; "broken" is none."""
    folder.mkdir(exist_ok=True)
    for name in {name for names in table.values() for name in names}:
        content = b"broken" if name.startswith("broken") else encoded(picture(int(name), width=24, height=20))
        (folder / f"{name}.png").write_bytes(content)
    with (folder / "products.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "images", "category"])
        for product_id, (first, *further) in table.items():
            images = "|".join(f"{name}.png" for name in further)
            writer.writerow([product_id, f"{first}.png", images, product_id[0]])
    return folder


def some_table(count: int = 14) -> Table:
    table = {f"{'abc'[n % 3]}{n}": [str(3 * n + k) for k in range(n % 4 + 1)] for n in range(count)}
    table["a0"].append("900")
    table["b1"].append("900")  # a chart of sizes
    return table


def build(folder: Path, out: Path, pictures: str) -> dict[str, Any]:
    run(folder, out, recipes=(replace(TINY, pictures=pictures),))
    return content_of(out)


@pytest.mark.slow
@pytest.mark.parametrize("pictures", PICTURES)
def test_a_change_of_pictures_gives_what_a_build_without_a_past_gives(
    tiny: type[Tiny], tmp_path: Path, pictures: str
) -> None:
    table = some_table()
    folder = write(tmp_path / "photos", table)
    build(folder, tmp_path / "data", pictures)
    steps = [
        {"a3": [*table["a3"], "500"]},
        {"a3": table["a3"][1:]},
        {"c2": table["c2"][::-1]},
        {"b4": ["900", "77"]},
        {"c11": [*table["c11"], table["a0"][0]]},
    ]
    for number, change in enumerate(steps):
        table |= change
        write(folder, table)
        found = build(folder, tmp_path / "data", pictures)
        recipes = (replace(TINY, pictures=pictures),)
        assert found == fresh(folder, tmp_path / f"fresh-{number}", recipes=recipes), change


def test_one_picture_each_gives_the_same_lists_whatever_the_recipe_says(
    tiny: type[Tiny], tmp_path: Path
) -> None:
    folder = write(tmp_path / "photos", {f"p{number}": [str(number)] for number in range(9)})
    found = []
    for pictures in PICTURES:
        build(folder, tmp_path / pictures, pictures)
        bundle = Bundle.open(tmp_path / pictures)
        lists = [(bundle.folder / "neighbours/tiny/000.json").read_bytes()]
        found.append((lists, bundle.recipes[0]["pairs"], bundle.recipes[0]["scores"]))
    assert found[0] == found[1] == found[2]


def test_the_best_pair_is_what_two_products_are_as_near_as(tiny: type[Tiny], tmp_path: Path) -> None:
    table = {"a": ["1", "2"], "b": ["3", "2"], "c": ["4"], "d": ["5", "6"]}
    folder = write(tmp_path / "photos", table)
    (folder / "2.png").rename(folder / "again.png")
    (folder / "2.png").write_bytes(encoded(picture(2, width=24, height=20), "PNG", compress_level=0))
    (folder / "products.csv").write_text(
        "id,image,images\na,1.png,again.png\nb,3.png,2.png\nc,4.png,\nd,5.png,6.png\n"
    )
    build(folder, tmp_path / "data", "best")
    # Two files with the same pixels are not known for the same picture, so that this one counts.
    assert Bundle.open(tmp_path / "data").neighbours("a")[0] == ("b", 1.0)


def test_a_picture_of_several_that_is_broken_leaves_the_product_in(tiny: type[Tiny], tmp_path: Path) -> None:
    table = some_table()
    whole = build(write(tmp_path / "whole", table), tmp_path / "data", "best")
    table["a3"].append("broken-1")
    table["b4"].insert(0, "broken-2")
    table["z"] = ["broken-3"]
    table["y"] = ["broken-4", "broken-3"]
    summary = run(
        write(tmp_path / "photos", table),
        tmp_path / "broken",
        recipes=(replace(TINY, pictures="best"),),
    )
    reasons = {entry.file: entry.reason.split("; ")[1] for entry in summary.left_out}
    assert reasons == {
        "broken-1.png": "'a3' keeps 4 of its 5 pictures",
        "broken-2.png": "'b4' now has 12.png as its first picture",
        "broken-3.png": "'z' has no other picture and is left out, and 1 more had it",
        "broken-4.png": "'y' has no other picture and is left out",
    }
    broken = content_of(tmp_path / "broken")
    lists = [name for name in whole if name.startswith(("neighbours", "thumbnails"))]
    assert len(lists) > 1
    assert all(broken[name] == whole[name] for name in lists)


def test_counts_are_those_of_all_pictures(tiny: type[Tiny], tmp_path: Path) -> None:
    table = some_table()
    summary = run(write(tmp_path / "photos", table), tmp_path / "data")
    distinct = {name for names in table.values() for name in names}
    assert Bundle.open(tmp_path / "data").manifest["counts"]["images"] == summary.images == len(distinct)
    assert run(tmp_path / "photos", tmp_path / "data").known == len(distinct)


@pytest.mark.parametrize("pictures", PICTURES)
def test_an_export_has_what_is_compared(tiny: type[Tiny], tmp_path: Path, pictures: str) -> None:
    table = some_table()
    build(write(tmp_path / "photos", table), tmp_path / "data", pictures)
    bundle = Bundle.open(tmp_path / "data")
    compared = compared_pictures(bundle.page(limit=99).products, pictures)

    def exported(format: str) -> Path:
        out = tmp_path / "exported"
        options = ["export", "--data", str(tmp_path / "data"), "--format", format, "--out", str(out)]
        assert main.main(options) == 0
        return out

    found = parquet.read_table(exported("embeddings-parquet"))
    if pictures == "best":
        rows = [(name, image) for name, images in compared.items() for image in images]
        assert found.column_names == ["product", "image", "vector"]
        assert list(zip(found["product"].to_pylist(), found["image"].to_pylist(), strict=True)) == rows
    else:
        assert found.column_names == ["product", "vector"]
        assert found["product"].to_pylist() == list(table)
    vectors = np.array(found["vector"].to_pylist(), np.float32)
    assert np.load(exported("embeddings-npy")).tobytes() == vectors.tobytes()
    assert json.loads((tmp_path / "exported.ids.json").read_text()) == found["product"].to_pylist()
    with exported("matrix").open(newline="") as file:
        header, *matrix = csv.reader(file)
    for row in matrix:
        for entry in bundle.neighbours(row[0]):
            assert float(row[header.index(entry.id)]) == entry.score


def test_the_option_goes_with_every_recipe() -> None:
    options = ["--recipe", DEFAULT, "--recipe", "vgg16-fc2", "--recipe", "keras:VGG16", "--pictures", "best"]
    recipes = recipes_of(main.make_parser().parse_args(["build", "photos", *options]))
    assert [recipe.pictures for recipe in recipes] == ["best"] * 3
    assert {recipe.pictures for recipe in RECIPES.values()} == {"mean"}


def test_the_map_keeps_a_product_whose_pictures_are_the_same(tiny: type[Tiny], tmp_path: Path) -> None:
    table = some_table(24)
    folder = write(tmp_path / "photos", table)

    def places() -> dict[str, tuple[int, int]]:
        build(folder, tmp_path / "data", "mean")
        bundle = Bundle.open(tmp_path / "data")
        found = bundle.product_map("tiny")
        ids = [product.id for product in bundle.page(limit=99).products]
        return dict(zip(ids, zip(found.x, found.y, strict=True), strict=True))

    before = places()
    write(folder, table | {"a9": [*table["a9"], "555"]})
    after = places()
    assert {name for name in before if before[name] != after[name]} == {"a9"}

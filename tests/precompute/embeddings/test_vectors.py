"""What is compared follows from a product's pictures alone, and one picture keeps every bit."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle import Product, ProductImage
from precompute.embeddings import vectors as module
from precompute.embeddings.projection import centre, project
from precompute.embeddings.vectors import Vectors, compared_pictures, compared_vectors, means
from precompute.models.recipe import DEFAULT, RECIPES, Recipe
from precompute.store import EmbeddingStore

RECIPE = RECIPES[DEFAULT]


def id_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def product(product_id: str, *names: str, variants: str = "") -> Product:
    return Product(
        product_id, product_id, tuple(ProductImage(id_of(name), 8, 8) for name in names), variants=variants
    )


def names_of(products: list[Product], pictures: str = "mean") -> dict[str, set[str]]:
    """The names of the pictures that count."""
    known = {id_of(name): name for name in ("a", "b", "c", "d", "chart", "detail")}
    found = compared_pictures(products, pictures)
    assert all(images == sorted(images) for images in found.values())
    return {product_id: {known[image] for image in images} for product_id, images in found.items()}


@pytest.mark.parametrize("pictures", ["mean", "best"])
def test_a_picture_of_products_of_several_looks_says_nothing_of_any(pictures: str) -> None:
    products = [product("1", "a", "chart", "b"), product("2", "c", "chart"), product("3", "d")]
    assert names_of(products, pictures) == {"1": {"a", "b"}, "2": {"c"}, "3": {"d"}}


def test_a_first_picture_always_counts_where_it_is_the_first() -> None:
    products = [product("1", "a", "b"), product("2", "c", "a"), product("3", "a"), product("4", "a", "b")]
    assert names_of(products) == {"1": {"a", "b"}, "2": {"c"}, "3": {"a"}, "4": {"a", "b"}}


def test_variants_share_their_pictures() -> None:
    red, blue = product("1", "a", "detail", variants="x"), product("2", "b", "detail", variants="x")
    assert names_of([red, blue]) == {"1": {"a", "detail"}, "2": {"b", "detail"}}
    assert names_of([red, blue, product("3", "c", "detail")]) == {"1": {"a"}, "2": {"b"}, "3": {"c"}}


def test_the_first_picture_alone_is_all_that_counts_where_that_is_asked_for() -> None:
    assert names_of([product("1", "b", "a"), product("2", "b")], "first") == {"1": {"b"}, "2": {"b"}}


def test_no_more_than_a_hundred_pictures_count() -> None:
    images = tuple(ProductImage(id_of(str(number)), 8, 8) for number in range(150))
    products = [Product("1", "1", images), product("2", "a", "120", "3")]
    found = compared_pictures(products, "best")
    # The other product has one of them, and one of those that do not count any more.
    assert found["1"] == sorted(image.id for number, image in enumerate(images[:100]) if number != 3)
    assert found["2"] == sorted([id_of("a"), id_of("120")])


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    found = EmbeddingStore(tmp_path)
    ids = [id_of(str(number)) for number in range(200)]
    found.add(ids, np.random.default_rng(1).random((200, 12)).astype(np.float32) + 7)
    found.commit()
    return found


def some_products(counts: list[int]) -> list[Product]:
    numbers = iter(range(sum(counts)))
    return [
        product(f"p{place}", *(str(next(numbers)) for _ in range(count)))
        for place, count in enumerate(counts)
    ]


def vectors_of(products: list[Product], store: EmbeddingStore, **fields: str) -> Vectors:
    return compared_vectors(products, store, replace(RECIPE, **fields))


@pytest.mark.parametrize("projection", ["centre", "none"])
def test_the_mean_is_that_of_the_projected_pictures(store: EmbeddingStore, projection: str) -> None:
    counts = [1, 3, 2, 1, 5, 4]
    products = some_products(counts)
    found = vectors_of(products, store, projection=projection)
    assert found.ids == [each.id for each in products]
    assert (found.counts.tolist(), found.images, found.by_product() is found.values) == ([1] * 6, None, True)
    images = [image.id for each in products for image in each.images]
    projected = store.vectors(images)
    project(projected, images, projection=projection)
    for vector, rows in zip(found.values, np.split(projected, np.cumsum(counts)[:-1]), strict=True):
        mean = rows.astype(np.float64).mean(axis=0)
        if len(rows) == 1:
            assert vector.tobytes() == rows[0].tobytes()
        else:
            length = np.linalg.norm(mean) if projection == "centre" else 1
            assert np.allclose(vector, mean / length, rtol=0, atol=1e-6)


def test_best_has_a_row_for_each_picture(store: EmbeddingStore) -> None:
    products = some_products([1, 3, 2])
    found = vectors_of(products, store, pictures="best")
    assert found.counts.tolist() == [1, 3, 2]
    assert found.row_ids == ["p0", "p1", "p1", "p1", "p2", "p2"]
    assert found.owners(["p2", "p0", "p1"]).tolist() == [1, 2, 2, 2, 0, 0]
    assert found.images == [i for each in products for i in sorted(image.id for image in each.images)]
    expected = store.vectors(found.images)
    project(expected, found.images, projection="centre")
    assert found.values.tobytes() == expected.tobytes()
    assert np.allclose(found.by_product()[1], expected[1:4].mean(axis=0), atol=1e-6)


def test_the_centre_is_that_of_all_pictures_that_are_compared(store: EmbeddingStore) -> None:
    products = some_products([3] * 30)
    every = [image.id for each in products for image in each.images]
    firsts = [each.images[0].id for each in products]
    for pictures, images in (("best", every), ("mean", every), ("first", firsts)):
        found = vectors_of(products, store, pictures=pictures)
        middle = centre(store.vectors(images), images)
        alone = store.vectors(firsts[:1])[0] - middle
        if pictures == "best":
            assert (
                np.abs(found.values - (alone / np.linalg.norm(alone)).astype(np.float32)).max(1).min() < 1e-6
            )
        if pictures == "first":
            assert np.allclose(found.values[0], alone / np.linalg.norm(alone), atol=1e-6)


@pytest.mark.parametrize("pictures", ["mean", "best"])
def test_order_changes_no_bit(store: EmbeddingStore, pictures: str) -> None:
    products = some_products([1, 4, 2, 3])
    turned = [replace(each, images=each.images[::-1]) for each in products[::-1]]
    one, other = (vectors_of(each, store, pictures=pictures) for each in (products, turned))
    assert one.ids == other.ids[::-1]
    parts = [np.split(each.values, np.cumsum(each.counts)[:-1]) for each in (one, other)]
    for mine, its in zip(parts[0], parts[1][::-1], strict=True):
        assert mine.tobytes() == its.tobytes()


@pytest.mark.parametrize("pictures", ["mean", "best", "first"])
def test_one_picture_a_product_is_the_same_in_every_way(store: EmbeddingStore, pictures: str) -> None:
    products = some_products([1] * 100)
    found = vectors_of(products, store, pictures=pictures)
    images = [each.images[0].id for each in products]
    expected = store.vectors(images)
    project(expected, images, projection="centre")
    assert found.values.tobytes() == expected.tobytes()
    assert (found.counts == 1).all()


@pytest.mark.parametrize("dimensions", [1, 3, 200])
def test_a_mean_is_the_same_whatever_block_it_is_in(monkeypatch: pytest.MonkeyPatch, dimensions: int) -> None:
    random = np.random.default_rng(3)
    counts = random.integers(1, 20, 60).astype(np.int32)
    rows = random.standard_normal((counts.sum(), dimensions)).astype(np.float32)
    expected = means(rows, counts, to_unit_length=True).tobytes()
    for block in (1, 40 * dimensions, 500 * dimensions):
        monkeypatch.setattr(module, "_BLOCK", block)
        assert means(rows, counts, to_unit_length=True).tobytes() == expected


def test_opposite_pictures_have_no_mean_direction() -> None:
    rows = np.array([[1, 0], [-1, 0], [0, 1]], np.float32)
    assert means(rows, np.array([2, 1]), to_unit_length=True).tolist() == [[0, 0], [0, 1]]


def test_what_is_compared_enters_the_fingerprint() -> None:
    def fingerprint(recipe: Recipe) -> str:
        return recipe.fingerprint("0" * 64)

    found = {fingerprint(replace(RECIPE, pictures=pictures)) for pictures in ("mean", "best", "first")}
    assert len(found) == 3
    assert replace(RECIPE, pictures="best").extractor_fingerprint("0") == RECIPE.extractor_fingerprint("0")

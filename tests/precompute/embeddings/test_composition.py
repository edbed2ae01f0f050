"""Vectors made of parts: each of unit length with its weight, and nothing else decides them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundle import Product, ProductImage
from pictures.colours.descriptor import COLOUR_DIMENSIONS
from precompute.embeddings.composition import WeightedPart, together
from precompute.embeddings.titles import write_title
from precompute.embeddings.vectors import compared_vectors
from precompute.fitting.titles import fit_titles
from precompute.models.heads import Head, HeadMatrix, open_head, write_head
from precompute.models.recipe import DEFAULT, RECIPES, Recipe
from precompute.shared.errors import UserError
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore, Picture, PictureStore

RECIPE = RECIPES[DEFAULT]
DIMENSIONS = 12
NAMES = "abcdefgh"


def id_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def product(names: str) -> Product:
    return Product(names, names, tuple(ProductImage(id_of(name), 8, 8) for name in names))


PRODUCTS = [product(names) for names in ("a", "bc", "d", "efg", "h")]


class Stores:
    """Embeddings and colours of a few pictures, and a head."""

    def __init__(self, folder: Path) -> None:
        drawn = np.random.default_rng(3)
        ids = [id_of(name) for name in NAMES]
        self.embeddings = EmbeddingStore(folder / "embeddings")
        self.embeddings.add(ids, drawn.standard_normal((len(ids), DIMENSIONS)).astype(np.float32))
        self.embeddings.commit()
        self.pictures = PictureStore(folder / "pictures")
        for image_id in ids:
            numbers = drawn.integers(0, 256, COLOUR_DIMENSIONS).astype(np.uint8)
            self.pictures.add(image_id, Picture(8, 8, ("", ""), descriptor=numbers.tobytes()), (b"", b""))
        self.pictures.commit()
        matrix = drawn.standard_normal((DIMENSIONS, 5)).astype(np.float32)
        mean = drawn.standard_normal(DIMENSIONS).astype(np.float32)
        self.head = open_head(write_head(folder, "x", HeadMatrix(mean, matrix, "e")), 0.5)

    def values(self, recipe: Recipe, products: list[Product] = PRODUCTS) -> np.ndarray:
        return compared_vectors(products, self.embeddings, recipe, pictures=self.pictures).values


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


WEIGHT = st.floats(0.05, 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(features=WEIGHT, colour=WEIGHT, head=WEIGHT, pictures=st.sampled_from(["mean", "best", "first"]))
def test_a_cosine_is_the_mean_of_the_parts_cosines_weighed_by_squares(
    stores: Stores, features: float, colour: float, head: float, pictures: str
) -> None:
    varied = replace(RECIPE, pictures=pictures)
    alone = [
        varied,
        replace(varied, features=0, heads=(replace(stores.head, weight=1),)),
        replace(varied, features=0, colour=1),
    ]
    parts = [to_unit_length(stores.values(recipe).astype(np.float64)) for recipe in alone]
    squares = np.array([features, head, colour]) ** 2
    expected = (
        sum(square * part @ part.T for square, part in zip(squares, parts, strict=True)) / squares.sum()
    )
    weighed = replace(stores.head, weight=head)
    values = stores.values(replace(varied, features=features, colour=colour, heads=(weighed,)))
    assert values.dtype == np.float32 and values.shape[1] == DIMENSIONS + 5 + COLOUR_DIMENSIONS
    assert np.allclose(values @ values.T, expected, atol=1e-5)


@pytest.mark.parametrize("pictures", ["mean", "best", "first"])
def test_each_row_of_a_product_has_its_title(stores: Stores, pictures: str, tmp_path: Path) -> None:
    titles = ["red cup", "blue cup", "red hat", "cup", "blue hat"]
    products = [replace(one, title=title) for one, title in zip(PRODUCTS, titles, strict=True)]
    model = fit_titles(titles)
    assert model is not None
    title = open_head(write_title(tmp_path, "titles", model), 0.6)
    recipe = replace(RECIPE, pictures=pictures, features=0.8, title=title)
    found = compared_vectors(products, stores.embeddings, recipe)
    width = model.matrix.shape[1]
    expected = np.repeat(0.6 * model.applied(titles), found.counts, axis=0)
    assert np.allclose(found.values[:, -width:], expected, atol=1e-6)
    alone = compared_vectors(products, stores.embeddings, replace(recipe, title=None, features=1))
    assert np.allclose(found.values[:, :-width], 0.8 * alone.values, atol=1e-6)


@pytest.mark.parametrize("pictures", ["mean", "best", "first"])
def test_a_products_vector_does_not_depend_on_the_other_products(stores: Stores, pictures: str) -> None:
    recipe = replace(RECIPE, pictures=pictures, features=0, colour=0.4, heads=(stores.head,))
    every = compared_vectors(PRODUCTS, stores.embeddings, recipe, pictures=stores.pictures)
    ends = np.cumsum(every.counts)
    for place, one in enumerate(PRODUCTS):
        rows = every.values[ends[place] - every.counts[place] : ends[place]]
        assert stores.values(recipe, [one]).tobytes() == rows.tobytes()


def test_a_recipe_without_parts_gives_the_bytes_that_it_always_gave(stores: Stores) -> None:
    from precompute.embeddings.projection import project
    from precompute.embeddings.vectors import means

    ids = [id_of(name) for each in PRODUCTS for name in sorted(each.id, key=id_of)]
    expected = stores.embeddings.vectors(ids)
    project(expected, ids, projection="centre")
    expected = means(expected, np.array([1, 2, 1, 3, 1], np.int32), to_unit_length=True)
    assert compared_vectors(PRODUCTS, stores.embeddings, RECIPE).values.tobytes() == expected.tobytes()


def test_a_part_that_is_zero_leaves_the_others_their_weights() -> None:
    parts = [WeightedPart(0.6, np.eye(2, dtype=np.float32)), WeightedPart(0.8, np.float32([[1], [0]]))]
    assert np.allclose(together(parts), [[0.6, 0, 0.8], [0, 0.6, 0]])


def test_colours_that_are_not_there_are_counted(stores: Stores) -> None:
    with pytest.raises(KeyError) as caught:
        stores.pictures.descriptors([id_of("a"), "none", "none", "nothing"])
    assert caught.value.args[0] == 2


def test_a_head_for_embeddings_of_another_length_is_one_sentence(stores: Stores, tmp_path: Path) -> None:
    wrong = HeadMatrix(np.zeros(7, np.float32), np.zeros((7, 2), np.float32), "e")
    head: Head = open_head(write_head(tmp_path, "x", wrong), 1)
    with pytest.raises(UserError, match=r"fit embeddings of 12 numbers\. Received: one for 7"):
        stores.values(replace(RECIPE, heads=(head,)))

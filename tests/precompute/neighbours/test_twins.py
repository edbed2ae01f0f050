"""Which products are twins: copies of one picture, whatever their size and quality, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from bundle import Product, ProductImage
from pictures.decoding import decode
from pictures.signature import SIGNATURE_SIDE, TOLERANCE, signature_of
from precompute.neighbours import NeighbourLists
from precompute.neighbours.twins import twin_groups, with_twins
from tests.drawn_pictures import encoded, picture


def products(*pictures: str) -> list[Product]:
    """One product for each image id, named p0, p1, …"""
    return [
        Product(f"p{place}", "", (ProductImage(image_id, 1, 1),)) for place, image_id in enumerate(pictures)
    ]


def all_with_all(count: int) -> NeighbourLists:
    rows = np.array([[other for other in range(count) if other != row] for row in range(count)], np.int32)
    return NeighbourLists([f"p{place}" for place in range(count)], rows, np.ones(rows.shape))


def grey(level: int) -> np.ndarray:
    return np.full((SIGNATURE_SIDE, SIGNATURE_SIDE, 3), level, np.uint8)


def grouped(
    source: list[Product], lists: NeighbourLists, signatures: Mapping[str, np.ndarray]
) -> list[Product]:
    """The products with their twins, as the `signatures` of their pictures say, by image id."""
    return with_twins(source, lists, np.stack([signatures[product.images[0].id] for product in source]))


def twins(found: Sequence[Product]) -> list[str]:
    return [product.twins for product in found]


def test_a_copy_is_a_twin_and_another_picture_is_not() -> None:
    original = picture(1, width=600, height=500)
    pictures = {
        "a": original,
        "b": original.resize((300, 250)),
        "c": decode(encoded(original, "JPEG", quality=30)),
        "d": picture(2, width=600, height=500),
    }
    signatures = {name: signature_of(image) for name, image in pictures.items()}
    found = grouped(products(*"dabc"), all_with_all(4), signatures)
    assert twins(found) == ["", "p1", "p1", "p1"]
    assert twin_groups(found) == [["p1", "p2", "p3"]]


def test_a_group_is_what_is_the_same_as_its_first_and_no_chain() -> None:
    """Each step is within the tolerance, the third is not the same as the first."""
    signatures = {"a": grey(100), "b": grey(100 + TOLERANCE), "c": grey(100 + 2 * TOLERANCE)}
    assert twins(grouped(products(*"abc"), all_with_all(3), signatures)) == ["p0", "p0", ""]
    assert twins(grouped(products(*"bac"), all_with_all(3), signatures)) == ["p0", "p0", "p0"]


@pytest.mark.parametrize("step", [TOLERANCE, -TOLERANCE])
def test_the_tolerance_holds_either_way(step: int) -> None:
    near, far = grey(128), grey(128)
    near[3, 4, 1] = 128 + step
    far[3, 4, 1] = 128 + step + (1 if step > 0 else -1)
    assert twins(grouped(products(*"ab"), all_with_all(2), {"a": grey(128), "b": near})) == ["p0", "p0"]
    assert twins(grouped(products(*"ab"), all_with_all(2), {"a": grey(128), "b": far})) == ["", ""]


def test_one_file_twice_is_twins_even_where_no_list_says_so() -> None:
    lists = NeighbourLists(["p0", "p1", "p2"], np.array([[1], [0], [1]], np.int32), np.ones((3, 1)))
    signatures = {"a": grey(10), "b": grey(200)}
    assert twins(grouped(products(*"aba"), lists, signatures)) == ["p0", "", "p0"]


def test_copies_of_two_files_that_are_the_same_are_one_group() -> None:
    signatures = {"a": grey(10), "b": grey(11)}
    assert twins(grouped(products(*"abba"), all_with_all(4), signatures)) == ["p0"] * 4


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shades = np.random.default_rng(0).permutation(np.repeat(range(0, 240, 20), 4))[:40].tolist()
    signatures = {f"i{place}": grey(shade + place % 2) for place, shade in enumerate(shades)}
    signatures["i7"] = grey(255)
    source = products(*signatures)
    ids = sorted(product.id for product in source)
    lists = all_with_all(40)
    lists = NeighbourLists(ids, lists.rows, lists.scores)
    whole = twins(grouped(source, lists, signatures))
    monkeypatch.setattr("precompute.neighbours.twins._COMPARED_AT_ONCE", 1)
    assert twins(grouped(source, lists, signatures)) == whole
    assert any(whole) and not all(whole)


def test_a_product_alone_has_no_twin() -> None:
    alone = NeighbourLists(["p0"], np.empty((1, 0), np.int32), np.empty((1, 0)))
    assert twins(grouped(products("a"), alone, {"a": grey(1)})) == [""]


def test_products_without_twins_are_not_copied() -> None:
    some = products("a", "b", "b")
    found = grouped(some, all_with_all(3), {"a": grey(0), "b": grey(200)})
    assert found[0] is some[0]
    assert twins(found) == ["", "p1", "p1"]

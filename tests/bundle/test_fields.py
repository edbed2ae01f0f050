"""A product's fields as columns: every type there and back, and catalogues of older and newer builds."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from pathlib import Path

import pytest

from bundle import Bundle, Filters, Product, ProductImage, Query
from bundle.database import create_catalogue, open_catalogue
from bundle.fields import TYPES, ProductColumns
from bundle.format import CATALOGUE
from tests.sample_bundle import write_sample_bundle

IMAGES = (ProductImage("a" * 64, 30, 20), ProductImage("b" * 64, 1, 2))
FULL = Product(
    id="x'\"",
    title="Mug",
    images=IMAGES,
    category="Home > Mugs",
    brand="Älva",
    tags=("new", "a|b"),
    price=80.0,
    compare_at_price=100.0,
    currency="EUR",
    in_stock=False,
    popularity=3.5,
    url="https://shop.example/x",
    description="One\nTwo",
    variants="g",
    facts={"Größe": "L", "": "x"},
    colours=("red", "blue"),
    twins="y",
)
BARE = Product(id="y", title="", images=())


def read(path: Path) -> list[Product]:
    connection = open_catalogue(path)
    columns = ProductColumns(connection)
    rows = connection.execute(f"SELECT {columns.names} FROM products ORDER BY position").fetchall()
    connection.close()
    return list(map(columns.product, rows))


def test_every_field_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    create_catalogue(tmp_path / "a.sqlite", [FULL, BARE])
    assert read(tmp_path / "a.sqlite") == [FULL, BARE]
    assert {each.name for each in fields(Product)} == set(TYPES), "no field is left out"
    assert not [name for name in TYPES if getattr(FULL, name) == getattr(BARE, name)], "all are tried"


def test_every_field_says_what_it_is() -> None:
    assert all(each.metadata["description"].endswith(".") for each in fields(Product))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE products DROP COLUMN compare_at_price", None),
        ("ALTER TABLE products ADD COLUMN weight REAL DEFAULT 2.5", 100.0),
    ],
)
def test_an_older_and_a_newer_build_s_columns_are_read(
    tmp_path: Path, change: str, expected: float | None
) -> None:
    create_catalogue(tmp_path / "a.sqlite", [FULL])
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.execute(change)
    connection.close()
    (made,) = read(tmp_path / "a.sqlite")
    assert (made.compare_at_price, made.price, made.facts) == (expected, FULL.price, FULL.facts)


def test_a_bundle_of_before_is_served(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=20)
    with sqlite3.connect(Bundle.open(tmp_path).folder / CATALOGUE) as connection:
        connection.execute("ALTER TABLE products DROP COLUMN compare_at_price")
        connection.execute("DELETE FROM labels WHERE kind = 'sale'")
    connection.close()
    bundle = Bundle.open(tmp_path)
    page = bundle.page()
    assert page.total == 20 and not any(product.saving for product in page.products)
    assert bundle.facets().on_sale == 0
    assert bundle.page(Query(filters=Filters(on_sale=True))).total == 0


@pytest.mark.parametrize(
    ("price", "before", "saving"),
    [(80.0, 100.0, 0.2), (80.0, 80.0, 0), (80.0, 60.0, 0), (80.0, None, 0), (None, 100.0, 0), (0.0, 5.0, 1)],
)
def test_a_saving_is_the_share_of_the_former_price(
    price: float | None, before: float | None, saving: float
) -> None:
    assert Product("x", "X", (), price=price, compare_at_price=before).saving == saving

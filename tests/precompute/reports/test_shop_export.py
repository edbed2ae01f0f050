"""Exports into shop systems name products as the shops do, and nothing that an importer would misread."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bundle import BundleWriter, Neighbour, Product, ProductImage
from bundle.format import encode_list
from precompute.cli import main
from precompute.sources import Record, product_from, read_records

RECIPE = "lists"


def product(product_id: str, **fields: object) -> Product:
    image = ProductImage(hashlib.sha256(product_id.encode()).hexdigest(), 8, 8)
    return replace(Product(product_id, f"Title of {product_id}", (image,)), **fields)  # type: ignore[arg-type]


def write_bundle(root: Path, products: Sequence[Product], *, generation: str = "one") -> None:
    """A bundle in which each product's list has all others, in the catalogue's order after itself."""
    ids = [each.id for each in products]

    def line(place: int) -> tuple[str, bytes]:
        others = [ids[(place + 1 + offset) % len(ids)] for offset in range(len(ids))]
        entries = [Neighbour(name, 0.5) for name in others if name != ids[place]]
        return ids[place], encode_list(ids[place], entries).encode()

    with BundleWriter(root, generation=generation) as writer:
        writer.write_catalogue(iter(products))
        places = sorted(range(len(ids)), key=ids.__getitem__)
        shards = writer.write_lines(RECIPE, map(line, places))
        writer.write_report({})
        recipe = {"name": RECIPE, "top": 2, "metric": "cosine", "shards": shards}
        writer.publish({"counts": {"products": len(ids)}, "recipes": [recipe]})


def run(root: Path, format: str, *options: str) -> Path:
    out = root / "out"
    assert main.main(["export", "--data", str(root), "--format", format, "--out", str(out), *options]) == 0
    return out


def rows_of(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_table(path: Path, text: str) -> list[Product]:
    """The products of a shop's own table, as a build reads them."""
    path.write_text(text, encoding="utf-8")
    found = []
    for record in read_records(path):
        if isinstance(record, Record):
            source = product_from(record, (record.images[0],))
            fields = {name: value for name, value in asdict(source).items() if name not in ("files", "id")}
            found.append(product(source.id, **fields))
    return found


def values_in(cell: str) -> list[str]:
    """The values of a cell, split as WooCommerce's importer does."""
    return [part.strip().replace("\\,", ",") for part in re.split(r"(?<!\\),", cell) if part.strip()]


WOOCOMMERCE = """\
ID,Type,SKU,Name,Published,Visibility in catalog,Regular price,Images,Parent
11,simple,MUG-1,Red mug,1,visible,9,https://shop.example/1.jpg,
12,simple,"MUG,2",Blue mug,1,visible,9,https://shop.example/2.jpg,
13,variable,HAT,Hat,1,visible,,https://shop.example/3.jpg,
14,variation,HAT-S,Hat,1,visible,5,https://shop.example/4.jpg,HAT
15,simple,-BOWL,Bowl,1,visible,7,https://shop.example/5.jpg,
"""


def test_woocommerce_finds_its_products_by_the_skus_of_its_own_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path, read_table(tmp_path / "woo.csv", WOOCOMMERCE))
    rows = rows_of(run(tmp_path, "woocommerce"))
    assert list(rows[0]) == ["SKU", "Upsells"]
    shop = {row["SKU"] for row in rows_of(tmp_path / "woo.csv")}
    assert [row["SKU"] for row in rows] == ["MUG-1", "MUG,2", "HAT"]
    # A variation stands for its product, and is not shown beside it.
    assert {row["SKU"]: values_in(row["Upsells"]) for row in rows} == {
        "MUG-1": ["MUG,2", "HAT"],
        "MUG,2": ["HAT", "MUG-1"],
        "HAT": ["MUG-1", "MUG,2"],
    }
    assert all(name in shop for row in rows for name in values_in(row["Upsells"]))
    assert "-BOWL is left out: its SKU begins with '-'" in capsys.readouterr().out


def test_woocommerce_is_told_numbers_where_a_collected_shop_has_no_sku(tmp_path: Path) -> None:
    with_skus = (product("31", facts={"SKU": "A"}), product("33", facts={"sku": "C"}))
    write_bundle(tmp_path, [with_skus[0], product("32"), with_skus[1]])
    rows = rows_of(run(tmp_path, "woocommerce"))
    assert [(row["ID"], row["SKU"], row["Upsells"]) for row in rows] == [
        ("", "A", "id:32, C"),
        ("32", "", "C, A"),
        ("", "C", "A, id:32"),
    ]


def test_digits_that_may_be_a_sku_or_a_number_are_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path, [product("41"), product("42"), product("M-1")])
    assert [row["SKU"] for row in rows_of(run(tmp_path, "woocommerce"))] == ["M-1"]
    assert "41 is left out: its id may be a SKU or WooCommerce's number" in capsys.readouterr().out
    rows = rows_of(run(tmp_path, "woocommerce", "--ids", "number"))
    assert [(row["ID"], row["SKU"]) for row in rows] == [("41", ""), ("42", ""), ("", "M-1")]
    assert rows[2]["Upsells"] == "id:41, id:42"
    rows = rows_of(run(tmp_path, "woocommerce", "--ids", "sku"))
    assert list(rows[0]) == ["SKU", "Upsells"] and rows[0]["Upsells"] == "42, M-1"


MAGENTO = """\
sku,store_view_code,attribute_set_code,product_type,categories,name,price,visibility,base_image
24-MB01,,Bag,simple,Default Category/Gear,Duffle,34,"Catalog, Search",/m/b/1.jpg
24-MB02,,Bag,simple,Default Category/Gear,Tote,38,"Catalog, Search",/m/b/2.jpg
24-MB03,,Bag,simple,Default Category/Gear,Pack,32,"Catalog, Search",/m/b/3.jpg
"""


def test_magento_gets_the_skus_of_its_own_table_with_positions(tmp_path: Path) -> None:
    write_bundle(tmp_path, read_table(tmp_path / "magento.csv", MAGENTO))
    rows = rows_of(run(tmp_path, "magento"))
    assert [row["sku"] for row in rows] == [row["sku"] for row in rows_of(tmp_path / "magento.csv")]
    assert rows[0] == {"sku": "24-MB01", "related_skus": "24-MB02,24-MB03", "related_position": "1,2"}
    assert rows_of(run(tmp_path, "magento", "--top", "1"))[0]["related_skus"] == "24-MB02"


PRESTASHOP = """\
ID;Active (0/1);Name *;Categories (x,y,z...);Price tax included;Reference #;Image URLs (x,y,z...)
7;1;Mug;Home,Mugs;9.5;M-7;https://shop.example/7.jpg
8;1;Cup;Home,Mugs;8.5;M-8;https://shop.example/8.jpg
9;1;Jar;Home,Jars;7.5;M-9;https://shop.example/9.jpg
"""


def test_prestashop_gets_the_numbers_of_its_own_table(tmp_path: Path) -> None:
    write_bundle(tmp_path, read_table(tmp_path / "prestashop.csv", PRESTASHOP))
    rows = rows_of(run(tmp_path, "prestashop"), ";")
    assert rows[0] == {"ID": "7", "Accessories (x,y,z...)": "8,9"}
    assert [row["ID"] for row in rows] == [row["ID"] for row in rows_of(tmp_path / "prestashop.csv", ";")]


def test_prestashop_gets_references_where_the_ids_are_these(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path, [product("M-7"), product("M-8"), product("9")])
    rows = rows_of(run(tmp_path, "prestashop"), ";")
    assert rows == [
        {"Reference #": "M-7", "Accessories (x,y,z...)": "M-8"},
        {"Reference #": "M-8", "Accessories (x,y,z...)": "M-7"},
    ]
    assert "9 is left out: its reference has only digits" in capsys.readouterr().out


def test_shopify_gets_the_global_ids_of_its_own_products(tmp_path: Path) -> None:
    items = [
        {
            "id": 632910392 + n,
            "title": f"Lamp {n}",
            "handle": f"lamp-{n}",
            "body_html": "",
            "variants": [{"price": "9.00", "available": True}],
            "images": [{"src": f"https://cdn.shopify.com/{n}.jpg"}],
        }
        for n in range(3)
    ]
    write_bundle(tmp_path, read_table(tmp_path / "products.json", json.dumps({"products": items})))
    lines = run(tmp_path, "shopify").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    (metafield,) = json.loads(lines[0])["metafields"]
    assert metafield == {
        "ownerId": "gid://shopify/Product/632910392",
        "namespace": "shopify--discovery--product_recommendation",
        "key": "related_products",
        "type": "list.product_reference",
        "value": '["gid://shopify/Product/632910393", "gid://shopify/Product/632910394"]',
    }


def test_products_that_no_shop_system_can_find_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path, [product("lamp"), product("mug")])
    out = tmp_path / "out"
    assert main.main(["export", "--data", str(tmp_path), "--format", "shopify", "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "Expected products that Shopify can find. Received: none; the first, lamp: its id is not" in said
    assert not out.exists()


def test_only_changed_lists_are_written_since_a_generation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = [product(name) for name in ("a", "b", "c", "d")]
    write_bundle(tmp_path, first, generation="one")
    # A list of two has others only for those that had the product that is gone.
    write_bundle(tmp_path, [*first[:2], first[3]], generation="two")
    rows = rows_of(run(tmp_path, "magento", "--changed-since", "one"))
    assert {row["sku"]: row["related_skus"] for row in rows} == {"a": "b,d", "b": "d,a"}
    assert "2 products, 1 unchanged" in capsys.readouterr().out
    assert rows_of(run(tmp_path, "magento", "--changed-since", "two")) == []
    arguments = ["export", "--data", str(tmp_path), "--format", "magento", "--out", str(tmp_path / "out")]
    assert main.main([*arguments, "--changed-since", "three"]) == 2
    assert f"Expected --changed-since to name a generation in {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "csv", "--top", "3"], "Expected --top with a shop system's --format"),
        (["--format", "csv", "--changed-since", "one"], "Expected --changed-since with a shop system's"),
        (["--format", "magento", "--top", "0"], "Expected --top to be 1 or more"),
    ],
)
def test_options_without_use_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert main.main(["export", "--data", str(tmp_path), *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("format", ["woocommerce", "magento", "prestashop"])
def test_no_cell_can_run_as_a_formula(tmp_path: Path, format: str) -> None:
    names = ["plain", "=1+1", "+plus", "-minus", "@at", "'quoted", "a;b", "a,b", "\tTab"]
    write_bundle(tmp_path, [product(name) for name in names])
    delimiter = ";" if format == "prestashop" else ","
    with run(tmp_path, format, "--top", "99").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
    assert cells and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "'"))]

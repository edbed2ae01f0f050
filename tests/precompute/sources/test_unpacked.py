"""Archives, compressed tables, and pictures that are inside of tables."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import Workbook
from openpyxl.drawing.image import Image as CellImage
from PIL import Image
from pyarrow import parquet

from precompute.shared.errors import UserError
from precompute.sources import read_catalogue
from tests.drawn_pictures import encoded, picture
from tests.precompute.sources.shop import PICTURES, reasons, write_pictures

DATA = [encoded(picture(seed, width=24, height=20), "JPEG") for seed in range(3)]


def test_a_compressed_table_is_read_beside_its_pictures(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    (tmp_path / "products.csv.gz").write_bytes(
        gzip.compress(f"id,image\n1,{PICTURES[0]}\n2,gone.png\n".encode())
    )
    catalogue = read_catalogue(tmp_path / "products.csv.gz")
    assert [(each.id, each.files) for each in catalogue.products] == [("1", (PICTURES[0],))]
    assert reasons(catalogue) == {"products.csv, line 3": "its image 'gone.png' does not exist"}
    assert catalogue.folder == tmp_path


def test_an_archive_is_read_as_the_folder_that_it_was(tmp_path: Path) -> None:
    path, out = tmp_path / "shop.zip", tmp_path / "unpacked"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("shop/products.csv", "id,image\n1,images/a.jpg\n")
        archive.writestr("shop/images/a.jpg", DATA[0])
        archive.writestr("__MACOSX/shop/images/._a.jpg", b"x")
        archive.writestr("../evil.jpg", DATA[1])
    catalogue = read_catalogue(path, unpack_to=out)
    assert [(each.id, each.files) for each in catalogue.products] == [("1", ("images/a.jpg",))]
    assert (catalogue.folder / "images/a.jpg").read_bytes() == DATA[0]
    assert not (tmp_path / "evil.jpg").exists()


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08", b"\x1f\x8b" + b"x" * 50])
def test_a_damaged_compressed_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv.gz").write_bytes(content)
    with pytest.raises(UserError, match="a compressed file: unpack it first") as caught:
        read_catalogue(tmp_path / "a.csv.gz")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["bytes", "structs", "lists"])
def test_pictures_in_parquet_are_read(tmp_path: Path, kind: str) -> None:
    pictures: list[object] = list(DATA)
    if kind == "structs":
        pictures = [{"bytes": data, "path": f"p{place}.jpg"} for place, data in enumerate(DATA)]
    if kind == "lists":
        pictures = [[{"bytes": data, "path": None}] for data in DATA]
    table = pa.table({"image": pictures, "label": [0, 1, 1]})
    features = {"info": {"features": {"label": {"names": ["mug", "cup"], "_type": "ClassLabel"}}}}
    parquet.write_table(
        table.replace_schema_metadata({"huggingface": json.dumps(features)}), tmp_path / "a.parquet"
    )
    catalogue = read_catalogue(tmp_path / "a.parquet", unpack_to=tmp_path / "out")
    assert [each.category for each in catalogue.products] == ["mug", "cup", "cup"]
    assert [(catalogue.folder / each.files[0]).read_bytes() for each in catalogue.products] == DATA
    again = read_catalogue(tmp_path / "a.parquet", unpack_to=tmp_path / "out")
    assert again.products == catalogue.products
    assert not (tmp_path / "a.parquet").parent.joinpath("p0.jpg").exists()


def test_what_names_a_picture_in_a_table_leads_nowhere_else(tmp_path: Path) -> None:
    pictures = [
        {"bytes": data, "path": path}
        for data, path in zip(DATA, ["../../x.jpg", "/etc/x.jpg", "x.jpg"], strict=True)
    ]
    parquet.write_table(pa.table({"image": pictures}), tmp_path / "a.parquet")
    catalogue = read_catalogue(tmp_path / "a.parquet", unpack_to=tmp_path / "out/a")
    files = [each.files[0] for each in catalogue.products]
    assert len(set(files)) == 3
    assert [(tmp_path / "out/a" / file).read_bytes() for file in files] == DATA


def write_workbook(path: Path, *, above: int) -> None:
    book = Workbook()
    sheet = book.active
    for _ in range(above):
        sheet.append(["Prices of our supplier"])
    sheet.append(["SKU", "Name", "Photo", "Product page"])
    for number in range(3):
        sheet.append([f"S{number}", f"Mug {number}", "", ""])
    first = above + 2
    image = CellImage(Image.open(io.BytesIO(DATA[0])))
    sheet.add_image(image, f"C{first}")
    sheet.cell(first + 1, 3, "view").hyperlink = PICTURES[1]
    sheet.cell(first + 2, 3, f'=HYPERLINK("{PICTURES[2]}","view")')
    sheet.cell(first, 4, "our page").hyperlink = "https://shop.example/s0"
    book.save(path)


@pytest.mark.parametrize("above", [0, 2])
def test_pictures_and_links_in_the_cells_of_a_workbook_are_read(tmp_path: Path, above: int) -> None:
    write_pictures(tmp_path)
    write_workbook(tmp_path / "a.xlsx", above=above)
    catalogue = read_catalogue(tmp_path / "a.xlsx", unpack_to=tmp_path / "out")
    one, two, three = catalogue.products
    assert (one.id, one.title, one.url) == ("S0", "Mug 0", "https://shop.example/s0")
    assert (two.files, three.files) == ((PICTURES[1],), (PICTURES[2],))
    with Image.open(catalogue.folder / one.files[0]) as image:
        assert image.size == (24, 20)
    assert (catalogue.folder / PICTURES[1]).read_bytes() == (tmp_path / PICTURES[1]).read_bytes()


def test_pictures_beside_a_table_belong_to_its_rows(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["SKU", "Name"])
    for number in range(2):
        book.active.append([f"S{number}", f"Mug {number}"])
        book.active.add_image(CellImage(Image.open(io.BytesIO(DATA[number]))), f"F{number + 2}")
    book.save(tmp_path / "a.xlsx")
    catalogue = read_catalogue(tmp_path / "a.xlsx")
    assert [each.id for each in catalogue.products] == ["S0", "S1"]
    assert len({each.files for each in catalogue.products}) == 2

"""A folder or a table becomes products; what is left out is named."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from precompute.shared.errors import UserError
from precompute.sources import read_catalogue


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_sub_folders_are_categories_and_take_turns(tmp_path: Path) -> None:
    touch(tmp_path, "mugs/b.jpg", "mugs/a.JPG", "Home/Lamps/c.webp", "root.png")
    products = read_catalogue(tmp_path).products
    assert [(product.id, product.category) for product in products] == [
        ("root.png", ""),
        ("Home/Lamps/c.webp", "Home > Lamps"),
        ("mugs/a.JPG", "Mugs"),
        ("mugs/b.jpg", "Mugs"),
    ]


def test_without_sub_folders_the_prefix_is_the_category(tmp_path: Path) -> None:
    touch(tmp_path, "sofa_00000226.jpg", "arm-chair-12.jpg", "table 3.jpg", "no number.jpg", "0001.jpg")
    found = {product.id: product.category for product in read_catalogue(tmp_path).products}
    assert found == {
        "sofa_00000226.jpg": "sofa",
        "arm-chair-12.jpg": "arm-chair",
        "table 3.jpg": "table",
        "no number.jpg": "",
        "0001.jpg": "",
    }


def test_titles_are_made_for_reading(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "mugs/blue_striped  mug.jpg",
        "mugs/009b3c31-fb62-45c0-be9a-37a5c238cb88.jpg",
        "mugs/杯子.jpg",
    )
    assert {product.title for product in read_catalogue(tmp_path).products} == {
        "Blue striped mug",
        "Mugs",
        "杯子",
    }


def test_the_same_name_in_two_folders_makes_two_products(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "b/1.jpg", "a/1.png")
    assert {product.id for product in read_catalogue(tmp_path).products} == {"a/1.jpg", "b/1.jpg", "a/1.png"}


def test_other_files_are_named_and_hidden_ones_ignored(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "notes.txt", ".DS_Store", ".git/b.jpg")
    catalogue = read_catalogue(tmp_path)
    assert [product.id for product in catalogue.products] == ["a.jpg"]
    assert [(entry.file, entry.reason) for entry in catalogue.left_out] == [
        ("notes.txt", "not a picture by its name")
    ]


def test_links_and_folders_that_are_not_looked_into_are_named(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    touch(photos, "a.jpg", "b/c.jpg")
    touch(tmp_path, "elsewhere/d.jpg")
    (photos / "linked").symlink_to(tmp_path / "elsewhere")
    (photos / "nowhere.jpg").symlink_to(tmp_path / "gone")
    os.mkfifo(photos / "pipe.jpg")
    catalogue = read_catalogue(photos)
    # A link to nothing is a picture that the build cannot read, and so names.
    assert {product.id for product in catalogue.products} == {"a.jpg", "b/c.jpg", "nowhere.jpg"}
    assert [(entry.file, entry.reason) for entry in catalogue.left_out] == [
        ("linked", "a link to a folder, which is not followed"),
        ("pipe.jpg", "not a file but a pipe, socket or device"),
    ]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.jpg", "shut/b.jpg")
    scandir = os.scandir
    shut = tmp_path / "shut"

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) == shut:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    catalogue = read_catalogue(tmp_path)
    assert [product.id for product in catalogue.products] == ["a.jpg"]
    assert [(entry.file, entry.reason) for entry in catalogue.left_out] == [
        ("shut", "the folder cannot be read (Permission denied)")
    ]
    with pytest.raises(UserError, match=r"shut cannot be read \(Permission denied\)"):
        read_catalogue(shut)


@pytest.mark.parametrize("files", [(".lock", "store/x.parquet"), ("one/manifest.json",)])
def test_what_a_build_wrote_is_no_part_of_a_catalogue(tmp_path: Path, files: tuple[str, ...]) -> None:
    touch(tmp_path, "a.jpg", "data/one/b.webp", "other/store/c.jpg", *(f"data/{file}" for file in files))
    if ".lock" not in files:
        (tmp_path / "data/CURRENT").write_text("one\n")
    catalogue = read_catalogue(tmp_path)
    assert {product.id for product in catalogue.products} == {"a.jpg", "other/store/c.jpg"}
    assert catalogue.left_out == []
    with pytest.raises(UserError, match="which a build wrote"):
        read_catalogue(tmp_path / "data")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no Unicode")
def test_a_name_that_is_no_unicode_is_left_out_by_name(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.jpg"), "wb"):  # noqa: PTH118, PTH123 - bytes
        pass
    catalogue = read_catalogue(tmp_path)
    assert [product.id for product in catalogue.products] == ["a.jpg"]
    assert [(entry.file, entry.reason) for entry in catalogue.left_out] == [
        ("caf\N{REPLACEMENT CHARACTER}.jpg", "its name is not valid Unicode")
    ]


@pytest.mark.parametrize("what", ["missing", "file", "empty", "no pictures"])
def test_a_folder_without_pictures_is_one_sentence(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "photos"
    if what == "file":
        folder.write_text("x")
    elif what != "missing":
        touch(folder, *(["notes.txt"] if what == "no pictures" else []))
        folder.mkdir(exist_ok=True)
    with pytest.raises(UserError, match=r"Expected .* Received: ") as caught:
        read_catalogue(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


def write_table(folder: Path, text: str) -> Path:
    touch(folder, "images/a.jpg", "images/b.jpg")
    (folder / "products.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_table_gives_products_in_its_order_with_all_its_columns(tmp_path: Path) -> None:
    write_table(
        tmp_path,
        "\ufeffID,Image,Title,Category,Price,Currency,URL,Main_colour\n"
        'b,images/b.jpg,"Bowl, blue",Bowls,12.50,EUR,https://shop.example/b,blue\n'
        "a,images/a.jpg,,Cups,on request,,,\n",
    )
    first, second = read_catalogue(tmp_path).products
    assert (first.id, first.title, first.price, first.currency) == ("b", "Bowl, blue", 12.5, "EUR")
    assert (first.url, first.facts) == ("https://shop.example/b", {"main colour": "blue"})
    assert (second.title, second.price, second.facts) == ("A", None, {"price": "on request"})


def test_rows_that_cannot_be_used_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path.parent / "secret.jpg").write_bytes(b"x")
    images = ["../secret.jpg", "/etc/hostname", "link.jpg", "circle.jpg", "x" * 300, "out/secret.jpg"]
    folder = write_table(
        tmp_path,
        "id,image\nb,images/b.jpg\nb,images/a.jpg\n,images/a.jpg\nc,\nd,images/gone.jpg\n"
        + "".join(f"e{row},{image}\n" for row, image in enumerate(images)),
    )
    (folder / "link.jpg").symlink_to(tmp_path.parent / "secret.jpg")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    (folder / "out").symlink_to(tmp_path.parent)
    catalogue = read_catalogue(folder)
    # A row without an id has its picture's path for one.
    assert [product.id for product in catalogue.products] == ["b", "images/a.jpg"]
    reasons = {entry.file: entry.reason for entry in catalogue.left_out}
    assert "is a repeat" in reasons["products.csv, line 3"]
    assert reasons["products.csv, line 5"] == "it has no image"
    assert "does not exist" in reasons["products.csv, line 6"]
    for line in (7, 8, 9, 12):
        assert "outside" in reasons[f"products.csv, line {line}"]
    for line in (10, 11):
        # Of a link in a circle, Python 3.13 says that it is not there.
        assert re.search("cannot be read|does not exist", reasons[f"products.csv, line {line}"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,title\na,b\n", "--column image=NAME"),
        (b"", "which is empty"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "products.csv").write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_catalogue(tmp_path)


def test_system_folders_are_left_aside_in_one_line_each(tmp_path: Path) -> None:
    system = ("@eaDir", "#recycle", "@Recycle", ".Trash-1000", "$RECYCLE.BIN", "lost+found", "__MACOSX")
    touch(tmp_path, "mugs/a.jpg", "mugs/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "Thumbs.db", "mugs/desktop.ini")
    touch(tmp_path, *(f"{folder}/x.jpg" for folder in system))
    catalogue = read_catalogue(tmp_path)
    assert [product.id for product in catalogue.products] == ["mugs/a.jpg"]
    (entry,) = catalogue.left_out
    assert entry.reason == "system folders are ignored"
    assert entry.file == "#recycle, $RECYCLE.BIN, @Recycle and 4 more"


@pytest.mark.parametrize(
    ("patterns", "ids"),
    [
        (["thumbs"], ["a.jpg", "mugs/b.jpg", "mugs/old/d.jpg"]),
        (["*.JPG"], []),
        (["mugs/*"], ["a.jpg", "thumbs/c.jpg"]),
        (["old", "c.*"], ["a.jpg", "mugs/b.jpg"]),
        (["mugs/old/"], ["a.jpg", "mugs/b.jpg", "thumbs/c.jpg"]),
    ],
)
def test_what_somebody_excludes_is_left_out_in_one_line(
    tmp_path: Path, patterns: list[str], ids: list[str]
) -> None:
    touch(tmp_path, "a.jpg", "mugs/b.jpg", "thumbs/c.jpg", "mugs/old/d.jpg")
    if not ids:
        with pytest.raises(UserError, match="Received: none"):
            read_catalogue(tmp_path, exclude=patterns)
        return
    catalogue = read_catalogue(tmp_path, exclude=patterns)
    assert sorted(product.id for product in catalogue.products) == ids
    assert [entry.reason for entry in catalogue.left_out] == [f"left out by --exclude {', '.join(patterns)}"]


@pytest.mark.parametrize(
    ("file", "title", "category"),
    [
        ("images/10001.jpg", "Product 10001", ""),
        ("images/0010003.jpg", "Product 0010003", ""),
        ("images/mug_4.jpg", "Mug 4", "mug"),
        ("images/a5bd1f.jpg", "Product", ""),
        ("images/IMG_20240102_101112.jpg", "IMG 20240102 101112", ""),
        ("Mugs/00000226.jpg", "Mugs 00000226", "Mugs"),
        ("Mugs/d41d8cd98f00b204e9800998ecf8427e.jpg", "Mugs", "Mugs"),
        ("Mugs/red-mug-5f3a9c1e2b.jpg", "Red-mug", "Mugs"),
        ("train/Mugs/images/facade.jpg", "Facade", "Mugs"),
        ("Photos/2024/a.jpg", "A", "2024"),
    ],
)
def test_titles_and_categories_of_files_say_something(
    tmp_path: Path, file: str, title: str, category: str
) -> None:
    touch(tmp_path, file)
    (product,) = read_catalogue(tmp_path).products
    assert (product.title, product.category) == (title, category)


def test_categories_are_capitalised_alike(tmp_path: Path) -> None:
    touch(tmp_path, "mugs/a.jpg", "Shirts/b.jpg", "Home/lamps/c.jpg")
    assert {each.category for each in read_catalogue(tmp_path).products} == {"Mugs", "Shirts", "Home > Lamps"}

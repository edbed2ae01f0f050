"""Data sets of pictures: Hugging Face's folders, img2dataset's output, COCO's annotations."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from precompute.sources import read_catalogue
from tests.drawn_pictures import encoded, picture
from tests.precompute.sources.shop import reasons


def write(folder: Path, *names: str) -> None:
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(picture(seed, width=24, height=20), "JPEG"))


def test_metadata_in_every_folder_is_one_catalogue(tmp_path: Path) -> None:
    write(tmp_path, "train/0.jpg", "train/1.jpg", "test/0.jpg", "test/unnamed.jpg")
    (tmp_path / "train/metadata.csv").write_text("file_name,title,label\n0.jpg,A,mug\n1.jpg,B,cup\n")
    (tmp_path / "test/metadata.jsonl").write_text(
        '{"file_name": "0.jpg", "title": "C"}\n{"file_name": "9.jpg"}\n'
    )
    catalogue = read_catalogue(tmp_path)
    assert [(each.id, each.title, each.category) for each in catalogue.products] == [
        ("test/0.jpg", "C", ""),
        ("train/0.jpg", "A", "mug"),
        ("train/1.jpg", "B", "cup"),
    ]
    assert reasons(catalogue) == {
        "metadata.jsonl, line 2": "its image 'test/9.jpg' does not exist",
        "test/unnamed.jpg": "no kept product of its tables names it",
    }


def test_splits_are_no_categories(tmp_path: Path) -> None:
    write(tmp_path, "train/mugs/a.jpg", "test/mugs/b.jpg", "val/cups/c.jpg")
    assert {each.category for each in read_catalogue(tmp_path).products} == {"mugs", "cups"}


def test_img2dataset_s_pictures_that_are_there_are_used(tmp_path: Path) -> None:
    write(tmp_path, "00000/000000000.jpg", "00001/000010000.jpg")
    for shard, keys in (("00000", ["000000000", "000000001"]), ("00001", ["000010000"])):
        fetched = [(tmp_path / shard / f"{key}.jpg").exists() for key in keys]
        columns = {
            "url": [f"https://s.example/{key}.jpg" for key in keys],
            "caption": [f"Mug {key}" for key in keys],
            "key": keys,
            "status": ["success" if each else "failed_to_download" for each in fetched],
            "error_message": [None if each else "HTTP Error 404: Not Found" for each in fetched],
        }
        parquet.write_table(pa.table(columns), tmp_path / f"{shard}.parquet")
        (tmp_path / f"{shard}_stats.json").write_text("{}")
    catalogue = read_catalogue(tmp_path)
    assert [(each.title, each.files) for each in catalogue.products] == [
        ("Mug 000000000", ("00000/000000000.jpg",)),
        ("Mug 000010000", ("00001/000010000.jpg",)),
    ]
    assert len({each.id for each in catalogue.products}) == 2
    assert reasons(catalogue) == {
        "00000.parquet, row 2": "its picture was not fetched (HTTP Error 404: Not Found)"
    }


def test_coco_s_annotations_name_categories(tmp_path: Path) -> None:
    write(tmp_path, "images/1.jpg", "images/2.jpg")
    content = {
        "info": {"year": 2024},
        "images": [{"id": n, "file_name": f"images/{n}.jpg", "width": 24, "height": 20} for n in (1, 2)],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 5},
            {"id": 2, "image_id": 1, "category_id": 7},
            {"id": 3, "image_id": 1, "category_id": 7},
            {"id": 4, "image_id": 2, "category_id": 5},
        ],
        "categories": [
            {"id": 5, "name": "cup", "supercategory": "kitchen"},
            {"id": 7, "name": "person", "supercategory": "person"},
        ],
    }
    (tmp_path / "instances.json").write_text(json.dumps(content))
    one, two = read_catalogue(tmp_path / "instances.json").products
    assert (one.id, one.category, one.tags, one.files) == ("1", "person", ("cup",), ("images/1.jpg",))
    assert (two.category, two.facts) == ("kitchen > cup", {})

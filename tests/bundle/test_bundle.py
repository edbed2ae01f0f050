"""The bundle: what is written is what is read, and what was changed is named."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from bundle import Bundle, BundleError, BundleWriter, Filters, Neighbour, Product, ProductImage, Query
from bundle import format as fmt

NASTY_IDS = [
    "plain",
    "with space",
    "a/b/c.jpg",
    "..",
    "quote \"double\" and 'single'",
    "per%cent?query#hash+plus",
    "back\\slash",
    "Ünïcödé 杯子 🏺",
    "new\nline\ttab",
    '": [["',
    "<script>alert(1)</script>",
]

IMAGE = ProductImage("0" * 64, 40, 30)


def make_products(ids: Sequence[str]) -> list[Product]:
    return [
        Product(id=name, title=f"Title of {name}", images=(IMAGE,), category="Cups" if row % 2 else "Pots")
        for row, name in enumerate(ids)
    ]


def write_bundle(
    root: Path, products: list[Product], lists: list[tuple[str, list[Neighbour]]], generation: str = "one"
) -> Path:
    with BundleWriter(root, generation=generation) as writer:
        writer.write_thumbnail(IMAGE.id, b"webp")
        count = writer.write_catalogue(products)
        shards = writer.write_neighbours("lite", lists)
        writer.write_report({"left_out": []})
        recipes = [{"name": "lite", "shards": shards, "metric": "cosine", "top": 5, "depth": 9}]
        return writer.publish({"counts": {"products": count}, "recipes": recipes})


def full_lists(ids: Sequence[str]) -> list[tuple[str, list[Neighbour]]]:
    return [(name, [Neighbour(other, 0.5) for other in ids if other != name]) for name in ids]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "data", make_products(NASTY_IDS), full_lists(NASTY_IDS))
    return tmp_path / "data"


def test_products_and_lists_come_back_whatever_their_ids(root: Path) -> None:
    bundle = Bundle.open(root)
    assert bundle.count == len(NASTY_IDS)
    for product in make_products(NASTY_IDS):
        assert bundle.product(product.id) == product
        assert [entry.id for entry in bundle.neighbours(product.id)] == [
            other for other in NASTY_IDS if other != product.id
        ]
    assert bundle.product("unknown") is None
    assert bundle.neighbours("unknown") == []


def test_neighbours_files_are_plain_json_below_the_limit(tmp_path: Path) -> None:
    ids = [f"product {number:05}" for number in range(3000)]
    lists = [
        (name, [Neighbour(ids[(row + k) % 3000], 0.123456) for k in range(1, 40)])
        for row, name in enumerate(ids)
    ]
    folder = write_bundle(tmp_path, make_products(ids), lists)
    files = sorted((folder / "neighbours" / "lite").iterdir())
    assert len(files) == Bundle.open(tmp_path).recipes[0]["shards"] > 1
    assert max(path.stat().st_size for path in files) <= fmt.SHARD_BYTES
    found = {}
    for path in files:
        found |= json.loads(path.read_text(encoding="utf-8"))
    assert found == {name: [list(entry) for entry in entries] for name, entries in lists}


def test_a_product_that_is_added_moves_no_other() -> None:
    before = {name: fmt.shard_of(name, 64) for name in NASTY_IDS}
    assert {name: fmt.shard_of(name, 64) for name in [*NASTY_IDS, "new"] if name != "new"} == before
    assert {fmt.shard_of(str(number), 64) for number in range(2000)} == set(range(64))
    # Twice the files: each splits into two neighbouring ones.
    assert all(fmt.shard_of(name, 128) // 2 == shard for name, shard in before.items())


def test_search_matches_the_beginnings_of_words_in_title_and_category(root: Path) -> None:
    bundle = Bundle.open(root)
    assert [product.id for product in bundle.page(Query("with sp")).products] == ["with space"]
    assert bundle.page(Query("杯")).total == 1
    assert bundle.page(Query("unicode")).total == 1, "accents do not matter"
    assert bundle.page(Query("cup")).total == len(NASTY_IDS) // 2
    assert bundle.page(Query("title zebra")).total == 0


@pytest.mark.parametrize(
    "text", ['"', "zebra OR title", "NEITHER", "col:", "*", "(", "x" * 10_000, "'; DROP TABLE products"]
)
def test_search_takes_nothing_as_syntax(root: Path, text: str) -> None:
    assert Bundle.open(root).page(Query(text)).total == 0


def test_pages_follow_the_catalogues_order_and_the_category(root: Path) -> None:
    bundle = Bundle.open(root)
    first, second = bundle.page(limit=6), bundle.page(limit=6, offset=6)
    assert [product.id for product in (*first.products, *second.products)] == NASTY_IDS
    assert first.total == len(NASTY_IDS)
    cups = bundle.page(Query(filters=Filters("Cups")))
    assert [product.id for product in cups.products] == NASTY_IDS[1::2]
    assert bundle.categories() == [("Cups", cups.total), ("Pots", len(NASTY_IDS) - cups.total)]
    assert bundle.page(offset=10_000).products == ()


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="same id"):
        write_bundle(tmp_path, make_products(["a", "a"]), [])
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_nothing_is_visible_before_publish_and_one_older_generation_is_kept(tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two", "three")):
        write_bundle(tmp_path, make_products(NASTY_IDS[: number + 1]), [], generation=name)
        assert Bundle.open(tmp_path).generation == name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "three", "two"]
    with BundleWriter(tmp_path, generation="four") as writer:
        writer.write_catalogue(make_products(NASTY_IDS))
    assert Bundle.open(tmp_path).generation == "three"
    assert not list(tmp_path.glob(".building*"))


def test_a_users_own_folders_are_never_removed(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").write_bytes(b"mine")
    (tmp_path / "holiday" / "manifest.json").write_text("{}")
    for name in ("one", "two", "three"):
        write_bundle(tmp_path, make_products(["a"]), [], generation=name)
    assert (tmp_path / "holiday" / "photo.jpg").read_bytes() == b"mine"


def test_an_untouched_bundle_matches_its_seal(root: Path) -> None:
    assert Bundle.open(root).mismatches(contents=True) == []


@pytest.mark.parametrize(
    "name", ["catalogue.sqlite", "report.json", "neighbours/lite/000.json", f"thumbnails/00/{'0' * 64}.webp"]
)
def test_the_seal_names_what_was_changed(root: Path, name: str) -> None:
    bundle = Bundle.open(root)
    path = bundle.folder / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert bundle.mismatches() == [], "a look at names and sizes cannot see it"
    assert [name in line for line in bundle.mismatches(contents=True)] == [True]
    path.write_bytes(data + b"x")
    assert [name in line for line in bundle.mismatches()] == [True]
    path.unlink()
    assert bundle.mismatches() == [f"{name} is missing."]


def test_the_seal_names_what_was_added(root: Path) -> None:
    bundle = Bundle.open(root)
    (bundle.folder / "extra.txt").write_text("?")
    assert bundle.mismatches() == ["extra.txt is not part of the build."]


def test_the_seal_covers_the_manifest_and_the_table_of_files(root: Path) -> None:
    folder = Bundle.open(root).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["counts"]["products"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert any("manifest.json was changed" in line for line in Bundle.open(root).mismatches())
    (folder / "files.tsv").write_text("")
    assert any("files.tsv was changed" in line for line in Bundle.open(root).mismatches())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("CURRENT", None, "CURRENT"),
        ("CURRENT", "../../etc", "CURRENT"),
        ("CURRENT", "gone", "manifest.json is missing"),
        ("one/manifest.json", "{", "manifest.json is missing or broken"),
        ("one/manifest.json", "[]", "manifest.json is missing or broken"),
        ("one/manifest.json", '{"version": 2}', "manifest.json is missing or broken"),
        ("one/manifest.json", '{"version": 99}', "bundle version 99"),
        ("one/catalogue.sqlite", "no database", "catalogue.sqlite cannot be read"),
        ("one/catalogue.sqlite", None, "catalogue.sqlite cannot be read"),
    ],
)
def test_a_broken_bundle_says_what_is_wrong_and_what_to_run(
    root: Path, name: str, content: str | None, words: str
) -> None:
    (root / name).unlink() if content is None else (root / name).write_text(content)
    with pytest.raises(BundleError, match=words) as caught:
        Bundle.open(root)
    assert "python -m precompute build" in str(caught.value)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("files", "count", None),
        ("files", "bytes", None),
        ("files", "count", "12"),
        ("counts", "products", "12"),
        ("counts", "products", -1),
    ],
)
def test_a_manifest_without_its_numbers_is_broken(root: Path, part: str, name: str, value: object) -> None:
    path = root / "one/manifest.json"
    manifest = json.loads(path.read_text())
    del manifest[part][name]
    if value is not None:
        manifest[part][name] = value
    path.write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"manifest\.json is missing or broken"):
        Bundle.open(root)


def test_a_missing_bundle_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="python -m precompute build"):
        Bundle.open(tmp_path / "nowhere")


def test_opening_reads_neither_products_nor_lists(root: Path) -> None:
    folder = Bundle.open(root).folder
    for path in (folder / "neighbours").rglob("*.json"):
        os.truncate(path, 0)
    assert Bundle.open(root).count == len(NASTY_IDS)


def test_a_thumbnail_is_found_by_a_true_image_id_alone(root: Path) -> None:
    bundle = Bundle.open(root)
    assert bundle.thumbnail(IMAGE.id) is not None
    for name in ("1" * 64, "../manifest", "0" * 63, "0" * 64 + "/..", ""):
        assert bundle.thumbnail(name) is None


def test_an_unknown_recipe_is_a_key_error(root: Path) -> None:
    with pytest.raises(KeyError):
        Bundle.open(root).neighbours("plain", recipe="other")


def test_an_app_can_check_all_but_the_thumbnails(root: Path) -> None:
    """Only the beginning of the table is read then: what stands in the rest makes no difference."""
    bundle = Bundle.open(root)
    for path in (bundle.folder / fmt.THUMBNAILS).rglob("*.webp"):
        path.unlink()
    table = bundle.folder / fmt.FILES
    lines = table.read_text().splitlines(keepends=True)
    thumbnails = [line for line in lines if fmt.THUMBNAILS in line]
    assert thumbnails and lines[-len(thumbnails) :] == thumbnails
    table.write_text("".join(lines[: -len(thumbnails)]) + "nonsense\n")
    assert bundle.mismatches(thumbnails=False) == []
    assert any("files.tsv was changed" in line for line in bundle.mismatches())
    (bundle.folder / fmt.REPORT).unlink()
    assert bundle.mismatches(thumbnails=False) == [f"{fmt.REPORT} is missing."]
    table.write_text("".join(lines[1:]))
    assert any("files.tsv was changed" in line for line in bundle.mismatches(thumbnails=False))


def test_the_seal_of_an_older_build_covers_the_whole_table(root: Path) -> None:
    bundle = Bundle.open(root)
    manifest = fmt.read_json(bundle.folder / fmt.MANIFEST)
    del manifest["files"]["first"]
    manifest["digest"] = fmt.manifest_digest(manifest)
    (bundle.folder / fmt.MANIFEST).write_text(json.dumps(manifest))
    older = Bundle.open(root)
    assert older.mismatches() == older.mismatches(thumbnails=False) == []
    with (older.folder / fmt.FILES).open("a") as table:
        table.write("more\n")
    assert any("files.tsv was changed" in line for line in older.mismatches(thumbnails=False))

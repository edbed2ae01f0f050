"""What a writer need not write again, and how many files the lists take."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bundle import Bundle, BundleWriter, Neighbour, Product, ProductImage
from bundle import format as fmt

IDS = [f"product {number:04}" for number in range(400)]


def write(root: Path, generation: str, *, lists: dict[str, list[Neighbour]]) -> Path:
    products = [Product(each, "", (ProductImage("0" * 64, 1, 1),)) for each in lists]
    with BundleWriter(root, generation=generation) as writer:
        writer.write_catalogue(products)
        shards = writer.write_neighbours("lite", lists.items())
        recipes = [{"name": "lite", "shards": shards, "metric": "cosine", "top": 5, "depth": 9}]
        counts = {"products": len(products)}
        return writer.publish({"created": "2025-01-01", "counts": counts, "recipes": recipes})


def some_lists() -> dict[str, list[Neighbour]]:
    return {
        name: [Neighbour(IDS[(row + step) % len(IDS)], 0.5) for step in range(1, 9)]
        for row, name in enumerate(IDS)
    }


def list_files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in (folder / "neighbours" / "lite").iterdir()}


def test_lists_that_stay_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fmt, "SHARD_BYTES", 4_000)
    lists = some_lists()
    first = list_files(write(tmp_path, "1", lists=lists))
    lists[IDS[7]] = lists[IDS[7]][:3]
    second = list_files(write(tmp_path, "2", lists=lists))
    assert len(first) == len(second) > 30
    changed = fmt.shard_file("lite", fmt.shard_of(IDS[7], len(first))).rpartition("/")[2]
    assert [name for name in first if not second[name].samefile(first[name])] == [changed]
    bundle = Bundle.open(tmp_path)
    assert bundle.mismatches(contents=True) == []
    assert [bundle.neighbours(each) for each in IDS] == [lists[each] for each in IDS]


@pytest.mark.parametrize("damage", [b"{}", b"x"])
def test_a_damaged_file_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    monkeypatch.setattr(fmt, "SHARD_BYTES", 4_000)
    path = list_files(write(tmp_path, "1", lists=some_lists()))["000.json"]
    good = path.read_bytes()
    path.write_bytes(damage if len(damage) > 1 else b"x" * len(good))
    assert list_files(write(tmp_path, "2", lists=some_lists()))["000.json"].read_bytes() == good
    assert Bundle.open(tmp_path).mismatches(contents=True) == []


@pytest.mark.parametrize("limit", [60, 300, 4_000, 10**6])
def test_there_are_as_few_files_of_lists_as_the_limit_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(fmt, "SHARD_BYTES", limit)
    monkeypatch.setattr(fmt, "MAX_SHARDS", 1024)
    chance = random.Random(limit)
    texts = {name: b"x" * chance.randrange(10, 60) for name in IDS}

    def largest(shards: int) -> int:
        sizes = [4] * shards
        for name, text in texts.items():
            sizes[fmt.shard_of(name, shards)] += len(text) + 2
        return max(sizes)

    with BundleWriter(tmp_path, generation="1") as writer:
        shards = writer.write_lines("lite", texts.items())
        sizes = [path.stat().st_size for path in list_files(writer.folder).values()]
    allowed = max(limit, max(map(len, texts.values())) + 6)
    assert len(sizes) == shards
    assert shards == next((2**power for power in range(10) if largest(2**power) <= allowed), 1024)


@pytest.mark.parametrize("limit", [1_000, 10**6])
def test_lists_are_the_same_whether_they_are_held_or_laid_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(fmt, "SHARD_BYTES", limit)
    lists = dict(reversed(some_lists().items()))
    found = []
    for held in (10**9, 20_000):
        monkeypatch.setattr("bundle.writer._HELD_BYTES", held)
        with BundleWriter(tmp_path / str(held), generation="1") as writer:
            writer.write_neighbours("lite", lists.items())
            files = list_files(writer.folder)
            assert {path.name for path in writer.folder.iterdir()} == {"neighbours", "thumbnails"}
            found.append({name: path.read_bytes() for name, path in files.items()})
    assert found[0] == found[1]
    read: dict[str, object] = {}
    for name in sorted(found[0]):
        some = json.loads(found[0][name])
        assert list(some) == sorted(some)
        read |= some
    assert read == {name: [list(each) for each in entries] for name, entries in lists.items()}


def kept(root: Path, generation: str, key: str) -> tuple[int, int]:
    """A generation whose catalogue and lists are those of the live one where they can be; their numbers."""
    lists = some_lists()
    products = [Product(each, "", (ProductImage("0" * 64, 1, 1),)) for each in lists]
    with BundleWriter(root, generation=generation) as writer:
        found = writer.keep(fmt.CATALOGUE, key=key), writer.keep("neighbours/lite", key=key)
        if not found[0]:
            writer.write_catalogue(products)
        shards = found[1] or writer.write_neighbours("lite", lists.items())
        recipes = [{"name": "lite", "shards": shards, "metric": "cosine", "top": 5, "depth": 9}]
        counts = {"products": len(products)}
        writer.publish({"created": "2025-01-01", "counts": counts, "recipes": recipes})
    bundle = Bundle.open(root)
    assert bundle.mismatches(contents=True) == []
    assert [bundle.neighbours(each) for each in IDS] == [lists[each] for each in IDS]
    return found


def test_what_was_made_of_the_same_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fmt, "SHARD_BYTES", 20_000)
    assert kept(tmp_path, "1", "same") == (0, 0)
    shards = len(list_files(tmp_path / "1"))
    assert kept(tmp_path, "2", "same") == (1, shards)
    assert (tmp_path / "1" / fmt.CATALOGUE).samefile(tmp_path / "2" / fmt.CATALOGUE)
    assert kept(tmp_path, "3", "another") == (0, 0)


@pytest.mark.parametrize(
    ("path", "found"), [(fmt.CATALOGUE, (0, 1)), ("neighbours/lite/000.json", (1, 0)), (fmt.FILES, (0, 0))]
)
def test_what_is_damaged_is_not_taken_over(tmp_path: Path, path: str, found: tuple[int, int]) -> None:
    kept(tmp_path, "1", "same")
    damaged = tmp_path / "1" / path
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    assert kept(tmp_path, "2", "same") == found


def test_a_missing_file_is_not_taken_over(tmp_path: Path) -> None:
    kept(tmp_path, "1", "same")
    (tmp_path / "1" / fmt.CATALOGUE).unlink()
    assert kept(tmp_path, "2", "same") == (0, 1)


def test_a_manifest_that_was_changed_keeps_nothing(tmp_path: Path) -> None:
    kept(tmp_path, "1", "same")
    manifest = tmp_path / "1" / fmt.MANIFEST
    manifest.write_text(manifest.read_text().replace("2025-01-01", "2026-01-01"))
    assert kept(tmp_path, "2", "same") == (0, 0)

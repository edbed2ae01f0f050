"""What a writer need not write again, and how many files the lists take."""

from __future__ import annotations

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

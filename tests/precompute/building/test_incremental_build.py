"""A build after a change gives what one without a past gives, to the last bit, and computes what is new."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bundle import Bundle
from precompute.building import build as builds
from precompute.embeddings import embed
from tests.builds import TINY, Tiny, assert_tidy, content_of, fresh, run, write_pictures
from tests.drawn_pictures import encoded, picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "photos", 30)


def change(photos: Path, kind: str) -> int:
    """Change the catalogue and return how many pictures are new to a build."""
    first, second = photos / "cups" / "0000.png", photos / "hats" / "0001.png"
    if kind == "added":
        write_pictures(photos, 2, first=900)
        return 2
    if kind == "edited":
        # As old as it was, and as long: neither says whether a file is the same.
        old = first.stat()
        content = encoded(picture(777, width=24, height=20), "BMP")
        first.write_bytes(content)
        os.utime(first, ns=(old.st_atime_ns, old.st_mtime_ns))
        return 1
    if kind == "renamed":
        first.rename(photos / "bags" / "another name.png")
        return 0
    if kind == "deleted":
        second.unlink()
        return 0
    if kind == "swapped":
        one, other = first.read_bytes(), second.read_bytes()
        first.write_bytes(other)
        second.write_bytes(one)
        return 0
    if kind == "copied":
        (photos / "bags" / "copy.png").write_bytes(first.read_bytes())
        return 0
    assert kind == "touched"
    os.utime(first)
    return 0


FURTHER = ("renamed", "swapped", "copied", "touched")


@pytest.mark.parametrize(
    "kind", ["added", "edited", "deleted", *(pytest.param(kind, marks=pytest.mark.slow) for kind in FURTHER)]
)
def test_a_change_costs_what_changed_and_gives_what_a_build_without_a_past_gives(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    run(photos, tmp_path / "data")
    new = change(photos, kind)
    decoded: list[int] = []
    decode = embed.decode_in_time
    monkeypatch.setattr(embed, "decode_in_time", lambda *given: decoded.append(1) or decode(*given))
    tiny.pictures = 0
    summary = run(photos, tmp_path / "data")
    assert (tiny.pictures, len(decoded)) == (new, new)
    assert summary.known == summary.images - new
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")
    assert_tidy(tmp_path / "data")


def test_an_extractor_is_opened_only_for_a_picture_that_is_new(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos, tmp_path / "data")

    def cannot_open() -> None:
        raise AssertionError("the extractor was opened")

    plan = builds.plan_extractor(TINY)
    monkeypatch.setattr(type(plan), "open", lambda self: cannot_open())
    assert run(photos, tmp_path / "data").known == 30
    write_pictures(photos, 1, first=901)
    with pytest.raises(AssertionError, match="was opened"):
        run(photos, tmp_path / "data")


def test_a_new_price_touches_no_picture(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    files = sorted(path.relative_to(photos).as_posix() for path in photos.rglob("*.png"))

    def write_table(price: str) -> None:
        with (photos / "products.csv").open("w", newline="") as file:
            rows = [[f"sku-{place}", name, "A title", price] for place, name in enumerate(files)]
            csv.writer(file).writerows([["id", "image", "title", "price"], *rows])

    write_table("10.00")
    run(photos, tmp_path / "data")
    before = {path: path.stat().st_ino for path in (tmp_path / "data" / "store").rglob("*") if path.is_file()}
    write_table("12.50")
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 0
    for path, number in before.items():
        if path.parent.name != "lists":
            assert path.stat().st_ino == number, path
    assert Bundle.open(tmp_path / "data").product("sku-3").price == 12.5
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_thumbnails_are_linked_and_not_copied_where_the_disk_allows_it(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos, tmp_path / "data")
    write_pictures(photos, 1, first=900)
    run(photos, tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    image = bundle.page().products[0].images[0]
    # In the store, in this generation and in the one before.
    assert bundle.thumbnail(image.id).stat().st_nlink == 3
    linked = fresh(photos, tmp_path / "linked")

    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    run(photos, tmp_path / "copied")
    assert Bundle.open(tmp_path / "copied").thumbnail(image.id).stat().st_nlink == 1
    assert content_of(tmp_path / "copied") == linked


def test_another_size_of_thumbnails_makes_new_ones_and_keeps_the_embeddings(
    tiny: type[Tiny], photos: Path, tmp_path: Path
) -> None:
    (photos / "large.png").write_bytes(encoded(picture(5, width=300, height=200)))
    run(photos, tmp_path / "data")
    tiny.pictures = 0
    run(photos, tmp_path / "data", thumbnail_size=100)
    assert tiny.pictures == 0
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh", thumbnail_size=100)


def test_a_clock_that_is_set_back_changes_no_order(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        year = 2030

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(Clock.hand, 1, 1, tzinfo=UTC)

    Clock.hand = 2030
    monkeypatch.setattr(builds, "datetime", Clock)
    names = []
    for number, Clock.hand in enumerate((2030, 2030, 1999, 2025)):
        write_pictures(photos, 1, first=900 + number)
        run(photos, tmp_path / "data")
        names.append(Bundle.open(tmp_path / "data").generation)
        assert_tidy(tmp_path / "data")
        # The one before is the one that was live.
        kept = sorted(path.name for path in (tmp_path / "data").iterdir() if path.name[0].isdigit())
        assert kept == names[-2:]
    assert names == sorted(set(names))
    assert Bundle.open(tmp_path / "data").manifest["created"].startswith("2025-01-01")


def test_a_build_without_a_change_publishes_nothing_and_keeps_the_generation_before(
    tiny: type[Tiny], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    write_pictures(photos, 1, first=900)
    second = run(photos, out).folder
    before = {path: path.stat().st_mtime_ns for folder in (first, second) for path in folder.rglob("*")}
    capsys.readouterr()
    again = run(photos, out)
    assert again.folder == second and again.products == 31
    assert f"Nothing changed: the generation {second.name} stays live." in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert_tidy(out)


def test_a_build_without_a_change_replaces_a_damaged_generation(
    tiny: type[Tiny], photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    damaged = first / "catalogue.sqlite"
    content = bytearray(damaged.read_bytes())
    content[5000] ^= 255
    damaged.write_bytes(content)
    second = run(photos, out).folder
    assert second != first
    assert (second / "catalogue.sqlite").read_bytes() != bytes(content)

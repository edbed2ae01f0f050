"""What a build does not write again, and what makes it write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle, BundleWriter
from precompute.building import writing
from tests.builds import Tiny, content_of, fresh, run, write_pictures


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "photos", 6)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What builds write: catalogues and lists, and links to thumbnails."""
    noted: list[str] = []

    def note(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*given: Any, **named: Any) -> Any:
            noted.append(name)
            return real(*given, **named)

        return noting

    for name in ("write_catalogue", "write_synonyms", "write_lines", "link_files"):
        monkeypatch.setattr(BundleWriter, name, note(name, getattr(BundleWriter, name)))
    return noted


def test_a_build_without_a_change_writes_nothing_again(
    tiny: type[Tiny], photos: Path, tmp_path: Path, written: list[str]
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    assert written == ["write_lines", "write_catalogue", "write_synonyms", "link_files"]
    written.clear()
    assert run(photos, out).folder == first
    assert written == []


def test_another_title_of_the_shop_writes_neither_catalogue_nor_lists(
    tiny: type[Tiny], photos: Path, tmp_path: Path, written: list[str]
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    written.clear()
    second = run(photos, out, title="Another").folder
    assert written == ["link_files"]
    for path in ("catalogue.sqlite", "neighbours/tiny/000.json"):
        assert (second / path).samefile(first / path)
    assert content_of(out) == fresh(photos, tmp_path / "fresh", title="Another")


def test_what_the_shop_says_of_its_products_writes_the_catalogue_alone(
    tiny: type[Tiny], photos: Path, tmp_path: Path, written: list[str]
) -> None:
    out = tmp_path / "data"
    run(photos, out)
    written.clear()
    (photos / "synonyms.csv").write_text("word,means\nbeaker,cups\n", encoding="utf-8")
    run(photos, out)
    assert written == ["write_catalogue", "write_synonyms", "link_files"]
    assert content_of(out) == fresh(photos, tmp_path / "fresh")


def test_another_program_writes_everything_and_publishes_it_only_where_it_differs(
    tiny: type[Tiny], photos: Path, tmp_path: Path, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    written.clear()
    monkeypatch.setattr(writing, "_program_key", lambda: "another")
    assert run(photos, out).folder == first
    assert written == ["write_lines", "write_catalogue", "write_synonyms"]


def test_a_thumbnail_that_was_changed_is_replaced(tiny: type[Tiny], photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    damaged = next(first.rglob("*.webp"))
    content = damaged.read_bytes()
    damaged.unlink()  # So that the store's own stays as it is.
    damaged.write_bytes(bytes(len(content)))
    second = run(photos, out).folder
    assert second != first
    assert (second / damaged.relative_to(first)).read_bytes() == content
    assert Bundle.open(out).mismatches(contents=True) == []


def test_a_copy_of_a_bundle_on_another_disk_is_still_the_same(
    tiny: type[Tiny], photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    first = run(photos, out).folder
    for path in first.rglob("*.webp"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        assert path.stat().st_nlink == 1
    assert run(photos, out).folder == first

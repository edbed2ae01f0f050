"""Writing a static site again: only what would come out otherwise is made, and never is a page left stale."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bundle import Product
from dashapp.document.static_pages import StaticSite
from precompute.cli.main import main
from precompute.reports.site.folder import OWN
from precompute.reports.site.made import RECORD, unchanged_site
from precompute.reports.site.source import Source
from precompute.reports.site.writing import write_site
from tests.repetition import thorough
from tests.small_bundle import small_product, write_small_bundle

ADDRESS = "https://shop.example/look/"
ROUNDS = 6


class Catalogue:
    """A catalogue that changes, and the bundle of it."""

    def __init__(self, root: Path, count: int) -> None:
        self.root = root
        self.built = 0
        self.created = "2025-05-01T08:00:00+00:00"
        self.products = [_product(number) for number in range(count)]
        self.lists: dict[str, list[str]] = {}
        self.near()

    def near(self) -> None:
        """Give each product the two after it."""
        ids = [each.id for each in self.products]
        self.lists = {one: [*ids[place + 1 :], *ids][:2] for place, one in enumerate(ids)}

    def build(self) -> Source:
        """Publish the next generation."""
        self.built += 1
        lists = {one: [each for each in near if each in self.lists] for one, near in self.lists.items()}
        write_small_bundle(
            self.root,
            self.products,
            lists,
            generation=f"build-{self.built}",
            created=self.created,
            recipe={"metric": "cosine", "scores": None},
        )
        return Source(self.root, ADDRESS)

    def edit(self, place: int, **fields: Any) -> None:
        """Change a product's data."""
        self.products[place] = replace(self.products[place], **fields)


def _product(number: int) -> Product:
    return small_product(f"p{number}", category="Home > Mugs", price=5.0, currency="EUR", brand="Nord")


def _content(out: Path) -> dict[str, bytes]:
    files = (path for path in out.rglob("*") if path.is_file() and OWN not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def _written(source: Source, out: Path) -> set[str]:
    """Write the site again; the paths of what is new or was written."""
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    write_site(source, out, processes=1)
    after = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file() and OWN not in path.parts}
    return {path.relative_to(out).as_posix() for path, inode in after.items() if before.get(path) != inode}


def _random_edit(catalogue: Catalogue, draw: random.Random, out: Path) -> str:
    place = draw.randrange(len(catalogue.products))
    product = catalogue.products[place]
    ids = [each.id for each in catalogue.products]
    kind = draw.choice(["data", "data", "group", "list", "order", "gone", "new", "day", "file", "file"])
    if kind == "data":
        name, values = draw.choice(
            [
                ("price", [3.0, 4.5, None]),
                ("title", ["A new title", "Another <title>"]),
                ("in_stock", [True, False]),
                ("category", ["Home > Mugs", "Home > Cups", ""]),
                ("colours", [("red",), ()]),
            ]
        )
        catalogue.edit(place, **{name: draw.choice(values)})
    elif kind == "group":
        catalogue.edit(place, **{draw.choice(["variants", "twins"]): draw.choice(["one", "two", ""])})
    elif kind == "list":
        catalogue.lists[product.id] = draw.sample(
            [each for each in ids if each != product.id], draw.choice([0, 1, 3])
        )
    elif kind == "order":
        draw.shuffle(catalogue.products)
    elif kind == "gone" and len(ids) > 4:
        del catalogue.products[place]
        del catalogue.lists[product.id]
    elif kind == "new":
        catalogue.products.insert(place, _product(100 + catalogue.built))
        catalogue.lists[catalogue.products[place].id] = ids[:2]
    elif kind == "day":
        catalogue.created = f"2025-05-{draw.randrange(10, 28)}T08:00:00+00:00"
    else:
        files = [path for path in sorted(out.rglob("*")) if path.is_file() and OWN not in path.parts]
        damaged = draw.choice(files)
        if draw.random() < 0.5:
            damaged.unlink()
        else:
            damaged.write_bytes(damaged.read_bytes() + b" ")
    return kind


@pytest.mark.parametrize("seed", [0, thorough(1)])
def test_after_any_edits_the_site_is_the_same_as_one_that_is_written_anew(tmp_path, seed):
    draw = random.Random(seed)
    catalogue, out = Catalogue(tmp_path / "data", 7), tmp_path / "site"
    write_site(catalogue.build(), out, processes=1)
    for done in range(ROUNDS):
        kinds = [_random_edit(catalogue, draw, out) for _ in range(draw.choice([1, 1, 3]))]
        source = catalogue.build()
        write_site(source, out, processes=1)
        write_site(source, tmp_path / "anew", processes=1)
        assert _content(out) == _content(tmp_path / "anew"), f"seed {seed}, round {done}: {kinds}"
        shutil.rmtree(tmp_path / "anew")


def test_only_pages_that_tell_of_an_edited_product_are_made_again(tmp_path, monkeypatch):
    catalogue, out = Catalogue(tmp_path / "data", 12), tmp_path / "site"
    write_site(catalogue.build(), out, processes=1)
    catalogue.edit(6, price=4.0)
    catalogue.created = "2025-05-02T08:00:00+00:00"
    source = catalogue.build()
    made: list[str] = []
    made_before = StaticSite.product_files

    def noted(self: StaticSite, position: int, product: Product) -> Any:
        made.append(product.id)
        return made_before(self, position, product)

    monkeypatch.setattr(StaticSite, "product_files", noted)
    pages = {path for path in _written(source, out) if path.startswith("product/")}
    # It, the two before it, whose lists have it, and the one after it, which links back.
    assert made == ["p4", "p5", "p6", "p7"]
    assert pages == {f"product/{each}/index.html" for each in ("p4", "p5", "p6")}


def test_a_page_that_tells_of_the_whole_catalogue_is_made_again_whatever_changed(tmp_path):
    catalogue, out = Catalogue(tmp_path / "data", 12), tmp_path / "site"
    catalogue.lists["p0"] = []
    write_site(catalogue.build(), out, processes=1)
    shown = (out / "product" / "p0" / "index.html").read_text()
    assert "Title of p9" in shown, "a product without look-alikes shows others of the shop"
    catalogue.edit(9, title="A new title")
    assert "product/p0/index.html" in _written(catalogue.build(), out)
    assert "A new title" in (out / "product" / "p0" / "index.html").read_text()


def test_a_run_without_changes_opens_nothing_and_says_so(tmp_path, monkeypatch, capsys):
    source, out = Catalogue(tmp_path / "data", 3).build(), tmp_path / "site"
    command = ["site", "--data", str(source.data), "--address", ADDRESS, "--out", str(out)]
    write_site(source, out, processes=1)
    with monkeypatch.context() as patch:
        patch.setattr(StaticSite, "open", None)
        assert main(command) == 0
        assert "Nothing changed since the last run" in capsys.readouterr().out
        assert main([*command, "--json"]) == 0
        summary = json.loads(capsys.readouterr().out)
    assert (summary["written"], summary["removed"]) == (0, 0)
    assert summary["unchanged"] == summary["files"] == len(_content(out))


@pytest.mark.parametrize(
    "changes", [{"address": "https://other.example/"}, {"title": "Other"}, {"language": "de"}]
)
def test_other_options_are_a_change(tmp_path, changes):
    source, out = Catalogue(tmp_path / "data", 3).build(), tmp_path / "site"
    write_site(source, out, processes=1)
    assert unchanged_site(source, out)
    other = replace(source, **changes)
    assert unchanged_site(other, out) is None
    write_site(other, out, processes=1)
    write_site(other, tmp_path / "anew", processes=1)
    assert _content(out) == _content(tmp_path / "anew")


def test_another_program_is_a_change(tmp_path, monkeypatch):
    source, out = Catalogue(tmp_path / "data", 3).build(), tmp_path / "site"
    write_site(source, out, processes=1)
    monkeypatch.setattr("precompute.reports.site.source.program_key", lambda: "another")
    assert unchanged_site(source, out) is None


@pytest.mark.parametrize(
    "content", ["", "made from\t\n", "what is this", "made from\tx\nunit\ta\n", "\x00\n1\t2\n"]
)
def test_without_a_record_that_can_be_read_everything_is_made(tmp_path, content):
    source, out = Catalogue(tmp_path / "data", 3).build(), tmp_path / "site"
    write_site(source, out, processes=1)
    before = _content(out)
    (out / OWN / RECORD).write_text(content)
    assert unchanged_site(source, out) is None
    assert write_site(source, out, processes=1).changes.written == 0
    assert _content(out) == before and unchanged_site(source, out)


def test_a_copy_of_the_folder_is_known_by_its_content(tmp_path):
    source, out = Catalogue(tmp_path / "data", 3).build(), tmp_path / "site"
    write_site(source, out, processes=1)
    shutil.copytree(out, tmp_path / "copy", copy_function=shutil.copyfile)
    assert write_site(source, tmp_path / "copy", processes=1).changes.written == 0
    assert unchanged_site(source, tmp_path / "copy")


def test_what_a_stopped_run_wrote_is_not_taken_for_what_the_record_says(tmp_path, monkeypatch):
    catalogue, out = Catalogue(tmp_path / "data", 3), tmp_path / "site"
    write_site(catalogue.build(), out, processes=1)
    before = _content(out)
    catalogue.edit(0, title="A new title")
    later = catalogue.build()
    with monkeypatch.context() as patch:
        patch.setattr("precompute.reports.site.folder.SiteFolder.finish", None)
        with pytest.raises(TypeError):
            write_site(later, out, processes=1)
    assert _content(out) != before
    (catalogue.root / "CURRENT").write_text("build-1")
    first = Source(catalogue.root, ADDRESS)
    assert unchanged_site(first, out) is None
    write_site(first, out, processes=1)
    assert _content(out) == before

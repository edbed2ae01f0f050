"""The command `site`: what it writes, what it leaves alone, and that it goes on where it was stopped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import html

from dashapp.document.static_addresses import file_name, file_of
from precompute.cli.main import main
from precompute.reports.site.source import Source
from precompute.reports.site.writing import WrittenSite, write_site
from tests.small_bundle import small_product, write_small_bundle

ODD = ["A-1", "a-1", "a/1", "..", "a b", "日本", "x" * 400]
ADDRESS = "https://shop.example/look/"


def _bundle(root: Path, ids: list[str] = ODD, generation: str = "one", **fields: object) -> Path:
    products = [
        small_product(each, category="Home > Mugs", price=5.0, currency="EUR", **fields) for each in ids
    ]
    recipe = {"metric": "cosine", "scores": None}
    write_small_bundle(root, products, generation=generation, recipe=recipe)
    return root


def _write(data: Path, out: Path) -> WrittenSite:
    return write_site(Source(data, ADDRESS), out, processes=1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    _write(_bundle(folder / "data"), folder / "site")
    return folder / "site"


def _pages(site: Path) -> dict[str, html.HtmlElement]:
    pages = (path for path in site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): html.fromstring(path.read_bytes()) for path in pages}


def test_every_product_has_a_page_whatever_its_id(site):
    pages = _pages(site)
    for product_id in ODD:
        page = pages[f"product/{file_name(product_id)}/index.html"]
        assert page.xpath("//main//@data-product") == [product_id]
        assert len(page.cssselect("main .product-card")) == 5


def test_every_link_and_file_of_the_pages_is_there(site):
    attributes = ("href", "src", "action", "data-module", "data-points", "data-worker", "data-files")
    for name, page in _pages(site).items():
        for attribute in attributes:
            for address in page.xpath(f"//@{attribute}"):
                parts = urlsplit(address)
                if (
                    not address
                    or address.startswith("#")
                    or ".small." in address  # the small bundle has none
                    or (parts.netloc and parts.netloc != "shop.example")
                ):
                    continue
                assert parts.path.startswith("/look/"), f"{name} links to {address}"
                assert (site / file_of(parts.path.removeprefix("/look"))).is_file(), (
                    f"{name} links to {address}"
                )


def test_pages_offer_nothing_that_needs_a_server(site):
    for page in _pages(site).values():
        assert not page.cssselect(
            "script[src*=_dash], .less, #shown, [data-switch=choices], a[href*='/api/']"
        )


def test_pages_say_what_they_are(site):
    page = _pages(site)["product/a-1/index.html"]
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{ADDRESS}product/a-1/"]
    assert page.xpath("//meta[@property='og:image']/@content")[0].startswith(f"{ADDRESS}thumbnails/")
    listed = (site / "sitemap-1.xml").read_text()
    assert listed.count("<loc>") == len(ODD) + 1
    assert "Sitemap: https://shop.example/look/sitemap.xml" in (site / "robots.txt").read_text()


def test_the_policy_of_the_pages_is_the_servers_without_dashs(site):
    policy = _pages(site)["index.html"].xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "unsafe" not in policy and "script-src 'self' 'sha256-" in policy


def test_the_widget_has_its_lists(site):
    found = json.loads((site / "lists" / f"{file_name('A-1')}.json").read_text())
    assert [each["product"]["title"] for each in found["similar"]] == [
        f"Title of {each}" for each in ODD[1:6]
    ]
    assert "const listOf = (" in (site / "widget.js").read_text()
    cards = json.loads((site / "cards" / "0.json").read_text())
    assert html.fromstring(cards[0]).cssselect(".card-name")[0].text == "Title of A-1"


def test_a_second_run_writes_nothing(tmp_path):
    data, out = _bundle(tmp_path / "data"), tmp_path / "site"
    first = _write(data, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    changes = _write(data, out).changes
    assert (changes.written, changes.unchanged, changes.removed) == (0, first.files, 0)
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    ours = [path for path in before if path.parent.name != ".akin"]
    assert all(after[path] == before[path] for path in ours)


def test_what_left_is_removed_and_what_is_foreign_stays(tmp_path):
    data, out = _bundle(tmp_path / "data", ["a", "b", "c"]), tmp_path / "site"
    _write(data, out)
    (out / "CNAME").write_text("look.example")
    (out / "product" / "c" / "notes.txt").write_text("mine")
    (out / "product" / "d").mkdir()
    (out / "product" / "d" / "index.html").write_text("mine")
    _bundle(data, ["a", "b", "d"], generation="two")
    changes = _write(data, out).changes
    assert changes.removed and changes.foreign == ["product/d/index.html"]
    assert not (out / "product" / "c" / "index.html").exists() and not (out / "lists" / "c.json").exists()
    assert (out / "product" / "c" / "notes.txt").read_text() == "mine"
    assert (out / "product" / "d" / "index.html").read_text() == "mine"
    assert (out / "CNAME").read_text() == "look.example"


def test_a_stopped_run_is_continued(tmp_path, monkeypatch):
    data, out = _bundle(tmp_path / "data"), tmp_path / "site"
    with monkeypatch.context() as patch:
        patch.setattr("precompute.reports.site.rendering._galleries", None)
        patch.setattr("precompute.reports.site.rendering._MAKERS", _stopping_at("galleries"))
        with pytest.raises(KeyboardInterrupt):
            _write(data, out)
    assert (out / ".akin" / "journal.tsv").is_file()
    changes = _write(data, out).changes
    assert changes.unchanged and changes.written and not changes.foreign
    assert not (out / ".akin" / "journal.tsv").exists()


def _stopping_at(kind: str) -> dict[str, object]:
    from precompute.reports.site.rendering import _MAKERS

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    return {**_MAKERS, kind: stop}


def test_a_folder_of_others_is_refused(tmp_path, capsys):
    data = _bundle(tmp_path / "data", ["a", "b"])
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    command = ["site", "--data", str(data), "--address", ADDRESS, "--out", str(tmp_path / "home")]
    assert main(command) == 2
    assert re.search("is not empty, and no static site", capsys.readouterr().err)
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--address", "shop", "Expected --address to be"),
        ("--language", "xx", "Expected --language to be one of"),
    ],
)
def test_bad_options_get_one_sentence(tmp_path, capsys, option, value, said):
    data = _bundle(tmp_path / "data", ["a", "b"])
    out = str(tmp_path / "site")
    command = ["site", "--data", str(data), "--address", ADDRESS, "--out", out, option, value]
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "site").exists()

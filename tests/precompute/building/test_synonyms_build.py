"""A build's table of synonyms: the shop's own file, and WordNet where it can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle import Bundle, Query
from precompute.cli.main import main
from precompute.shared.npm import Unavailable
from precompute.synonyms.wordnet import WordNet
from tests.drawn_pictures import encoded, picture
from tests.precompute.synonyms.tiny_wordnet import tiny_wordnet


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder of four pictures in two categories."""
    folder = tmp_path / "shop"
    for number, name in enumerate(("Cushions/1", "Cushions/2", "Lamps/3", "Lamps/4")):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(picture(number)))
    return folder


def build(source: Path, *options: object) -> int:
    arguments = ["build", source, "--out", source.parent / "data", *options]
    return main([str(argument) for argument in arguments])


def total(source: Path, search: str) -> int:
    with Bundle.open(source.parent / "data") as bundle:
        assert bundle.mismatches(contents=True) == []
        return bundle.page(Query(search)).total


@pytest.mark.usefixtures("as_default")
def test_wordnets_words_and_the_shops_own_are_in_the_bundle(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wordnet").mkdir()
    monkeypatch.setattr(WordNet, "fetched", lambda: tiny_wordnet(tmp_path / "wordnet"))
    (shop / "synonyms.csv").write_text("word,means\nglow,lamp\n")
    assert build(shop) == 0
    assert (total(shop, "pillow"), total(shop, "glow"), total(shop, "zebra")) == (2, 2, 0)
    assert "Left out    0" in capsys.readouterr().out, "it is no product"
    other = tmp_path / "other.csv"
    other.write_text("word,means\nshine,lamp\n")
    assert build(shop, "--synonyms", other, "--no-wordnet") == 0
    assert (total(shop, "pillow"), total(shop, "glow"), total(shop, "shine")) == (0, 0, 2)


@pytest.mark.usefixtures("as_default")
def test_a_build_without_wordnet_says_why_and_goes_on(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> WordNet:
        raise Unavailable("npm failed (code ENOTFOUND)")

    monkeypatch.setattr(WordNet, "fetched", fail)
    assert build(shop) == 0
    said = capsys.readouterr().err
    assert "The search is built without WordNet 3.1's synonyms: npm failed (code ENOTFOUND)." in said
    assert total(shop, "cushions") == 2


def test_a_bad_row_stops_a_build_before_it_begins(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "synonyms.csv").write_text("word,means\nglow,\n")
    assert build(shop) == 2
    assert f"{shop / 'synonyms.csv'}, row 2." in capsys.readouterr().err
    assert not (shop.parent / "data").exists()

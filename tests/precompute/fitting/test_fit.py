"""`python -m precompute fit`, from a table of products to a recipe and its matrices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle
from precompute.building import build as builds
from precompute.building.build import BuildSettings
from precompute.cli.fit import NOTHING_HELPS
from precompute.cli.main import main
from precompute.fitting import fit as fitting
from precompute.fitting.fit import FitSettings, fit
from precompute.models.choice import read_recipe
from precompute.models.heads import read_head
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.shared.errors import UserError
from tests.precompute.fitting.shop import KINDS, Fields, fields_plan, write_shop


@pytest.fixture(autouse=True)
def fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "plan_extractor", fields_plan)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(tmp_path_factory.mktemp("shop") / "told")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all, so that pictures are embedded once."""
    return tmp_path_factory.mktemp("out")


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["fit", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["fit", *map(str, arguments)]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("akin: ")
    return said


def test_the_recipe_is_written_with_a_matrix_of_the_extractor(
    shop: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kinds.toml"
    text = printed(capsys, shop, "--out", out, "--write", file)
    assert "category: 6 classes of 120 products" in text and f"Wrote       {file}" in text
    assert "Same category, first look-alike" in text and "Unlearned categories, first 5" in text
    recipe = read_recipe(file)
    assert recipe.name == "kinds" and recipe.extractor == DEFAULT and not recipe.title
    (head,) = recipe.heads
    assert head.file.name.startswith("kinds-category-")
    matrix = read_head(head, extractor=RECIPES[DEFAULT].extractor_fingerprint(Fields.weights_sha256))
    assert matrix.matrix.shape == (48, len(KINDS) - 1)


@pytest.mark.slow
def test_the_same_catalogue_gives_the_same_bytes(shop: Path, out: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        assert main(["fit", str(shop), "--out", str(out), "--write", str(folder / "x.toml"), "--quiet"]) == 0
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab")
    assert first == second and len(first) == 2


def test_the_summary_is_json_too(
    shop: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.toml"
    found = json.loads(printed(capsys, shop, "--out", out, "--write", file, "--json"))
    assert found["recipe"] == str(file) and found["labels"] == {"category": {"classes": 6, "products": 120}}
    change = found["yardsticks"]["Same category, first look-alike"]["difference"]
    assert change["low"] > 0.1 and change["sample"] > 110


@pytest.mark.slow
def test_categories_that_mean_nothing_write_nothing(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_shop(tmp_path / "drawn", told=False)
    text = printed(capsys, source, "--out", out, "--write", tmp_path / "x.toml")
    assert text.splitlines()[-1] == NOTHING_HELPS
    assert [path.name for path in tmp_path.iterdir()] == ["drawn"]


@pytest.mark.slow
def test_titles_are_a_part_where_they_help(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Facts that only titles tell: pictures alone cannot see them."""
    source = write_shop(tmp_path / "shop")
    lines = source.read_text(encoding="utf-8").splitlines()
    told = [f"{line},{line.split(',')[2].split()[0]}" for line in lines[1:]]
    source.write_text("\n".join([f"{lines[0]},quality", *told]), encoding="utf-8")
    file = tmp_path / "t.toml"
    printed(capsys, source, "--out", out, "--write", file, "--title")
    recipe = read_recipe(file)
    assert recipe.title is not None and recipe.title.file.name.startswith("t-title-")


def test_names_of_files_are_no_titles(out: Path, tmp_path: Path) -> None:
    source = write_shop(tmp_path / "shop", categories=False)
    source.unlink()
    with pytest.raises(UserError, match=r"Expected labels in .* Received: no categories"):
        run(source.parent, out, tmp_path / "x.toml", title=True)


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("", "Received: no categories, and no facts or tags that several products share."),
        ("Hats", "Received: one category (Hats), and no facts or tags that tell its products apart."),
        ("Hat {}", "Received: 30 categories, the largest (Hat 0) with 1 product, and no facts or tags"),
    ],
)
def test_no_labels_one_class_and_classes_of_one_are_one_sentence(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], category: str, words: str
) -> None:
    source = write_shop(tmp_path / "shop", count=30, categories=False)
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = [line + category.format(number) for number, line in enumerate(lines[1:])]
    source.write_text("\n".join([lines[0], *rows]), encoding="utf-8")
    said = refused(capsys, source, "--out", out, "--write", tmp_path / "x.toml")
    assert f"Expected labels in {source} that heads can learn" in said and words in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--write", "x.json"], "Expected --write NAME.toml"),
        (["--write", "x y.toml"], "Expected --write NAME.toml"),
        (["--write", "no/x.toml"], "Expected --write to be a file in a folder that exists"),
        (["--sample", "1"], "Expected --sample to be 2 products or more. Received: 1."),
        (["--recipe", "vgg16-fc2"], "Expected projection in fitted to be centre"),
        (["--recipe", DEFAULT, "--recipe", "vgg16-fc2"], "Expected one recipe to fit beside --recipe"),
    ],
)
def test_wrong_options_are_one_sentence(
    shop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused(capsys, shop, *options)
    assert not list(tmp_path.rglob("*.npz"))


def test_a_sample_is_drawn_at_random_but_always_the_same(shop: Path, out: Path, tmp_path: Path) -> None:
    found = [run(shop, out, tmp_path / f"{number}.toml", sample=90) for number in range(2)]
    assert [each.products for each in found] == [90, 90]
    assert found[0].chosen == found[1].chosen
    assert all(labels.labelled == 90 for labels in found[0].labels)


def run(source: Path, out: Path, file: Path, **options: Any) -> fitting.Fitted:
    settings = BuildSettings(source, out=out, recipes=(RECIPES[DEFAULT],))
    return fit(FitSettings(settings, file, **options))


@pytest.mark.parametrize(
    ("lists", "names"),
    [
        ([], [f"{DEFAULT}-fitted"]),
        (["--lists", "style,colour"], [f"{DEFAULT}-fitted-style", f"{DEFAULT}-fitted-colour"]),
    ],
)
def test_build_fits_first_where_it_is_asked_to(
    shop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lists: list[str],
    names: list[str],
) -> None:
    monkeypatch.setattr(builds, "plan_extractor", fields_plan)
    out = tmp_path / "data"
    assert main(["build", str(shop), "--out", str(out), "--fit", *lists]) == 0
    assert "learned from labels" in capsys.readouterr().out
    recipe = read_recipe(out / "fitted" / f"{DEFAULT}-fitted.toml")
    with Bundle.open(out) as bundle:
        assert [each["name"] for each in bundle.recipes] == names
        assert bundle.recipes[0]["heads"] == [head.published() for head in recipe.heads]


def test_build_does_without_where_there_is_nothing_to_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(builds, "plan_extractor", fields_plan)
    source, out = write_shop(tmp_path / "shop", count=12, categories=False), tmp_path / "data"
    assert main(["build", str(source), "--out", str(out), "--fit"]) == 0
    assert "Built without fitting. Expected labels in" in capsys.readouterr().err
    with Bundle.open(out) as bundle:
        assert [each["name"] for each in bundle.recipes] == [DEFAULT]

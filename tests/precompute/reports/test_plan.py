"""What a build would take is predicted from a part of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from precompute.building import build as builds
from precompute.building.build import BuildSettings, Summary, build
from precompute.cli.main import main
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.reports import plan as planning
from precompute.reports.plan import Plan, plan
from precompute.reports.slug import files_below
from precompute.shared.errors import UserError
from tests.builds import TINY, tiny_plan
from tests.drawn_pictures import encoded, picture

COUNT, SAMPLE = 120, 60
RECIPE = replace(TINY, depth=30, top=5)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for number in range(COUNT):
        (folder / f"mug-{number}.png").write_bytes(encoded(picture(number, width=300, height=240)))
    return folder


def settings(photos: Path, out: Path, **fields: object) -> BuildSettings:
    return BuildSettings(source=photos, out=out, recipes=(replace(RECIPE, **fields),), thumbnail_size=300)


@pytest.fixture(scope="module")
def planned(photos: Path) -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        use_tiny(patch)
        return next(plan(settings(photos, Path("nowhere")), sample=SAMPLE))


def use_tiny(patch: pytest.MonkeyPatch) -> None:
    """Lists and thumbnails are as large whatever network makes the embeddings."""
    for module in (builds, planning):
        patch.setattr(module, "plan_extractor", tiny_plan)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    use_tiny(monkeypatch)


@pytest.mark.slow
@pytest.mark.usefixtures("tiny")
def test_sizes_come_true(photos: Path, planned: Plan, tmp_path: Path) -> None:
    summary = build(settings(photos, tmp_path))
    sizes = {path: path.stat().st_size for path in files_below(summary.folder)}
    for part, predicted in (("neighbours", planned.sizes.lists), ("thumbnails", planned.sizes.thumbnails)):
        assert predicted == pytest.approx(sum(sizes[path] for path in sizes if part in path.parts), rel=0.25)
    assert planned.sizes.total == pytest.approx(sum(sizes.values()), rel=0.25)
    assert planned.pictures == planned.products == COUNT
    assert planned.seconds.keys() == summary.seconds.keys()


def test_nothing_is_written_to_the_output_folder(planned: Plan) -> None:
    assert not Path("nowhere").exists()


def test_what_fits_needs_no_advice(planned: Plan) -> None:
    assert planned.advice == ""


@pytest.mark.usefixtures("tiny")
def test_a_fast_build_compares_as_many_pictures_of_any_catalogue(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(*given: Any, **named: Any) -> Summary:
        summary = build(*given, **named)
        summary.seconds["precision"] = 5.0
        return summary

    monkeypatch.setattr(planning, "build", built)
    (found,) = plan(settings(photos, Path("nowhere")), sample=8)
    assert found.seconds["precision"] == 5


@pytest.mark.parametrize(
    ("excess", "advice"),
    [
        (lambda sizes: sizes.packed_lists * 0.3, "--depth 2"),
        (lambda sizes: sizes.packed_thumbnails * 0.25, "--thumbnail-size 2"),
        (lambda sizes: sizes.packed_thumbnails * 0.95, "AKIN_THUMBNAILS"),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_the_smallest_change_that_fits_is_named(
    photos: Path, planned: Plan, excess, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LIMIT", planned.slug - int(excess(planned.sizes)))
    (found,) = plan(settings(photos, Path("nowhere")), sample=SAMPLE)
    assert advice in found.advice


@pytest.mark.slow
@pytest.mark.usefixtures("tiny")
def test_the_change_that_is_named_does_fit(
    photos: Path, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = planned.slug - int(planned.sizes.packed_lists * 0.3)
    monkeypatch.setattr(planning, "LIMIT", limit)
    (found,) = plan(settings(photos, Path("nowhere")), sample=SAMPLE)
    depth = int(found.advice.split()[1])
    assert next(plan(settings(photos, Path("nowhere"), depth=depth), sample=SAMPLE)).slug <= limit


@pytest.mark.usefixtures("tiny")
def test_the_command_says_it_as_json(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(RECIPES, DEFAULT, TINY)
    assert main(["plan", str(photos), "--sample", "20", "--json", "--top", "4"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["recipe"] for each in said["plans"]] == [TINY.name]
    assert said["plans"][0]["slug"] < said["limit"]
    assert said["plans"][0]["cluster"] is None


@pytest.mark.usefixtures("tiny")
def test_what_a_cluster_would_share_is_said(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(RECIPES, DEFAULT, TINY)
    given = ["plan", str(photos), "--sample", "20", "--engine", "ray", "--tile", "50"]
    assert main(given) == 0
    shown = capsys.readouterr().out
    assert "Cluster     hours of one core: embedding 0.0" in shown
    assert "in 6 tiles" in shown  # Three blocks of 120 vectors.
    read = sum(path.stat().st_size for path in photos.iterdir())
    assert f"{read / 1e6:,.1f} MB of pictures read, " in shown
    assert " of vectors read by tiles" in shown


@pytest.mark.slow
def test_the_command_says_it_in_words(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(photos), "--sample", "20"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("Time", "Memory", "Bundle", "Disk", "Slug"))


@pytest.mark.parametrize(
    "options", [["--sample", "1"], ["--depth", "3"], ["--depth", "5000"], ["--tile", "0"]]
)
def test_bad_input_is_one_sentence(
    photos: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(photos), *options]) == 2
    assert "Expected" in capsys.readouterr().err


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Received: none"):
        next(plan(settings(tmp_path, tmp_path)))

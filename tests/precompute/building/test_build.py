"""The main job through the command line: pictures in, a bundle of look-alikes out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from bundle import Bundle
from precompute.cli.main import main
from precompute.models.recipe import DEFAULT
from tests.drawn_pictures import BROKEN, GOOD_FORMATS, encoded, picture


def write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def good_folder(folder: Path) -> Path:
    for seed, (extension, format_name) in enumerate(GOOD_FORMATS.items()):
        for category in ("cups", "hats"):
            name = f"{category}/it's ({seed}) & ünï {extension}.{extension}"
            write(folder, name, encoded(picture(seed * 2 + (category == "hats")), format_name))
    write(folder, "hats/same.png", encoded(picture(70)))
    write(folder, "cups/same.png", encoded(picture(71)))
    return folder


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def lists_of(bundle: Bundle) -> dict[str, list]:
    return {product.id: bundle.neighbours(product.id) for product in bundle.page(limit=10_000).products}


@pytest.mark.slow
def test_with_the_real_network_every_format_goes_through_and_the_seal_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = good_folder(tmp_path / "photos")
    assert run("build", photos, "--out", tmp_path / "data", "--top", 3, "--title", "Cups & hats") == 0
    printed = capsys.readouterr().out
    bundle = Bundle.open(tmp_path / "data")
    assert bundle.count == 2 * len(GOOD_FORMATS) + 2
    assert bundle.manifest["title"] == "Cups & hats"
    assert bundle.recipes[0]["top"] == 3
    assert bundle.categories() == [("cups", bundle.count // 2), ("hats", bundle.count // 2)]
    assert bundle.mismatches(contents=True) == []
    assert f"python -m dashapp --data {tmp_path / 'data'}" in printed
    assert f"Products    {bundle.count}" in printed
    assert run("check", "--data", tmp_path / "data") == 0


@pytest.mark.usefixtures("as_default")
def test_every_result_stays_with_its_own_picture(tmp_path: Path) -> None:
    """The image id of each product is the hash of its own file, and its thumbnail shows that picture."""
    photos = good_folder(tmp_path / "photos")
    run("build", photos, "--out", tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    for product in bundle.page(limit=1000).products:
        content = (photos / product.id).read_bytes()
        assert product.images[0].id == hashlib.sha256(content).hexdigest()
        with (
            Image.open(bundle.thumbnail(product.images[0].id)) as thumbnail,
            Image.open(photos / product.id) as image,
        ):
            assert thumbnail.size == (product.images[0].width, product.images[0].height)
            middle = (image.width // 2, image.height // 2)
            expected, shown = image.convert("RGB").getpixel(middle), thumbnail.convert("RGB").getpixel(middle)
            assert max(abs(a - b) for a, b in zip(expected, shown, strict=True)) < 40, product.id


@pytest.mark.usefixtures("as_default")
def test_broken_files_are_named_and_leave_the_rest_unharmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = good_folder(tmp_path / "photos")
    run("build", photos, "--out", tmp_path / "clean")
    for name, (content, _) in BROKEN.items():
        write(photos, f"cups/{name}", content())
        write(photos, f"a first folder/{name}", content())
    write(photos, "notes.txt", b"hello")
    capsys.readouterr()
    assert run("build", photos, "--out", tmp_path / "data") == 0

    printed = capsys.readouterr().out
    bundle = Bundle.open(tmp_path / "data")
    reasons = {entry["file"]: entry["reason"] for entry in bundle.report()["left_out"]}
    assert reasons.pop("notes.txt") == "not a picture by its name"
    assert set(reasons) == {f"{folder}/{name}" for name in BROKEN for folder in ("cups", "a first folder")}
    for name, (_, words) in BROKEN.items():
        assert words in reasons[f"cups/{name}"], name
        assert words in reasons[f"a first folder/{name}"], name
    assert f"Left out    {2 * len(BROKEN) + 1}" in printed
    assert "notes.txt: not a picture by its name" in printed
    clean = Bundle.open(tmp_path / "clean")
    assert lists_of(bundle) == lists_of(clean)
    assert {p.id: p for p in bundle.page(limit=999).products} == {
        p.id: p for p in clean.page(limit=999).products
    }


@pytest.mark.usefixtures("as_default")
def test_the_same_picture_twice_makes_two_products_that_are_each_others_first(tmp_path: Path) -> None:
    photos = good_folder(tmp_path / "photos")
    write(photos, "bags/copy.png", (photos / "hats/same.png").read_bytes())
    run("build", photos, "--out", tmp_path / "data")
    bundle = Bundle.open(tmp_path / "data")
    assert bundle.neighbours("bags/copy.png")[0] == ("hats/same.png", 1.0)
    assert bundle.neighbours("hats/same.png")[0] == ("bags/copy.png", 1.0)
    assert bundle.manifest["counts"]["images"] == bundle.count - 1


@pytest.mark.slow
def test_both_runtimes_give_the_same_lists(tmp_path: Path) -> None:
    photos = good_folder(tmp_path / "photos")
    lists = []
    for runtime in ("litert", "keras"):
        run("build", photos, "--out", tmp_path / runtime, "--runtime", runtime)
        bundle = Bundle.open(tmp_path / runtime)
        lists.append(lists_of(bundle))
        assert bundle.report()["runtime"] == {DEFAULT: runtime}
    fingerprints = [
        Bundle.open(tmp_path / runtime).recipes[0]["fingerprint"] for runtime in ("litert", "keras")
    ]
    assert fingerprints[0] == fingerprints[1]
    for product_id, entries in lists[0].items():
        scores = dict(lists[1][product_id])
        assert all(score == pytest.approx(scores[name], abs=1e-4) for name, score in entries)


@pytest.mark.usefixtures("as_default")
def test_two_builds_of_one_folder_give_the_same_bytes_but_for_the_clock(tmp_path: Path) -> None:
    photos = good_folder(tmp_path / "photos")
    tables = []
    for out in (tmp_path / "one", tmp_path / "two"):
        run("build", photos, "--out", out)
        lines = (Bundle.open(out).folder / "files.tsv").read_text().splitlines()
        tables.append([line for line in lines if not line.endswith("report.json")])
    assert tables[0] == tables[1]


@pytest.mark.usefixtures("as_default")
def test_one_product_alone_is_a_bundle(tmp_path: Path) -> None:
    write(tmp_path / "photos", "only.png", encoded(picture(1)))
    assert run("build", tmp_path / "photos", "--out", tmp_path / "data") == 0
    assert Bundle.open(tmp_path / "data").neighbours("only.png") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "{tmp}/nowhere"], "does not exist"),
        (["build", "{tmp}/empty"], "Received: none"),
        (["build", "{tmp}/broken"], "Received: 1 file, none usable"),
        (["build", "{tmp}/good", "--recipe", "efficientnet-lite"], "Did you mean efficientnet-lite"),
        (["build", "{tmp}/good", "--top", "0"], "from 1 to 200"),
        (["build", "{tmp}/good", "--thumbnail-size", "9000"], "from 64 to 512"),
        (["build", "{tmp}/good", "--out", "{tmp}/a-file"], "cannot be written"),
        (["check", "--data", "{tmp}/nowhere"], "There is no bundle"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").write_text("x")
    write(tmp_path, "broken/a.jpg", b"")
    write(tmp_path, "good/a.png", encoded(picture(1)))
    filled = [argument.format(tmp=tmp_path) for argument in arguments]
    if "--out" not in filled and filled[0] == "build":
        filled += ["--out", str(tmp_path / "data")]
    assert main([*filled, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("akin: ") and error.count("\n") == 1
    assert {path.name for path in (tmp_path / "data").glob("*")} <= {".lock"}


@pytest.mark.usefixtures("as_default")
def test_a_build_that_fails_leaves_the_bundle_that_was_there(tmp_path: Path) -> None:
    photos = good_folder(tmp_path / "photos")
    run("build", photos, "--out", tmp_path / "data")
    before = Bundle.open(tmp_path / "data").generation
    write(tmp_path, "broken/a.jpg", b"")
    assert run("build", tmp_path / "broken", "--out", tmp_path / "data") == 2
    assert Bundle.open(tmp_path / "data").generation == before
    assert Bundle.open(tmp_path / "data").mismatches(contents=True) == []


def test_recipes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("recipes") == 0
    printed = capsys.readouterr().out
    assert f"{DEFAULT} (default)" in printed and "60 stored, 20 shown" in printed


@pytest.mark.parametrize("command", ["build", "recipes", "check"])
def test_the_help_of_each_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"  python -m precompute {command}" in capsys.readouterr().out


@pytest.mark.slow
def test_real_photos_find_their_own_class(tmp_path: Path, clothing: Path) -> None:
    """A part of the photos; the figures for all of them come from benchmarks/retrieval.py."""
    for folder in sorted(clothing.iterdir()):
        for path in sorted(folder.glob("*.jpg"))[:20]:
            write(tmp_path / "photos", f"{folder.name}/{path.name}", path.read_bytes())
    run("build", tmp_path / "photos", "--out", tmp_path / "data")
    found = Bundle.open(tmp_path / "data").report()["yardsticks"]
    assert found[DEFAULT]["precision_at_1"]["low"] > 0.65

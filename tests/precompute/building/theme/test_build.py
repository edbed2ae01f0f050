from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bundle import Bundle
from bundle.generations import roll_back
from bundle.theme import Theme, read_theme
from precompute.building.theme import prepare_theme, theme_beside
from precompute.cli.main import main
from tests.builds import Tiny, run, write_pictures


def logo(colour: str) -> bytes:
    data = BytesIO()
    Image.new("RGB", (30, 10), colour).save(data, "PNG")
    return data.getvalue()


def worn(out: Path) -> Theme:
    with Bundle.open(out) as bundle:
        assert bundle.mismatches(contents=True) == []
        return read_theme(bundle.folder)


def test_a_build_with_nothing_else_changed_publishes_a_new_theme(tiny: type[Tiny], tmp_path: Path) -> None:
    source, out = write_pictures(tmp_path / "pictures", 6), tmp_path / "data"
    path = source / "theme.toml"
    (source / "logo.png").write_bytes(logo("red"))
    path.write_text('name = "First"\nlogo = "logo.png"')
    first = run(source, out, theme=prepare_theme(path))
    # A logo beside the pictures is none of them.
    assert (first.products, first.left_out) == (6, []) and worn(out).name == "First"
    seen, before = tiny.pictures, worn(out).tag
    (source / "logo.png").write_bytes(logo("blue"))
    path.write_text('name = "Second"\nlogo = "logo.png"')
    second = run(source, out, theme=prepare_theme(path))
    assert (worn(out).name, second.known, tiny.pictures) == ("Second", 6, seen)
    assert worn(out).tag != before
    roll_back(out)
    assert worn(out).name == "First"
    # Nor is it where the theme is not taken, as when the doctor looks at the catalogue.
    assert run(source, out).products == 6
    assert worn(out) == Theme()


@pytest.mark.usefixtures("as_default")
def test_the_command_takes_the_theme_beside_the_catalogue_or_the_one_named(tmp_path: Path) -> None:
    source, out = write_pictures(tmp_path / "pictures", 6), tmp_path / "data"
    command = ["build", str(source), "--out", str(out)]
    (source / "theme.toml").write_text('name = "Beside"')
    other = tmp_path / "other.toml"
    other.write_text('name = "Named"')
    assert theme_beside(source) == source / "theme.toml"
    assert main(command) == 0 and worn(out).name == "Beside"
    assert main([*command, "--theme", str(other)]) == 0 and worn(out).name == "Named"


@pytest.mark.usefixtures("as_default")
def test_a_theme_that_cannot_be_used_stops_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write_pictures(tmp_path / "pictures", 6), tmp_path / "data"
    (source / "theme.toml").write_text('nmae = "Typo"')
    assert main(["build", str(source), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("akin: ") and "Did you mean name?" in said and said.count("\n") == 1
    assert not out.exists()

"""`python -m precompute doctor`: what it prints and writes, and what it exits with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from precompute.cli import doctor as command
from precompute.cli.main import main
from precompute.doctor import diagnosis
from precompute.doctor.table import COLUMNS
from tests.builds import TINY, tiny_plan
from tests.parsed_html import text_of
from tests.precompute.doctor.conftest import photo, write_catalogue

HOSTILE = "=HYPERLINK(\"x\")\x1b[31m</style><script>alert(1)</script>, 'q' {{ 7 * 7 }} fÃ¼r"


@pytest.fixture
def shop(tiny: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A catalogue with one picture on two products, with hostile ids and titles in the wrong encoding."""
    monkeypatch.setattr(diagnosis, "plan_extractor", tiny_plan)
    monkeypatch.setattr(command, "recipes_of", lambda arguments: (TINY,) * len(arguments.recipe or [""]))
    monkeypatch.chdir(tmp_path)
    rows = {f"p{seed}": {"image": photo(seed)} for seed in range(3)}
    rows |= {name: {"image": photo(9), "title": HOSTILE} for name in ("=1+1", HOSTILE)}
    return write_catalogue(tmp_path / "shop", rows)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "sound", {f"p{seed}": {"image": photo(seed)} for seed in range(3)})


def test_the_summary_names_what_hurts_first(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(shop)]) == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[1] == "problem  Pictures that several products have: 1"
    assert "Give each product its own picture" in lines[2]
    assert "One picture is on 2 products." in lines[3] and "=1+1" in lines[3]
    assert "\x1b" not in printed.out and "\\x1b" in printed.out
    assert "Found       problems 1, warnings 2, hints 1" in lines
    assert "Embedding: 5 of 5 images" in printed.err


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 1), (["--fail-on", "problem"], 1), (["--fail-on", "nothing"], 0), (["--fail-on", "hint"], 1)],
)
def test_the_exit_code_says_whether_something_was_found(shop: Path, options: list[str], code: int) -> None:
    assert main(["doctor", str(shop), "--quiet", *options]) == code


def test_hints_alone_are_no_failure(
    shop: Path, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sound / "nobody.png").write_bytes((sound / "000.png").read_bytes())
    assert main(["doctor", str(sound)]) == 0
    assert "hint     Files that no product uses: 1" in capsys.readouterr().out
    assert main(["doctor", str(sound), "--fail-on", "hint"]) == 1
    (sound / "nobody.png").unlink()
    capsys.readouterr()
    assert main(["doctor", str(sound), "--html", "page.html"]) == 0
    assert "No problems" in capsys.readouterr().out
    assert text_of((tmp_path / "page.html").read_text(encoding="utf-8"), "h1") == "No problems"


def test_json_has_all_of_it_and_quiet_a_line(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(shop), "--json", "--csv", "found.csv"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["products"], found["pictures"], found["failed"]) == (5, 4, True)
    assert found["severities"] == {"problem": 1, "warning": 2, "hint": 1}
    assert [(kind["name"], kind["findings"]) for kind in found["kinds"]] == [
        ("shared-picture", 1),
        ("odd-title", 2),
        ("same-title", 1),
    ]
    assert found["findings"][0]["products"] == ["=1+1", HOSTILE]
    assert found["csv"] == "found.csv" and found["html"] is None
    assert main(["doctor", str(shop), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and "problems 1, warnings 2, hints 1" in printed.err


def test_the_table_has_a_row_for_each_product_and_no_formula(shop: Path, tmp_path: Path) -> None:
    main(["doctor", str(shop), "--quiet", "--csv", str(tmp_path / "found.csv")])
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert [row[:4] for row in rows[:2]] == [
        ["1", "problem", "shared-picture", "'=1+1"],
        ["1", "problem", "shared-picture", f"'{HOSTILE}"],
    ]
    assert {row[0] for row in rows} == {"1", "2", "3", "4"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_file_that_cannot_be_written_is_said_at_once(
    shop: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path, tmp_path / "missing" / "file"):
        assert main(["doctor", str(shop), option, str(path)]) == 2
        assert f"Expected {option}" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_bad_input_is_one_sentence(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(tmp_path / "nowhere")]) == 2
    assert "Expected" in capsys.readouterr().err
    assert main(["doctor", str(shop), "--recipe", "efficientnet-lite0", "--recipe", "vgg16-fc2"]) == 2
    assert "Expected one --recipe" in capsys.readouterr().err


def test_on_a_terminal_it_is_a_table(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["doctor", str(shop)]) == 1
    out = capsys.readouterr().out
    assert "finding, with the first products" in out and "Pictures that several products have" in out
    assert "Found       problems 1, warnings 2, hints 1" in out
    assert "\\x1b[31m" in out, "what a catalogue says does not drive the terminal"

"""`rollback` through the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bundle import Bundle
from bundle import format as fmt
from precompute.cli.main import main
from tests.small_bundle import write_small_bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_small_bundle(tmp_path, ["a", "b"], generation="old", created="2025-05-01T00:00:00+00:00")
    write_small_bundle(tmp_path, ["a"], generation="new", created="2025-05-02T00:00:00+00:00")
    return tmp_path


def test_it_says_what_is_live_now(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "--data", str(root)]) == 0
    printed = capsys.readouterr().out
    assert "Live        old, built 2025-05-01T00:00:00+00:00" in printed
    assert "Products    2, lists under lite" in printed
    assert "Other       new, which a second rollback makes live" in printed
    assert Bundle.open(root).count == 2


def test_a_program_reads_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "--data", str(root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "data": str(root),
        "live": "old",
        "other": "new",
        "created": "2025-05-01T00:00:00+00:00",
        "counts": {"products": 2},
        "recipes": ["lite"],
    }


def test_after_a_damaged_generation_there_is_no_way_forth(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(root / "new")
    assert main(["rollback", "--data", str(root)]) == 0
    assert "none that is complete" in capsys.readouterr().out
    assert main(["rollback", "--data", str(root)]) == 2


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda root: shutil.rmtree(root / "old"), "Expected two complete generations"),
        (lambda root: (root / "old" / fmt.REPORT).unlink(), "report.json is missing. Nothing was changed."),
        (shutil.rmtree, "There is no bundle at"),
    ],
)
def test_where_it_cannot_be_done_one_sentence_says_why(
    root: Path, capsys: pytest.CaptureFixture[str], damage, words: str
) -> None:
    damage(root)
    assert main(["rollback", "--data", str(root), "--quiet"]) == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.startswith("akin: ") and captured.err.count("\n") == 1
    assert captured.out == ""
    assert fmt.read_current(root) == ("new" if root.exists() else None)

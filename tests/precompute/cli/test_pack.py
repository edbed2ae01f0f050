"""`pack` through the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from bundle import Bundle
from bundle.parcel.keep import keep
from bundle.parcel.source import ParcelSource
from precompute.cli.main import main
from tests.small_bundle import write_small_bundle


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_small_bundle(tmp_path / "data", ["a", "b"], generation="first")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_it_prints_what_a_host_sets(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack"]) == 0
    file = root.parent / "akin-first.tar.gz"
    hashed = hashlib.sha256(file.read_bytes()).hexdigest()
    setting = f"AKIN_BUNDLE_URL=https://HOST/akin-first.tar.gz#sha256={hashed}"
    assert f"On the host {setting}\n" in capsys.readouterr().out
    ParcelSource.parse(setting.partition("=")[2])
    keep(ParcelSource(f"file://{file}", hashed), root.parent / "host", say=lambda _: None)
    assert Bundle.open(root.parent / "host").count == 2


def test_a_program_reads_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "--out", "x.tar.gz", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == "x.tar.gz" and said["generation"] == "first"
    assert said["bytes"] == Path("x.tar.gz").stat().st_size


@pytest.mark.parametrize(
    ("out", "said"),
    [("x.zip", "Expected --out to name a .tar.gz file"), ("none/x.tar.gz", "in a folder that is there")],
)
def test_a_bad_name_is_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], out: str, said: str
) -> None:
    assert main(["pack", "--out", out]) == 2
    assert said in capsys.readouterr().err


def test_a_damaged_bundle_is_not_packed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = next(root.rglob("*.webp"))
    picture.write_bytes(b"x" * picture.stat().st_size)
    assert main(["pack"]) == 2
    assert "its hash differs. Nothing was packed. python -m precompute check" in capsys.readouterr().err
    assert not list(root.parent.glob("*.tar.gz"))

"""What `--fast` builds: kept apart from float32, and compared with it on a sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle import Bundle
from precompute.building import build as builds
from precompute.building import precision
from precompute.building.precision import compare
from precompute.cli.main import main
from precompute.models import devices
from tests.builds import TINY, Tiny, run, tiny_plan, write_pictures


def test_a_fast_build_says_how_near_it_is_to_float32_and_computes_that_once(
    tiny: type[Tiny], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "SAMPLE", 12)
    photos, out = write_pictures(tmp_path / "photos", 20), tmp_path / "data"
    first = run(photos, out, fast=True)
    assert tiny.pictures == 20 + 12
    (recipe,) = Bundle.open(out).recipes
    assert recipe["device"] == {"kind": "cpu", "precision": "bfloat16"}
    found = recipe["against_float32"]
    assert found == first.recipes[0].against_float32
    assert found["pictures"] == 12
    assert 0.9 < found["smallest_cosine"] <= found["cosine"] < 1
    assert 0.5 < found["top_10_overlap"] <= 1
    # Nothing is new, so nothing is computed again.
    run(photos, out, fast=True)
    assert tiny.pictures == 20 + 12


def test_fast_and_float32_embeddings_are_never_mixed(tiny: type[Tiny], tmp_path: Path) -> None:
    photos, out = write_pictures(tmp_path / "photos", 8), tmp_path / "data"
    run(photos, out)
    exact = Bundle.open(out).recipes[0]
    run(photos, out, fast=True)
    # The sample's float32 embeddings were there already.
    assert tiny.pictures == 8 + 8
    fast = Bundle.open(out).recipes[0]
    assert fast["embeddings"] != exact["embeddings"]
    assert fast["fingerprint"] == exact["fingerprint"]
    assert exact["device"]["precision"] == "float32" and "against_float32" not in exact


def test_the_build_prints_it(
    as_default: type[Tiny], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = write_pictures(tmp_path / "photos", 8)
    assert main(["build", str(photos), "--out", str(tmp_path / "data"), "--fast", "--no-wordnet"]) == 0
    said = capsys.readouterr().out
    assert "in bfloat16: cosine to float32 0." in said
    assert "of the ten nearest (8 pictures)" in said


def test_equal_embeddings_are_equally_near() -> None:
    vectors = np.random.default_rng(0).standard_normal((20, 6)).astype(np.float32)
    ids = [f"{number:02}" for number in range(20)]
    found = compare(vectors, vectors.copy(), ids, plan=tiny_plan(TINY, fast=True))
    assert (found.pictures, found.top_10_overlap) == (20, 1)
    assert found.cosine == pytest.approx(1) and found.smallest_cosine == pytest.approx(1)
    turned = compare(-vectors, vectors, ids, plan=tiny_plan(TINY, fast=True))
    assert turned.cosine == pytest.approx(-1)


def test_pictures_that_are_gone_by_then_do_not_stop_the_build(
    tiny: type[Tiny], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure, empty = builds.measure_precisions, tmp_path / "empty"
    empty.mkdir()

    def too_late(plans: Any, tasks: Any, folder: Path, *others: Any) -> Any:
        return measure(plans, tasks, empty, *others)

    monkeypatch.setattr(builds, "measure_precisions", too_late)
    run(write_pictures(tmp_path / "photos", 4), out := tmp_path / "data", fast=True)
    (recipe,) = Bundle.open(out).recipes
    assert recipe["device"]["precision"] == "bfloat16" and "against_float32" not in recipe


def test_one_picture_has_no_nearest() -> None:
    found = compare(np.ones((1, 3), np.float32), np.ones((1, 3), np.float32), ["a"], plan=tiny_plan(TINY))
    assert (found.pictures, found.top_10_overlap) == (1, 1)


def test_a_machine_without_bfloat16_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: False)
    photos = write_pictures(tmp_path / "photos", 2)
    given = ["build", str(photos), "--out", str(tmp_path / "data"), "--device", "cpu", "--fast", "--quiet"]
    assert main(given) == 2
    said = capsys.readouterr().err
    assert "Expected a CPU with instructions for bfloat16 for --fast" in said and "Traceback" not in said
    assert not (tmp_path / "data" / "CURRENT").exists()

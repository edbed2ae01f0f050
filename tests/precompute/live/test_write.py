"""What `build --live` adds to a bundle: whole, sealed, the same whatever was built before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from bundle import Bundle, BundleError
from bundle import live as names
from bundle.live import read_live
from precompute.embeddings.vectors import compared_vectors
from precompute.live import write as live_module
from precompute.shared.errors import UserError
from precompute.store import Store
from tests.builds import content_of, write_pictures
from tests.live_builds import PROJECTED, build_live, projected_model, use_projected


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        use_projected(patch)
        source = write_pictures(folder / "pictures", 30)
        build_live(source, folder / "data")
    return source, folder / "data"


@pytest.fixture
def projected(monkeypatch: pytest.MonkeyPatch) -> None:
    use_projected(monkeypatch)


def run(flatbuffer: bytes, image: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    (given,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert given["dtype"] == np.uint8 and result["dtype"] == np.float32
    interpreter.set_tensor(given["index"], image[np.newaxis])
    interpreter.invoke()
    return interpreter.get_tensor(result["index"])[0]


@pytest.mark.slow
def test_the_extractors_are_the_build_s(folders: tuple[Path, Path]) -> None:
    live = read_live(Bundle.open(folders[1]))
    image = np.random.default_rng(3).integers(0, 256, (16, 16, 3), np.uint8)
    right = np.asarray(projected_model()(image[np.newaxis]))[0]
    for model in live.models:
        content = live.path(model["file"]).read_bytes()
        found = run(content, image)
        assert len(content) == model["bytes"]
        cosine = found @ right / np.linalg.norm(found) / np.linalg.norm(right)
        assert cosine > (0.999999 if model["file"] == names.EXTRACTOR else 0.999)
    assert [model["file"] for model in live.models] == [names.EXTRACTOR, names.INT8_EXTRACTOR]
    assert live.models[1]["bytes"] < live.models[0]["bytes"] / 2


def test_rows_are_the_vectors_that_the_lists_are_of(folders: tuple[Path, Path]) -> None:
    bundle = Bundle.open(folders[1])
    live = read_live(bundle)
    numbers = np.concatenate([np.fromfile(path, np.int8) for path in live.shard_paths()])
    rows = numbers.reshape(live.rows, live.dimensions) * np.fromfile(live.path(names.SCALES), "<f4")[:, None]
    owners = np.fromfile(live.path(names.OWNERS), "<u4")
    products = bundle.page(limit=100).products
    ids = [products[owner].id for owner in owners]
    for product in products:
        row = rows[ids.index(product.id)]
        for entry in bundle.neighbours(product.id):
            assert rows[ids.index(entry.id)] @ row == pytest.approx(entry.score, abs=0.02)
    assert live.score_error < 0.01
    embeddings = Store(folders[1]).embeddings(bundle.recipes[0]["embeddings"], writable=False)
    compared = compared_vectors(products, embeddings, PROJECTED)
    assert np.abs(compared.values - rows[np.argsort(owners)]).max() < 0.01
    raw = embeddings.vectors([products[0].images[0].id])[0]
    centred = raw - np.fromfile(live.path(names.CENTRE), "<f4")
    assert np.allclose(centred / np.linalg.norm(centred), compared.values[0], atol=1e-5)


def test_it_says_what_agrees(folders: tuple[Path, Path]) -> None:
    described = json.loads((read_live(Bundle.open(folders[1])).folder / names.DESCRIPTION).read_text())
    for agreement in described["agreement"].values():
        assert agreement["included"] and agreement["pictures"] == 30
        assert agreement["top_10_overlap"] >= 0.95 and agreement["smallest_cosine"] > 0.999
    assert described["form"] == {
        "decoding": "upright",
        "input_size": 16,
        "interpolation": "bicubic",
        "resize": "crop",
    }


def test_all_of_it_is_sealed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    bundle = Bundle.open(folders[1])
    assert bundle.mismatches(contents=True) == []
    sealed = (bundle.folder / "files.tsv").read_text()
    for name in (*read_live(bundle).files(), names.DESCRIPTION):
        assert f"\t{names.live_file('projected', name)}\n" in sealed


@pytest.mark.slow
def test_the_past_does_not_show(folders: tuple[Path, Path], tmp_path: Path, projected: None) -> None:
    source = write_pictures(tmp_path / "pictures", 10)
    build_live(source, tmp_path / "data", live=False)
    assert read_live(Bundle.open(tmp_path / "data")) is None
    write_pictures(tmp_path / "pictures", 30)
    build_live(source, tmp_path / "data")
    build_live(source, tmp_path / "data")
    assert content_of(tmp_path / "data") == content_of(folders[1])


def test_vectors_are_in_files_of_whole_rows(
    folders: tuple[Path, Path], tmp_path: Path, projected: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SHARD_BYTES", 1000)
    build_live(folders[0], tmp_path)
    live = read_live(Bundle.open(tmp_path))
    assert (live.rows_per_shard, live.shards) == (10, 3)
    assert [path.stat().st_size for path in live.shard_paths()] == [960, 960, 960]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "projection"), [("euclidean", "none"), ("dot", "none"), ("cosine", "none")]
)
def test_other_recipes(
    metric: str, projection: str, folders: tuple[Path, Path], tmp_path: Path, projected: None
) -> None:
    build_live(folders[0], tmp_path, recipe=replace(PROJECTED, metric=metric, projection="none"))
    live = read_live(Bundle.open(tmp_path))
    assert (live.metric, live.projection) == (metric, "none")
    assert not live.path(names.CENTRE).exists()
    assert live.agreement["float32"]["top_10_overlap"] > 0.98
    rows = np.fromfile(live.shard_paths()[0], np.int8).reshape(30, -1) * 1.0
    lengths = np.linalg.norm(rows, axis=1) * np.fromfile(live.path(names.SCALES), "<f4")
    assert np.allclose(lengths, 1, atol=0.01) == (metric == "cosine")


@pytest.mark.slow
def test_int8_weights_are_left_out_where_they_do_not_agree(
    folders: tuple[Path, Path], tmp_path: Path, projected: None, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setitem(live_module.LEAST_OVERLAP, "int8", 1.01)
    build_live(folders[0], tmp_path)
    live = read_live(Bundle.open(tmp_path))
    assert [model["file"] for model in live.models] == [names.EXTRACTOR]
    assert not live.path(names.INT8_EXTRACTOR).exists()
    assert "The extractor with int8 weights is left out" in capsys.readouterr().err


def test_an_extractor_that_is_too_large_is_one_sentence_before_anything_is_embedded(
    folders: tuple[Path, Path], tmp_path: Path, projected: None, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(live_module, "MOST_BYTES", 1000)
    with pytest.raises(UserError, match=r"at most 0 MB with --live\. Received: 0 MB for projected"):
        build_live(folders[0], tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_damaged_part_is_named(folders: tuple[Path, Path], tmp_path: Path, projected: None) -> None:
    build_live(folders[0], tmp_path)
    bundle = Bundle.open(tmp_path)
    live = read_live(bundle)
    live.path(names.SCALES).unlink()
    with pytest.raises(BundleError, match=r"scales.f32.*build SOURCE --live"):
        read_live(bundle)
    (live.folder / names.DESCRIPTION).write_text('{"version": 99}')
    with pytest.raises(BundleError, match="not of version 1"):
        read_live(bundle)

"""Exports say what the bundle says, whatever the ids are, and refuse what would be of no use."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from bundle import Bundle, BundleError, BundleWriter, Product, ProductImage
from precompute.cli import main
from precompute.embeddings.projection import project
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.neighbours import find_neighbours
from precompute.reports import export as exports
from precompute.shared.errors import UserError
from precompute.store import Store

IDS = [
    "plain",
    "a,b",
    'say "hi"',
    "two\nlines",
    "=1+1",
    "+plus",
    "-minus",
    "@at",
    "'quoted",
    "'=both",
    "größe 杯",
    "twin",
]
FORMULAS = ("=", "+", "-", "@")


def image_of(product_id: str) -> ProductImage:
    # Two products share a picture.
    name = "plain" if product_id == "twin" else product_id
    return ProductImage(hashlib.sha256(name.encode()).hexdigest(), 8, 8)


def write_build(root: Path, *, metric: str = "cosine", projection: str = "centre") -> np.ndarray:
    """A bundle and its embeddings as a build writes them; returns the vectors compared, in order of `IDS`."""
    recipe = dataclasses.replace(RECIPES[DEFAULT], metric=metric, projection=projection)
    pictures = sorted({image_of(name).id for name in IDS})
    random = np.random.default_rng(0)
    embeddings = random.standard_normal((len(pictures), 6)).astype(np.float32) * 3
    shuffled = random.permutation(len(pictures))
    store = Store(root).embeddings("key")
    store.add([pictures[row] for row in shuffled], embeddings[shuffled])
    store.commit()
    row_of = {picture: row for row, picture in enumerate(pictures)}
    images = [image_of(name).id for name in IDS]
    vectors = embeddings[[row_of[image_id] for image_id in images]]
    project(vectors, images, projection=projection)
    with BundleWriter(root, generation="one") as writer:
        writer.write_catalogue(Product(name, name, (image_of(name),)) for name in IDS)
        lists = find_neighbours(IDS, vectors, metric=metric, depth=5)
        shards = writer.write_lines(recipe.name, lists.lines())
        writer.write_report({})
        fields = {key: value for key, value in dataclasses.asdict(recipe).items() if key != "weights"}
        recipes = [fields | {"weights": "weights", "embeddings": "key", "shards": shards}]
        writer.publish({"counts": {"products": len(IDS)}, "recipes": recipes})
    return vectors


def run(root: Path, format: str, *options: str) -> Path:
    out = root / "exported.file"
    arguments = ["export", "--data", str(root), "--format", format, "--out", str(out), *options]
    assert main.main(arguments) == 0
    return out


def expected_lists(root: Path) -> list[tuple[str, str, int, float]]:
    bundle = Bundle.open(root)
    return [
        (name, entry.id, rank, entry.score)
        for name in IDS
        for rank, entry in enumerate(bundle.neighbours(name), start=1)
    ]


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def without_apostrophe(cell: str) -> str:
    return cell.removeprefix("'")


def test_the_csv_has_the_lists_of_the_bundle(tmp_path: Path) -> None:
    write_build(tmp_path)
    header, *rows = cells_of(run(tmp_path, "csv"))
    assert header == ["product", "neighbour", "rank", "score"]
    found = [(without_apostrophe(a), without_apostrophe(b), int(c), float(d)) for a, b, c, d in rows]
    assert found == expected_lists(tmp_path)
    assert not [cell for row in rows for cell in row[:2] if cell.startswith(FORMULAS)]
    # A negative score is a number and stays one.
    assert any(row[3].startswith("-") for row in rows)


def test_parquet_has_the_lists_of_the_bundle_with_ids_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_PAGE", 5)
    write_build(tmp_path)
    table = parquet.read_table(run(tmp_path, "parquet"))
    assert table.column_names == ["product", "neighbour", "rank", "score"]
    assert [tuple(row.values()) for row in table.to_pylist()] == expected_lists(tmp_path)


@pytest.mark.parametrize("projection", ["centre", "none"])
def test_embeddings_are_the_vectors_that_are_compared(tmp_path: Path, projection: str) -> None:
    vectors = write_build(tmp_path, projection=projection)
    table = parquet.read_table(run(tmp_path, "embeddings-parquet"))
    assert table["product"].to_pylist() == IDS
    assert np.array_equal(np.array(table["vector"].to_pylist(), np.float32), vectors)

    out = run(tmp_path, "embeddings-npy")
    assert np.array_equal(np.load(out), vectors)
    assert json.loads((tmp_path / "exported.ids.json").read_text(encoding="utf-8")) == IDS


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("projection", ["centre", "none"])
def test_the_matrix_is_that_of_scikit_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metric: str, projection: str
) -> None:
    from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

    monkeypatch.setattr(exports, "_MATRIX_ROWS", 5)
    vectors = write_build(tmp_path, metric=metric, projection=projection).astype(np.float64)
    header, *rows = cells_of(run(tmp_path, "matrix"))
    assert [without_apostrophe(cell) for cell in header] == ["product", *IDS]
    assert [without_apostrophe(row[0]) for row in rows] == IDS
    assert not [cell for cell in header + [row[0] for row in rows] if cell.startswith(FORMULAS)]
    functions = {"cosine": cosine_similarity, "euclidean": euclidean_distances, "dot": lambda x: x @ x.T}
    found = np.array([row[1:] for row in rows], np.float64)
    # Scikit-learn leaves a distance of 1e-7 between twins, which cancellation leaves of 0.
    assert np.allclose(found, functions[metric](vectors), rtol=0, atol=6e-7)
    place = {name: row for row, name in enumerate(IDS)}
    for product, neighbour, _, score in expected_lists(tmp_path):
        assert found[place[product], place[neighbour]] == score


def test_a_matrix_that_nobody_could_open_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_build(tmp_path)
    monkeypatch.setattr(exports, "MATRIX_PRODUCTS", 11)
    out = tmp_path / "matrix.csv"
    assert main.main(["export", "--data", str(tmp_path), "--format", "matrix", "--out", str(out)]) == 2
    problem = capsys.readouterr().err
    assert "at most 11 products" in problem
    assert "Received: 12, whose matrix would have 144 cells" in problem
    assert not out.exists()


@pytest.mark.parametrize("format", ["matrix", "embeddings-parquet", "embeddings-npy"])
def test_without_the_embeddings_of_the_build_one_sentence_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    write_build(tmp_path)
    (file,) = (tmp_path / "store").rglob("*.parquet")
    content = file.read_bytes()
    file.unlink()
    settings = exports.ExportSettings(tmp_path, format, out=tmp_path / "out")
    with pytest.raises(UserError, match="Received: 11 fewer"):
        exports.export(settings)
    file.write_bytes(content[:-1])
    with pytest.raises(UserError, match="Received: 11 fewer"):
        exports.export(settings)
    assert file.exists(), "an export repairs nothing"
    assert "is damaged" in capsys.readouterr().err
    store = Store(tmp_path).embeddings("key")
    store.add([image_of("plain").id], np.ones((1, 6), np.float32))
    store.commit()
    with pytest.raises(UserError, match="Received: 10 fewer"):
        exports.export(settings)
    assert not (tmp_path / "out").exists()


def test_a_recipe_that_the_bundle_does_not_hold_is_an_error_that_names_those_it_does(tmp_path: Path) -> None:
    write_build(tmp_path)
    with pytest.raises(UserError, match=f"Did you mean {DEFAULT}"):
        exports.export(exports.ExportSettings(tmp_path, "csv", recipe="efficientnet", out=tmp_path / "out"))
    with pytest.raises(BundleError, match="There is no bundle"):
        exports.export(exports.ExportSettings(tmp_path / "nowhere", "csv"))


def test_an_out_that_cannot_be_a_file_is_an_error(tmp_path: Path) -> None:
    write_build(tmp_path)
    for out in (tmp_path / "missing" / "lists.csv", tmp_path):
        with pytest.raises(UserError, match="Expected --out"):
            exports.export(exports.ExportSettings(tmp_path, "csv", out=out))


def test_an_export_that_fails_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    write_build(tmp_path)
    out = run(tmp_path, "csv")
    before = out.read_bytes()
    (tmp_path / "one" / "neighbours" / DEFAULT / "000.json").unlink()
    with pytest.raises(BundleError, match="cannot be read"):
        exports.export(exports.ExportSettings(tmp_path, "csv", out=out))
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"CURRENT", "one", "store", out.name}

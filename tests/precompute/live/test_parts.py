"""A photo's vector by parts: the one that the build compares, on LiteRT and on Keras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bundle import Bundle, BundleError
from bundle.live import WEB_START, LiveSearch, head_name, read_live
from dashapp.http.device_files import _device_files as listed_files
from dashapp.photo.live.engine import Engine
from dashapp.photo.live.keras import open_keras
from dashapp.photo.live.litert import open_litert
from dashapp.photo.live.uploads import Photo
from pictures.colours.descriptor import COLOUR_DIMENSIONS
from precompute.live.parts import for_photos
from precompute.models.heads import Head, HeadMatrix, open_head, write_head
from precompute.models.recipe import Recipe
from tests.builds import write_pictures
from tests.live_builds import PROJECTED, WIDTH, build_live, projected_plan, use_projected

HEAD_WIDTH = 5


def with_parts(folder: Path) -> Recipe:
    drawn = np.random.default_rng(4)
    mean, matrix = drawn.standard_normal(WIDTH), drawn.standard_normal((WIDTH, HEAD_WIDTH))
    extractor = PROJECTED.extractor_fingerprint(projected_plan(PROJECTED).weights_sha256)
    made = HeadMatrix(mean.astype(np.float32), matrix.astype(np.float32), extractor)
    head = open_head(write_head(folder, "x", made), 0.6)
    return replace(PROJECTED, colour=0.4, features=0.8, heads=(head,))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        use_projected(patch)
        source = write_pictures(folder / "pictures", 24)
        build_live(source, folder / "data", recipe=with_parts(folder))
    return source, folder / "data"


@pytest.fixture
def live(folders: tuple[Path, Path]) -> LiveSearch:
    found = read_live(Bundle.open(folders[1]))
    assert found is not None
    return found


def test_the_description_names_the_parts_and_their_files_are_sealed(
    folders: tuple[Path, Path], live: LiveSearch
) -> None:
    parts, bundle = live.parts, Bundle.open(folders[1])
    assert parts is not None and bundle.mismatches(contents=True) == []
    assert (parts.embedding, parts.features, parts.colour) == (WIDTH, 0.8, 0.4)
    assert parts.heads == [{"weight": 0.6, "dimensions": HEAD_WIDTH}]
    assert live.dimensions == WIDTH + HEAD_WIDTH + COLOUR_DIMENSIONS
    assert head_name(0) in live.files() and f"/{head_name(0)}" in (bundle.folder / "files.tsv").read_text()


@pytest.mark.parametrize("runtime", ["litert", "keras"])
def test_a_picture_of_the_catalogue_finds_its_own_list(
    folders: tuple[Path, Path], live: LiveSearch, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_projected(monkeypatch)
    bundle = Bundle.open(folders[1])
    engine: Engine = open_litert(bundle, live) if runtime == "litert" else open_keras(bundle, data=folders[1])
    for file in sorted(folders[0].rglob("*.png"))[::6]:
        product = file.relative_to(folders[0]).as_posix()
        found = engine.search([Photo(file.read_bytes())], count=6).entries
        ranked = [(engine.ids[place], score) for place, score in found]
        assert ranked[0] == (product, pytest.approx(1, abs=0.01))
        stored = bundle.neighbours(product)[:5]
        assert [score for _, score in ranked[1:]] == pytest.approx([each.score for each in stored], abs=0.02)


def test_keras_computes_a_stored_list_anew(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_projected(monkeypatch)
    bundle = Bundle.open(folders[1])
    product = bundle.page(limit=1).products[0]
    scores, from_pictures = open_keras(bundle, data=folders[1]).product_scores(product)
    assert not from_pictures
    for entry in bundle.neighbours(product.id):
        assert scores[entry.id] == pytest.approx(entry.score, abs=1e-5)


def test_a_browser_is_told_of_the_parts_and_where_the_heads_are(
    folders: tuple[Path, Path], live: LiveSearch
) -> None:
    bundle = Bundle.open(folders[1])
    if not (bundle.folder / WEB_START).is_file():
        pytest.skip("npm cannot be reached, so the bundle has no runtime for browsers")
    found = listed_files(bundle)
    assert found is not None
    told = found.as_json(bundle)
    assert told["described"]["parts"]["heads"] == [{"weight": 0.6, "dimensions": HEAD_WIDTH}]
    assert [head["unpacked"] for head in told["heads"]] == [4 * WIDTH * (1 + HEAD_WIDTH)]


def test_a_cut_head_is_one_sentence(folders: tuple[Path, Path], live: LiveSearch) -> None:
    path = live.path(head_name(0))
    content = path.read_bytes()
    try:
        path.write_bytes(content[:-4])
        with pytest.raises(BundleError, match=r"head-0\.f32 has .* bytes where"):
            read_live(Bundle.open(folders[1]))
    finally:
        path.write_bytes(content)


def test_photos_are_compared_without_the_title_which_they_do_not_have() -> None:
    recipe = replace(PROJECTED, colour=0.3, title=Head(Path("x"), "0" * 64, 0.5))
    assert for_photos(recipe) == replace(PROJECTED, colour=0.3)

"""Live search agrees with Keras on pictures that are in no catalogue, by the real network."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from bundle.live import INT8_EXTRACTOR, read_live
from dashapp.photo.live.engine import Engine
from dashapp.photo.live.keras import open_keras
from dashapp.photo.live.litert import LiteRTPhotoExtractor, open_litert
from pictures.limits import UPLOAD
from precompute.cli.main import main
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import open_extractor
from tests.drawn_pictures import encoded
from tests.live_demo import write_live_demo
from tests.sharing import made_once

pytestmark = pytest.mark.slow

NEAREST = 10
LEAST = {"float32": 0.99, "int8": 0.95}


def build(files: list[Path], folder: Path) -> Bundle:
    """A bundle with a live part, of pictures that are linked into a folder."""
    for file in files:
        target = folder / "pictures" / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(file)
    assert main(["build", str(folder / "pictures"), "--out", str(folder / "data"), "--live", "--quiet"]) == 0
    return Bundle.open(folder / "data")


def nearest(engine: Engine, embeddings: Iterable[np.ndarray]) -> list[set[int]]:
    """The positions of the ten products nearest to each photo, as an engine finds them."""
    ranked = (engine.vectors.nearest(engine.combined([each]), count=NEAREST) for each in embeddings)
    return [set(each.positions.tolist()) for each in ranked]


def assert_agreement(bundle: Bundle, photos: list[bytes]) -> None:
    live, with_keras = read_live(bundle), open_keras(bundle, data=bundle.folder.parent)
    hosted = open_litert(bundle, live)
    images = [hosted.form.read(photo, limits=UPLOAD) for photo in photos]
    keras = open_extractor(RECIPES[DEFAULT], runtime="keras")
    batches = [np.stack(images[begin : begin + keras.batch]) for begin in range(0, len(images), keras.batch)]
    right = nearest(with_keras, np.concatenate([keras(batch) for batch in batches]))
    extractors = {"float32": hosted.extractor, "int8": LiteRTPhotoExtractor(live.path(INT8_EXTRACTOR))}
    for name, extractor in extractors.items():
        pairs = zip(right, nearest(hosted, map(extractor, images)), strict=True)
        share = np.mean([len(one & other) / NEAREST for one, other in pairs])
        assert share >= LEAST[name], f"{name}: {share:.4f}"


@pytest.mark.thorough  # Parts of the demo's pictures show the same in half of the time.
def test_on_clothing_that_the_catalogue_does_not_have(clothing: Path, tmp_path: Path) -> None:
    files = sorted(clothing.rglob("*.jpg"))
    random.Random(0).shuffle(files)
    held_out = [file.read_bytes() for file in files[300:380]]
    assert len(held_out) == 80
    assert_agreement(build(files[:300], tmp_path), held_out)


def test_on_parts_of_the_demonstration_s_pictures_turned_round(
    demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = made_once(tmp_path_factory, "live-demo", write_live_demo) / "data"
    held_out = []
    for file in sorted((demo / "images").rglob("*.webp"))[::12]:
        image = Image.open(file).convert("RGB")
        width, height = image.size
        part = image.crop((width // 8, height // 8, width - width // 16, height)).transpose(
            Image.Transpose.FLIP_LEFT_RIGHT
        )
        held_out.append(encoded(part, "JPEG", quality=85))
    assert len(held_out) > 40
    assert_agreement(Bundle.open(data), held_out)

"""Files through a loader and an extractor: by image id, in order, and clean when it is stopped."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precompute.embeddings.loader import load
from precompute.models.recipe import DEFAULT, RECIPES
from tests.builds import Found, embed
from tests.drawn_pictures import encoded, picture


class FakeExtractor:
    """The mean colour as the embedding; a picture that is white to the last pixel gives no number."""

    runtime = "fake"
    batch = 4

    def __call__(self, images: np.ndarray) -> np.ndarray:
        assert 1 <= len(images) <= self.batch and images.dtype == np.uint8
        means = images.mean(axis=(1, 2)).astype(np.float32)
        return np.where(means == 255, np.nan, means)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(30):
        (tmp_path / f"{number:02}.png").write_bytes(encoded(picture(number)))
    return tmp_path


def embed_one(photos: Path, files: list[str], extractor: FakeExtractor, **options: object) -> Found:
    return embed(photos, files, [(extractor, RECIPES[DEFAULT])], photos / ".store", **options)[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.png"))


def test_each_vector_is_that_of_its_own_picture(photos: Path) -> None:
    (photos / "07.png").write_bytes(b"broken")
    (photos / "11.png").write_bytes((photos / "03.png").read_bytes())
    steps: list[tuple[int, int]] = []
    found = embed_one(photos, names(photos), FakeExtractor(), advance=lambda *given: steps.append(given))
    vector_of = dict(zip(found.ids, found.vectors, strict=True))
    for number in (*range(7), *range(8, 30)):
        content = 3 if number == 11 else number
        mean = np.asarray(picture(content).resize((224, 224), box=(8, 0, 88, 80)), float).mean(axis=(0, 1))
        assert np.allclose(vector_of[found.images[f"{number:02}.png"]], mean, atol=2), number
    assert len(found.ids) == 28 and found.images["11.png"] == found.images["03.png"]
    assert list(found.left_out) == ["07.png"]
    assert sum(count for count, _ in steps) == 30 and sum(known for _, known in steps) == 0
    steps.clear()
    embed_one(photos, names(photos), FakeExtractor(), advance=lambda *given: steps.append(given))
    # All but the broken one and the one that is another's copy.
    assert sum(count for count, _ in steps) == 30 and sum(known for _, known in steps) == 28


def test_an_embedding_that_is_no_number_leaves_all_its_files_out(photos: Path) -> None:
    for name in ("05.png", "20.png"):
        (photos / name).write_bytes(encoded(Image.new("RGB", (40, 40), "white")))
    found = embed_one(photos, names(photos), FakeExtractor())
    assert found.left_out.keys() == {"05.png", "20.png"}
    assert len(found.ids) == 28 and np.isfinite(found.vectors).all()


def test_a_file_that_vanishes_is_left_out_by_name(photos: Path) -> None:
    found = embed_one(photos, [*names(photos), "gone.png"], FakeExtractor())
    assert found.left_out == {"gone.png": "the file cannot be read (No such file or directory)"}


def test_when_it_is_stopped_no_thread_goes_on(photos: Path) -> None:
    class Stopped(FakeExtractor):
        def __call__(self, images: np.ndarray) -> np.ndarray:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        embed_one(photos, names(photos) * 20, Stopped())
    assert caught.value is not None, "the exception and so its frames are still alive"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("load")]


def test_no_more_is_loaded_ahead_than_was_asked_for(photos: Path) -> None:
    started: list[str] = []

    def prepare(image_id: str, _: bytes) -> str:
        started.append(image_id)
        return image_id

    loaded = load(photos, names(photos), prepare, threads=2, ahead=5)
    for taken, item in enumerate(loaded, start=1):
        assert item.result == item.image_id
        assert len(started) <= taken + 5

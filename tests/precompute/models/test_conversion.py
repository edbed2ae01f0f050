"""A model is converted for LiteRT once, checked, and kept as long as it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from precompute.models.runtimes import litert
from precompute.models.runtimes.litert import LiteRTExtractor, convert, converted, smallest_cosine
from precompute.shared.errors import UserError

if TYPE_CHECKING:
    import keras

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny() -> keras.Model:
    """A convolution of random weights and a mean: pictures (n, 8, 8, 3) to embeddings (n, 4)."""
    import keras

    images = keras.Input((8, 8, 3), dtype="uint8")
    features = keras.layers.Conv2D(4, 3)(keras.layers.Rescaling(1 / 255)(images))
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(features))


def test_a_conversion_gives_what_the_model_gives(tiny: keras.Model) -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    found = LiteRTExtractor(convert(tiny), weights_sha256="")(images)
    assert smallest_cosine(found, np.asarray(tiny(images))) > 0.9999


def test_any_number_of_cores_gives_the_same_embeddings(
    tiny: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = convert(tiny)
    images = np.random.default_rng(2).integers(0, 256, (8, 8, 8, 3), dtype=np.uint8)
    found = []
    # The third has a model so large that the cores share one copy of it.
    for cores, most, batch in ((1, 2**30, 8), (3, 2**30, 24), (3, len(content), 8)):
        monkeypatch.setattr(litert, "available_cores", lambda cores=cores: cores)
        monkeypatch.setattr(litert, "_MOST_BYTES", most)
        extractor = LiteRTExtractor(content, weights_sha256="")
        assert extractor.batch == batch
        found += [extractor(images), np.concatenate([extractor(images[:3]), extractor(images[3:])])]
    assert found[0].shape == (8, 4)
    assert all((each == found[0]).all() for each in found)


def test_one_that_lacks_its_weights_is_refused(tiny: keras.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(tiny), "count_params", lambda _: 10**6)
    with pytest.raises(UserError, match="went wrong"):
        convert(tiny)


def test_a_model_is_converted_once_and_again_where_the_kept_file_is_damaged(
    tiny: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made: list[str] = []

    def model() -> keras.Model:
        made.append("model")
        return tiny

    original = converted(model, name="tiny")
    (kept,) = (tmp_path / "akin").iterdir()
    assert kept.read_bytes() == original
    assert converted(model, name="tiny") == original and len(made) == 1
    kept.write_bytes(original[:-100] + bytes(100))
    assert converted(model, name="tiny") == original and len(made) == 2
    assert [path.read_bytes() == original for path in (tmp_path / "akin").iterdir()] == [True]

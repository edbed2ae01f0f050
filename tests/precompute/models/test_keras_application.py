"""Models of keras.applications as extractors: any layer, any pooling, weights from a file or Keras' cache."""

from __future__ import annotations

import dataclasses
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bundle import Bundle
from bundle.format import sha256_of
from precompute.cli.main import main
from precompute.models.choice import choose_recipe
from precompute.models.recipe import Recipe
from precompute.models.registry import open_extractor
from precompute.models.runtimes.litert import smallest_cosine
from precompute.shared.errors import UserError
from tests.drawn_pictures import encoded, picture
from tests.seeded import application, save

if TYPE_CHECKING:
    import keras

pytestmark = pytest.mark.slow

SIZE = 64
EARLY = "conv_pw_2_relu"  # What ends there is converted in a second.
FETCHED = "mobilenet_1_0_224_tf_no_top.h5"


@pytest.fixture(scope="module")
def mobilenet() -> keras.Model:
    return application("MobileNet", size=SIZE)


@pytest.fixture(scope="module")
def weights(mobilenet: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(mobilenet, tmp_path_factory.mktemp("weights") / "seeded.weights.h5")


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of this test's own for Keras' files and for converted models."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras" / "models").mkdir(parents=True)
    return tmp_path / "keras" / "models"


def recipe(weights: Path | None = None, model: str = "MobileNet", **options: object) -> Recipe:
    return dataclasses.replace(
        choose_recipe(f"keras:{model}", {"input_size": SIZE} | options), weights=weights
    )


def preprocessed(inputs: np.ndarray) -> np.ndarray:
    """Pictures as MobileNet takes them."""
    import keras

    return keras.applications.mobilenet.preprocess_input(inputs.astype("float32"))


def with_caffe(inputs: np.ndarray) -> np.ndarray:
    """Pictures as the networks of Caffe take them."""
    import keras

    return keras.applications.imagenet_utils.preprocess_input(inputs, mode="caffe")


def cut(model: keras.Model, layer: str) -> keras.Model:
    """The part of a model that ends with a layer."""
    import keras

    return keras.Model(model.input, model.get_layer(layer).output)


def embed(chosen: Recipe, inputs: np.ndarray, runtime: str = "keras") -> np.ndarray:
    return open_extractor(chosen, runtime=runtime)(inputs)


def refusal(chosen: Recipe) -> str:
    with pytest.raises(UserError) as caught:
        open_extractor(chosen, runtime="keras")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def photos(folder: Path, count: int = 4) -> Path:
    folder.mkdir()
    for seed in range(count):
        (folder / f"{seed}.png").write_bytes(encoded(picture(seed)))
    return folder


@pytest.mark.parametrize(
    ("pooling", "reduce"),
    [
        ("avg", lambda x: x.mean(axis=(1, 2))),
        ("max", lambda x: x.max(axis=(1, 2))),
        ("gem", lambda x: np.cbrt((x.astype(np.float64) ** 3).mean(axis=(1, 2)))),
        ("flatten", lambda x: x.reshape(len(x), -1)),
    ],
)
def test_every_pooling_is_what_its_name_says_on_both_runtimes(
    weights: Path, mobilenet: keras.Model, inputs: np.ndarray, pooling: str, reduce: object
) -> None:
    expected = reduce(cut(mobilenet, EARLY).predict(preprocessed(inputs), verbose=0))
    for runtime in ("keras", "litert"):
        found = embed(recipe(weights, layer=EARLY, pooling=pooling), inputs, runtime)
        assert found.dtype == np.float32 and found.shape == expected.shape
        assert smallest_cosine(found, expected) > 0.999999


@pytest.mark.parametrize(
    ("preprocessing", "function"),
    [
        ("caffe", with_caffe),
        ("tf", lambda x: x / 127.5 - 1),
        ("torch", lambda x: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]),
        ("unit", lambda x: x / 255),
        ("none", lambda x: x),
    ],
)
def test_every_preprocessing_is_what_its_name_says(
    weights: Path, mobilenet: keras.Model, inputs: np.ndarray, preprocessing: str, function: object
) -> None:
    expected = mobilenet.predict(function(inputs.astype("float32")), verbose=0).mean(axis=(1, 2))
    found = embed(dataclasses.replace(recipe(weights), preprocessing=preprocessing), inputs)
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_a_layer_within_the_network_is_read(
    weights: Path, mobilenet: keras.Model, inputs: np.ndarray
) -> None:
    expected = cut(mobilenet, "conv_pw_5_relu").predict(preprocessed(inputs), verbose=0)
    found = embed(recipe(weights, layer="conv_pw_5_relu", pooling="max"), inputs)
    assert np.allclose(found, expected.max(axis=(1, 2)), atol=1e-4)


@pytest.fixture(scope="module")
def whole(mobilenet: keras.Model) -> keras.Model:
    """The same network with a classifier."""
    model = application("MobileNet", classifier=True, seed=3)
    model.set_weights([*mobilenet.get_weights(), *model.get_weights()[len(mobilenet.weights) :]])
    return model


@pytest.fixture(scope="module")
def embeddings(weights: Path, inputs: np.ndarray) -> np.ndarray:
    return embed(recipe(weights), inputs)


@pytest.mark.parametrize("file", ["a.keras", "a.h5", "whole.weights.h5", "whole.h5"])
def test_every_kind_of_weights_file_fits_with_and_without_the_classifier(
    tmp_path: Path,
    mobilenet: keras.Model,
    whole: keras.Model,
    inputs: np.ndarray,
    embeddings: np.ndarray,
    file: str,
) -> None:
    other = recipe(save(whole if file.startswith("whole") else mobilenet, tmp_path / file))
    assert np.array_equal(embed(other, inputs), embeddings)


@pytest.fixture(scope="module")
def another() -> keras.Model:
    return application("MobileNetV2", size=SIZE)


@pytest.mark.parametrize("file", ["a.weights.h5", "a.keras", "a.h5"])
def test_weights_of_another_architecture_are_refused(tmp_path: Path, another: keras.Model, file: str) -> None:
    path = save(another, tmp_path / file)
    said = refusal(recipe(path))
    assert said.startswith(f"Expected the weights of MobileNet in {path}.")
    assert "does not fit this architecture" in said


def test_weights_without_the_classifier_are_refused_for_a_layer_of_it(weights: Path) -> None:
    assert "MobileNet with its classifier" in refusal(
        recipe(weights, layer="conv_preds", pooling="avg", input_size=224)
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.weights.h5", None, "cannot be read (No such file"),
        ("text.weights.h5", b"hello", "cannot be read"),
        ("text.h5", b"hello", "cannot be read"),
        ("text.keras", b"hello", "not a Keras file"),
        ("weights.pth", b"hello", "ends in .h5 or .keras"),
    ],
)
def test_a_file_that_is_no_weights_file_is_refused(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert words in refusal(recipe(tmp_path / name))


def test_a_layer_that_does_not_exist_is_answered_with_those_that_do(weights: Path) -> None:
    said = refusal(recipe(weights, layer="fc2"))
    assert "Received: 'fc2'" in said and "features or one of" in said
    assert "conv_pw_13_relu, global_average_pooling2d" in said and "predictions" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"pooling": "none"},
            "avg, max, gem, foreground or flatten, as its layer features gives 2 × 2 × 1024 values",
        ),
        ({"layer": "predictions", "pooling": "none"}, "Expected an input size of 224"),
        ({"layer": "predictions", "input_size": 224}, "with its classifier"),
    ],
)
def test_what_does_not_fit_the_model_is_one_sentence(weights: Path, options: dict, words: str) -> None:
    assert words in refusal(recipe(weights, **options))


def test_a_picture_too_small_for_the_model_is_one_sentence(weights: Path) -> None:
    assert "at least 75x75" in refusal(recipe(weights, model="InceptionV3"))


def test_what_keras_has_in_its_cache_is_used_and_enters_the_fingerprint(
    tmp_path: Path, mobilenet: keras.Model, caches: Path
) -> None:
    kept = save(mobilenet, caches / FETCHED)
    arguments = ["--out", str(tmp_path / "data"), "--recipe", "keras:MobileNet", "--input-size", str(SIZE)]
    assert main(["build", str(photos(tmp_path / "photos")), *arguments]) == 0
    described = Bundle.open(tmp_path / "data").recipes[0]
    assert described["weights"] == sha256_of(kept)
    assert described["fingerprint"] == recipe().fingerprint(sha256_of(kept))


def test_without_a_network_the_build_says_what_to_do(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    arguments = ["--out", str(tmp_path / "data"), "--recipe", "mobilenet-avg"]
    assert main(["build", str(photos(tmp_path / "photos")), *arguments]) == 2
    *said, error = capsys.readouterr().err.splitlines()
    assert error.startswith("akin: ") and not any("akin: " in line for line in said)
    assert f"https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/{FETCHED}" in error
    assert str(caches) in error and "--weights" in error and "Name or service not known" in error
    assert not (tmp_path / "data").exists()


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: done.wait(60))
    monkeypatch.setattr("precompute.models.keras_weights._ANSWER_SECONDS", 0.2)
    assert "no answer within 0 seconds" in refusal(recipe())
    assert not done.is_set()
    done.set()

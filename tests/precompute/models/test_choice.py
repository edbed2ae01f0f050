"""A person's choice becomes a recipe, or one sentence that says what to write instead."""

from __future__ import annotations

import sys
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

from precompute.models.choice import choose_recipe, read_recipe, with_top
from precompute.models.recipe import APPLICATIONS, DEFAULT, RECIPES, Recipe
from precompute.shared.errors import UserError


def write(folder: Path, text: str) -> Path:
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_published_recipes_are_those_of_their_documents() -> None:
    of_table = attrgetter(
        "extractor", "layer", "pooling", "preprocessing", "input_size", "metric", "top", "decimals"
    )
    published = {name: recipe for name, recipe in RECIPES.items() if recipe.extractor.startswith("keras:")}
    table = {name: of_table(recipe) for name, recipe in published.items()}
    assert table == {
        "vgg16-fc2": ("keras:VGG16", "fc2", "none", "caffe", 224, "cosine", 5, 2),
        "resnet50-avg": ("keras:ResNet50", "features", "avg", "caffe", 224, "cosine", 7, 3),
        "inceptionv3-flat": ("keras:InceptionV3", "features", "flatten", "unit", 150, "euclidean", 5, 2),
        "vgg19-fc2": ("keras:VGG19", "fc2", "none", "caffe", 224, "cosine", 5, 2),
        "mobilenet-avg": ("keras:MobileNet", "features", "avg", "tf", 224, "cosine", 5, 2),
    }
    for recipe in published.values():
        assert (recipe.decoding, recipe.resize, recipe.interpolation) == ("plain", "squash", "nearest")
        assert (recipe.projection, recipe.depth) == ("none", 60)


def test_a_model_brings_its_own_defaults() -> None:
    recipe = choose_recipe("keras:EfficientNetV2B1", {})
    assert recipe == Recipe(
        name="keras-efficientnetv2b1-avg",
        description="EfficientNetV2B1 of Keras, features",
        extractor="keras:EfficientNetV2B1",
        input_size=240,
    )


def test_options_replace_a_models_defaults() -> None:
    options = {"layer": "block5_pool", "pooling": "gem", "input_size": 96, "metric": "dot"}
    recipe = choose_recipe("keras:VGG16", options | {"resize": "letterbox", "projection": "none"})
    assert recipe.name == "keras-vgg16-block5_pool-gem"
    assert (recipe.layer, recipe.pooling, recipe.input_size, recipe.metric) == (
        "block5_pool",
        "gem",
        96,
        "dot",
    )
    assert (recipe.resize, recipe.projection, recipe.interpolation) == ("letterbox", "none", "bicubic")


def test_a_preset_of_keras_hub_gets_a_name_that_may_name_a_folder() -> None:
    assert choose_recipe("hub:hf://google/SigLIP 2", {"pooling": "none"}).name == "hub-siglip-2"


@pytest.mark.parametrize(
    ("choice", "options", "words"),
    [
        ("vgg16-fc3", {}, "Did you mean vgg16-fc2"),
        ("vgg16", {}, "keras:VGG16"),
        ("efficientnetv2b0", {}, "keras:EfficientNetV2B0"),
        ("zzz", {}, "Did you mean efficientnet-lite1"),
        ("keras:EfficientNet2B0", {}, "Did you mean EfficientNetV2B0"),
        ("keras:", {}, "Expected a model of keras.applications"),
        ("hub:", {}, "hub:PRESET"),
        ("vgg16-fc2", {"input_size": 96}, "Expected --input-size beside a recipe keras:MODEL"),
        ("keras:VGG16", {"input_size": 5000}, "from 32 to 1024"),
        ("nowhere.toml", {}, "cannot be read (No such file"),
    ],
)
def test_a_choice_that_cannot_be_is_one_sentence(choice: str, options: dict, words: str) -> None:
    with pytest.raises(UserError) as caught:
        choose_recipe(choice, options)
    assert words in str(caught.value)


def test_a_file_says_everything_that_a_recipe_is(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
name = "shoes"
description = "What we settled on"
extractor = "keras:MobileNetV3Small"
layer = "activation_17"
pooling = "max"
preprocessing = "none"
decoding = "plain"
input_size = 192
resize = "letterbox"
interpolation = "lanczos"
projection = "none"
pictures = "best"
metric = "dot"
top = 30
depth = 100
decimals = 1
weights = "weights/shoes.keras"
""",
    )
    assert choose_recipe(str(path), {}) == Recipe(
        name="shoes",
        description="What we settled on",
        extractor="keras:MobileNetV3Small",
        layer="activation_17",
        pooling="max",
        preprocessing="none",
        decoding="plain",
        input_size=192,
        resize="letterbox",
        interpolation="lanczos",
        projection="none",
        pictures="best",
        metric="dot",
        top=30,
        depth=100,
        decimals=1,
        weights=tmp_path / "weights" / "shoes.keras",
    )


def test_a_file_that_says_little_gets_the_models_defaults(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, 'name = "x"\nextractor = "keras:Xception"\ntop = 50'))
    assert (recipe.input_size, recipe.pooling, recipe.preprocessing) == (299, "avg", "own")
    assert recipe.depth == 150, "three times as many are stored as are shown"


def test_the_default_can_be_varied_in_a_file(tmp_path: Path) -> None:
    own = read_recipe(write(tmp_path, f'name = "whole"\nextractor = "{DEFAULT}"\nresize = "letterbox"'))
    assert own.embedding_key() != RECIPES[DEFAULT].embedding_key()
    assert (own.resize, own.pooling, own.top) == ("letterbox", RECIPES[DEFAULT].pooling, RECIPES[DEFAULT].top)


@pytest.mark.parametrize("extractor", ["efficientnet-lite0", "efficientnet-lite1"])
@pytest.mark.parametrize("pooling", ["avg", "gem", "foreground"])
def test_the_pooling_of_a_packaged_network_can_be_chosen(
    tmp_path: Path, extractor: str, pooling: str
) -> None:
    own = read_recipe(write(tmp_path, f'name = "x"\nextractor = "{extractor}"\npooling = "{pooling}"'))
    assert own == replace(RECIPES[extractor], name="x", pooling=pooling)


KERAS = 'name = "x"\nextractor = "keras:VGG16"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (KERAS + "colours = 1", "unknown key 'colours'; the known ones are name, description, extractor"),
        (KERAS + 'input_size = "big"', "Expected input_size in the recipe"),
        (KERAS + "top = true", "a whole number. Received: True"),
        (KERAS + "metric = 3", "to be text. Received: 3"),
        (KERAS + 'metric = "manhattan"', "to be cosine, euclidean or dot. Received: 'manhattan'"),
        (KERAS + "decimals = 9", "from 0 to 6"),
        (KERAS + "top = 20\ndepth = 10", "at least top, 20"),
        ('extractor = "keras:VGG16"', "has no name: write a line name ="),
        ('name = "x"', "has no extractor"),
        ('name = "a/b"\nextractor = "keras:VGG16"', "letters, digits, dots"),
        ('name = "x"\nextractor = "keras:VGG61"', "Did you mean VGG19 or VGG16?"),
        ('name = "x"\nextractor = "torch:vgg"', "keras:MODEL or hub:PRESET. Received: 'torch:vgg'"),
        (
            'name = "x"\nextractor = "efficientnet-lite0"\ninput_size = 240',
            "The input_size of efficientnet-lite0 is 224",
        ),
        ("name = ", "is not valid TOML"),
        ("x = " + "[" * 20_000, "is not valid TOML"),
        ("#" * 70_000, "more than 65,536 bytes"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        choose_recipe(str(path), {})
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_more_shown_means_more_stored() -> None:
    assert (with_top(RECIPES[DEFAULT], 100).top, with_top(RECIPES[DEFAULT], 100).depth) == (100, 300)
    assert with_top(RECIPES[DEFAULT], 3).depth == RECIPES[DEFAULT].depth


@pytest.mark.slow
def test_the_models_and_their_input_sizes_are_those_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    from keras.src.applications import imagenet_utils

    class SizeError(Exception):
        pass

    def stop(input_shape: object, default_size: int, **_: object) -> None:
        raise SizeError(default_size)

    monkeypatch.setattr(imagenet_utils, "obtain_input_shape", stop)
    builders = {
        name: getattr(keras.applications, name) for name in dir(keras.applications) if name[0].isupper()
    }
    assert set(builders) == set(APPLICATIONS)
    for name, build in builders.items():
        assert hasattr(sys.modules[build.__module__], "preprocess_input")
        # This one family does not ask that function for its size.
        if not name.startswith("MobileNetV3"):
            with pytest.raises(SizeError) as caught:
                build(weights=None)
            assert caught.value.args == (APPLICATIONS[name],), name

"""--colour and --lists become recipes, or one sentence that says what to write instead."""

from __future__ import annotations

import argparse

import pytest

from precompute.cli.options.catalogue import add_catalogue_options, recipes_of
from precompute.models.recipe import DEFAULT, Recipe
from precompute.shared.errors import UserError


def recipes(*options: str) -> tuple[Recipe, ...]:
    parser = argparse.ArgumentParser()
    add_catalogue_options(parser)
    return recipes_of(parser.parse_args(["source", *options]))


def test_colour_gives_every_recipe_a_weight_and_keeps_its_name() -> None:
    assert [(each.name, each.colour) for each in recipes("--colour", "0.3")] == [(DEFAULT, 0.3)]
    assert recipes("--colour", "0") == recipes()


def test_lists_are_recipes_of_their_own_with_words_for_visitors() -> None:
    found = recipes("--lists", "style,colour,both", "--top", "12")
    assert [each.name for each in found] == [f"{DEFAULT}-{kind}" for kind in ("style", "colour", "both")]
    assert [each.label for each in found] == ["Style", "Colour", "Both"]
    style, colour, both = found
    assert (style.features, style.colour, style.has_parts) == (1, 0, False)
    assert colour.colour > colour.features > 0
    assert both.features > both.colour > 0
    assert {each.top for each in found} == {12}
    assert len({each.embedding_key() for each in found}) == 1


def test_some_lists_can_be_asked_for_in_any_order() -> None:
    assert [each.label for each in recipes("--lists", "both, style")] == ["Both", "Style"]


def test_colour_beside_lists_is_its_weight_in_both() -> None:
    _, both = recipes("--lists", "style,both", "--colour", "0.5")
    assert both.colour == 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--colour", "0.7"], "Expected --colour to be from 0 to 0.6. Received: 0.7."),
        (["--colour", "-1"], "from 0 to 0.6. Received: -1."),
        (["--colour", "nan"], "from 0 to 0.6. Received: nan."),
        (["--lists", "style", "--colour", "9"], "from 0 to 0.6. Received: 9."),
        (["--lists", "both", "--colour", "0"], "over 0 beside --lists both. Received: 0."),
        (["--lists", "style,shape"], "some of style, colour, both, each once. Received: style,shape."),
        (["--lists", "both,both"], "each once. Received: both,both."),
        (["--lists", ""], "each once"),
        (["--lists", "style", "--recipe", DEFAULT, "--recipe", "vgg16-fc2"], "Expected one --recipe beside"),
        (["--colour", "0.3", "--recipe", "vgg16-fc2"], "to be centre, which colour, heads and title need"),
        (["--colour", "0.3", "--recipe", "keras:VGG16", "--metric", "dot"], "Expected metric in"),
    ],
)
def test_options_that_do_not_fit_are_one_sentence(options: list[str], words: str) -> None:
    with pytest.raises(UserError) as caught:
        recipes(*options)
    assert words in str(caught.value) and "\n" not in str(caught.value)

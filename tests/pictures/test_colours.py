"""The names of a product's colours, on pictures whose colours are known."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bundle.format import COLOURS
from pictures.colours.foreground import Foreground
from pictures.colours.names import MOST
from pictures.colours.names import colours_of as names_of
from pictures.colours.oklab import to_oklab


def colours_of(image: Image.Image) -> tuple[str, ...]:
    return names_of(Foreground.of(image))


BACKGROUNDS = {"white": "#ffffff", "grey": "#d8d8d8", "tinted": "#f3eee6", "wood": "#a87c4f"}


def product(*inks: str, background: str = "#ffffff", size: tuple[int, int] = (240, 300)) -> Image.Image:
    """A box in the middle of a background, with as many equal bands as inks."""
    image = Image.new("RGB", size, background)
    left, top, width, height = size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2
    for band, ink in enumerate(inks):
        upper, lower = (top + height * place // len(inks) for place in (band, band + 1))
        ImageDraw.Draw(image).rectangle((left, upper, left + width, lower), fill=ink)
    return image


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
@pytest.mark.parametrize(
    ("ink", "name"),
    [
        ("#101010", "black"),
        ("#777777", "grey"),
        ("#5a3820", "brown"),
        ("#c8102e", "red"),
        ("#f28c28", "orange"),
        ("#f7d117", "yellow"),
        ("#2f7d3a", "green"),
        ("#93a688", "green"),
        ("#1f4fd8", "blue"),
        ("#14213d", "blue"),
        ("#6a1b9a", "purple"),
        ("#f48fb1", "pink"),
    ],
)
def test_a_product_has_its_own_colour_and_not_the_backgrounds(ink: str, name: str, background: str) -> None:
    assert colours_of(product(ink, background=background)) == (name,)


def test_white_and_beige_are_told_from_a_coloured_background() -> None:
    assert colours_of(product("#f4f4f4", background="#8a1f2b")) == ("white",)
    assert colours_of(product("#e0d0b0", background="#2b3a67")) == ("beige",)


def test_the_largest_comes_first_and_small_parts_are_not_named() -> None:
    assert colours_of(product("#c8102e", "#c8102e", "#1f4fd8")) == ("red", "blue")
    assert colours_of(product(*["#c8102e"] * 19, "#1f4fd8")) == ("red",)
    bands = ("#c8102e", "#1f4fd8", "#2f7d3a", "#f7d117", "#6a1b9a")
    assert len(colours_of(product(*bands))) <= MOST


def test_a_shadow_is_background() -> None:
    image = product("#2f7d3a", background="#f2f2f2")
    pixels = np.asarray(image).copy()
    pixels[225:250, 60:200] = np.linspace(0xF2, 0xC0, 25, dtype=np.uint8)[:, None, None]
    assert colours_of(Image.fromarray(pixels)) == ("green",)


def test_what_fills_the_picture_or_cannot_be_told_from_its_background_is_named_all_the_same() -> None:
    assert colours_of(Image.new("RGB", (80, 60), "#1f4fd8")) == ("blue",)
    assert colours_of(product("#fdfdfd")) == ("white",)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3, 2), (2000, 4)])
def test_a_picture_of_any_size_has_a_colour(size: tuple[int, int]) -> None:
    assert colours_of(Image.new("RGB", size, "#c8102e")) == ("red",)


def test_every_name_can_be_given() -> None:
    corners = np.stack(np.meshgrid(*[np.arange(0, 256, 36)] * 3), axis=-1).reshape(-1, 3)
    found = {colours_of(Image.new("RGB", (8, 8), tuple(map(int, colour))))[0] for colour in corners}
    assert found == set(COLOURS)


def test_oklab_has_the_published_values() -> None:
    """The primaries, from the table of CSS Color 4's sample code for OKLab, to three decimals."""
    expected = {
        (1, 1, 1): (1.0, 0.0, 0.0),
        (1, 0, 0): (0.628, 0.225, 0.126),
        (0, 1, 0): (0.866, -0.234, 0.179),
        (0, 0, 1): (0.452, -0.032, -0.312),
    }
    found = to_oklab(np.array(list(expected), np.float64))
    assert np.allclose(found, list(expected.values()), atol=6e-4)


def test_the_demo_shops_colours_are_found(demo: Path) -> None:
    """Of the unmistakable ones; `benchmarks/colours.py` measures the rest."""
    names = {"cobalt": "blue", "sage": "green", "mustard": "yellow", "blush": "pink", "sand": "beige"}
    with (demo / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["colour"] in names and row["pattern"] == "plain"]
    right = [
        names[row["colour"]] in colours_of(Image.open(demo / row["image"]).convert("RGB")) for row in rows
    ]
    assert len(rows) > 60 and np.mean(right) > 0.9

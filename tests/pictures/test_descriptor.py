"""Which colours a product has, as numbers: near for near colours, far for others, blind to the background."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from pictures.colours.descriptor import COLOUR_DIMENSIONS, describe_colours
from pictures.colours.foreground import Foreground, _eroded, _joined, _quantile


def descriptor(ink: str, *, background: str = "#ffffff", second: str = "") -> np.ndarray:
    image = Image.new("RGB", (120, 160), background)
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 90, 130), fill=ink)
    if second:
        draw.rectangle((30, 80, 90, 130), fill=second)
    return describe_colours(Foreground.of(image))


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    first, second = one.astype(float), other.astype(float)
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_a_descriptor_is_the_roots_of_shares() -> None:
    found = descriptor("#c8102e", second="#1f4fd8")
    assert (found.dtype, found.shape) == (np.uint8, (COLOUR_DIMENSIONS,))
    assert np.isclose(((found / 255) ** 2).sum(), 1, atol=0.03)


@pytest.mark.parametrize("background", ["#ffffff", "#d8d8d8", "#a87c4f"])
def test_near_colours_are_nearer_than_others_on_any_background(background: str) -> None:
    red = descriptor("#c8102e")
    near = cosine(red, descriptor("#b8142c", background=background))
    other = cosine(red, descriptor("#1f4fd8", background=background))
    assert near > 0.8 > 0.2 > other


def test_a_pattern_is_near_to_each_of_its_colours() -> None:
    both = descriptor("#c8102e", second="#1f4fd8")
    for ink in ("#c8102e", "#1f4fd8"):
        assert 0.5 < cosine(both, descriptor(ink)) < 0.9


def test_greys_are_told_apart_by_lightness() -> None:
    assert cosine(descriptor("#202020"), descriptor("#909090")) < 0.4


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (48, 48), (31, 7)])
def test_any_picture_has_a_descriptor(size: tuple[int, int]) -> None:
    drawn = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    assert describe_colours(Foreground.of(Image.fromarray(drawn))).any()


def test_what_is_joined_and_what_is_eroded_is_what_scipy_finds() -> None:
    drawn = np.random.default_rng(1)
    for share in (0.3, 0.5, 0.62, 0.9):
        for shape in ((48, 48), (31, 48), (5, 1), (1, 9), (48, 33)):
            mask = drawn.random(shape) < share
            seeds = drawn.random(shape) < 0.02
            labels, _ = ndimage.label(mask, np.ones((3, 3)))
            kept = np.unique(labels[seeds])
            assert np.array_equal(_joined(mask, seeds), np.isin(labels, kept[kept > 0]))
            assert np.array_equal(_eroded(mask), ndimage.binary_erosion(mask, border_value=1))


@pytest.mark.parametrize("size", [1, 2, 50, 51, 101, 1728])
def test_a_counted_quantile_is_numpys(size: int) -> None:
    for values in (3, 256):
        drawn = np.random.default_rng(size).integers(0, values, size, np.uint8)
        assert np.isclose(_quantile(drawn, 0.98), np.quantile(drawn, 0.98))

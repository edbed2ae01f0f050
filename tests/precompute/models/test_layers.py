"""Pooling by the foreground: the formula, what it is for, and what it does where there is no foreground."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.models.runtimes.litert import LiteRTExtractor, convert

pytestmark = pytest.mark.slow


def pooled(maps: np.ndarray) -> np.ndarray:
    from precompute.models.layers import ForegroundPooling

    return np.asarray(ForegroundPooling()(maps.astype(np.float32)))


def by_definition(maps: np.ndarray) -> np.ndarray:
    """Maps (n, h, w, c), one cell after the other: the weights by the cosine to the border, then p = 2."""
    found = []
    for cells in np.maximum(maps.astype(np.float64), 0):
        height, width, _ = cells.shape
        places = [(y, x) for y in range(height) for x in range(width)]
        background = np.mean(
            [cells[y, x] for y, x in places if y in (0, height - 1) or x in (0, width - 1)], axis=0
        )
        lengths = np.linalg.norm(cells, axis=-1) * np.linalg.norm(background)
        weights = [1 - cells[place] @ background / lengths[place] for place in places]
        squares = [cells[place] ** 2 for place in places]
        found.append(np.sqrt(np.average(squares, axis=0, weights=weights)))
    return np.array(found)


@pytest.mark.parametrize("shape", [(3, 7, 7, 32), (2, 8, 5, 16), (2, 2, 2, 8)])
def test_it_is_what_its_description_says(shape: tuple[int, ...]) -> None:
    maps = np.random.default_rng(1).normal(size=shape)
    assert np.allclose(pooled(maps), by_definition(maps), rtol=1e-4)


def test_a_product_is_found_before_another_background() -> None:
    product, grass, wall = np.eye(3)
    maps = np.empty((3, 7, 7, 3))
    maps[:2], maps[2] = grass, wall
    maps[0, 2:5, 2:5] = maps[2, 2:5, 2:5] = product
    on_grass, only_grass, on_wall = pooled(maps) / np.linalg.norm(pooled(maps), axis=1, keepdims=True)
    assert on_grass @ on_wall > 0.9 > 0.1 > on_grass @ only_grass


@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_picture_that_is_the_same_everywhere_is_pooled_evenly(value: float) -> None:
    maps = np.full((1, 6, 6, 4), value)
    assert np.allclose(pooled(maps), value)


def test_litert_computes_the_same() -> None:
    import keras

    from precompute.models.layers import ForegroundPooling

    images = keras.Input((40, 40, 3), dtype="uint8")
    cells = keras.layers.AveragePooling2D(5)(keras.layers.Rescaling(1 / 255)(images))
    model = keras.Model(images, ForegroundPooling()(cells))
    pictures = np.random.default_rng(2).integers(0, 256, (4, 40, 40, 3), dtype=np.uint8)
    found = LiteRTExtractor(convert(model), weights_sha256="")(pictures)
    assert np.allclose(found, np.asarray(model(pictures)), rtol=1e-5)

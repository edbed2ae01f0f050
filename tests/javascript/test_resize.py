"""The script that makes a photo the extractor's input does so just as Pillow does, to the last bit."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from PIL import Image

from pictures.form import to_input
from tests.javascript.conftest import HERE, run_node

SIZE = 24
SHAPES = [(37, 61), (300, 111), (20, 20), (9, 14), (24, 24), (1, 1), (5, 400), (640, 3), (25, 23)]
RESIZES = ("crop", "letterbox", "squash")


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear", "lanczos", "box", "nearest"])
def test_pixels_are_resized_as_pillow_does_to_the_last_bit(interpolation: str) -> None:
    drawn = np.random.default_rng(0)
    cases = [
        (drawn.integers(0, 256, (high, wide, 4), np.uint8), resize)
        for wide, high in SHAPES
        for resize in RESIZES
    ]
    given = [
        {
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "pixels": base64.b64encode(pixels).decode(),
            "form": {"size": SIZE, "resize": resize, "interpolation": interpolation},
        }
        for pixels, resize in cases
    ]
    done = run_node(HERE / "resize_all.js", input=json.dumps(given))
    assert done.returncode == 0, done.stderr
    for (pixels, resize), found in zip(cases, json.loads(done.stdout), strict=True):
        picture = Image.fromarray(pixels[..., :3].copy())
        expected = to_input(picture, SIZE, resize=resize, interpolation=interpolation)
        assert base64.b64decode(found) == expected.tobytes(), (picture.size, resize)

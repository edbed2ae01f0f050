"""The script that describes a photo's colours does so as the build does for the catalogue's pictures."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
from PIL import Image

from pictures.colours.descriptor import describe_colours
from pictures.colours.foreground import Foreground
from pictures.colours.reduced import reduced
from tests.drawn_pictures import picture
from tests.javascript.conftest import HERE, run_node

SIZES = [(300, 200), (97, 311), (640, 480), (48, 48), (20, 31), (1, 1), (1000, 7), (193, 385)]
"""Some of them are reduced by a whole factor first, with and without a rest."""


def test_colours_are_described_as_python_does(demo: Path) -> None:
    drawn = np.random.default_rng(0)
    images = [picture(seed, width=width, height=height) for seed, (width, height) in enumerate(SIZES)]
    images += [Image.fromarray(drawn.integers(0, 256, (high, wide, 3), np.uint8)) for wide, high in SIZES]
    files = sorted((demo / "images").rglob("*.webp"))[::40]
    images += [Image.open(file).convert("RGB") for file in files]
    given = [
        {
            "width": image.width,
            "height": image.height,
            "pixels": base64.b64encode(image.convert("RGBA").tobytes()).decode(),
        }
        for image in images
    ]
    done = run_node(HERE / "describe_colours.js", input=json.dumps(given))
    assert done.returncode == 0, done.stderr
    for image, found in zip(images, json.loads(done.stdout), strict=True):
        assert base64.b64decode(found["reduced"]) == reduced(image).tobytes(), image.size
        descriptor = np.frombuffer(base64.b64decode(found["descriptor"]), np.uint8)
        expected = describe_colours(Foreground.of(image))
        # A number on the border of two may be rounded to either.
        assert np.abs(descriptor.astype(int) - expected).max() <= 1, image.size

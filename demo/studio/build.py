"""From a catalogue row to a finished picture."""

from __future__ import annotations

import contextlib
import os
import random
from pathlib import Path

import bpy

from . import mesh, scene
from .materials import Stock, product_material
from .shapes import SHAPES, Kit
from .views import VIEWS, hangs

# Materials that need more work of the renderer.
MIRRORS = {"glass", "brass", "copper", "steel"}


def render_product(product, path: Path, size: int, samples: int, further: str = "") -> None:
    """Build the product's scene and render it to ``path`` (WebP or PNG).

    A ``further`` view is "turned", from another side, or "detail", a part from near.
    """
    stage = scene.empty_scene(size, samples, product.material in MIRRORS)
    _build_scene(product, further)
    image = stage.render.image_settings
    image.file_format = "PNG" if path.suffix == ".png" else "WEBP"
    image.color_mode = "RGB"
    image.quality = 82
    path.parent.mkdir(parents=True, exist_ok=True)
    # Through a temporary name: an interrupted run must leave no half picture
    # that the next one would take for finished.
    unfinished = path.with_name(f".{path.stem}.part{path.suffix}")
    stage.render.filepath = str(unfinished)
    with _quiet():
        bpy.ops.render.render(write_still=True)
    unfinished.replace(path)


def _build_scene(product, further: str) -> None:
    chance = random.Random(f"scene {product.id} {further}".rstrip())
    view = VIEWS[product.category]
    geometry = random.Random(f"geometry {product.geometry}")
    kit = Kit(
        main=product_material(product.colour, product.material, product.pattern, product.geometry),
        stock=Stock(product.geometry),
        chance=geometry,
        colour=product.colour,
        material=product.material,
        pattern=product.pattern,
    )
    things = SHAPES[product.shape](kit)
    mesh.add_missing_maps(things)
    yaw = chance.uniform(*view.yaw)
    if further == "turned":
        # Of what hangs on a wall, and of a cushion, only the front is ever seen.
        yaw += 30 if hangs(product.shape) or product.category == "Cushions" else 120
    points = scene.place_product(things, yaw)
    middle = float(points[:, 2].max()) / 2
    # A finger behind the back, as a clock hangs on its nail.
    behind = float(points[:, 1].max()) + 0.012 if hangs(product.shape) else None
    scene.add_backdrop(chance, behind, middle)
    scene.add_lights(chance, middle, behind is not None)
    scene.add_camera(points, view, chance, near=further == "detail")


@contextlib.contextmanager
def _quiet():
    """Keep Blender's own progress lines (written below Python) off the screen."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)

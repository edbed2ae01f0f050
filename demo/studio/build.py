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


def render_product(product, path: Path, size: int, samples: int) -> None:
    """Build the product's scene and render it to ``path`` (WebP or PNG)."""
    stage = scene.empty_scene(size, samples, product.material in MIRRORS)
    _build_scene(product)
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


def _build_scene(product) -> None:
    chance = random.Random(f"scene {product.id}")
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
    points = scene.place_product(things, chance.uniform(*view.yaw))
    middle = float(points[:, 2].max()) / 2
    # A finger behind the back, as a clock hangs on its nail.
    behind = float(points[:, 1].max()) + 0.012 if hangs(product.shape) else None
    scene.add_backdrop(chance, behind, middle)
    scene.add_lights(chance, middle, behind is not None)
    scene.add_camera(points, view, chance)


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

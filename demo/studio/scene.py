"""The studio itself: backdrop, lights, camera and render settings."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import palette
from .nodes import Shader

BACKDROP_LEVEL = 1.0


@dataclass(frozen=True)
class View:
    """How a kind of product is looked at."""

    elevation: tuple[float, float] = (12, 20)  # degrees above the table
    yaw: tuple[float, float] = (-10, 10)  # how far the product is turned
    focal_length: tuple[float, float] = (70, 95)


def empty_scene(size: int, samples: int, mirrors: bool) -> bpy.types.Scene:
    """Start over with an empty scene and this studio's render settings.

    ``mirrors`` says that the product is of glass or metal.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    # What is seen through glass or in polished metal is noisy, and so are the
    # guides of the denoiser there: more samples, and filtered guides.
    cycles.samples = samples * 2 if mirrors else samples
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.03
    cycles.adaptive_min_samples = 6
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "ACCURATE" if mirrors else "FAST"
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    cycles.max_bounces = 8
    cycles.diffuse_bounces = 2
    cycles.glossy_bounces = 3
    cycles.transmission_bounces = 8
    cycles.transparent_max_bounces = 8
    cycles.sample_clamp_indirect = 4.0
    cycles.seed = 7
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    # Made for product pictures: keeps a glaze's hue where filmic curves wash it out.
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.view_settings.look = "None"
    return scene


def _backdrop_colour(chance: random.Random) -> tuple[float, float, float]:
    warmth = chance.uniform(-0.008, 0.016)
    level = BACKDROP_LEVEL * chance.uniform(0.985, 1.01)
    return level * (1 + warmth), level, level * (1 - 1.4 * warmth)


def _backdrop_material(colour: tuple[float, float, float], upright: bool) -> bpy.types.Material:
    """Paper that takes shadows near the product and is evenly lit further out."""
    shader = Shader("backdrop")
    paper = shader.node("ShaderNodeBsdfDiffuse", Color=tuple(c * 0.86 for c in colour))
    light = shader.node("ShaderNodeEmission", Color=colour)
    place = shader.node("ShaderNodeVectorMath")
    place.operation = "LENGTH"
    shader.plug(place.inputs[0], shader.object_space())
    far = shader.node("ShaderNodeMapRange")
    far.interpolation_type = "SMOOTHSTEP"
    shader.plug(far.inputs["Value"], place.outputs["Value"])
    far.inputs["From Min"].default_value = 0.75
    far.inputs["From Max"].default_value = 1.9
    # The softboxes graze a wall and leave it grey: let it shine a little.
    far.inputs["To Min"].default_value = 0.55 if upright else 0.0
    mixed = shader.node("ShaderNodeMixShader")
    shader.plug(mixed.inputs[0], far.outputs[0])
    shader.plug(mixed.inputs[1], paper.outputs[0])
    shader.plug(mixed.inputs[2], light.outputs[0])
    return shader.finish(mixed.outputs[0])


def add_backdrop(chance: random.Random, wall_at: float | None, middle: float) -> None:
    """A table of seamless paper, or a wall of it behind a hanging product."""
    colour = _backdrop_colour(chance)
    bpy.ops.mesh.primitive_plane_add(size=60)
    plane = bpy.context.object
    if wall_at is not None:
        plane.matrix_world = Matrix.Translation((0, wall_at, middle)) @ Matrix.Rotation(math.pi / 2, 4, "X")
    plane.data.materials.append(_backdrop_material(colour, wall_at is not None))
    _light_world(colour)


def _light_world(backdrop: tuple[float, float, float]) -> None:
    """Sky for the reflections: bright above and at the sides, dim behind the camera."""
    world = bpy.data.worlds.new("studio")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    place = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(place.outputs["Generated"], split.inputs[0])
    depth = tree.nodes.new("ShaderNodeMapRange")
    depth.interpolation_type = "SMOOTHSTEP"
    tree.links.new(split.outputs["Y"], depth.inputs["Value"])
    depth.inputs["From Min"].default_value = -0.9
    depth.inputs["From Max"].default_value = 0.6
    depth.inputs["To Min"].default_value = 0.16
    depth.inputs["To Max"].default_value = 0.62
    sky = tree.nodes.new("ShaderNodeBackground")
    tree.links.new(depth.outputs[0], sky.inputs["Strength"])
    seen = tree.nodes.new("ShaderNodeBackground")
    seen.inputs["Color"].default_value = (*backdrop, 1.0)
    path = tree.nodes.new("ShaderNodeLightPath")
    mixed = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(path.outputs["Is Camera Ray"], mixed.inputs[0])
    tree.links.new(sky.outputs[0], mixed.inputs[1])
    tree.links.new(seen.outputs[0], mixed.inputs[2])
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(mixed.outputs[0], output.inputs["Surface"])


def add_lights(chance: random.Random, middle: float, upright: bool) -> None:
    """A large softbox high on the left, a weak one on the right, a strip overhead."""
    side = chance.uniform(0.9, 1.1)
    warm = palette.linear("#fff4e6")
    cool = palette.linear("#eef4ff")
    _softbox((-2.3 * side, -1.7, middle + 2.3), (2.0, 2.0), 118, warm, middle)
    _softbox((2.7, -1.2 * side, middle + 0.9), (0.9, 2.2), 26, cool, middle)
    # Behind a wall the strip would light nothing.
    overhead = (0.6, -2.0, middle + 2.2) if upright else (0.3, 1.1, middle + 2.7)
    _softbox(overhead, (2.4, 1.2), 60, (1.0, 1.0, 1.0), middle)


def _softbox(
    where: tuple[float, float, float],
    size: tuple[float, float],
    watts: float,
    colour: tuple[float, float, float],
    middle: float,
) -> None:
    light = bpy.data.lights.new("softbox", "AREA")
    light.shape = "RECTANGLE"
    light.size, light.size_y = size
    light.energy = watts
    light.color = colour
    thing = bpy.data.objects.new("softbox", light)
    thing.location = where
    towards = Vector((0, 0, middle)) - Vector(where)
    thing.rotation_euler = towards.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)


def place_product(things: list[bpy.types.Object], yaw_degrees: float) -> np.ndarray:
    """Scale the product to a size of one, turn it, stand it on the table.

    Returns the world positions of all its vertices.
    """
    clouds = []
    for thing in things:
        flat = np.empty(len(thing.data.vertices) * 3)
        thing.data.vertices.foreach_get("co", flat)
        clouds.append(flat.reshape(-1, 3))
    points = np.concatenate(clouds)
    low, high = points.min(axis=0), points.max(axis=0)
    factor = 1.0 / max(high - low)
    centre = (low + high) / 2
    turn = Matrix.Rotation(math.radians(yaw_degrees), 4, "Z")
    move = Matrix.Translation((-centre[0], -centre[1], -low[2]))
    whole = turn @ Matrix.Scale(factor, 4) @ move
    for thing in things:
        thing.matrix_world = whole
    matrix = np.array(whole)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def add_camera(points: np.ndarray, view: View, chance: random.Random, *, near: bool = False) -> None:
    """A camera that sees the whole product, about three quarters of the frame; ``near``, half of it."""
    data = bpy.data.cameras.new("camera")
    data.lens = chance.uniform(*view.focal_length)
    camera = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera

    elevation = math.radians(chance.uniform(*view.elevation))
    azimuth = math.radians(chance.uniform(-4, 4))
    fill = chance.uniform(0.68, 0.78)
    back = np.array(
        [
            math.cos(elevation) * math.sin(azimuth),
            -math.cos(elevation) * math.cos(azimuth),
            math.sin(elevation),
        ]
    )
    right = np.cross([0, 0, 1], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    target, distance = (points.min(axis=0) + points.max(axis=0)) / 2, 4.0
    for _ in range(8):
        position = target + back * distance
        rays = points - position
        depth = -(rays @ back)
        across = np.stack([rays @ right, rays @ up]) / depth * data.lens / data.sensor_width
        low, high = across.min(axis=1), across.max(axis=1)
        shift = (low + high) / 2 * distance * data.sensor_width / data.lens
        target = target + right * shift[0] + up * shift[1]
        distance *= max(high - low) / fill
    if near:
        extent = (high - low) * distance * data.sensor_width / data.lens
        target = target + 0.2 * (chance.choice([-1, 1]) * right * extent[0] + up * extent[1])
        distance *= 0.45
    rotation = Matrix((right, up, back)).transposed().to_4x4()
    camera.matrix_world = Matrix.Translation(Vector(target + back * distance)) @ rotation

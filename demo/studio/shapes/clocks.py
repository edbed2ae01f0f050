"""Clocks with hands at ten past ten, as in every catalogue."""

from __future__ import annotations

import math

import bpy
import numpy as np

from ..mesh import box, disc, ellipsoid, finish, rod, tube, turned
from .kit import Kit, Things, around, shape


def _facing(things: Things, height: float, forward: float) -> Things:
    """Stand things built lying (z up) upright, facing the camera."""
    for thing in things:
        for vertex in thing.data.vertices:
            x, y, z = vertex.co
            vertex.co = (x, -z + forward, y + height)
        thing.data.update()
    return things


def _numerals(kit: Kit, radius: float, level: float, size: float, material) -> Things:
    things = []
    for hour in range(1, 13):
        angle = math.pi / 2 - hour * math.pi / 6
        curve = bpy.data.curves.new("numeral", "FONT")
        curve.body, curve.size = str(hour), size
        curve.align_x = curve.align_y = "CENTER"
        curve.extrude = 0.002
        written = bpy.data.objects.new("numeral", curve)
        bpy.context.scene.collection.objects.link(written)
        bpy.context.view_layer.update()
        letters = written.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
        middle = np.array([radius * math.cos(angle), radius * math.sin(angle), level])
        points = np.array([v.co[:] for v in letters.vertices]) + middle
        faces = [list(p.vertices) for p in letters.polygons]
        bpy.data.objects.remove(written)
        things.append(finish("numeral", points, faces, material))
    return things


def _marks(kit: Kit, radius: float, level: float, material, length: float = 0.07) -> Things:
    things = []
    for x, y, angle in around(12, radius):
        quarter = abs(math.sin(angle * 2)) < 0.1
        size = (length * (1.5 if quarter else 1.0), 0.018 if quarter else 0.011, 0.008)
        things.append(box("mark", size, (x, y, level), material, 0.002, rotation=(0, 0, angle)))
    return things


def _hands(kit: Kit, radius: float, level: float, material) -> Things:
    things = [disc("cap", radius * 0.055, level, level + 0.03, kit.stock("brass", "brass"), 0.008)]
    for hours, length, width in ((10.17, 0.52, 0.03), (2.0, 0.78, 0.022)):
        angle = math.pi / 2 - hours * math.pi / 6
        middle = (
            radius * length * 0.42 * math.cos(angle),
            radius * length * 0.42 * math.sin(angle),
            level + 0.014,
        )
        things.append(
            box("hand", (radius * length, width, 0.008), middle, material, 0.003, rotation=(0, 0, angle))
        )
    return things


def _face(kit: Kit, radius: float, level: float) -> Things:
    paper = kit.stock.plain("paper", "#f6f1e6", 0.6)
    return [disc("face", radius, level - 0.02, level, paper, 0.004)]


@shape("ring wall clock")
def ring_wall_clock(kit: Kit) -> Things:
    """A coloured frame round a white face with numerals."""
    frame = kit.between(0.055, 0.085)
    line = [(0.5, 0), (0.5, 0.06), (0.5 - frame * 0.5, 0.09), (0.5 - frame, 0.06), (0.5 - frame, 0.03)]
    ring = turned("frame", line, kit.main, sharp_degrees=60)
    inside = 0.5 - frame + 0.004
    ink = kit.stock.ink()
    parts = [ring, *_face(kit, inside, 0.045), *_numerals(kit, inside * 0.8, 0.047, 0.115, ink)]
    return _facing([*parts, *_hands(kit, inside, 0.055, ink)], 0.5, 0)


@shape("disc wall clock")
def disc_wall_clock(kit: Kit) -> Things:
    """A solid coloured plate with raised marks and no frame."""
    pale = kit.colour not in ("ivory", "sand", "ash", "steel", "brass", "white", "blush")
    marks = kit.stock.plain("marks", "#f6f1e6", 0.5) if pale else kit.stock.ink()
    if kit.pattern == "two-tone":
        # Neither the pale nor the dark marks show on both halves.
        marks = kit.stock("brass", "brass")
    plate = disc("plate", 0.5, 0, 0.05, kit.main, 0.02, radial_tone=True)
    return _facing(
        [plate, *_marks(kit, kit.between(0.4, 0.43), 0.054, marks), *_hands(kit, 0.46, 0.058, marks)], 0.5, 0
    )


@shape("sunburst clock")
def sunburst_clock(kit: Kit) -> Things:
    """Rays round a small face."""
    rays, inner = kit.choose(24, 32), kit.between(0.22, 0.26)
    things = []
    for number, (x, y, _) in enumerate(around(rays, 1.0, 0.01)):
        reach = 0.5 if number % 2 == 0 else 0.4
        things.append(
            rod(
                "ray",
                (x * inner * 0.9, y * inner * 0.9, 0.03),
                (x * reach, y * reach, 0.03),
                [0.011, 0.006],
                kit.main,
            )
        )
        if number % 2 == 0:
            things.append(
                ellipsoid("tip", (x * reach, y * reach, 0.03), (0.018, 0.018, 0.018), kit.main, segments=16)
            )
    line = [(inner, 0.01), (inner, 0.05), (inner - 0.02, 0.07), (inner - 0.035, 0.05)]
    things.append(turned("frame", line, kit.main))
    ink = kit.stock.ink()
    face = [
        *_face(kit, inner - 0.03, 0.056),
        *_marks(kit, inner * 0.68, 0.058, ink, 0.035),
        *_hands(kit, inner * 0.85, 0.062, ink),
    ]
    return _facing([*things, *face], 0.5, 0)


@shape("square wall clock")
def square_wall_clock(kit: Kit) -> Things:
    """A soft square plate with bare numerals."""
    corner = kit.between(0.05, 0.14)
    plate = box("plate", (1, 1, 0.3), (0, 0, -0.09), kit.main, corner, segments=8)
    for vertex in plate.data.vertices:
        # A soft square seen from the front, but a thin one from the side.
        vertex.co.z = 0.06 * (vertex.co.z + 0.24) / 0.3
    pale = kit.colour not in ("ivory", "sand", "ash", "blush", "sky", "mustard")
    ink = kit.stock.plain("pale ink", "#f6f1e6", 0.5) if pale else kit.stock.ink()
    return _facing([plate, *_numerals(kit, 0.37, 0.062, 0.12, ink), *_hands(kit, 0.42, 0.064, ink)], 0.5, 0)


@shape("twin-bell alarm clock")
def alarm_clock(kit: Kit) -> Things:
    """Two bells, a hammer, a handle and splayed feet."""
    radius, deep = 0.34, kit.between(0.2, 0.26)
    ink = kit.stock.ink()
    line = [
        (radius - 0.05, 0),
        (radius, 0.03),
        (radius, deep),
        (radius - 0.03, deep + 0.02),
        (radius - 0.045, deep - 0.01),
    ]
    drum = turned("drum", line, kit.main, sharp_degrees=60)
    face = [
        *_face(kit, radius - 0.04, deep),
        *_numerals(kit, 0.23, deep + 0.002, 0.085, ink),
        *_hands(kit, 0.27, deep + 0.006, ink),
    ]
    things = _facing([drum, *face], 0.46, deep / 2)
    metal = kit.stock("brass", "brass") if kit.material != "brass" else kit.stock("steel", "steel")
    for side in (-1, 1):
        things.append(rod("foot", (side * 0.24, 0, 0), (side * 0.17, 0, 0.2), [0.022, 0.03], metal))
        bell = turned("bell", [(0.135, 0), (0.13, 0.04), (0.08, 0.1), (0.01, 0.115)], metal)
        for vertex in bell.data.vertices:
            x, y, z = vertex.co
            vertex.co = (side * 0.2 + x * 0.87 + side * z * 0.5, y, 0.8 - side * x * 0.45 + z * 0.87)
        things.append(bell)
    hoop = [(-0.1, 0, 0.79), (-0.1, 0, 0.96), (0, 0, 1.0), (0.1, 0, 0.96), (0.1, 0, 0.79)]
    return [
        *things,
        tube("hoop", hoop, 0.013, metal),
        rod("hammer", (0, 0, 0.78), (0, 0, 0.9), [0.012, 0.03], metal),
    ]


@shape("mantel clock")
def mantel_clock(kit: Kit) -> Things:
    """An arched block on a plinth."""
    wide, tall, deep = kit.between(0.58, 0.68), kit.between(0.36, 0.46), 0.2
    turn = np.linspace(0, math.pi, 40)
    outline = [
        (wide / 2, 0.06),
        *[(wide / 2 * math.cos(t), tall + wide / 2 * math.sin(t)) for t in turn],
        (-wide / 2, 0.06),
    ]
    count = len(outline)
    points = [(x, y, z) for y in (-deep / 2, deep / 2) for x, z in outline]
    faces = [list(range(count)), list(range(count, 2 * count))[::-1]]
    faces += [[i, count + i, count + (i + 1) % count, (i + 1) % count] for i in range(count)]
    block = finish("block", np.array(points), faces, kit.main)
    plinth = box("plinth", (wide + 0.14, deep + 0.08, 0.07), (0, 0, 0.035), kit.main, 0.015)
    radius, ink = wide / 2 * 0.8, kit.stock.ink()
    rim = turned(
        "rim",
        [(radius + 0.02, -0.01), (radius + 0.02, 0.015), (radius + 0.005, 0.025), (radius - 0.005, 0.005)],
        kit.stock("brass", "brass"),
    )
    face = [
        rim,
        *_face(kit, radius, 0.008),
        *_numerals(kit, radius * 0.78, 0.01, radius * 0.27, ink),
        *_hands(kit, radius * 0.9, 0.014, ink),
    ]
    return [block, plinth, *_facing(face, tall, -deep / 2)]

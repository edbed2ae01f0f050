"""Stools: seats without a back, always a cushion, a dished seat or a foot rest."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import box, disc, ellipsoid, rod, sheet, smooth_line, tube, turned
from .kit import Kit, Things, around, shape


@shape("milking stool")
def milking_stool(kit: Kit) -> Things:
    """Three splayed legs under a thick dished round seat."""
    height, radius = kit.between(0.72, 0.84), kit.between(0.36, 0.41)
    line = [
        (radius * 0.9, height - 0.08),
        (radius, height - 0.04),
        (radius * 0.97, height),
        (radius * 0.5, height - 0.02),
    ]
    things = [turned("seat", line, kit.main)]
    for x, y, _ in around(3, 1.0, 0.5):
        foot, top = (0.4 * x, 0.4 * y, 0), (0.22 * x, 0.22 * y, height - 0.06)
        things.append(rod("leg", foot, top, [0.032, 0.048], kit.main))
    return things


def _ring(name: str, radius: float, height: float, thick: float, material):
    circle = [
        (radius * math.cos(a), radius * math.sin(a), height)
        for a in np.linspace(0, 2 * math.pi, 20, endpoint=False)
    ]
    return tube(name, circle, thick, material, closed=True)


@shape("bar stool")
def bar_stool(kit: Kit) -> Things:
    """Tall with four legs, a foot ring and a padded seat."""
    height, radius = 1.0, kit.between(0.23, 0.26)
    frame = (
        kit.stock("charcoal", "painted steel") if kit.material not in ("wood", "painted wood") else kit.main
    )
    seat = disc("seat", radius, height - 0.1, height, kit.main, 0.04)
    things = [seat, _ring("foot ring", 0.262, 0.33, 0.014, frame)]
    for x, y, _ in around(4, 1.0, math.pi / 4):
        things.append(rod("leg", (0.3 * x, 0.3 * y, 0), (0.19 * x, 0.19 * y, height - 0.09), 0.02, frame))
    return things


@shape("pouf")
def pouf(kit: Kit) -> Things:
    """An upholstered drum with tufted segments and a button."""
    radius, height = kit.between(0.48, 0.52), kit.between(0.52, 0.62)

    def ripple(angle, z):
        return 1 - 0.05 * np.exp(-((np.sin(angle * 6) / 0.2) ** 2))

    line = [(radius * 0.86, 0), (radius * 0.97, 0.08), (radius, height * 0.5), (radius * 0.95, height * 0.9)]
    line += [(radius * 0.7, height), (0.1, height - 0.03)]
    body = turned("body", line, kit.main, ripple=ripple, segments=192)
    return [body, ellipsoid("button", (0, 0, height - 0.025), (0.07, 0.07, 0.03), kit.main)]


@shape("saddle stool")
def saddle_stool(kit: Kit) -> Things:
    """A rectangular curved seat on four legs with rungs."""
    height, wide = kit.between(0.86, 0.96), kit.between(0.27, 0.31)

    def seat(u: float, v: float):
        x, y = (2 * u - 1) * wide, (2 * v - 1) * 0.17
        return x, y, height + 0.06 * (2 * u - 1) ** 2

    things = [sheet("seat", seat, kit.main, thickness=0.055)]
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    for sx, sy in corners:
        foot, top = (sx * 0.31, sy * 0.21, 0), (sx * 0.2, sy * 0.12, height - 0.02)
        things.append(rod("leg", foot, top, [0.025, 0.03], kit.main))
    for (ax, ay), (bx, by), z in zip(
        corners, corners[1:] + corners[:1], (0.25, 0.36, 0.25, 0.36), strict=True
    ):
        part = z / height
        reach_x, reach_y = 0.31 - 0.11 * part, 0.21 - 0.09 * part
        things.append(
            rod("rung", (ax * reach_x, ay * reach_y, z), (bx * reach_x, by * reach_y, z), 0.016, kit.main)
        )
    return things


@shape("step stool")
def step_stool(kit: Kit) -> Things:
    """Two steps between solid sides with a hand hole."""
    wide = kit.between(0.5, 0.58)
    things = []
    for side in (-1, 1):
        x = side * (wide / 2 - 0.05)
        things.append(box("back side", (0.05, 0.2, 0.68), (x, 0.11, 0.34), kit.main))
        things.append(box("front side", (0.05, 0.22, 0.33), (x, -0.13, 0.165), kit.main))
    things.append(box("upper step", (wide, 0.25, 0.05), (0, 0.1, 0.7), kit.main))
    things.append(box("lower step", (wide, 0.25, 0.05), (0, -0.15, 0.35), kit.main))
    things.append(box("rail", (wide - 0.1, 0.03, 0.09), (0, 0.17, 0.62), kit.main))
    return things


@shape("drum stool")
def drum_stool(kit: Kit) -> Things:
    """A ceramic garden stool: a barrel with bosses and pierced holes."""
    belly = kit.between(0.34, 0.38)
    line = [(0.27, 0), (0.28, 0.02), (belly, 0.3), (belly, 0.48), (0.3, 0.8), (0.27, 0.83), (0.1, 0.845)]
    things = [turned("barrel", line, kit.main)]
    for height, radius in ((0.1, 0.318), (0.71, 0.332)):
        for x, y, _ in around(16, radius):
            things.append(ellipsoid("boss", (x, y, height), (0.024, 0.024, 0.024), kit.main, segments=16))
    return [*things, *_pierced(kit, smooth_line(line))]


def _pierced(kit: Kit, outline: np.ndarray) -> Things:
    """Dark round patches on the barrel's surface, one of them towards the camera."""
    dark = kit.stock.plain("hole", "#1c1a19", 0.9)
    things = []
    for _, _, angle in around(4, 1.0, math.radians(-117)):

        def patch(u: float, v: float, angle=angle):
            height = 0.4 + 0.075 * v * math.sin(2 * math.pi * u)
            radius = float(np.interp(height, outline[:, 1], outline[:, 0])) + 0.003
            turn = angle + 0.075 * v * math.cos(2 * math.pi * u) / radius
            return radius * math.cos(turn), radius * math.sin(turn), height

        things.append(sheet("hole", patch, dark, rows=6, columns=33))
    return things

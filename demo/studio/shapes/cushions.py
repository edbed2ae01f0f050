"""Cushions, standing and leaning back a little."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import CELL, _grid_faces, ellipsoid, finish, rod, tube
from .kit import Kit, Things, shape

COUNT = 56


def _pillow(
    kit: Kit, half_x: float, half_z: float, puff: float, corner: float = 2.6, wrinkle: float = 0.012
) -> Things:
    """A stuffed square: thick in the middle, thin at the seam, corners drawn out."""
    grid = np.linspace(-1, 1, COUNT)
    u, v = np.meshgrid(grid, grid)
    # Seams pull in between the corners of a stuffed cover.
    pull_x, pull_z = 1 - 0.075 * np.cos(v * math.pi / 2), 1 - 0.075 * np.cos(u * math.pi / 2)
    x, z = u * half_x * pull_x, v * half_z * pull_z
    thick = puff * ((1 - np.abs(u) ** corner) * (1 - np.abs(v) ** corner)) ** 0.55
    crease = wrinkle * np.sin(9 * np.arctan2(v, u) + kit.between(0, 6)) * np.abs(u * v)
    lean = 0.2 * (z + half_z)
    uv = np.stack([x, z], axis=-1) / CELL
    things = []
    for side in (-1, 1):
        y = side * np.maximum(0.004, thick + crease * (thick > 0.02)) + lean
        points = np.stack([x, y, z + half_z], axis=-1).reshape(-1, 3)
        faces = _grid_faces(COUNT, COUNT, wrap=False)
        faces = faces if side < 0 else faces[:, ::-1]
        at = uv.reshape(-1, 2)[faces]
        tone = np.stack([(v.ravel()[faces] + 1) / 2, np.ones(faces.shape)], axis=-1)
        things.append(finish("side", points, faces, kit.main, at, tone, 180))
    return things


def _edge(half_x: float, half_z: float, count: int = 40) -> np.ndarray:
    """The seam line of the pillow above, as a closed path."""
    t = np.linspace(-1, 1, count, endpoint=False)
    one = np.ones_like(t)
    u = np.concatenate([t, one, -t, -one])
    v = np.concatenate([-one, t, one, -t])
    x = u * half_x * (1 - 0.075 * np.cos(v * math.pi / 2))
    z = v * half_z * (1 - 0.075 * np.cos(u * math.pi / 2)) + half_z
    return np.stack([x, 0.2 * z, z], axis=1)


@shape("square cushion")
def square_cushion(kit: Kit) -> Things:
    """Plain with piping along the seam."""
    half, puff = kit.between(0.47, 0.5), kit.between(0.13, 0.17)
    piping = tube("piping", _edge(half, half), 0.013, kit.main, closed=True, smooth=False, sides=10)
    return [*_pillow(kit, half, half, puff), piping]


@shape("lumbar cushion")
def lumbar_cushion(kit: Kit) -> Things:
    """A long rectangle."""
    half_z, puff = kit.between(0.27, 0.31), kit.between(0.11, 0.14)
    piping = tube("piping", _edge(0.5, half_z), 0.012, kit.main, closed=True, smooth=False, sides=10)
    return [*_pillow(kit, 0.5, half_z, puff), piping]


@shape("tasselled cushion")
def tasselled_cushion(kit: Kit) -> Things:
    """A square with a tassel on each corner."""
    half, puff = 0.44, kit.between(0.13, 0.16)
    yarn = kit.stock("ivory" if kit.colour != "ivory" else "terracotta", "cotton")
    things = _pillow(kit, half, half, puff)
    for sx in (-1, 1):
        for sz in (-1, 1):
            x, z = sx * half, half + sz * half
            y = 0.2 * z
            knot = (x + sx * 0.015, y, z + sz * 0.012)
            end = (x + sx * 0.09, y - 0.01, max(0.015, z + sz * 0.07 - 0.03))
            things.append(ellipsoid("knot", knot, (0.024, 0.024, 0.024), yarn, segments=16))
            things.append(rod("tassel", knot, end, [0.012, 0.036], yarn))
    return things


@shape("round cushion")
def round_cushion(kit: Kit) -> Things:
    """A pleated disc with a covered button."""
    radius, puff = kit.between(0.46, 0.5), kit.between(0.14, 0.18)
    pleats = kit.choose(24, 28, 32)
    ring = np.linspace(0.001, 1, 28)[:, None]
    angle = np.linspace(0, 2 * math.pi, 168, endpoint=False)[None, :]
    bulge = puff * np.sqrt(np.maximum(0, 1 - ring**3)) * (1 - 0.65 * np.exp(-((ring / 0.16) ** 2)))
    pleated = bulge * (1 + 0.1 * np.abs(np.sin(angle * pleats / 2)) * np.sin(math.pi * ring))
    x = radius * ring * np.cos(angle)
    z = radius * ring * np.sin(angle) + radius
    things = []
    for side in (-1, 1):
        points = np.stack([x, side * pleated + 0.2 * z, z], axis=-1).reshape(-1, 3)
        faces = _grid_faces(28, 168, wrap=True)
        things.append(
            finish("side", points, faces if side > 0 else faces[:, ::-1], kit.main, sharp_degrees=180)
        )
    middle = (0, -puff * 0.36 + 0.2 * radius, radius)
    return [*things, ellipsoid("button", middle, (0.055, 0.03, 0.055), kit.main)]


@shape("bolster")
def bolster(kit: Kit) -> Things:
    """A lying roll with gathered ends and buttons."""
    radius = kit.between(0.17, 0.21)
    across = np.array([-0.5, -0.5, -0.485, -0.45, -0.2, 0.2, 0.45, 0.485, 0.5, 0.5])
    size = np.array([0.05, 0.6, 0.9, 1.0, 1.0, 1.0, 1.0, 0.9, 0.6, 0.05]) * radius
    steps = np.linspace(0, 1, 90)
    knots = np.linspace(0, 1, len(across))
    x, r = np.interp(steps, knots, across)[:, None], np.interp(steps, knots, size)[:, None]
    angle = np.linspace(0, 2 * math.pi, 96, endpoint=False)[None, :]
    y, z = r * np.cos(angle), r * np.sin(angle) + radius
    points = np.stack([np.repeat(x, 96, axis=1), y, z], axis=-1).reshape(-1, 3)
    faces = _grid_faces(90, 96, wrap=True)
    column = np.where((faces % 96 == 0) & (np.arange(4) % 3 != 0), 96, faces % 96)
    pattern = np.stack(
        [column / 96 * round(2 * math.pi * radius / CELL), np.repeat(x, 96, axis=1).ravel()[faces] / CELL],
        axis=-1,
    )
    tone = np.stack([np.abs(np.repeat(x, 96, axis=1).ravel()[faces]) * 2, np.ones(faces.shape)], axis=-1)
    body = finish("roll", points, faces, kit.main, pattern, tone, 60)
    ends = [ellipsoid("button", (side * 0.5, 0, radius), (0.02, 0.05, 0.05), kit.main) for side in (-1, 1)]
    seams = []
    for side in (-1, 1):
        circle = [
            (side * 0.468, radius * 0.97 * math.cos(a), radius * (1 + 0.97 * math.sin(a)))
            for a in np.linspace(0, 6.283, 32, endpoint=False)
        ]
        seams.append(tube("piping", circle, 0.011, kit.main, closed=True, sides=10))
    return [body, *ends, *seams]

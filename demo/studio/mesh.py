"""Meshes: turned bodies, tubes, rounded boxes and bent sheets, from numbers.

Every builder returns a Blender object whose vertices are already where they
belong (no object transform). Three attributes travel with each mesh:

* UV layer ``pattern``: cells of about ``CELL`` units, so that a shader can draw
  dots and stripes of one size on any shape;
* UV layer ``tone``: x runs from 0 to 1 (which part of a two-tone glaze), y is 1
  where a pattern may be drawn and 0 where not (the inside of a mug);
* point attribute ``grain``: coordinates whose z axis runs along the part, for wood.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import bmesh
import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector

CELL = 0.13
Point = Sequence[float]


def smooth_line(points: Sequence[Point], per_segment: int = 10, closed: bool = False) -> np.ndarray:
    """Catmull-Rom curve through the points; a point given twice is a sharp corner."""
    given = [tuple(map(float, p)) for p in points]
    runs: list[list[tuple[float, ...]]] = [[given[0]]]
    for before, here in pairwise(given):
        if here == before:
            runs.append([here])
        else:
            runs[-1].append(here)
    pieces = [_catmull_rom(np.array(run), per_segment, closed) for run in runs if len(run) > 1]
    return np.concatenate(pieces)


def _catmull_rom(points: np.ndarray, per_segment: int, closed: bool) -> np.ndarray:
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    if not closed:
        pieces.append(points[-1:])
    return np.concatenate(pieces)


def finish(
    name: str,
    vertices: np.ndarray,
    faces: Sequence[Sequence[int]],
    material: bpy.types.Material,
    pattern: np.ndarray | None = None,
    tone: np.ndarray | None = None,
    sharp_degrees: float = 38,
) -> bpy.types.Object:
    """Make the object: smooth shading, UV layers (given per face corner), grain."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(np.asarray(vertices, dtype=float).tolist(), [], [list(f) for f in faces])
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    mesh.set_sharp_from_angle(angle=math.radians(sharp_degrees))
    mesh.materials.append(material)
    if pattern is not None:
        mesh.uv_layers.new(name="pattern").data.foreach_set("uv", np.ravel(pattern))
    if tone is not None:
        mesh.uv_layers.new(name="tone").data.foreach_set("uv", np.ravel(tone))
    _add_grain(mesh, name)
    mesh.update()
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def _add_grain(mesh: bpy.types.Mesh, name: str) -> None:
    flat = np.empty(len(mesh.vertices) * 3)
    mesh.vertices.foreach_get("co", flat)
    points = flat.reshape(-1, 3)
    order = np.argsort(np.ptp(points, axis=0))
    # Each board gets its own cut out of the tree, or a table top shows one
    # pattern running through all its parts.
    shift = random.Random(f"{name}{len(points)}{points[0].round(3).tolist()}").uniform(-9, 9)
    attribute = mesh.attributes.new("grain", "FLOAT_VECTOR", "POINT")
    attribute.data.foreach_set("vector", np.ravel(points[:, order] + shift))


def add_missing_maps(things: Sequence[bpy.types.Object]) -> None:
    """Give parts without UV layers flat ones: x and height, tone by overall height."""
    height = max(max(v.co.z for v in t.data.vertices) for t in things) or 1.0
    for thing in things:
        mesh = thing.data
        if "pattern" in mesh.uv_layers and "tone" in mesh.uv_layers:
            continue
        flat = np.empty(len(mesh.vertices) * 3)
        mesh.vertices.foreach_get("co", flat)
        points = flat.reshape(-1, 3)
        corners = np.empty(len(mesh.loops), dtype=int)
        mesh.loops.foreach_get("vertex_index", corners)
        at = points[corners]
        if "pattern" not in mesh.uv_layers:
            # A lying plate has no height to speak of: use its depth instead.
            second = 2 if np.ptp(points[:, 2]) > 0.4 * np.ptp(points[:, 1]) else 1
            mesh.uv_layers.new(name="pattern").data.foreach_set("uv", np.ravel(at[:, [0, second]] / CELL))
        if "tone" not in mesh.uv_layers:
            tone = np.stack([at[:, 2] / height, np.ones(len(at))], axis=1)
            mesh.uv_layers.new(name="tone").data.foreach_set("uv", np.ravel(tone))


def _grid_faces(rows: int, columns: int, wrap: bool) -> np.ndarray:
    last = columns if wrap else columns - 1
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(last), indexing="ij")
    row, column = row.ravel(), column.ravel()
    after = (column + 1) % columns
    return np.stack(
        [
            row * columns + column,
            row * columns + after,
            (row + 1) * columns + after,
            (row + 1) * columns + column,
        ],
        axis=1,
    )


def vessel_profile(
    outer: Sequence[Point], wall: float = 0.035, floor: float = 0.04, per_segment: int = 10
) -> tuple[np.ndarray, np.ndarray, int]:
    """Turn an outer line (foot to lip) into a closed cross-section with a wall.

    Returns the cross-section from the middle of the foot to the middle of the
    inside, the outer line alone, and the index at which the inside begins.
    """
    line = smooth_line(outer, per_segment)
    line = line[np.r_[True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-6]]
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
    inward = np.stack([-along[:, 1], along[:, 0]], axis=1)
    inner = line + inward * wall
    inner = inner[(inner[:, 0] > 0.004) & (inner[:, 1] > floor)][::-1]
    # A half-round lip: without it the rim catches no light and looks cut out.
    middle = line[-1] + inward[-1] * wall / 2
    turn = np.linspace(0, math.pi, 7)[1:-1, None]
    lip = middle - inward[-1] * (wall / 2) * np.cos(turn) + along[-1] * (wall / 2) * np.sin(turn)
    foot_radius, bevel = line[0, 0], min(0.02, line[0, 0] * 0.2)
    base = line[0, 1]
    foot = np.array(
        [[1e-4, base + 0.006], [foot_radius - 2.2 * bevel, base + 0.006], [foot_radius - 1.4 * bevel, base]]
    )
    bottom = inner[-1]
    inside_floor = np.array([[bottom[0] * 0.8, floor], [bottom[0] * 0.4, floor], [1e-4, floor]])
    rounded = line.copy()
    rounded[0] = (foot_radius - bevel * 0.4, line[0, 1])
    whole = np.concatenate([foot, rounded, lip, inner, inside_floor])
    return whole, line, len(foot) + len(line) + 2


def lathe(
    name: str,
    profile: np.ndarray,
    material: bpy.types.Material,
    inside_from: int | None = None,
    segments: int = 96,
    ripple: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    radial_tone: bool = False,
    centre: Point = (0, 0, 0),
    sharp_degrees: float = 38,
) -> bpy.types.Object:
    """Turn a cross-section (radius, height) about the z axis.

    ``ripple(angle, height)`` gives a factor on the radius, for ribs and twists.
    """
    profile = np.asarray(profile, dtype=float)
    angle = np.linspace(0, 2 * math.pi, segments, endpoint=False)
    radius = np.repeat(profile[:, :1], segments, axis=1)
    if ripple is not None:
        radius = radius * ripple(angle[None, :], profile[:, 1:2])
    height = np.repeat(profile[:, 1:2], segments, axis=1)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=-1)
    faces = _grid_faces(len(profile), segments, wrap=True)
    row, column = faces // segments, faces % segments
    column = np.where((column == 0) & (np.arange(4) % 3 != 0), segments, column)

    steps = np.linalg.norm(np.diff(profile, axis=0), axis=1)
    length = np.r_[0, np.cumsum(steps)] / CELL
    around = max(3, round(2 * math.pi * np.average(profile[:, 0]) / CELL))
    pattern = np.stack([column / segments * around, length[row]], axis=-1)
    values = profile[:, 0] if radial_tone else profile[:, 1]
    level = (values - values.min()) / (np.ptp(values) or 1)
    drawn = np.ones(len(profile))
    if inside_from is not None:
        level[inside_from:] = 1.0
        drawn[inside_from:] = 0.0
    tone = np.stack([level[row], drawn[row]], axis=-1)
    return finish(
        name, points.reshape(-1, 3) + np.asarray(centre), faces, material, pattern, tone, sharp_degrees
    )


def vessel(
    name: str,
    outer: Sequence[Point],
    material: bpy.types.Material,
    wall: float = 0.035,
    floor: float = 0.04,
    **options,
) -> tuple[bpy.types.Object, Callable[[float], float]]:
    """A turned hollow body, and a function that gives its outer radius at a height."""
    profile, line, inside = vessel_profile(outer, wall, floor)
    thing = lathe(name, profile, material, inside_from=inside, **options)
    return thing, lambda z: float(np.interp(z, line[:, 1], line[:, 0]))


def turned(name: str, outer: Sequence[Point], material: bpy.types.Material, **options) -> bpy.types.Object:
    """A solid turned body: the line goes from bottom to top and is closed on the axis."""
    line = smooth_line(outer)
    line = np.concatenate([[[1e-4, line[0, 1]]], line, [[1e-4, line[-1, 1]]]])
    return lathe(name, line, material, **options)


def disc(
    name: str,
    radius: float,
    low: float,
    high: float,
    material: bpy.types.Material,
    bevel: float = 0.015,
    **options,
) -> bpy.types.Object:
    """A cylinder with rounded edges."""
    bevel = min(bevel, (high - low) * 0.45, radius * 0.45)
    turn = np.linspace(0, math.pi / 2, 5)
    lower = [(radius - bevel + bevel * math.sin(t), low + bevel - bevel * math.cos(t)) for t in turn]
    upper = [(radius - bevel + bevel * math.cos(t), high - bevel + bevel * math.sin(t)) for t in turn]
    profile = np.array([(1e-4, low), *lower, *upper, (1e-4, high)])
    return lathe(name, profile, material, **options)


def tube(
    name: str,
    path: Sequence[Point],
    radius: float | Sequence[float],
    material: bpy.types.Material,
    closed: bool = False,
    flatten: float = 1.0,
    smooth: bool = True,
    sides: int = 16,
    per_segment: int = 8,
) -> bpy.types.Object:
    """Sweep a round (or flattened) section along a path; radius may taper along it."""
    line = smooth_line(path, per_segment, closed) if smooth else np.asarray(path, dtype=float)
    count = len(line)
    given = np.atleast_1d(np.asarray(radius, dtype=float))
    radii = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(given)), given)
    around = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0)
    along = around if closed else np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
    sideways = _transport(along)
    upward = np.cross(along, sideways)
    turn = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    rings = line[:, None] + radii[:, None, None] * (
        np.cos(turn)[None, :, None] * sideways[:, None] * flatten
        + np.sin(turn)[None, :, None] * upward[:, None]
    )
    points = rings.reshape(-1, 3)
    faces = _grid_faces(count, sides, wrap=True).tolist()
    if closed:
        start = (count - 1) * sides
        faces += [[start + i, start + (i + 1) % sides, (i + 1) % sides, i] for i in range(sides)]
    else:
        faces += [list(range(sides))[::-1], list(range((count - 1) * sides, count * sides))]
    return finish(name, points, faces, material)


def _transport(along: np.ndarray) -> np.ndarray:
    """A sideways direction that turns as little as possible along a path."""
    start = np.array([0.0, 1.0, 0.0]) if abs(along[0][1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    sideways = np.empty_like(along)
    current = start
    for i, direction in enumerate(along):
        current = current - direction * np.dot(current, direction)
        current = current / (np.linalg.norm(current) + 1e-12)
        sideways[i] = current
    return sideways


def rod(
    name: str,
    start: Point,
    end: Point,
    radius: float | Sequence[float],
    material: bpy.types.Material,
    sides: int = 20,
) -> bpy.types.Object:
    """A straight round bar, tapered when two radii are given, with softened ends."""
    first, last = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    thick = np.atleast_1d(np.asarray(radius, dtype=float))
    low, high = thick[0], thick[-1]
    length = float(np.linalg.norm(last - first))
    soft = min(0.012, low * 0.4, high * 0.4, length * 0.2)
    steps = np.array([0, soft / length, 0.5, 1 - soft / length, 1])
    radii = [low - soft, low, (low + high) / 2, high, high - soft]
    dense_radii = np.interp(np.linspace(0, 1, len(steps)), np.linspace(0, 1, 5), radii)
    path = first + (last - first) * steps[:, None]
    return tube(name, path, dense_radii, material, smooth=False, sides=sides)


def box(
    name: str,
    size: Point,
    centre: Point,
    material: bpy.types.Material,
    bevel: float = 0.012,
    rotation: Point = (0, 0, 0),
    segments: int = 3,
) -> bpy.types.Object:
    """A box with rounded edges, turned about its own centre (x, then y, then z)."""
    body = bmesh.new()
    bmesh.ops.create_cube(body, size=1.0)
    bmesh.ops.scale(body, vec=Vector(size), verts=body.verts)
    width = min(bevel, min(size) * 0.45)
    bmesh.ops.bevel(body, geom=body.edges[:], offset=width, segments=segments, profile=0.5, affect="EDGES")
    turn = Matrix.Translation(Vector(centre)) @ Euler(rotation).to_matrix().to_4x4()
    bmesh.ops.transform(body, matrix=turn, verts=body.verts)
    return _from_bmesh(name, body, material)


def _from_bmesh(name: str, body: bmesh.types.BMesh, material: bpy.types.Material) -> bpy.types.Object:
    body.verts.index_update()
    bmesh.ops.recalc_face_normals(body, faces=body.faces)
    points = np.array([v.co[:] for v in body.verts])
    faces = [[v.index for v in f.verts] for f in body.faces]
    body.free()
    return finish(name, points, faces, material)


def sheet(
    name: str,
    surface: Callable[[float, float], Point],
    material: bpy.types.Material,
    rows: int = 24,
    columns: int = 24,
    thickness: float = 0.0,
) -> bpy.types.Object:
    """A bent sheet: ``surface(u, v)`` for u and v from 0 to 1, thickened both ways."""
    points = np.array([surface(u, v) for v in np.linspace(0, 1, rows) for u in np.linspace(0, 1, columns)])
    faces = _grid_faces(rows, columns, wrap=False)
    if thickness <= 0:
        return finish(name, points, faces, material)
    body = bmesh.new()
    corners = [body.verts.new(p) for p in points]
    for face in faces:
        body.faces.new([corners[i] for i in face])
    bmesh.ops.recalc_face_normals(body, faces=body.faces)
    bmesh.ops.solidify(body, geom=body.faces[:], thickness=thickness)
    return _from_bmesh(name, body, material)


def ellipsoid(
    name: str,
    centre: Point,
    radii: Point,
    material: bpy.types.Material,
    power: float = 1.0,
    segments: int = 48,
) -> bpy.types.Object:
    """A ball with three radii; a power below 1 makes it boxier."""
    latitude = np.linspace(-math.pi / 2, math.pi / 2, segments // 2 + 1)
    longitude = np.linspace(0, 2 * math.pi, segments, endpoint=False)

    def bent(values: np.ndarray) -> np.ndarray:
        return np.sign(values) * np.abs(values) ** power

    ring = np.maximum(bent(np.cos(latitude)), 1e-4)[:, None]
    points = np.stack(
        [
            ring * bent(np.cos(longitude)) * radii[0],
            ring * bent(np.sin(longitude)) * radii[1],
            np.repeat(bent(np.sin(latitude))[:, None], segments, axis=1) * radii[2],
        ],
        axis=-1,
    ).reshape(-1, 3) + np.asarray(centre)
    return finish(name, points, _grid_faces(len(latitude), segments, wrap=True), material)

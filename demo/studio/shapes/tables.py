"""Side and coffee tables: thin wide tops, clearly larger than a seat."""

from __future__ import annotations

import math

from ..mesh import box, disc, ellipsoid, rod, tube, turned, vessel
from .kit import Kit, Things, around, ribs, shape


def _books(kit: Kit, top: float) -> Things:
    """Two books and a cup on the table top give its size away."""
    things = []
    for number, (colour, turn) in enumerate((("cobalt", 0.3), ("terracotta", 0.05))):
        cover = kit.stock(colour, "linen")
        at = (-0.12, 0.0, top + 0.02 + number * 0.036)
        things.append(box("book", (0.24, 0.17, 0.034), at, cover, 0.004, rotation=(0, 0, turn)))
    return things


@shape("round pedestal table")
def pedestal_table(kit: Kit) -> Things:
    """A round top on one trumpet foot."""
    top, radius = kit.between(0.6, 0.7), kit.between(0.46, 0.5)
    foot = turned(
        "foot",
        [(0.25, 0), (0.24, 0.015), (0.08, 0.08), (0.045, 0.3), (0.08, top - 0.03), (0.1, top)],
        kit.main,
    )
    return [foot, disc("top", radius, top, top + 0.03, kit.main)]


@shape("square leg table")
def square_table(kit: Kit) -> Things:
    """A rectangular coffee table with a shelf and books."""
    wide, deep, top = kit.between(0.95, 1.1), 0.56, kit.between(0.42, 0.48)
    things = [box("top", (wide, deep, 0.035), (0, 0, top), kit.main)]
    things.append(box("shelf", (wide - 0.1, deep - 0.1, 0.02), (0, 0, 0.14), kit.main))
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * (wide / 2 - 0.035), sy * (deep / 2 - 0.035), top / 2)
            things.append(box("leg", (0.045, 0.045, top), at, kit.main))
    return things + _books(kit, top + 0.017)


@shape("hairpin table")
def hairpin_table(kit: Kit) -> Things:
    """A plank on bent black wire legs."""
    wide, deep, top = kit.between(0.95, 1.1), 0.5, 0.46
    wire = kit.stock("charcoal", "painted steel")
    things = [box("top", (wide, deep, 0.045), (0, 0, top), kit.main)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (wide / 2 - 0.08), sy * (deep / 2 - 0.07)
            foot = (x + sx * 0.05, y + sy * 0.04, 0.012)
            path = [
                (x - sx * 0.1, y, top - 0.02),
                (foot[0] - sx * 0.02, foot[1], 0.03),
                foot,
                (foot[0], foot[1] - sy * 0.02, 0.03),
                (x, y - sy * 0.1, top - 0.02),
            ]
            things.append(tube("leg", path, 0.009, wire, sides=10))
    return things


@shape("tripod side table")
def tripod_table(kit: Kit) -> Things:
    """A small round top on three crossing legs."""
    top, radius = kit.between(0.74, 0.84), kit.between(0.34, 0.39)
    things = [disc("top", radius, top, top + 0.03, kit.main)]
    for x, y, angle in around(3, 1.0, 0.2):
        across = angle + math.pi * 0.86
        foot = (0.33 * x, 0.33 * y, 0)
        things.append(
            rod("leg", foot, (0.24 * math.cos(across), 0.24 * math.sin(across), top), 0.02, kit.main)
        )
    return things


@shape("tray table")
def tray_table(kit: Kit) -> Things:
    """A raised-edge tray on a square wire frame."""
    top, radius = kit.between(0.62, 0.72), kit.between(0.36, 0.4)
    rim = [(radius - 0.03, top), (radius, top + 0.01), (radius + 0.005, top + 0.075)]
    tray, _ = vessel("tray", rim, kit.main, wall=0.014, floor=top + 0.014)
    frame = kit.stock("charcoal", "painted steel")
    things = [tray]
    for x, y, _ in around(4, radius * 0.9, math.pi / 4):
        things.append(rod("leg", (x, y, 0), (x, y, top + 0.005), 0.012, frame))
    for z in (0.012, top - 0.01):
        corners = around(4, radius * 0.9, math.pi / 4)
        for (ax, ay, _), (bx, by, _) in zip(corners, corners[1:] + corners[:1], strict=True):
            things.append(rod("bar", (ax, ay, z), (bx, by, z), 0.011, frame))
    return things


@shape("block table")
def block_table(kit: Kit) -> Things:
    """An oval top on two half-round fluted columns."""
    top = kit.between(0.4, 0.46)
    things = [ellipsoid("top", (0, 0, top + 0.025), (0.56, 0.34, 0.03), kit.main, power=0.5)]
    for side in (-1, 1):
        profile = [(0.14, 0), (0.14, top)]
        things.append(
            turned(
                "column", profile, kit.main, ripple=ribs(16, 0.08), segments=160, centre=(side * 0.26, 0, 0)
            )
        )
    return things

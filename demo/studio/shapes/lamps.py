"""Table lamps, all of them switched on."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import disc, ellipsoid, lathe, rod, smooth_line, turned
from .kit import Kit, Things, ribs, shape


def _shell(name: str, line, material, wall: float = 0.012, **options):
    """A thin open surface of revolution: down the outside, up the inside."""
    outer = smooth_line(line)
    inner = outer[::-1] - np.array([wall, 0.0])
    inner[:, 0] = np.maximum(inner[:, 0], 1e-4)
    return lathe(name, np.concatenate([outer, inner, outer[:1]]), material, **options)


def _linen_shade(kit: Kit, low: float, high: float, wide: float, narrow: float) -> Things:
    shade = _shell("shade", [(wide, low), (narrow, high)], kit.stock.shade())
    bulb = ellipsoid("bulb", (0, 0, (low + high) / 2), (0.06, 0.06, 0.08), kit.stock.bulb())
    rod_up = rod("holder", (0, 0, low - 0.12), (0, 0, (low + high) / 2), 0.018, kit.stock("brass", "brass"))
    return [shade, bulb, rod_up]


@shape("gourd lamp")
def gourd_lamp(kit: Kit) -> Things:
    """A double-bellied base under a cone shade."""
    belly = kit.between(0.19, 0.23)
    line = [(0.12, 0), (belly * 0.9, 0.06), (belly, 0.18), (0.1, 0.34), (0.13, 0.42), (0.04, 0.52)]
    return [turned("base", line, kit.main), *_linen_shade(kit, 0.56, 0.96, kit.between(0.31, 0.35), 0.2)]


@shape("column lamp")
def column_lamp(kit: Kit) -> Things:
    """A ribbed column on a plinth under a drum shade."""
    wide = kit.between(0.27, 0.31)
    base = disc("plinth", 0.15, 0, 0.035, kit.main)
    column = turned(
        "column",
        [(0.085, 0.03), (0.085, 0.5), (0.085, 0.5), (0.05, 0.52)],
        kit.main,
        ripple=ribs(14, 0.07),
        segments=168,
    )
    return [base, column, *_linen_shade(kit, 0.56, 0.92, wide, wide)]


@shape("mushroom lamp")
def mushroom_lamp(kit: Kit) -> Things:
    """A dome cap in the colour of the foot, lit from below."""
    cap = kit.between(0.38, 0.44)
    foot = turned("foot", [(0.2, 0), (0.21, 0.03), (0.1, 0.16), (0.08, 0.4), (0.1, 0.56)], kit.main)
    dome = _shell("cap", [(cap, 0.5), (cap * 0.96, 0.62), (cap * 0.66, 0.78), (0.02, 0.85)], kit.main)
    bulb = ellipsoid("bulb", (0, 0, 0.56), (0.14, 0.14, 0.07), kit.stock.bulb())
    return [foot, dome, bulb]


@shape("desk lamp")
def desk_lamp(kit: Kit) -> Things:
    """Two arms with a joint and a bell-shaped reflector."""
    elbow, head = kit.between(-0.2, -0.14), kit.between(0.22, 0.28)
    metal = kit.stock("brass", "brass") if kit.material == "painted steel" else kit.main
    base = disc("base", 0.19, 0, 0.035, kit.main)
    lower = rod("lower arm", (0, 0, 0.03), (elbow, 0, 0.5), 0.017, metal)
    upper = rod("upper arm", (elbow, 0, 0.5), (head, 0, 0.86), 0.017, metal)
    joint = ellipsoid("joint", (elbow, 0, 0.5), (0.034, 0.034, 0.034), metal)
    bell = _shell("bell", [(0.17, -0.13), (0.15, -0.03), (0.06, 0.06), (0.035, 0.1), (0.01, 0.11)], kit.main)
    bulb = ellipsoid("bulb", (0, 0, -0.08), (0.07, 0.07, 0.06), kit.stock.bulb())
    for part in (bell, bulb):
        for vertex in part.data.vertices:
            x, y, z = vertex.co
            lean = -0.45
            vertex.co = (
                head + 0.03 + x * math.cos(lean) + z * math.sin(lean),
                y,
                0.82 - x * math.sin(lean) + z * math.cos(lean),
            )
    return [base, lower, upper, joint, bell, bulb]


@shape("tripod lamp")
def tripod_lamp(kit: Kit) -> Things:
    """Three splayed legs under a wide linen drum."""
    spread = kit.between(0.22, 0.27)
    things = [disc("hub", 0.06, 0.47, 0.52, kit.main)]
    for turn in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6):
        foot = (spread * math.cos(turn), spread * math.sin(turn), 0)
        top = (0.035 * math.cos(turn), 0.035 * math.sin(turn), 0.5)
        things.append(rod("leg", foot, top, [0.018, 0.024], kit.main))
    return [*things, *_linen_shade(kit, 0.58, 0.94, 0.31, kit.between(0.25, 0.31))]


@shape("globe lamp")
def globe_lamp(kit: Kit) -> Things:
    """A glowing opal ball on a short foot."""
    ball = kit.between(0.27, 0.31)
    foot = turned("foot", [(0.19, 0), (0.2, 0.025), (0.17, 0.04), (0.09, 0.12), (0.12, 0.25)], kit.main)
    opal = kit.stock.plain("opal", "#fbf0dd", 0.3, 0.36)
    return [foot, ellipsoid("globe", (0, 0, 0.22 + ball), (ball, ball, ball), opal)]

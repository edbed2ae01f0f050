"""Planters: a pot, soil, and something growing in it."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import disc, ellipsoid, lathe, rod, sheet, smooth_line, tube, vessel
from .kit import Kit, Things, around, ribs, shape


def _leaf(kit: Kit, base, angle: float, length: float, width: float, rise: float, droop: float):
    """One leaf: starts at ``base``, climbs, then bends over."""
    ahead = np.array([math.cos(angle), math.sin(angle), 0.0])
    aside = np.array([-math.sin(angle), math.cos(angle), 0.0])

    def surface(u: float, v: float):
        across = (2 * u - 1) * width * math.sin(math.pi * min(0.98, 0.06 + v * 0.94)) ** 0.8
        fold = abs(2 * u - 1) * width * 0.25
        climb = length * (rise * v - droop * v * v) + fold
        return (
            np.asarray(base)
            + ahead * length * v * (1 - 0.25 * rise)
            + aside * across
            + np.array([0, 0, climb])
        )

    return sheet("leaf", surface, kit.stock.leaf(), rows=16, columns=7)


def _blades(kit: Kit, top: float, radius: float) -> Things:
    """A snake plant: stiff upright swords."""
    things = []
    for number in range(9):
        angle = number * 2.4
        x, y = radius * 0.5 * math.cos(angle), radius * 0.5 * math.sin(angle)
        length, lean = kit.between(0.38, 0.62), kit.between(0.02, 0.1)

        def surface(u: float, v: float, x=x, y=y, length=length, lean=lean, angle=angle):
            width = 0.045 * (1 - v**3) * (0.7 + 0.5 * math.sin(math.pi * min(1, v * 1.2)))
            across = (2 * u - 1) * width
            turn = angle + v * 0.6
            return (
                x + math.cos(angle) * lean * v - math.sin(turn) * across,
                y + math.sin(angle) * lean * v + math.cos(turn) * across,
                top + length * v,
            )

        things.append(sheet("blade", surface, kit.stock.leaf(), rows=18, columns=5, thickness=0.008))
    return things


def _rosette(kit: Kit, top: float, radius: float) -> Things:
    """Arching leaves in three rings."""
    things = []
    for ring, (count, rise, droop) in enumerate(((7, 0.5, 0.5), (6, 0.95, 0.55), (4, 1.5, 0.4))):
        for number in range(count):
            angle = 2 * math.pi * number / count + ring * 0.5 + kit.between(-0.15, 0.15)
            base = (0.03 * math.cos(angle), 0.03 * math.sin(angle), top)
            things.append(_leaf(kit, base, angle, kit.between(0.34, 0.44), 0.075, rise, droop))
    return things


def _coins(kit: Kit, top: float, radius: float) -> Things:
    """A pilea: round leaves on thin stalks."""
    things = []
    for number in range(15):
        angle, lean = number * 2.4, 0.08 + 0.017 * number
        height = top + 0.46 - 0.02 * number
        tip = (lean * math.cos(angle) * 1.2, lean * math.sin(angle) * 1.2, height)
        things.append(
            tube(
                "stalk",
                [(0, 0, top), (tip[0] * 0.4, tip[1] * 0.4, (top + height) / 2), tip],
                0.007,
                kit.stock.leaf(),
                sides=8,
            )
        )
        things.append(_tilted_coin(kit, tip))
    return things


def _tilted_coin(kit: Kit, tip):
    """A round leaf that turns its face up and forwards, as towards a window."""
    coin = ellipsoid("coin", (0, 0, 0), (0.085, 0.085, 0.014), kit.stock.leaf(), segments=24)
    lean = kit.between(0.6, 1.0)
    for vertex in coin.data.vertices:
        x, y, z = vertex.co
        vertex.co = (
            tip[0] + x,
            tip[1] + y * math.cos(lean) - z * math.sin(lean),
            tip[2] + y * math.sin(lean) + z * math.cos(lean),
        )
    coin.data.update()
    return coin


def _cactus(kit: Kit, top: float, radius: float) -> Things:
    """A ribbed barrel with a flower."""
    ball, tall = radius * 0.72, kit.between(0.36, 0.5)
    line = smooth_line(
        [
            (ball * 0.7, 0),
            (ball, tall * 0.35),
            (ball * 0.85, tall * 0.75),
            (ball * 0.3, tall * 0.98),
            (0.002, tall),
        ]
    )
    body = lathe(
        "cactus", line, kit.stock.leaf(), ripple=ribs(14, 0.16), segments=168, centre=(0, 0, top - 0.02)
    )
    pink = kit.stock.plain("flower", "#d9527a", 0.6)
    flower = [
        ellipsoid("petal", (x, y, top + tall), (0.045, 0.045, 0.022), pink, segments=16)
        for x, y, _ in around(6, 0.04)
    ]
    return [body, *flower]


def _tree(kit: Kit, top: float, radius: float) -> Things:
    """A clipped ball on a stem."""
    stem_top = top + kit.between(0.28, 0.38)
    things = [
        rod("stem", (0, 0, top - 0.03), (0, 0, stem_top + 0.08), 0.016, kit.stock.plain("bark", "#6b5138"))
    ]
    for number in range(130):
        z = 1 - 2 * (number + 0.5) / 130
        flat, angle = math.sqrt(1 - z * z), number * 2.39996
        x, y = flat * math.cos(angle), flat * math.sin(angle)
        size = kit.between(0.036, 0.05)
        spot = (0.18 * x, 0.18 * y, stem_top + 0.19 + 0.18 * z)
        things.append(ellipsoid("tuft", spot, (size, size, size), kit.stock.leaf(), segments=12))
    return [*things, ellipsoid("core", (0, 0, stem_top + 0.19), (0.18, 0.18, 0.18), kit.stock.leaf())]


PLANTS = (_blades, _rosette, _coins, _cactus, _tree)


def _planted(kit: Kit, top: float, radius: float) -> Things:
    soil = disc("soil", radius, top - 0.04, top, kit.stock.soil(), 0.01)
    return [soil, *kit.choose(*PLANTS)(kit, top, radius)]


@shape("flowerpot")
def flowerpot(kit: Kit) -> Things:
    """The classic tapered pot with a collar and a saucer."""
    lip, height = kit.between(0.26, 0.3), kit.between(0.42, 0.5)
    outer = [(lip * 0.64, 0.02), (lip * 0.66, 0.05), (lip * 0.88, height * 0.76), (lip * 0.88, height * 0.76)]
    outer += [(lip, height * 0.77), (lip, height * 0.77), (lip * 1.05, height)]
    pot, _ = vessel("pot", outer, kit.main)
    saucer, _ = vessel(
        "saucer", [(lip * 0.74, 0), (lip * 0.84, 0.01), (lip * 0.9, 0.06)], kit.main, wall=0.018, floor=0.015
    )
    return [pot, saucer, *_planted(kit, height - 0.05, lip - 0.01)]


@shape("cylinder planter")
def cylinder_planter(kit: Kit) -> Things:
    """Straight sides, no collar."""
    radius, height = kit.between(0.25, 0.29), kit.between(0.42, 0.5)
    pot, _ = vessel(
        "pot", [(radius - 0.02, 0), (radius, 0.03), (radius, 0.03), (radius, height)], kit.main, wall=0.025
    )
    return [pot, *_planted(kit, height - 0.04, radius - 0.02)]


@shape("ball planter")
def ball_planter(kit: Kit) -> Things:
    """A round belly cut open at the top."""
    radius = kit.between(0.29, 0.33)
    outer = [
        (radius * 0.5, 0),
        (radius * 0.88, 0.1),
        (radius, 0.25),
        (radius * 0.84, 0.42),
        (radius * 0.74, 0.46),
    ]
    pot, _ = vessel("pot", outer, kit.main, wall=0.028)
    return [pot, *_planted(kit, 0.42, radius * 0.8)]


@shape("planter on legs")
def legged_planter(kit: Kit) -> Things:
    """A pot held by a wooden stand."""
    radius, low, high = kit.between(0.24, 0.27), 0.2, 0.56
    pot, _ = vessel(
        "pot",
        [(radius - 0.03, low), (radius, low + 0.04), (radius, low + 0.04), (radius, high)],
        kit.main,
        wall=0.025,
        floor=low + 0.04,
    )
    wood, things = kit.stock("oak", "wood"), [pot]
    for x, y, _ in around(4, radius + 0.02, math.pi / 4):
        things.append(rod("leg", (x * 1.06, y * 1.06, 0), (x, y, high - 0.14), 0.02, wood))
    for a, b in (((1, 1), (-1, -1)), ((1, -1), (-1, 1))):
        reach = radius * 0.72
        things.append(
            rod(
                "cross",
                (a[0] * reach, a[1] * reach, low - 0.02),
                (b[0] * reach, b[1] * reach, low - 0.02),
                0.016,
                wood,
            )
        )
    return [*things, *_planted(kit, high - 0.04, radius - 0.02)]


@shape("bowl planter")
def bowl_planter(kit: Kit) -> Things:
    """Low and wide with ribs and three small cacti."""
    radius, height = kit.between(0.44, 0.5), kit.between(0.24, 0.3)
    outer = [(radius * 0.6, 0), (radius * 0.85, 0.06), (radius * 0.97, height * 0.6), (radius, height)]
    pot, _ = vessel("pot", outer, kit.main, wall=0.03, ripple=ribs(30, 0.035), segments=180)
    things = [pot, disc("soil", radius - 0.015, height - 0.07, height - 0.03, kit.stock.soil(), 0.01)]
    for (x, y), size in zip(((-0.2, 0.02), (0.17, -0.1), (0.1, 0.18)), (1.0, 0.75, 1.25), strict=True):
        line = smooth_line([(0.09, 0), (0.12, 0.1), (0.1, 0.24), (0.03, 0.31), (0.002, 0.315)]) * size
        things.append(
            lathe(
                "cactus",
                line,
                kit.stock.leaf(),
                ripple=ribs(12, 0.16),
                segments=120,
                centre=(x, y, height - 0.05),
            )
        )
    return things

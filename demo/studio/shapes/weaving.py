"""Woven baskets: coils laid over each other, with a visible weave."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..mesh import disc, lathe, rod, tube, turned
from .kit import Kit, Things, around, shape


def _weave(
    kit: Kit,
    radius_at: Callable[[float], float],
    low: float,
    high: float,
    rows: int,
    stakes: int = 28,
    squash: Callable[[float], float] | None = None,
) -> Things:
    """Strands that pass before and behind the stakes, row after row."""
    step = (high - low) / rows
    angle = np.linspace(0, 2 * math.pi, stakes * 4, endpoint=False)
    things = [disc("bottom", radius_at(low) - 0.01, low, low + 0.02, kit.main, 0.005)]
    for row in range(rows):
        height = low + (row + 0.5) * step
        radius = radius_at(height) + 0.011 * np.cos(angle * stakes / 2 + math.pi * (row % 2))
        path = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full_like(angle, height)], axis=1)
        things.append(tube("strand", path, step * 0.56, kit.main, closed=True, smooth=False, sides=8))
    # A lining just behind the strands closes the gaps between them.
    outer = [(radius_at(z) - 0.012, z) for z in np.linspace(low, high - step * 0.3, 12)]
    profile = np.array([*outer, *[(r - 0.01, z) for r, z in outer[::-1]]])
    return [*things, lathe("lining", profile, kit.main)]


def _rim(kit: Kit, radius: float, height: float, thick: float = 0.026) -> Things:
    circle = [(radius * x, radius * y, height) for x, y, _ in around(28, 1.0)]
    return [tube("rim", circle, thick, kit.main, closed=True)]


@shape("round basket")
def round_basket(kit: Kit) -> Things:
    """A bread basket: low, open, flaring."""
    wide, high = kit.between(0.42, 0.46), kit.between(0.28, 0.34)
    at = lambda z: 0.33 + (wide - 0.33) * (z / high)  # noqa: E731
    return [*_weave(kit, at, 0.0, high, 8), *_rim(kit, wide, high)]


@shape("belly basket")
def belly_basket(kit: Kit) -> Things:
    """A soft round belly with two small ear handles."""
    belly, high = kit.between(0.4, 0.45), kit.between(0.58, 0.66)
    at = lambda z: 0.27 + (belly - 0.27) * math.sin(math.pi * min(1.0, 0.12 + z / high * 0.8))  # noqa: E731
    things = [*_weave(kit, at, 0.0, high, 15), *_rim(kit, at(high), high, 0.022)]
    for side in (-1, 1):
        x = side * at(high)
        path = [(x, -0.09, high), (x, -0.08, high + 0.11), (x, 0.08, high + 0.11), (x, 0.09, high)]
        things.append(tube("ear", path, 0.02, kit.main))
    return things


@shape("shopping basket")
def shopping_basket(kit: Kit) -> Things:
    """One tall arched handle across the top."""
    wide, high = kit.between(0.36, 0.4), kit.between(0.32, 0.38)
    at = lambda z: 0.31 + (wide - 0.31) * (z / high)  # noqa: E731
    things = [*_weave(kit, at, 0.0, high, 9), *_rim(kit, wide, high)]
    path = [(-wide, 0, high - 0.12), (-wide * 0.98, 0, high + 0.2), (-wide * 0.6, 0, high + 0.44)]
    path += [(wide * 0.6, 0, high + 0.44), (wide * 0.98, 0, high + 0.2), (wide, 0, high - 0.12)]
    return [*things, tube("handle", path, 0.024, kit.main)]


@shape("laundry basket")
def laundry_basket(kit: Kit) -> Things:
    """Tall and straight with a lid and a knob."""
    radius, high = kit.between(0.29, 0.33), 0.86
    at = lambda z: radius * (0.9 + 0.1 * z / high)  # noqa: E731
    things = [*_weave(kit, at, 0.0, high, 21), *_rim(kit, radius, high, 0.02)]
    for number in range(5):
        part = 1 - number * 0.2
        circle = [
            (radius * part * x, radius * part * y, high + 0.035 + 0.018 * number)
            for x, y, _ in around(28, 1.0)
        ]
        things.append(tube("lid coil", circle, 0.036, kit.main, closed=True, sides=10))
    lid = turned("lid", [(radius, high + 0.02), (radius * 0.5, high + 0.06), (0.06, high + 0.1)], kit.main)
    return [
        *things,
        lid,
        rod("knob", (0, 0, high + 0.09), (0, 0, high + 0.17), [0.03, 0.045], kit.stock("oak", "wood")),
    ]


@shape("storage basket")
def storage_basket(kit: Kit) -> Things:
    """A straight drum with long leather straps."""
    radius, high = kit.between(0.38, 0.42), kit.between(0.46, 0.54)
    things = [*_weave(kit, lambda z: radius, 0.0, high, 12), *_rim(kit, radius, high, 0.02)]
    leather = kit.stock.plain("leather", "#7a4a2c", 0.55)
    for side in (-1, 1):
        y = side * (radius + 0.025)
        path = [
            (-0.13, y, high * 0.62),
            (-0.13, y, high),
            (-0.09, y, high + 0.18),
            (0.09, y, high + 0.18),
            (0.13, y, high),
            (0.13, y, high * 0.62),
        ]
        things.append(tube("strap", path, 0.022, leather, flatten=0.5))
    return things

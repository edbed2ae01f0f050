"""Mugs, bowls and plates."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import disc, lathe, smooth_line, tube, turned, vessel
from .kit import Kit, Things, ribs, shape

COFFEE = "#3a2114"


def _ear(kit: Kit, radius_at, low: float, high: float, reach: float, thick: float, flat: float = 1.5):
    """A C-shaped handle on the right, ends sunk into the wall."""
    inset = 0.018
    bottom, top = radius_at(low) - inset, radius_at(high) - inset
    out = max(bottom, top) + reach
    path = [
        (top, 0, high),
        ((top + out) / 2 + reach * 0.1, 0, high + 0.015),
        (out, 0, high - (high - low) * 0.28),
        (out - reach * 0.08, 0, low + (high - low) * 0.3),
        ((bottom + out) / 2, 0, low + 0.01),
        (bottom, 0, low),
    ]
    return tube("handle", path, [thick * 1.15, thick, thick, thick, thick * 1.15], kit.main, flatten=flat)


def _drink(kit: Kit, radius: float, level: float, colour: str = COFFEE):
    return disc("drink", radius, level - 0.01, level, kit.stock.plain("drink", colour, 0.15), 0.002)


@shape("straight mug")
def straight_mug(kit: Kit) -> Things:
    """A plain cylinder with a round C handle."""
    radius, height = kit.between(0.36, 0.43), kit.between(0.84, 0.98)
    outer = [(radius - 0.03, 0), (radius, 0.04), (radius, 0.04), (radius, height)]
    body, at = vessel("body", outer, kit.main)
    return [body, _ear(kit, at, height * 0.22, height * 0.8, kit.between(0.2, 0.26), 0.042)]


@shape("tapered mug")
def tapered_mug(kit: Kit) -> Things:
    """Wider at the lip, with a straight-edged D handle."""
    foot, lip, height = kit.between(0.25, 0.29), kit.between(0.43, 0.48), kit.between(0.82, 0.92)
    outer = [(foot, 0), (foot + 0.02, 0.05), (foot + 0.02, 0.05), (lip, height)]
    body, at = vessel("body", outer, kit.main)
    low, high = height * 0.3, height * 0.82
    out = at(high) + kit.between(0.2, 0.25)
    path = [(at(high) - 0.02, 0, high), (out - 0.04, 0, high), (out, 0, high - 0.04)]
    path += [(out, 0, high - 0.04), (at(low) + 0.06, 0, low + 0.03), (at(low) - 0.02, 0, low)]
    return [body, tube("handle", path, 0.036, kit.main, flatten=1.6)]


@shape("barrel mug")
def barrel_mug(kit: Kit) -> Things:
    """A full belly, a small ear handle and a turned ring near the lip."""
    belly, height = kit.between(0.47, 0.53), kit.between(0.78, 0.88)
    outer = [(belly * 0.68, 0), (belly * 0.9, height * 0.16), (belly, height * 0.45)]
    outer += [(belly * 0.9, height * 0.78), (belly * 0.8, height * 0.93), (belly * 0.82, height)]
    body, at = vessel("body", outer, kit.main)
    return [body, _ear(kit, at, height * 0.26, height * 0.74, kit.between(0.17, 0.21), 0.045)]


@shape("espresso cup with saucer")
def espresso_cup(kit: Kit) -> Things:
    """A small rounded cup with coffee in it, on its saucer."""
    lip, height = kit.between(0.27, 0.31), kit.between(0.4, 0.48)
    base = 0.07
    outer = [(0.14, base), (0.2, base + 0.04), (lip * 0.93, base + height * 0.5), (lip, base + height)]
    body, at = vessel("cup", outer, kit.main, wall=0.026, floor=base + 0.04)
    ear = _ear(kit, at, base + height * 0.38, base + height * 0.85, 0.13, 0.024, 1.3)
    wide = kit.between(0.5, 0.56)
    saucer_line = [(0.22, 0), (0.3, 0.015), (wide * 0.85, 0.06), (wide, 0.1)]
    saucer, _ = vessel("saucer", saucer_line, kit.main, wall=0.024, floor=0.03)
    return [body, ear, saucer, _drink(kit, at(base + height * 0.8) - 0.03, base + height * 0.8)]


@shape("tall latte mug")
def latte_mug(kit: Kit) -> Things:
    """Tall and slim with a long strap handle."""
    foot, lip = kit.between(0.2, 0.23), kit.between(0.29, 0.33)
    outer = [(foot, 0), (foot + 0.03, 0.05), (foot + 0.035, 0.3), (lip, 0.8), (lip + 0.02, 1.0)]
    body, at = vessel("body", outer, kit.main, wall=0.03)
    return [body, _ear(kit, at, 0.2, 0.84, kit.between(0.15, 0.19), 0.033, 1.7)]


@shape("ribbed cup")
def ribbed_cup(kit: Kit) -> Things:
    """A beaker without a handle, fluted all round."""
    foot, lip, height = kit.between(0.3, 0.33), kit.between(0.4, 0.44), kit.between(0.86, 0.98)
    outer = [(foot, 0), (foot + 0.03, 0.04), (foot + 0.05, 0.3), (lip, height)]
    body, _ = vessel("body", outer, kit.main, ripple=ribs(kit.choose(18, 22, 26), 0.05), segments=208)
    return [body]


# --- bowls -------------------------------------------------------------------


@shape("round bowl")
def round_bowl(kit: Kit) -> Things:
    """Half a ball on a foot ring."""
    height = kit.between(0.44, 0.52)
    outer = [(0.2, 0), (0.2, 0.05), (0.2, 0.05), (0.36, 0.1), (0.47, height * 0.6), (0.5, height)]
    return [vessel("bowl", outer, kit.main, wall=0.028, floor=0.08)[0]]


@shape("wide bowl")
def wide_bowl(kit: Kit) -> Things:
    """Shallow with flaring straight sides."""
    height = kit.between(0.26, 0.32)
    outer = [(0.2, 0), (0.22, 0.02), (0.36, height * 0.45), (0.5, height)]
    return [vessel("bowl", outer, kit.main, wall=0.026, floor=0.045)[0]]


@shape("footed bowl")
def footed_bowl(kit: Kit) -> Things:
    """A bowl on a tall waisted pedestal."""
    stem = kit.between(0.16, 0.24)
    foot = turned("foot", [(0.25, 0), (0.26, 0.02), (0.12, 0.09), (0.1, stem), (0.14, stem + 0.06)], kit.main)
    outer = [(0.1, stem + 0.03), (0.28, stem + 0.08), (0.44, stem + 0.2), (0.5, stem + 0.34)]
    return [foot, vessel("bowl", outer, kit.main, wall=0.028, floor=stem + 0.07)[0]]


@shape("scalloped bowl")
def scalloped_bowl(kit: Kit) -> Things:
    """A bowl pressed into petals."""
    petals, height = kit.choose(8, 10, 12), kit.between(0.32, 0.4)

    def ripple(angle, z):
        return 1 + 0.085 * np.abs(np.cos(angle * petals / 2)) * np.clip(z / height, 0, 1)

    outer = [(0.18, 0), (0.22, 0.03), (0.38, height * 0.5), (0.46, height)]
    return [vessel("bowl", outer, kit.main, wall=0.028, floor=0.05, ripple=ripple, segments=192)[0]]


@shape("breakfast bowl")
def breakfast_bowl(kit: Kit) -> Things:
    """Steep sides and fruit in it, so that nobody takes it for a planter."""
    height = kit.between(0.36, 0.42)
    outer = [(0.3, 0), (0.42, 0.05), (0.48, height * 0.5), (0.5, height)]
    body, _ = vessel("bowl", outer, kit.main, wall=0.03, floor=0.05)
    fruit = kit.choose(("#d8772a", "orange"), ("#a83232", "apple"), ("#c7b23c", "lemon"))
    skin = kit.stock.plain(fruit[1], fruit[0], 0.4)
    things = [body]
    for x, y, z in [(-0.2, -0.06, 0.1), (0.16, -0.16, 0.09), (0.1, 0.17, 0.1), (-0.03, 0.0, 0.25)]:
        radius = 0.165
        line = [(0.001, -radius), (0.1, -0.14), (radius, 0.0), (0.11, 0.13), (0.03, 0.13), (0.002, 0.11)]
        things.append(lathe("fruit", smooth_line(line), skin, centre=(x, y, z + height * 0.45)))
    return things


# --- plates ------------------------------------------------------------------


def _plate(kit: Kit, line, wall: float = 0.022, floor: float = 0.03, **options):
    return vessel("plate", line, kit.main, wall=wall, floor=floor, **options)[0]


def _open_drawing(plate) -> None:
    """Draw patterns on the upper side of a plate: it has no inside to spare."""
    layers = plate.data.uv_layers
    for loop, corner in zip(plate.data.loops, layers["tone"].data, strict=True):
        x, y, _ = plate.data.vertices[loop.vertex_index].co
        corner.uv = (1.04 - math.hypot(x, y) / 0.5, 1.0)


@shape("coupe plate")
def coupe_plate(kit: Kit) -> Things:
    """One even curve without a rim."""
    line = [(0.26, 0), (0.3, 0.01), (0.42, 0.05), (0.5, kit.between(0.12, 0.15))]
    plate = _plate(kit, line)
    _open_drawing(plate)
    return [plate]


@shape("rimmed plate")
def rimmed_plate(kit: Kit) -> Things:
    """A well and a wide rim with a clear step."""
    well = kit.between(0.29, 0.33)
    line = [(well - 0.05, 0), (well, 0.02), (well + 0.015, 0.055), (well + 0.015, 0.055)]
    line += [(well + 0.05, 0.07), (0.5, 0.09)]
    plate = _plate(kit, line)
    _open_drawing(plate)
    return [plate]


@shape("upright-edge plate")
def upright_edge_plate(kit: Kit) -> Things:
    """Flat with a short wall, like a tray."""
    rise = kit.between(0.09, 0.13)
    line = [(0.44, 0), (0.485, 0.015), (0.5, 0.05), (0.5, rise)]
    plate = _plate(kit, line, floor=0.026)
    _open_drawing(plate)
    return [plate]


@shape("scalloped plate")
def scalloped_plate(kit: Kit) -> Things:
    """A petal edge."""
    petals = kit.choose(10, 12, 14)

    def ripple(angle, z):
        return 1 + 0.07 * np.abs(np.sin(angle * petals / 2)) * np.clip((z - 0.03) / 0.05, 0, 1)

    line = [(0.24, 0), (0.28, 0.015), (0.38, 0.05), (0.47, 0.09)]
    plate = _plate(kit, line, ripple=ripple, segments=224)
    _open_drawing(plate)
    return [plate]


@shape("stacked plates")
def stacked_plates(kit: Kit) -> Things:
    """A set: a dinner plate with two smaller ones on top."""
    things = []
    for number, size in enumerate((0.5, 0.4, 0.29)):
        lift = number * 0.05
        line = [(size * 0.55, lift), (size * 0.65, lift + 0.01), (size * 0.85, lift + 0.035)]
        line += [(size, lift + 0.075)]
        plate = _plate(kit, line, floor=lift + 0.03)
        _open_drawing(plate)
        things.append(plate)
    return things

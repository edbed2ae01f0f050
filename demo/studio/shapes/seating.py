"""Chairs: all with a back."""

from __future__ import annotations

import math

from ..mesh import box, ellipsoid, rod, sheet, tube
from .kit import Kit, Things, shape


def _legs(
    kit: Kit, material, height: float, wide: float, deep: float, splay: float, thick=(0.018, 0.026)
) -> Things:
    things = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = (sx * (wide + splay), sy * (deep + splay), 0)
            things.append(rod("leg", foot, (sx * wide, sy * deep, height), list(thick), material))
    return things


@shape("slat-back chair")
def slat_back_chair(kit: Kit) -> Things:
    """Four legs, a flat seat, upright posts with cross slats."""
    seat, half = 0.46, kit.between(0.21, 0.24)
    slats = kit.choose(3, 4)
    things = [box("seat", (half * 2 + 0.05, 0.44, 0.035), (0, 0, seat), kit.main)]
    for sx in (-1, 1):
        things.append(
            rod("front leg", (sx * half, -0.19, 0), (sx * half, -0.19, seat), [0.02, 0.024], kit.main)
        )
        things.append(rod("back leg", (sx * half, 0.24, 0), (sx * half, 0.2, seat), 0.023, kit.main))
        things.append(
            rod("post", (sx * half, 0.2, seat - 0.02), (sx * half, 0.28, 0.98), [0.023, 0.018], kit.main)
        )
        things.append(rod("rung", (sx * half, -0.19, 0.2), (sx * half, 0.22, 0.2), 0.013, kit.main))
    for number in range(slats):
        z = 0.94 - number * 0.3 / (slats - 1)
        y = 0.2 + 0.08 * (z - seat) / 0.52
        things.append(box("slat", (half * 2, 0.02, 0.06), (0, y, z), kit.main, rotation=(-0.15, 0, 0)))
    return things


@shape("shell chair")
def shell_chair(kit: Kit) -> Things:
    """A moulded bucket on thin splayed metal legs."""
    back, width = kit.between(0.4, 0.46), kit.between(0.24, 0.27)

    def shell(u: float, v: float):
        side = 2 * u - 1
        if v < 0.5:
            y, z = -0.22 + 0.36 * v * 2, 0.45 - 0.035 * math.sin(math.pi * v * 2)
        else:
            bend = (v - 0.5) * 2
            y, z = 0.14 + 0.13 * math.sin(bend * math.pi / 2), 0.45 + back * bend**1.25
        crown, knee = max(0.0, v - 0.6) / 0.4, max(0.0, 0.14 - v) / 0.14
        narrow = math.sqrt((1 - 0.9 * crown**3.5) * (1 - 0.45 * knee**2)) * (1 - 0.12 * crown)
        cup = side**2 * (0.07 + 0.09 * math.exp(-(((v - 0.52) / 0.16) ** 2)))
        forward = -(side**2) * 0.09 * max(0.0, (v - 0.45) / 0.55)
        return side * width * narrow, y + forward, z + cup * (1 - 0.6 * max(0, v - 0.6) / 0.4)

    metal = kit.stock(*kit.choose(("charcoal", "painted steel"), ("steel", "steel"), ("brass", "brass")))
    things = [sheet("shell", shell, kit.main, rows=48, columns=32, thickness=0.022)]
    return things + _legs(kit, metal, 0.45, 0.12, 0.1, 0.12, (0.012, 0.012))


@shape("cantilever chair")
def cantilever_chair(kit: Kit) -> Things:
    """A bent steel tube without back legs, sling seat and back."""
    half = kit.between(0.22, 0.25)
    steel = kit.stock("steel", "steel")
    path = []
    for x in (-half, half):
        side = [
            (x, 0.24, 0.93),
            (x, 0.2, 0.5),
            (x, 0.16, 0.45),
            (x, -0.22, 0.45),
            (x, -0.27, 0.4),
            (x, -0.25, 0.06),
            (x, -0.2, 0.02),
            (x, 0.2, 0.02),
        ]
        path += side if x < 0 else side[::-1]
    things = [tube("frame", path, 0.014, steel, per_segment=10)]
    seat = box("seat", (half * 2 + 0.01, 0.38, 0.035), (0, -0.02, 0.46), kit.main, 0.016)
    rest = box(
        "rest", (half * 2 + 0.01, 0.03, 0.26), (0, 0.222, 0.78), kit.main, 0.014, rotation=(-0.09, 0, 0)
    )
    return [*things, seat, rest]


@shape("spindle chair")
def spindle_chair(kit: Kit) -> Things:
    """A Windsor: a hoop with spindles over a rounded seat."""
    half, top = kit.between(0.21, 0.24), kit.between(0.94, 1.02)
    seat = ellipsoid("seat", (0, 0, 0.45), (half + 0.03, 0.22, 0.03), kit.main, power=0.7)
    hoop = [
        (-half, 0.16, 0.45),
        (-half * 0.98, 0.22, top - 0.25),
        (-half * 0.6, 0.25, top - 0.04),
        (0, 0.26, top),
    ]
    hoop += [(half * 0.6, 0.25, top - 0.04), (half * 0.98, 0.22, top - 0.25), (half, 0.16, 0.45)]
    things = [seat, tube("hoop", hoop, 0.016, kit.main)]
    for number in range(7):
        part = (number - 3) / 3.6
        end = top - 0.02 - 0.22 * abs(part) ** 3
        things.append(
            rod(
                "spindle",
                (part * half * 0.8, 0.17, 0.45),
                (part * half, 0.25, end),
                0.009,
                kit.main,
                sides=10,
            )
        )
    return things + _legs(kit, kit.main, 0.44, 0.15, 0.12, 0.07, (0.015, 0.022))


@shape("upholstered chair")
def upholstered_chair(kit: Kit) -> Things:
    """Padded seat and padded curved back on tapered wooden legs."""
    half, deep = kit.between(0.24, 0.27), 0.23
    wood = kit.stock(*kit.choose(("oak", "wood"), ("walnut", "wood"), ("black", "wood")))
    seat = ellipsoid("seat", (0, -0.01, 0.46), (half, deep, 0.065), kit.main, power=0.42)

    def back(u: float, v: float):
        side = 2 * u - 1
        return (
            side * half * (1 - 0.12 * v),
            0.2 + 0.09 * v - 0.1 * side**2,
            0.46 + 0.44 * v - 0.05 * v * side**4,
        )

    rest = sheet("back", back, kit.main, thickness=0.05)
    rim = tube(
        "piping",
        [
            back(0, 0.0),
            back(0, 0.5),
            back(0, 0.9),
            back(0.12, 1),
            back(0.5, 1),
            back(0.88, 1),
            back(1, 0.9),
            back(1, 0.5),
            back(1, 0.0),
        ],
        0.034,
        kit.main,
    )
    return [seat, rest, rim, *_legs(kit, wood, 0.43, half - 0.06, deep - 0.06, 0.05, (0.013, 0.026))]


@shape("armchair")
def armchair(kit: Kit) -> Things:
    """A low lounge chair: thick cushions in a wooden frame with arms."""
    half = kit.between(0.31, 0.35)
    wood = kit.stock(*kit.choose(("oak", "wood"), ("walnut", "wood")))
    seat = box("seat", (half * 2 - 0.06, 0.56, 0.14), (0, -0.02, 0.36), kit.main, 0.05, segments=5)
    rest = box(
        "rest",
        (half * 2 - 0.06, 0.14, 0.5),
        (0, 0.27, 0.6),
        kit.main,
        0.055,
        rotation=(-0.25, 0, 0),
        segments=5,
    )
    things = [seat, rest, box("frame", (half * 2, 0.5, 0.04), (0, 0, 0.27), wood)]
    for sx in (-1, 1):
        x = sx * (half + 0.01)
        things.append(rod("front leg", (x, -0.28, 0), (x, -0.24, 0.56), [0.02, 0.026], wood))
        things.append(rod("back leg", (x, 0.36, 0), (x, 0.25, 0.54), [0.02, 0.026], wood))
        things.append(box("arm", (0.065, 0.6, 0.03), (x, 0.0, 0.57), wood, rotation=(-0.04, 0, 0)))
    return things

"""Pots and pans."""

from __future__ import annotations

from ..mesh import disc, rod, tube, turned, vessel
from .kit import Kit, Things, shape


def _loop(kit: Kit, material, side: int, start: float, height: float, reach: float = 0.1):
    """A side grip: a half ring in a level plane."""
    half = 0.12
    path = [(side * (start - 0.02), -half, height), (side * (start + reach), -half * 0.8, height + 0.01)]
    path += [(side * (start + reach), half * 0.8, height + 0.01), (side * (start - 0.02), half, height)]
    return tube("grip", path, 0.022, material)


def _domed_lid(kit: Kit, radius: float, height: float, knob_material) -> Things:
    line = [(radius * 0.96, height), (radius * 1.03, height + 0.012), (radius * 0.85, height + 0.05)]
    lid = turned("lid", [*line, (radius * 0.3, height + 0.095), (0.06, height + 0.1)], kit.main)
    knob = [(0.035, height + 0.095), (0.03, height + 0.13), (0.065, height + 0.16), (0.05, height + 0.185)]
    return [lid, turned("knob", knob, knob_material)]


@shape("casserole")
def casserole(kit: Kit) -> Things:
    """A heavy pot with two loop grips and a domed lid."""
    radius, height = 0.42, kit.between(0.32, 0.4)
    outer = [(radius - 0.06, 0), (radius - 0.01, 0.05), (radius, 0.15), (radius, height)]
    body, _ = vessel("body", outer, kit.main, wall=0.03)
    grips = [_loop(kit, kit.main, side, radius, height * 0.8) for side in (-1, 1)]
    return [body, *grips, *_domed_lid(kit, radius, height, kit.stock("brass", "brass"))]


@shape("saucepan")
def saucepan(kit: Kit) -> Things:
    """A small pan with one long wooden handle."""
    radius, height = kit.between(0.32, 0.36), kit.between(0.28, 0.34)
    outer = [
        (radius - 0.03, 0),
        (radius, 0.04),
        (radius, 0.04),
        (radius, height),
        (radius + 0.015, height + 0.015),
    ]
    body, _ = vessel("body", outer, kit.main, wall=0.02)
    steel = kit.stock("steel", "steel")
    neck = rod("neck", (radius - 0.01, 0, height * 0.8), (radius + 0.12, 0, height * 0.92), 0.02, steel)
    end = (radius + 0.52, 0, height * 1.2)
    return [
        body,
        neck,
        rod("handle", (radius + 0.1, 0, height * 0.9), end, [0.032, 0.042], kit.stock("oak", "wood")),
    ]


@shape("frying pan")
def frying_pan(kit: Kit) -> Things:
    """Low and wide with a dark inside and a long handle."""
    radius = kit.between(0.38, 0.42)
    outer = [(radius - 0.1, 0), (radius - 0.05, 0.02), (radius, 0.115)]
    body, _ = vessel("body", outer, kit.main, wall=0.02, floor=0.025)
    coating = disc("coating", radius - 0.085, 0.02, 0.03, kit.stock.plain("coating", "#29292b", 0.4), 0.003)
    handle = [
        (radius - 0.02, 0, 0.09),
        (radius + 0.12, 0, 0.13),
        (radius + 0.34, 0, 0.19),
        (radius + 0.5, 0, 0.2),
    ]
    return [
        body,
        coating,
        tube("handle", handle, [0.022, 0.03, 0.036, 0.03], kit.stock("walnut", "wood"), flatten=1.3),
    ]


@shape("stock pot")
def stock_pot(kit: Kit) -> Things:
    """Tall and straight with a flat lid."""
    radius, height = kit.between(0.32, 0.36), kit.between(0.56, 0.64)
    outer = [(radius - 0.03, 0), (radius, 0.04), (radius, 0.04), (radius, height)]
    body, _ = vessel("body", outer, kit.main, wall=0.02)
    steel = kit.stock("steel", "steel")
    grips = [_loop(kit, steel, side, radius, height * 0.75, 0.09) for side in (-1, 1)]
    lid = turned(
        "lid",
        [(radius + 0.012, height), (radius + 0.015, height + 0.015), (radius * 0.6, height + 0.035)],
        kit.main,
    )
    arch = [
        (-0.09, 0, height + 0.03),
        (-0.08, 0, height + 0.1),
        (0.08, 0, height + 0.1),
        (0.09, 0, height + 0.03),
    ]
    return [body, *grips, lid, tube("arch", arch, 0.018, steel)]


@shape("whistling kettle")
def whistling_kettle(kit: Kit) -> Things:
    """A stove kettle: cone body, stubby spout, high arched handle."""
    foot = kit.between(0.38, 0.42)
    line = [(foot - 0.03, 0), (foot, 0.04), (foot * 0.95, 0.16), (foot * 0.55, 0.42), (0.13, 0.47)]
    body = turned("body", line, kit.main)
    lid = turned("lid", [(0.14, 0.465), (0.145, 0.48), (0.06, 0.5)], kit.stock("steel", "steel"))
    black = kit.stock.plain("grip", "#29292b", 0.5)
    knob = rod("knob", (0, 0, 0.49), (0, 0, 0.56), [0.03, 0.042], black)
    spout = tube(
        "spout",
        [(-foot * 0.8, 0, 0.25), (-foot * 0.98, 0, 0.35), (-foot * 1.12, 0, 0.45)],
        [0.085, 0.06, 0.05],
        kit.main,
    )
    arch = [
        (-0.2, 0, 0.41),
        (-0.24, 0, 0.62),
        (-0.12, 0, 0.78),
        (0.12, 0, 0.78),
        (0.24, 0, 0.62),
        (0.2, 0, 0.41),
    ]
    return [body, lid, knob, spout, tube("arch", arch, 0.026, black)]

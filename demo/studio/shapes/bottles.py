"""Bottles, carafes and jugs, told from vases by stoppers, caps and spouts."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import disc, ellipsoid, rod, tube, turned, vessel
from .kit import Kit, Things, shape


def _cork(kit: Kit, radius: float, top: float) -> Things:
    line = [(radius * 0.86, top - 0.05), (radius * 0.98, top + 0.03), (radius * 1.06, top + 0.1)]
    return [turned("cork", [*line, (radius * 0.9, top + 0.11)], kit.stock.cork())]


@shape("corked bottle")
def corked_bottle(kit: Kit) -> Things:
    """An apothecary bottle: straight body, short neck, cork."""
    radius, shoulder = kit.between(0.2, 0.25), kit.between(0.52, 0.62)
    outer = [(radius - 0.03, 0), (radius, 0.04), (radius, 0.04), (radius, shoulder)]
    outer += [(radius * 0.8, shoulder + 0.09), (0.085, shoulder + 0.16), (0.08, shoulder + 0.16)]
    outer += [(0.08, shoulder + 0.16), (0.08, shoulder + 0.27), (0.095, shoulder + 0.29)]
    body, _ = vessel("body", outer, kit.main, wall=0.02)
    return [body, *_cork(kit, 0.066, shoulder + 0.29)]


@shape("swing-top bottle")
def swing_top_bottle(kit: Kit) -> Things:
    """A tall bottle with a wire clasp and a porcelain stopper."""
    radius = kit.between(0.14, 0.17)
    outer = [(radius - 0.02, 0), (radius, 0.03), (radius, 0.03), (radius, 0.5), (radius * 0.8, 0.62)]
    outer += [(0.06, 0.76), (0.055, 0.88), (0.065, 0.92)]
    body, _ = vessel("body", outer, kit.main, wall=0.018)
    steel = kit.stock("steel", "steel")
    stopper = ellipsoid("stopper", (0, 0, 0.95), (0.062, 0.062, 0.05), kit.stock("ivory", "glazed ceramic"))
    things = [body, stopper, disc("seal", 0.055, 0.905, 0.925, kit.stock.plain("seal", "#b4472f", 0.6))]
    for side in (-1, 1):
        path = [
            (side * 0.03, 0, 1.0),
            (side * 0.085, 0, 0.97),
            (side * 0.085, -0.01, 0.84),
            (side * 0.06, 0, 0.8),
        ]
        things.append(tube("wire", path, 0.008, steel, sides=8))
    things.append(tube("wire", [(-0.03, 0, 1.0), (0, 0, 1.005), (0.03, 0, 1.0)], 0.008, steel, sides=8))
    ring = [(0.066 * math.cos(a), 0.066 * math.sin(a), 0.8) for a in np.linspace(0, 6.28, 12, endpoint=False)]
    things.append(tube("collar", ring, 0.009, steel, closed=True, sides=8))
    return things


@shape("carafe")
def carafe(kit: Kit) -> Things:
    """A water carafe, waisted, with a ball stopper of wood."""
    belly = kit.between(0.25, 0.3)
    outer = [(belly * 0.8, 0), (belly, 0.08), (belly * 0.92, 0.3), (0.11, 0.56), (0.1, 0.66), (0.15, 0.8)]
    body, _ = vessel("body", outer, kit.main, wall=0.02)
    wood = kit.stock("oak", "wood")
    return [body, ellipsoid("stopper", (0, 0, 0.87), (0.125, 0.125, 0.12), wood)]


@shape("jug")
def jug(kit: Kit) -> Things:
    """A pouring jug with a pulled spout and a tall handle."""
    belly = kit.between(0.27, 0.31)

    def ripple(angle, z):
        pull = np.exp(-(((angle - math.pi + math.pi) % (2 * math.pi) - math.pi) ** 2) / 0.12)
        return 1 + 0.42 * pull * np.clip((z - 0.62) / 0.24, 0, 1) ** 2

    outer = [(0.2, 0), (0.24, 0.04), (belly, 0.26), (0.23, 0.56), (0.19, 0.7), (0.215, 0.86)]
    body, at = vessel("body", outer, kit.main, wall=0.024, ripple=ripple)
    path = [
        (at(0.78) - 0.015, 0, 0.78),
        (0.33, 0, 0.82),
        (0.44, 0, 0.68),
        (0.4, 0, 0.42),
        (at(0.26) - 0.015, 0, 0.26),
    ]
    return [body, tube("handle", path, [0.036, 0.03, 0.03, 0.03], kit.main, flatten=1.4)]


@shape("flask")
def flask(kit: Kit) -> Things:
    """A vacuum flask with a screw cap and a carrying loop."""
    radius = kit.between(0.15, 0.18)
    outer = [(radius - 0.015, 0), (radius, 0.03), (radius, 0.03), (radius, 0.72), (radius * 0.72, 0.8)]
    body = turned("body", [*outer, (radius * 0.7, 0.83)], kit.main)
    cap = disc("cap", radius * 0.8, 0.82, 0.97, kit.stock.plain("cap", "#2c2c2e", 0.5), 0.02)
    ring = disc("ring", radius * 0.74, 0.8, 0.83, kit.stock("steel", "steel"), 0.004)
    loop = [
        (-radius * 0.7, 0, 0.93),
        (-radius * 0.6, 0, 1.05),
        (0, 0, 1.1),
        (radius * 0.6, 0, 1.05),
        (radius * 0.7, 0, 0.93),
    ]
    return [body, ring, cap, tube("loop", loop, 0.02, kit.stock.plain("cap", "#2c2c2e", 0.5), flatten=1.8)]


@shape("soap dispenser")
def soap_dispenser(kit: Kit) -> Things:
    """A round-shouldered bottle with a pump."""
    radius = kit.between(0.23, 0.27)
    outer = [(radius - 0.03, 0), (radius, 0.04), (radius, 0.04), (radius, 0.48), (radius * 0.75, 0.58)]
    body = turned("body", [*outer, (0.09, 0.62), (0.085, 0.64)], kit.main)
    metal = kit.stock(*kit.choose(("brass", "brass"), ("steel", "steel")))
    parts = [
        disc("collar", 0.095, 0.62, 0.7, metal, 0.012),
        rod("stem", (0, 0, 0.68), (0, 0, 0.86), 0.03, metal),
    ]
    parts.append(disc("head", 0.06, 0.84, 0.91, metal, 0.012))
    spout = [(0, 0, 0.885), (0.14, 0, 0.885), (0.22, 0, 0.875), (0.24, 0, 0.83)]
    return [body, *parts, tube("spout", spout, [0.03, 0.024, 0.02], metal)]

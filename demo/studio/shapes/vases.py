"""Vases: always hollow and open at the top, some with a dried stem or two."""

from __future__ import annotations

import math

import numpy as np

from ..mesh import ellipsoid, tube, vessel
from .kit import Kit, Things, ribs, shape


def _stems(kit: Kit, radius: float, top: float, count: int) -> Things:
    """Thin branches with buds, leaning out of the neck."""
    twig, bud = kit.stock.plain("twig", "#8a7354"), kit.stock.plain("bud", "#c9b08a")
    things = []
    for _ in range(count):
        angle = kit.between(0, 2 * math.pi)
        lean, reach = kit.between(0.06, 0.2), kit.between(0.36, 0.52)
        x, y = math.cos(angle), math.sin(angle) * 0.6
        path = [
            (0, 0, top * 0.6),
            (x * radius * 0.5, y * radius * 0.5, top),
            (x * (radius * 0.5 + lean * 0.5), y * lean * 0.5, top + reach * 0.55),
            (x * (radius * 0.5 + lean), y * lean, top + reach),
        ]
        things.append(tube("twig", path, [0.008, 0.008, 0.005], twig, sides=8))
        for step in range(7):
            part = 0.45 + 0.09 * step
            side = 0.025 if step % 2 else -0.025
            spot = (x * (radius * 0.5 + lean * part) + side, y * lean * part, top + reach * part)
            things.append(ellipsoid("bud", spot, (0.02, 0.018, 0.034), bud, segments=16))
    return things


@shape("bottle-neck vase")
def bottle_neck_vase(kit: Kit) -> Things:
    """A round body drawn up into a thin neck, with dried stems."""
    belly, shoulder = kit.between(0.26, 0.31), kit.between(0.4, 0.48)
    outer = [(belly * 0.6, 0), (belly * 0.95, 0.14), (belly, 0.26), (belly * 0.55, shoulder)]
    outer += [(0.075, shoulder + 0.16), (0.065, shoulder + 0.34), (0.085, shoulder + 0.4)]
    body, _ = vessel("body", outer, kit.main, wall=0.022)
    return [body, *_stems(kit, 0.04, shoulder + 0.38, 3)]


@shape("amphora vase")
def amphora_vase(kit: Kit) -> Things:
    """High shoulders, a collar and two small handles."""
    belly = kit.between(0.3, 0.35)
    outer = [(0.17, 0), (0.19, 0.03), (0.24, 0.22), (belly, 0.55), (belly * 0.86, 0.76)]
    outer += [(0.15, 0.86), (0.14, 0.93), (0.19, 1.0)]
    body, at = vessel("body", outer, kit.main, wall=0.025)
    things = [body]
    for side in (-1, 1):
        path = [(at(0.93) - 0.015, 0, 0.93), (0.27, 0, 0.95), (0.335, 0, 0.86), (at(0.7) - 0.015, 0, 0.7)]
        things.append(tube("handle", [(side * x, y, z) for x, y, z in path], 0.024, kit.main))
    return things


@shape("cylinder vase")
def cylinder_vase(kit: Kit) -> Things:
    """A tall plain cylinder."""
    radius = kit.between(0.17, 0.22)
    outer = [(radius - 0.02, 0), (radius, 0.03), (radius, 0.03), (radius, 1.0)]
    return [vessel("body", outer, kit.main, wall=0.025)[0]]


@shape("ball vase")
def ball_vase(kit: Kit) -> Things:
    """A ball with a low collar."""
    squash = kit.between(0.9, 1.0)
    outer = [(0.2, 0), (0.36, 0.08 * squash), (0.48, 0.36 * squash), (0.38, 0.66 * squash)]
    outer += [(0.17, 0.79 * squash), (0.145, 0.83 * squash), (0.17, 0.9 * squash)]
    return [vessel("body", outer, kit.main, wall=0.028)[0]]


@shape("flared vase")
def flared_vase(kit: Kit) -> Things:
    """A trumpet: narrow waist, wide open lip."""
    lip = kit.between(0.32, 0.38)
    outer = [(0.22, 0), (0.23, 0.03), (0.15, 0.22), (0.13, 0.42), (0.2, 0.75), (lip, 1.0)]
    return [vessel("body", outer, kit.main, wall=0.022)[0]]


@shape("twisted vase")
def twisted_vase(kit: Kit) -> Things:
    """Ridges that wind around the body."""
    count, turns = kit.choose(7, 9, 11), kit.between(1.0, 1.7)
    belly = kit.between(0.27, 0.31)

    def ripple(angle, z):
        return 1 + 0.075 * np.sin(angle * count + z * turns * 2 * math.pi)

    outer = [(0.2, 0), (0.23, 0.06), (belly, 0.4), (0.23, 0.75), (0.15, 0.9), (0.18, 1.0)]
    return [vessel("body", outer, kit.main, wall=0.03, ripple=ripple, segments=208)[0]]


@shape("ribbed vase")
def ribbed_vase(kit: Kit) -> Things:
    """Broad upright ribs on an egg-shaped body."""
    belly = kit.between(0.34, 0.4)
    outer = [(0.2, 0), (0.25, 0.04), (belly, 0.36), (belly * 0.86, 0.68), (0.17, 0.88), (0.17, 0.95)]
    ripple = ribs(kit.choose(16, 20, 24), 0.06)
    return [vessel("body", outer, kit.main, wall=0.03, ripple=ripple, segments=208)[0]]

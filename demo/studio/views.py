"""From where each category is photographed."""

from __future__ import annotations

from .scene import View

VIEWS = {
    "Mugs": View(elevation=(14, 24), yaw=(-38, 6)),
    "Bowls": View(elevation=(20, 32)),
    "Plates": View(elevation=(38, 56)),
    "Vases": View(elevation=(6, 14), yaw=(-30, 30)),
    "Bottles": View(elevation=(5, 11), yaw=(-30, 30)),
    "Teapots": View(elevation=(10, 20), yaw=(-22, 12)),
    "Cookware": View(elevation=(18, 28), yaw=(-40, -12)),
    "Table lamps": View(elevation=(2, 9), yaw=(-25, 25)),
    "Candle holders": View(elevation=(7, 15), yaw=(-20, 20)),
    "Stools": View(elevation=(13, 22), yaw=(15, 40)),
    "Chairs": View(elevation=(9, 17), yaw=(-42, -22)),
    "Tables": View(elevation=(11, 19), yaw=(14, 40)),
    "Planters": View(elevation=(6, 14), yaw=(-40, 40)),
    "Baskets": View(elevation=(18, 28), yaw=(-25, 25)),
    "Cushions": View(elevation=(4, 10), yaw=(-14, 14)),
    "Clocks": View(elevation=(3, 7), yaw=(-7, 7)),
}

# Hung on a wall; everything else stands on the table.
HANGING = {"ring wall clock", "disc wall clock", "sunburst clock", "square wall clock"}


def hangs(shape: str) -> bool:
    """Whether a product of this shape is photographed on a wall."""
    return shape in HANGING

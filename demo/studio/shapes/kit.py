"""What every shape builder is given, and the register of builders."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import bpy
import numpy as np

from ..materials import Stock

Things = list[bpy.types.Object]


@dataclass
class Kit:
    """Surfaces and measures for one product."""

    main: bpy.types.Material
    stock: Stock
    chance: random.Random
    colour: str
    material: str
    pattern: str
    things: Things = field(default_factory=list)

    def between(self, low: float, high: float) -> float:
        """A measure of this product; the same for all its colour variants."""
        return self.chance.uniform(low, high)

    def choose(self, *options):
        """One of some ways to build; the same for all colour variants."""
        return self.chance.choice(options)


SHAPES: dict[str, Callable[[Kit], Things]] = {}


def shape(name: str):
    """Register a builder under the shape name used in the catalogue."""

    def register(builder: Callable[[Kit], Things]):
        SHAPES[name] = builder
        return builder

    return register


def ribs(count: int, depth: float):
    """A ripple for ``lathe``: upright ribs."""
    return lambda angle, height: 1 + depth * np.abs(np.cos(angle * count / 2))


def around(count: int, radius: float, start: float = 0.0) -> list[tuple[float, float, float]]:
    """Points evenly about the axis: x, y and the angle of each."""
    angles = [start + 2 * math.pi * i / count for i in range(count)]
    return [(radius * math.cos(a), radius * math.sin(a), a) for a in angles]

"""The shape families. Importing this package registers all of them.

A shape family is a function decorated with ``shape``: it is handed a ``Kit``
and returns the Blender objects of one product, about one unit in size. Its
measures come from ``kit.between``, which is seeded by the product's geometry,
so colour variants get exactly the same measures.
"""

from __future__ import annotations

from . import (  # noqa: F401  (imported for what they register)
    bottles,
    candles,
    clocks,
    cookware,
    cushions,
    lamps,
    planters,
    seating,
    stools,
    tables,
    tableware,
    teapots,
    vases,
    weaving,
)
from .kit import SHAPES, Kit, shape

__all__ = ["SHAPES", "Kit", "shape"]

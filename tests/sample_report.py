"""What the sample bundle says of its own quality, in made-up figures, and a map that is a grid."""

from __future__ import annotations

from typing import Any

from bundle import Product
from bundle.format import ProductMap

COLUMNS = 12
STEP = 2000
EDGE = 3000


def sample_map(count: int) -> ProductMap:
    """Products in rows of `COLUMNS`, `STEP` apart, the first one `EDGE` from the left and the top."""
    places = [divmod(number, COLUMNS) for number in range(count)]
    return ProductMap(
        [EDGE + STEP * column for _, column in places], [EDGE + STEP * row for row, _ in places], fitted=count
    )


def sample_report(catalogue: list[Product], recipe: str) -> dict[str, Any]:
    """The report's parts on the quality of one recipe's lists."""
    ids = [product.id for product in catalogue]
    twins: dict[str, list[str]] = {}
    for product in catalogue:
        if product.twins:
            twins.setdefault(product.twins, []).append(product.id)
    return {
        "yardsticks": {
            recipe: {
                "precision_at_1": _figure(0.8272, 90),
                "precision_at_5": _figure(0.5, 90),
                "precision_at_10": _figure(0.25, 90),
                "other_picture_first": _figure(0.125, 14),
                "hub_skewness": {"value": 1.5, "low": 1.25, "high": 1.75, "sample": 120},
                "in_no_list": _figure(0.05, 120),
            }
        },
        "categories": {
            recipe: [
                {
                    "category": "Bowls & <Plates>",
                    "products": 30,
                    "precision_at_1": _figure(0.9, 30),
                    "precision_at_5": _figure(0.8, 30),
                },
                {
                    "category": "Mugs",
                    "products": 22,
                    "precision_at_1": _figure(0.7, 22),
                    "precision_at_5": _figure(0.123, 22),
                    "colour_at_5": _figure(0.4, 22),
                },
            ]
        },
        "scores": {
            recipe: {
                "edges": [round(0.025 * edge, 3) for edge in range(41)],
                "first": [0] * 30 + [3] * 10,
                "stored": [0] * 20 + [5] * 20,
                "pairs": [9] * 20 + [0] * 20,
            }
        },
        "hubs": {recipe: {"products": [[each, 60 - rank] for rank, each in enumerate(ids[:50])]}},
        "orphans": {recipe: {"count": 77, "ids": ids[20:75]}},
        "twins": {
            "groups": len(twins),
            "products": sum(map(len, twins.values())),
            "first": list(twins.values()),
        },
    }


def _figure(value: float, sample: int) -> dict[str, Any]:
    return {"value": value, "low": round(value - 0.05, 4), "high": round(value + 0.05, 4), "sample": sample}

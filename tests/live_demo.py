"""A real bundle with live search: the demo's first products, embedded by the default extractor."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from precompute.building.build import BuildSettings, build
from precompute.models.recipe import DEFAULT, RECIPES

DEMO = Path(__file__).parent.parent / "demo"
PRODUCTS = 72


def demo_pictures(*, shown: bool) -> list[Path]:
    """The pictures of the products that the bundle has (`shown`), or of all others; in the demo's order."""
    with (DEMO / "products.csv").open(encoding="utf-8", newline="") as table:
        pictures = [DEMO / row["image"] for row in csv.DictReader(table)]
    return pictures[:PRODUCTS] if shown else pictures[PRODUCTS:]


def write_live_demo(root: Path) -> Path:
    """Build the bundle below `root` and return its folder."""
    source = root / "source"
    for picture in demo_pictures(shown=True):
        target = source / picture.relative_to(DEMO)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
    with (DEMO / "products.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))[:PRODUCTS]
    with (source / "products.csv").open("w", encoding="utf-8", newline="") as table:
        # Each product has the picture that is shown, and no other.
        writer = csv.DictWriter(table, [name for name in rows[0] if name != "images"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    build(
        BuildSettings(
            source=source,
            out=root / "data",
            recipes=(RECIPES[DEFAULT],),
            runtime="litert",
            title="Sample Shop",
            live=True,
        )
    )
    return root / "data"

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
    lines = (DEMO / "products.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (source / "products.csv").write_text("".join(lines[: PRODUCTS + 1]), encoding="utf-8")
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

"""Lay pictures out on one PNG, for looking at many at once.

python demo/contact_sheet.py sheet.png demo/images/mugs
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageDraw


def contact_sheet(pictures: list[Path], out: Path, columns: int = 8, side: int = 160) -> None:
    """Write a grid of the pictures, each with its file name below it."""
    label = 14
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * side, rows * (side + label)), "white")
    pen = ImageDraw.Draw(sheet)
    for number, path in enumerate(pictures):
        left, top = number % columns * side, number // columns * (side + label)
        with Image.open(path) as picture:
            sheet.paste(picture.convert("RGB").resize((side, side)), (left, top))
        pen.text((left + 3, top + side), path.stem, fill="black")
    sheet.save(out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="picture files or folders")
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--side", type=int, default=160, help="pixels per picture")
    given = parser.parse_args()
    found: list[Path] = []
    for path in given.pictures:
        inside = sorted(path.rglob("*.webp")) + sorted(path.rglob("*.png"))
        found += inside if path.is_dir() else [path]
    contact_sheet(found, given.out, given.columns, given.side)


if __name__ == "__main__":
    main()

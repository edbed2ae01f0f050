"""How often is the colour that the demo shop gives a product among those that its picture is said to have?

    python benchmarks/colours.py

The shop's own names (sage, oak, ivory) are taken for the names that the build gives; where people disagree
about a name, either is right. A product in two colours may be called by its other one.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path
from time import process_time

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from pictures.colours.foreground import Foreground
from pictures.colours.names import colours_of

DEMO = Path(__file__).parent.parent / "demo"

NAMES = {
    "ivory": "white beige",
    "sand": "beige",
    "blush": "pink",
    "terracotta": "orange red brown",
    "mustard": "yellow orange",
    "sage": "green",
    "forest": "green",
    "teal": "green blue",
    "sky": "blue",
    "cobalt": "blue",
    "plum": "purple pink red",
    "charcoal": "black grey",
    "brass": "yellow brown beige",
    "copper": "orange brown pink",
    "steel": "grey white",
    "oak": "brown beige",
    "walnut": "brown",
    "ash": "beige",
    "black": "black grey",
    "natural": "beige brown",
    "honey": "brown orange",
    "white": "white beige",
    "clear": "white grey",
    "smoke": "grey",
    "amber": "orange yellow brown",
    "green": "green",
    "blue": "blue",
    "rose": "pink red",
}


def main() -> None:
    """Name the colours of every picture of the demo shop and print the agreement."""
    with (DEMO / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pictures = [Image.open(DEMO / row["image"]).convert("RGB") for row in rows]
    colours_of(Foreground.of(pictures[0]))
    started = process_time()
    found = [colours_of(Foreground.of(picture)) for picture in pictures]
    each = (process_time() - started) / len(rows) * 1000
    agreement: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, colours in zip(rows, found, strict=True):
        right = NAMES[row["colour"]].split()
        kind = "in one colour" if row["pattern"] in ("plain", "hammered") else "patterned"
        agreement[kind].append((colours[0] in right, not {*right}.isdisjoint(colours)))
    agreement["all"] = [pair for pairs in list(agreement.values()) for pair in pairs]
    print("| products | | first | any |\n|---|---|---|---|")
    for kind, pairs in agreement.items():
        shares = [sum(column) / len(pairs) for column in zip(*pairs, strict=True)]
        print(f"| {kind} | {len(pairs)} | {shares[0]:.2f} | {shares[1]:.2f} |")
    print(f"\n{each:.1f} ms a picture, {sum(map(len, found)) / len(found):.1f} colours a picture")


if __name__ == "__main__":
    main()

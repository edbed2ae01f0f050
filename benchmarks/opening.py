"""Does the size of a catalogue matter to the app? Opening and clicking, for a small bundle and a large one.

    python benchmarks/opening.py [--products 1000 100000] [--entries 20]

Writes a bundle of made-up products for each size, each with two thumbnails of a few bytes, and prints the
median milliseconds of opening it, of the app's check of every file's name and size, of the look-alikes of one
product (its list and the products in it), of a gallery page and of a search.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from bundle import Bundle, BundleWriter, Filters, Neighbour, Product, ProductImage, Query

MUGS = Query(filters=Filters("mug"))
WORDS = (
    "amber basket bowl chair clay cup desk dish glass jar lamp linen mug oak plate pot stool tray vase wool"
)


def products(count: int) -> Iterator[Product]:
    """Made-up products, each with a picture of its own."""
    words = WORDS.split()
    for number in range(count):
        title = f"{words[number % 20]} {words[number // 20 % 20]} {number}"
        image = ProductImage(f"{number:064x}"[::-1], 400, 400)
        yield Product(f"product-{number}", title, (image,), category=words[number % 20])


def write(root: Path, count: int, entries: int) -> None:
    """A bundle of `count` products whose lists have `entries` products each."""

    def lists() -> Iterator[tuple[str, list[Neighbour]]]:
        for number in range(count):
            others = ((number * 7 + step) % count for step in range(1, entries + 1))
            yield f"product-{number}", [Neighbour(f"product-{other}", 0.5) for other in others]

    with BundleWriter(root, generation="benchmark") as writer:
        writer.write_catalogue(products(count))
        for number in range(count):
            for small in (False, True):
                writer.write_thumbnail(f"{number * 7919 % count:064x}"[::-1], b"webp", small=small)
        shards = writer.write_neighbours("lite", lists())
        recipe = {"name": "lite", "shards": shards, "metric": "cosine", "top": entries, "depth": entries}
        writer.publish({"counts": {"products": count}, "recipes": [recipe]})


def milliseconds(run: Callable[[int], object], *, times_run: int = 100) -> float:
    """The median time of some runs."""
    times = []
    for number in range(times_run):
        started = time.perf_counter()
        run(number)
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def main() -> None:
    """Write the bundles, measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--entries", type=int, default=20)
    arguments = parser.parse_args()
    print("| products | opening, ms | check, ms | look-alikes, ms | page, ms | search, ms |")
    print("|---|---|---|---|---|---|")
    for count in arguments.products:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), count, arguments.entries)
            bundle = Bundle.open(Path(folder))

            def look_alikes(number: int, bundle: Bundle = bundle, count: int = count) -> list[Product]:
                entries = bundle.neighbours(f"product-{number * 7919 % count}")
                return bundle.products(entry.id for entry in entries)

            row = [
                milliseconds(lambda _, folder=folder: Bundle.open(Path(folder))),
                milliseconds(lambda _, bundle=bundle: bundle.mismatches(), times_run=5),
                milliseconds(look_alikes),
                milliseconds(lambda number, bundle=bundle: bundle.page(MUGS, offset=48 * (number % 3))),
                milliseconds(lambda number, bundle=bundle: bundle.page(Query(f"lamp {number}"))),
            ]
        print(f"| {count:,} | " + " | ".join(f"{value:.2f}" for value in row) + " |", flush=True)


if __name__ == "__main__":
    main()

"""Prints the look-alikes of a product from a bundle, with Python's standard library alone.

    python examples/read_bundle.py data mug-003

A program in any other language takes the same steps: docs/bundle-format.md describes the files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def look_alikes(bundle: Path, product_id: str) -> list[tuple[str, str, float]]:
    """The id, title and score of each look-alike by the first recipe, best first.

    Raises `KeyError` for a product that is not in the bundle, `ValueError` for a bundle of another version.
    """
    # CURRENT names the live generation. A build replaces it in one step, so read it once.
    generation = bundle / (bundle / "CURRENT").read_text(encoding="utf-8").strip()
    manifest = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
    if manifest["version"] != 2:
        raise ValueError(f"Expected a bundle of version 2. Received: version {manifest['version']}.")

    # The first 32 bits of the hash of the product's id choose the file of its list.
    recipe = manifest["recipes"][0]
    first_bits = int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:4], "big")
    shard = first_bits * recipe["shards"] >> 32
    file = generation / "neighbours" / recipe["name"] / f"{shard:03d}.json"
    entries = json.loads(file.read_text(encoding="utf-8"))[product_id]

    # A generation never changes, so SQLite need not lock it.
    address = f"{(generation / 'catalogue.sqlite').resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as catalogue:
        titles = dict(catalogue.execute("SELECT id, title FROM products"))
    return [(entry_id, titles[entry_id], score) for entry_id, score in entries]


def main() -> None:
    """Print one look-alike a line: score, id and title."""
    parser = argparse.ArgumentParser(description="Prints the look-alikes of a product.")
    parser.add_argument("bundle", type=Path, help="the folder that a build wrote, usually data")
    parser.add_argument("product", help="the product's id")
    arguments = parser.parse_args()
    try:
        found = look_alikes(arguments.bundle, arguments.product)
    except KeyError:
        sys.exit(f"There is no product {arguments.product!r} in {arguments.bundle}.")
    except (OSError, ValueError) as error:
        sys.exit(f"{arguments.bundle} cannot be read: {error}")
    for product_id, title, score in found:
        print(f"{score:.4f}  {product_id}  {title}")


if __name__ == "__main__":
    main()

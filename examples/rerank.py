"""Writes every product's look-alikes, re-ranked by a rule: in stock first, no more than two of a brand.

    python -m examples.rerank data > lists.jsonl

Each line is a JSON object: a product's id, and the ids of its look-alikes, best first.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bundle import Bundle, BundleError, Product

MOST_OF_A_BRAND = 2
_PAGE = 1000


def rerank(look_alikes: Iterable[Product]) -> list[Product]:
    """The look-alikes by the rule; where it does not decide, the most alike come first, as in the list."""
    shown: list[Product] = []
    of_brand: Counter[str] = Counter()
    for product in sorted(look_alikes, key=lambda each: each.in_stock is not True):  # Sorting is stable.
        if product.brand and of_brand[product.brand] == MOST_OF_A_BRAND:
            continue
        of_brand[product.brand] += 1
        shown.append(product)
    return shown


def reranked_lists(bundle: Bundle) -> Iterator[tuple[str, list[str]]]:
    """Each product's id and the ids of its look-alikes, no more than the first recipe shows."""
    top = bundle.recipes[0]["top"]
    for offset in range(0, bundle.count, _PAGE):
        for product_id in bundle.product_ids(offset=offset, limit=_PAGE):
            # Re-rank the whole stored list: it is longer than what is shown, so the rule has a choice.
            stored = bundle.products(entry.id for entry in bundle.neighbours(product_id))
            yield product_id, [product.id for product in rerank(stored)[:top]]


def main() -> None:
    """Write the lists of a bundle to stdout."""
    parser = argparse.ArgumentParser(description="Writes look-alikes re-ranked by a rule, as JSON Lines.")
    parser.add_argument("bundle", type=Path, help="the folder that a build wrote, usually data")
    arguments = parser.parse_args()
    try:
        for product_id, look_alikes in reranked_lists(Bundle.open(arguments.bundle)):
            print(json.dumps({"product": product_id, "look_alikes": look_alikes}, ensure_ascii=False))
    except BundleError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()

"""Render the demo shop's product pictures and write products.csv.

    python demo/render.py --out demo

Needs Blender's Python module (see requirements.txt). Pictures that exist are
kept, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

# Run as a script, Python knows this folder but not the one it is a package of.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.assortment import SEED, Product, further_image, products, some_of, views_of, write_table

FURTHER_VIEWS = ("turned", "detail")


def main() -> None:
    """Command line."""
    given = _arguments()
    catalogue = products(given.seed)
    wanted = _choose(catalogue, given.only, given.shapes, given.per_shape)
    further = FURTHER_VIEWS if given.further_views else ()
    given.out.mkdir(parents=True, exist_ok=True)
    # A table of what was left out would name pictures that are not there.
    write_table(wanted if further else catalogue, given.out, further)
    if given.catalogue_only:
        print(f"{len(catalogue)} products written to {given.out / 'products.csv'}")
        return
    views = views_of(wanted if further else catalogue, further)
    ending = ".png" if given.png else ".webp"
    pictures = [
        (product, view, (given.out / image).with_suffix(ending))
        for product in wanted
        for view, image in [
            ("", product.image),
            *((view, further_image(product.image, view)) for view in views.get(product.id, ())),
        ]
    ]
    waiting = [picture for picture in pictures if given.force or not picture[2].exists()]
    print(f"{len(pictures)} pictures, {len(pictures) - len(waiting)} there already", flush=True)
    _render_all(waiting, given.size, given.samples)
    if given.contact_sheet:
        from demo.contact_sheet import contact_sheet

        contact_sheet([path for _, _, path in pictures], given.contact_sheet, columns=12)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--catalogue-only", action="store_true", help="write products.csv alone")
    parser.add_argument("--only", metavar="ID[,ID...]", help="render these products only")
    parser.add_argument("--shapes", type=int, metavar="N", help="only N shapes of each category")
    parser.add_argument("--per-shape", type=int, metavar="N", help="only N products of each shape")
    parser.add_argument(
        "--further-views",
        action="store_true",
        help=f"also render each product {' and '.join(FURTHER_VIEWS)}, and name the pictures in the table",
    )
    parser.add_argument("--force", action="store_true", help="render pictures that exist again")
    parser.add_argument("--size", type=int, default=320, help="pixels on a side")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--png", action="store_true", help="write PNG instead of WebP, for looking")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="write an overview")
    return parser.parse_args()


def _choose(
    catalogue: list[Product], only: str | None, shapes: int | None, per_shape: int | None
) -> list[Product]:
    if only:
        named = only.split(",")
        unknown = set(named) - {p.id for p in catalogue}
        if unknown:
            raise SystemExit(f"no such product: {', '.join(sorted(unknown))}")
        return [p for p in catalogue if p.id in named]
    return some_of(catalogue, shapes=shapes, of_each=per_shape)


def _render_all(waiting: list[tuple[Product, str, Path]], size: int, samples: int) -> None:
    if not waiting:
        return
    # Loading Blender takes a moment: only now, when there is something to do.
    from demo.studio.build import render_product

    started = time.monotonic()
    for done, (product, view, path) in enumerate(waiting, start=1):
        render_product(product, path, size, samples, view)
        each = (time.monotonic() - started) / done
        left = each * (len(waiting) - done) / 60
        print(f"{done}/{len(waiting)}  {path.stem}  {each:.1f} s each  {left:.0f} min left", flush=True)


if __name__ == "__main__":
    main()

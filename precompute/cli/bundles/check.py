"""`python -m precompute check`: checks that a bundle is intact, and how large its deploy would be."""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from bundle import Bundle, BundleError
from bundle import format as fmt
from bundle.database import open_catalogue
from bundle.fields import ProductColumns
from bundle.live import OWNERS, has_live, read_live, read_owners
from precompute.cli.options.files import add_data_option
from precompute.cli.output import add_output_options, show, warn
from precompute.reports import slug
from precompute.shared.progress import say, stage
from precompute.shared.wording import counted

REPOSITORY = Path(__file__).resolve().parents[3]

SHOWN = 20
"""How many problems are printed; the rest are only counted."""

_EPILOG = """\
examples:
  python -m precompute check
  python -m precompute check --data data-photos --slug

exits with 0 if all is well, 1 if there is a problem, 2 if there is no bundle to check
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `check`."""
    parser = subparsers.add_parser(
        "check",
        help="verify a bundle, and measure the size of its deploy",
        description="Reads every file of a bundle and reports what differs from what the build wrote.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser)
    parser.add_argument(
        "--slug",
        action="store_true",
        help="also installs what a host needs (requirements-live.txt if the bundle has a live search, "
        "else requirements.txt) into a temporary environment and adds up the size of a deploy",
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the bundle, and measure the slug if requested. Returns 0 if all is well, else 1.

    Raises `BundleError` if there is no bundle to check, and `UserError` if pip cannot install.
    """
    with Bundle.open(arguments.data) as bundle:
        return _checked(bundle, arguments)


def _checked(bundle: Bundle, arguments: argparse.Namespace) -> int:
    found = list(problems(bundle))
    parts = _slug_parts(bundle) if arguments.slug else []
    weight = sum(part.bytes for part in parts)
    if found:
        warn(arguments, f"Problems: {len(found):,} in {bundle.folder}, the first: {found[0]}")
    if weight > slug.SOFT_LIMIT:
        warn(arguments, slug_verdict(parts))
    summary = {
        "folder": bundle.folder,
        "products": bundle.count,
        "recipes": [recipe["name"] for recipe in bundle.recipes],
        "files": bundle.manifest["files"]["count"],
        "bytes": bundle.manifest["files"]["bytes"],
        "problems": found,
    }
    if parts:
        summary["slug"] = {
            "parts": {part.name: part.bytes for part in parts},
            "bytes": weight,
            "limit": slug.LIMIT,
        }
    lines = chain(_bundle_lines(bundle, found), _slug_lines(parts) if parts else ())
    show(arguments, summary=summary, lines=lines)
    return 1 if found or weight > slug.LIMIT else 0


def problems(bundle: Bundle) -> Iterator[str]:
    """Everything that is wrong with a bundle, one sentence each.

    First mismatches with the seal, then what the seal cannot detect: products without a thumbnail or a list,
    and lists that name unknown products. Only the ids and one file of lists are in memory at a time.
    """
    with stage("Reading", bundle.manifest["files"]["count"], "files") as advance:
        yield from bundle.mismatches(contents=True, advance=advance)
    ids: set[str] = set()
    try:
        with stage("Thumbnails", bundle.count, "products") as advance:
            yield from _catalogue_problems(bundle, ids, advance)
    except (sqlite3.Error, ValueError) as error:
        yield f"{fmt.CATALOGUE} cannot be read completely ({error})."
        return
    if len(ids) != bundle.count:
        held = counted(len(ids), "product")
        yield f"{fmt.CATALOGUE} holds {held} where {fmt.MANIFEST} says {bundle.count:,}."
    for recipe in bundle.recipes:
        with stage("Lists", recipe["shards"], "files") as advance:
            yield from _recipe_problems(bundle, recipe, ids, advance)
    yield from _live_problems(bundle)


def _live_problems(bundle: Bundle) -> Iterator[str]:
    try:
        live = read_live(bundle)
        if live is not None:
            found = set(read_owners(live))
            if found != set(range(bundle.count)):
                yield f"{live.path(OWNERS)} does not have a row for each product."
    except BundleError as error:
        yield str(error)


def _catalogue_problems(bundle: Bundle, ids: set[str], advance: Callable[[int], None]) -> Iterator[str]:
    """Read the catalogue once: its ids go into `ids`, images without a thumbnail come out as sentences."""
    connection = open_catalogue(bundle.folder / fmt.CATALOGUE)
    try:
        columns = ProductColumns(connection)
        for row in connection.execute(f"SELECT {columns.names} FROM products ORDER BY position"):
            product = columns.product(row)
            ids.add(product.id)
            if not product.images:
                yield f"Product {product.id!r} has no image."
            for image in product.images:
                if bundle.thumbnail(image.id) is None:
                    yield f"Product {product.id!r} has no thumbnail for its image {image.id}."
            advance(1)
    finally:
        connection.close()


def _recipe_problems(
    bundle: Bundle, recipe: dict[str, Any], ids: set[str], advance: Callable[[int], None]
) -> Iterator[str]:
    without_list = set(ids)
    for shard in range(recipe["shards"]):
        file = fmt.shard_file(recipe["name"], shard)
        try:
            lists = json.loads((bundle.folder / file).read_text(encoding="utf-8"))
            for product_id, entries in lists.items():
                yield from _list_problems(file, product_id, [entry for entry, _ in entries], ids)
                # A list in the wrong file for its id is never found.
                if fmt.shard_of(product_id, recipe["shards"]) == shard:
                    without_list.discard(product_id)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            yield f"{file} cannot be read ({error})."
        advance(1)
    for product_id in sorted(without_list):
        yield f"Product {product_id!r} has no list under the recipe {recipe['name']}."


def _list_problems(file: str, product_id: str, entries: list[str], ids: set[str]) -> Iterator[str]:
    if product_id not in ids:
        yield f"{file} has a list for {product_id!r}, which is not a product."
    for entry in entries:
        if entry not in ids:
            yield f"{file} has {entry!r} in the list of {product_id!r}, which is not a product."
        elif entry == product_id:
            yield f"{file} has {product_id!r} in its own list."
    if len(set(entries)) < len(entries):
        yield f"{file} has an entry twice in the list of {product_id!r}."


def _bundle_lines(bundle: Bundle, found: list[str]) -> Iterator[str]:
    files = bundle.manifest["files"]
    recipes = ", ".join(recipe["name"] for recipe in bundle.recipes)
    yield (
        f"{bundle.folder}: {counted(bundle.count, 'product')}, lists under {recipes}, "
        f"{counted(files['count'], 'file')} of {_megabytes(files['bytes'])} together."
    )
    if not found:
        yield "Every file matches what the build wrote, and no list or thumbnail is missing."
        return
    for problem in found[:SHOWN]:
        yield f"  {problem}"
    hidden = f" ({len(found) - SHOWN:,} more are not shown)" if len(found) > SHOWN else ""
    yield f"Problems: {len(found):,}{hidden}. Build the bundle again."


def _slug_parts(bundle: Bundle) -> list[slug.SlugPart]:
    requirements = REPOSITORY / ("requirements-live.txt" if has_live(bundle) else "requirements.txt")
    say(f"Installing {requirements.name} into a temporary folder to measure it …")
    with tempfile.TemporaryDirectory(prefix="akin-slug-") as folder:
        environment = Path(folder, "environment")
        slug.install(requirements, environment=environment)
        return slug.measure(REPOSITORY, bundle=bundle.folder, environment=environment)


def _slug_lines(parts: list[slug.SlugPart]) -> Iterator[str]:
    total = sum(part.bytes for part in parts)
    for name, size in [*((part.name, part.bytes) for part in parts), ("slug", total)]:
        yield f"  {name:<12}{_megabytes(size):>14}"
    yield slug_verdict(parts)


def slug_verdict(parts: list[slug.SlugPart]) -> str:
    """Whether the host accepts a slug of these parts and, if it is large, what would make it smaller."""
    total = sum(part.bytes for part in parts)
    if total <= slug.SOFT_LIMIT:
        return f"The host accepts up to {_megabytes(slug.LIMIT)}."
    if total <= slug.LIMIT:
        verdict = f"over {_megabytes(slug.SOFT_LIMIT)}, which makes it slow to start"
    else:
        verdict = f"over the host's limit of {_megabytes(slug.LIMIT)}"
    largest = max(parts, key=lambda part: part.bytes)
    return f"The slug is {verdict}. Its largest part is {largest.name}: {largest.advice}"


def _megabytes(size: int) -> str:
    return f"{size / slug.MEGABYTE:,.1f} MB"

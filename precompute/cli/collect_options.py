"""Options of sources that are fetched: of `collect`, and of what takes a source that may be an address."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from precompute.cli.catalogue_options import columns_of, is_remote, source_of
from precompute.collect.addresses import is_address, name_of
from precompute.collect.settings import CollectSettings
from precompute.shared.progress import say

Result = TypeVar("Result")

COLLECTED = "collected"
"""The folder, beside the generations, of catalogues that a build collected."""

_LIMITS = {
    "products": (None, "products at the most (default: all)"),
    "images": (CollectSettings.max_images, "pictures of a product at the most (default: %(default)s)"),
    "pages": (CollectSettings.max_pages, "pages that are read at the most (default: %(default)s)"),
    "depth": (
        CollectSettings.max_depth,
        "links from the first page to a page at the most (default: %(default)s)",
    ),
    "megabytes": (CollectSettings.max_megabytes, "megabytes fetched at the most (default: %(default)s)"),
    "minutes": (CollectSettings.max_minutes, "minutes that it may take at the most (default: %(default)s)"),
}


def add_collect_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides how a source is fetched, and how much of it."""
    group = parser.add_argument_group("options of a source that is fetched")
    group.add_argument(
        "--rate",
        type=float,
        default=CollectSettings.rate,
        metavar="N",
        help="requests a second to one host at the most (default: %(default)s)",
    )
    for name, (default, text) in _LIMITS.items():
        group.add_argument(f"--max-{name}", type=int, default=default, metavar="N", help=text)
    group.add_argument(
        "--allow-domain",
        action="append",
        default=[],
        metavar="HOST",
        help="another host whose pages are read (pictures may come from any); may be given several times",
    )
    group.add_argument(
        "--allow-private",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a private address or network that may be asked, such as 10.1.2.3 or 10.0.0.0/8; may be given "
        "several times",
    )


def with_source(arguments: argparse.Namespace, do: Callable[[dict[str, Any]], Result]) -> Result:
    """Call `do` with the source, as fields of `BuildSettings`; what is at addresses is collected before."""
    columns = columns_of(arguments)
    if is_remote(arguments.source):
        return do(_collected(arguments, columns=columns))
    source = source_of(arguments)

    from precompute.sources import NeedsCollecting

    try:
        return do(source)
    except NeedsCollecting:
        return do(_collected(arguments, columns=columns))


def _collected(arguments: argparse.Namespace, *, columns: Mapping[str, str]) -> dict[str, Any]:
    """Collect the source beside the bundle."""
    # Scrapy is imported here so that builds of what lies here do without.
    from precompute.collect.collection import collect

    source = arguments.source
    name = name_of(source) if is_address(source) else Path(source).resolve().name
    collected = collect(collect_settings(arguments, out=arguments.out / COLLECTED / name, columns=columns))
    if collected.unfinished:
        say(f"Not all was collected: {collected.unfinished}. The same command goes on.")
    return {"source": collected.folder, "kind": None, "columns": {}}


def collect_settings(
    arguments: argparse.Namespace, *, out: Path, columns: Mapping[str, str]
) -> CollectSettings:
    """What the options ask for. Raises `UserError` where a number is none that can be."""
    return CollectSettings(
        source=arguments.source,
        out=out,
        kind=arguments.kind,
        columns=columns,
        image_folder=arguments.image_folder,
        rate=arguments.rate,
        allow_domains=tuple(arguments.allow_domain),
        allow_private=tuple(arguments.allow_private),
        **{f"max_{name}": getattr(arguments, f"max_{name}") for name in _LIMITS},
    )

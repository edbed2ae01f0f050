"""Options for fetching sources, for `collect` and all commands whose source may be an address."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from precompute.cli.options.catalogue import columns_of, is_remote, source_of
from precompute.collect.addresses import is_address, name_of
from precompute.collect.settings import CollectSettings
from precompute.shared.progress import say

Result = TypeVar("Result")

COLLECTED = "collected"
"""The folder, beside the generations, of catalogues that a build collected."""

_LIMITS = {
    "products": (None, "most products (default: all)"),
    "images": (CollectSettings.max_images, "most pictures of a product (default: %(default)s)"),
    "pages": (CollectSettings.max_pages, "most pages read (default: %(default)s)"),
    "depth": (
        CollectSettings.max_depth,
        "most links from the first page to a page (default: %(default)s)",
    ),
    "megabytes": (CollectSettings.max_megabytes, "most data fetched (default: %(default)s)"),
    "minutes": (CollectSettings.max_minutes, "longest time (default: %(default)s)"),
}


def add_collect_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for how a source is fetched, and how much of it."""
    group = parser.add_argument_group("options of a source that is fetched")
    group.add_argument(
        "--rate",
        type=float,
        default=CollectSettings.rate,
        metavar="N",
        help="most requests a second to one host (default: %(default)s)",
    )
    for name, (default, text) in _LIMITS.items():
        group.add_argument(f"--max-{name}", type=int, default=default, metavar="N", help=text)
    group.add_argument(
        "--allow-domain",
        action="append",
        default=[],
        metavar="HOST",
        help="another host whose pages are read; repeatable",
    )
    group.add_argument(
        "--allow-private",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a private address or network that may be fetched from, such as 10.1.2.3 or 10.0.0.0/8; "
        "repeatable",
    )


def with_source(arguments: argparse.Namespace, do: Callable[[dict[str, Any]], Result]) -> Result:
    """Call `do` with the source, as fields of `BuildSettings`. A source at an address is collected first."""
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
    # Scrapy is imported here so that builds from local files do without it.
    from precompute.collect.collection import collect

    source = arguments.source
    name = name_of(source) if is_address(source) else Path(source).resolve().name
    collected = collect(collect_settings(arguments, out=arguments.out / COLLECTED / name, columns=columns))
    if collected.unfinished:
        say(f"The collection is incomplete: {collected.unfinished}. Run the same command again to continue.")
    return {"source": collected.folder, "kind": None, "columns": {}}


def collect_settings(
    arguments: argparse.Namespace, *, out: Path, columns: Mapping[str, str]
) -> CollectSettings:
    """The collection's settings from the options. Raises `UserError` for an invalid number."""
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

"""The settings of a collection, and the limits that keep it polite and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from precompute import __version__
from precompute.collect.platforms import PLATFORMS
from precompute.shared.errors import UserError

KINDS = {platform.name: platform.what for platform in PLATFORMS} | {
    "sitemap": "product data in the pages that a sitemap lists",
    "pages": "product data in the pages that links lead to",
}
"""The kinds of source besides feeds and tables, by their value for `--source`."""

TABLE = "table"
"""A feed or table. `--source` names it by its kind of file (`precompute.sources.kinds`)."""

ROBOT = "Akin"
USER_AGENT = f"{ROBOT}/{__version__} (collects product pictures for a shop's look-alikes)"
"""Every request identifies itself with this."""

MEGABYTE = 1_000_000
PAGE_BYTES = 10 * MEGABYTE
PICTURE_BYTES = 50 * MEGABYTE
TABLE_BYTES = 500 * MEGABYTE
"""The most bytes of one response, unpacked."""

PAGE_SECONDS = 30.0
PICTURE_SECONDS = 60.0
TABLE_SECONDS = 600.0
"""How long one response may take, from the request to its last byte."""

MOST_SITEMAPS = 1000
"""The most sitemaps read from one source: a server may generate them without end."""

MOST_ADDRESSES = 2_000_000
"""The most addresses noted for one source."""

READING_SECONDS = 5.0
"""The most CPU seconds that reading one answer may take."""

READING_BYTES = 1500 * MEGABYTE
"""The most memory that reading one answer may take, in bytes."""

RETRIES = 4
LONGEST_PAUSE = 300.0
"""The longest Retry-After to wait for, in seconds. A server that asks for more is left for another day."""

RESUMABLE_HOURS = 24.0
"""After this many hours, an unfinished collection starts again, and fetches what has changed since."""

SMALLEST_SIDE = 64
"""The least shorter side in pixels of a product's picture."""

PLACEHOLDER_PRODUCTS = 5
"""A file on at least this many products that are not variants is a placeholder."""


@dataclass(frozen=True)
class CollectSettings:
    """The settings of a collection.

    `source` is an address or a local table. `rate` is the most requests a second to one host, and `max_depth`
    the most links from the first page to a page. `columns` are those of `read_records`. `image_folder` is the
    folder that the paths in a local table start from, None for the table's own.
    """

    source: str
    out: Path
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    image_folder: Path | None = None
    rate: float = 5.0
    max_products: int | None = None
    max_images: int = 10
    max_pages: int = 20_000
    max_depth: int = 8
    max_megabytes: int = 50_000
    max_minutes: int = 24 * 60
    allow_domains: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 100:
            raise UserError(
                f"Expected --rate to be above 0 and at most 100 requests a second. Received: {self.rate}."
            )
        for name in ("products", "images", "pages", "depth", "megabytes", "minutes"):
            number = getattr(self, f"max_{name}")
            if number is not None and number < 1:
                raise UserError(f"Expected --max-{name} to be 1 or more. Received: {number}.")

"""What a collection is asked for, and the limits that keep it polite and its results bounded."""

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
"""What can be collected besides feeds and tables, by the name that `--source` forces it with."""

TABLE = "table"
"""A feed or a table: what `--source` names otherwise is a kind of file (`precompute.sources.kinds`)."""

ROBOT = "Akin"
USER_AGENT = f"{ROBOT}/{__version__} (collects product pictures for a shop's look-alikes)"
"""What every request says of who asks."""

MEGABYTE = 1_000_000
PAGE_BYTES = 10 * MEGABYTE
PICTURE_BYTES = 50 * MEGABYTE
TABLE_BYTES = 500 * MEGABYTE
"""The most that one response may have, unpacked."""

PAGE_SECONDS = 30.0
PICTURE_SECONDS = 60.0
TABLE_SECONDS = 600.0
"""How long one response may take, from the request to its last byte."""

MOST_SITEMAPS = 1000
"""So many sitemaps are read of one source; of those that a server makes up there is no end."""

MOST_ADDRESSES = 2_000_000
"""So many addresses of one source are noted."""

READING_SECONDS = 5.0
"""The most CPU seconds that reading one answer may take."""

READING_BYTES = 1500 * MEGABYTE
"""And the most memory."""

RETRIES = 4
LONGEST_PAUSE = 300.0
"""The most seconds that a server's Retry-After is waited for; one that wants longer is asked another day."""

RESUMABLE_HOURS = 24.0
"""After so many hours a collection that was not finished begins anew, and asks what has changed since."""

SMALLEST_SIDE = 64
"""The shorter side in pixels under which a picture shows no product."""

PLACEHOLDER_PRODUCTS = 5
"""On so many products that are not variants of one another the same file is a placeholder."""


@dataclass(frozen=True)
class CollectSettings:
    """What a collection is asked for.

    `source` is an address or a local table; `rate` the most requests a second to one host; `max_depth` how
    many links the pages may be away from the first. `columns` are those of `read_records`,
    `image_folder` the one that the paths in a local table are below, None for the table's own.
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
                f"Expected --rate to be over 0 and at most 100 requests a second. Received: {self.rate}."
            )
        for name in ("products", "images", "pages", "depth", "megabytes", "minutes"):
            number = getattr(self, f"max_{name}")
            if number is not None and number < 1:
                raise UserError(f"Expected --max-{name} to be 1 or more. Received: {number}.")

"""Names, records and rules of the bundle format, version 2. `docs/bundle-format.md` describes it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bundle.disk import open_file, read_text

VERSION = 2

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
FILES = "files.tsv"
CATALOGUE = "catalogue.sqlite"
REPORT = "report.json"
NEIGHBOURS = "neighbours"
THUMBNAILS = "thumbnails"
MAP = "map"

SHARD_BYTES = 256 * 1024
"""The largest size of a neighbours file in bytes. Only a single list that is larger may exceed it."""

MAX_SHARDS = 1 << 20

COLOURS = (
    "black",
    "grey",
    "white",
    "beige",
    "brown",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
)
"""The colour names, in the order in which they are shown."""

_LONGEST_NAME = 1024
_LARGEST_JSON = 256 << 20

_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_PAGE_ADDRESS = re.compile(r"https?://[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", re.IGNORECASE)
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_GENERATION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,100}")


class BundleError(Exception):
    """A bundle is missing, broken or of another version. The message is one sentence for people to read."""


@dataclass(frozen=True)
class ProductImage:
    """One picture of a product: the SHA-256 of the file it came from, and its thumbnail's size in pixels.

    The small thumbnail has half of that size, rounded up.
    """

    id: str
    width: int
    height: int


def described(text: str, *, is_amount: bool = False) -> dict[str, Any]:
    """Metadata of a product field: its description for the API, and whether it is an amount of money."""
    return {"description": text, "is_amount": is_amount}


@dataclass(frozen=True)
class ProductFields:
    """What a source says about a product. Tables, bundles and the API take their fields from here.

    `bundle.fields` derives the catalogue's columns from the fields' types. Empty text, empty collections and
    None mean that the source does not say.
    """

    id: str = field(metadata=described("The product's unique id in the shop."))
    title: str = field(metadata=described("Its title."))
    _: KW_ONLY
    category: str = field(default="", metadata=described("Its category path, such as `Home > Mugs`."))
    brand: str = field(default="", metadata=described("Its brand."))
    tags: tuple[str, ...] = field(default=(), metadata=described("Tags that it can be found by."))
    price: float | None = field(default=None, metadata=described("Its current price.", is_amount=True))
    compare_at_price: float | None = field(
        default=None, metadata=described("Its price before a sale, higher than `price`.", is_amount=True)
    )
    currency: str = field(
        default="",
        metadata=described("The currency of both prices: an ISO 4217 code or the shop's own symbol."),
    )
    in_stock: bool | None = field(default=None, metadata=described("Whether it is in stock."))
    popularity: float | None = field(
        default=None, metadata=described("Its popularity; higher is more popular.")
    )
    url: str = field(default="", metadata=described("Its page in the shop."))
    description: str = field(default="", metadata=described("The shop's description, as plain text."))
    variants: str = field(default="", metadata=described("The id of the group of variants it belongs to."))
    facts: dict[str, str] = field(
        default_factory=dict, metadata=described("All other columns of the source, by name.")
    )

    @property
    def saving(self) -> float:
        """The share of the former price that a sale takes off, from 0 to 1; 0 without a sale."""
        if self.price is None or self.compare_at_price is None or self.compare_at_price <= self.price:
            return 0.0
        return (self.compare_at_price - self.price) / self.compare_at_price


@dataclass(frozen=True)
class Product(ProductFields):
    """One product of the catalogue. The first of its `images` is the one that is compared."""

    images: tuple[ProductImage, ...] = field(
        metadata=described("Its pictures; the first is the one compared.")
    )
    _: KW_ONLY
    colours: tuple[str, ...] = field(
        default=(), metadata=described("The colours in the first picture, largest area first.")
    )
    twins: str = field(
        default="", metadata=described("The first product with a near-duplicate of this one's first picture.")
    )


MAP_SIDE = 65_535
"""The largest coordinate on a map."""


@dataclass(frozen=True)
class ProductMap:
    """The place of each product, by position in the catalogue, on a map that puts look-alikes together.

    `x` and `y` are whole numbers from 0 to `MAP_SIDE`. `fitted` is the number of products laid out together;
    `placed` and `removed` count those added and removed since.
    """

    x: Sequence[int]
    y: Sequence[int]
    fitted: int
    placed: int = 0
    removed: int = 0


class Neighbour(NamedTuple):
    """One entry of a neighbours list: the id of the product that looks alike, and its score."""

    id: str
    score: float


def is_image_id(text: str) -> bool:
    """Whether `text` has the form of an image id: 64 lower-case hexadecimal digits."""
    return _IMAGE_ID.fullmatch(text) is not None


def is_generation(text: str) -> bool:
    """Whether `text` may name a generation: one plain folder name, no separators, no leading dot."""
    return _GENERATION.fullmatch(text) is not None


def is_page_address(text: str) -> bool:
    """Whether `text` is safe as a link: a web address that a browser accepts."""
    if not _PAGE_ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        # Brackets that hold no IPv6 address, or an invalid port.
        return False


def thumbnail_file(image_id: str, *, small: bool = False) -> str:
    """The path of an image's thumbnail, or of its small one, inside a generation."""
    return f"{THUMBNAILS}/{image_id[:2]}/{image_id}{'.small' if small else ''}.webp"


def large_file(image_id: str) -> str:
    """The path of an image's large picture, which few bundles have, inside a generation."""
    return f"{THUMBNAILS}/{image_id[:2]}/{image_id}.large.webp"


def shard_of(product_id: str, shards: int) -> int:
    """The number of the neighbours file that holds a product's list, from 0 to `shards` - 1.

    `shards` is a power of two; the number is the leading bits of the SHA-256 of the id in UTF-8, so adding or
    removing a product moves no other.
    """
    return shard_at(shard_place(product_id), shards)


def shard_place(product_id: str) -> int:
    """The first 32 bits of the SHA-256 of a product's id in UTF-8. They alone determine its file."""
    return int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:4], "big")


def shard_at(place: int, shards: int) -> int:
    """The number of the neighbours file, out of `shards`, for a `shard_place`."""
    return place * shards >> 32


def shard_file(recipe: str, shard: int) -> str:
    """The path of one neighbours file inside a generation."""
    return f"{NEIGHBOURS}/{recipe}/{shard:03d}.json"


def map_file(recipe: str) -> str:
    """The path of a recipe's map inside a generation."""
    return f"{MAP}/{recipe}.json"


def places_file(recipe: str) -> str:
    """The path of the same map's places as plain numbers."""
    return f"{MAP}/{recipe}.u16"


def encode_list(product_id: str, neighbours: Sequence[Neighbour]) -> str:
    """One product's line in a neighbours file: `"id": [["id", score], …]`, without the line's end."""
    entries = ", ".join(f"[{encode_string(entry.id)}, {entry.score:.6f}]" for entry in neighbours)
    return f"{list_key(product_id)}[{entries}]"


def list_key(product_id: str) -> str:
    """The beginning of a product's line in a neighbours file. It occurs nowhere else in the file."""
    return encode_string(product_id) + ": "


def encode_string(text: str) -> str:
    """`text` as a JSON string. Characters outside ASCII are not escaped."""
    return _ENCODER.encode(text)


def canonical_json(value: Any) -> bytes:
    """`value` as JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def compact_json(value: object) -> bytes:
    """A value as JSON without spaces, its keys in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parse_json(text: str) -> Any:
    """Parse JSON. Raises `ValueError` if it is invalid or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None


def read_json(path: Path) -> Any:
    """Parse a JSON file. Raises `OSError`, or `ValueError` if it does not hold valid JSON."""
    return parse_json(read_text(path, most=_LARGEST_JSON))


def manifest_digest(manifest: dict[str, Any]) -> str:
    """The SHA-256 of a manifest's content without its `digest` field."""
    return hashlib.sha256(canonical_json({k: v for k, v in manifest.items() if k != "digest"})).hexdigest()


def key_of(*parts: str | bytes) -> str:
    """The key of some parts. Parts in another order, or divided otherwise, have another key."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()[:32]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file as 64 hexadecimal digits. The file is read in chunks."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_current(root: Path) -> str | None:
    """The name of the live generation, or None if there is none yet."""
    try:
        name = read_text(root / CURRENT, most=_LONGEST_NAME).strip()
    except (OSError, ValueError):
        return None
    return name if is_generation(name) else None

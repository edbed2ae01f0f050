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
"""The size, in bytes, that no neighbours file passes (unless one single list does)."""

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
"""The names that a picture's colours go by, in the order in which people are shown them."""

_LONGEST_NAME = 1024
_LARGEST_JSON = 256 << 20

_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_PAGE_ADDRESS = re.compile(r"https?://[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", re.IGNORECASE)
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_GENERATION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,100}")


class BundleError(Exception):
    """A bundle is missing, broken or of another version. Its text is one sentence meant for people."""


@dataclass(frozen=True)
class ProductImage:
    """One picture of a product: the SHA-256 of the file it came from, and its thumbnail's size in pixels.

    The small thumbnail has half of that size, rounded up.
    """

    id: str
    width: int
    height: int


def said(text: str, *, is_amount: bool = False) -> dict[str, Any]:
    """The metadata of a product's field: what it says, for the API's description, and whether it is money."""
    return {"says": text, "is_amount": is_amount}


@dataclass(frozen=True)
class ProductFields:
    """What a source says of a product. Tables, bundles and the API take their fields from here.

    `bundle.fields` derives the catalogue's columns from the fields' types. Empty text, empty collections
    and None stand for what the source does not say.
    """

    id: str = field(metadata=said("The shop's name for it, unique."))
    title: str = field(metadata=said("What it is called."))
    _: KW_ONLY
    category: str = field(default="", metadata=said("Its path, `Home > Mugs`, from the widest part."))
    brand: str = field(default="", metadata=said("Whose it is."))
    tags: tuple[str, ...] = field(default=(), metadata=said("Further words that it can be found by."))
    price: float | None = field(default=None, metadata=said("What it costs.", is_amount=True))
    compare_at_price: float | None = field(
        default=None, metadata=said("What it cost before a sale: more than `price`.", is_amount=True)
    )
    currency: str = field(
        default="", metadata=said("Of both prices: a code of ISO 4217, or the shop's sign.")
    )
    in_stock: bool | None = field(default=None, metadata=said("Whether it can be had now."))
    popularity: float | None = field(default=None, metadata=said("More is more popular."))
    url: str = field(default="", metadata=said("Its page in the shop."))
    description: str = field(default="", metadata=said("What the shop writes of it, as plain text."))
    variants: str = field(default="", metadata=said("The shop's name for the group of variants it is in."))
    facts: dict[str, str] = field(
        default_factory=dict, metadata=said("All else that the source says, by the names of its columns.")
    )

    @property
    def saving(self) -> float:
        """The share of the former price that a sale takes off, from 0 to 1; 0 without a sale."""
        if self.price is None or self.compare_at_price is None or self.compare_at_price <= self.price:
            return 0.0
        return (self.compare_at_price - self.price) / self.compare_at_price


@dataclass(frozen=True)
class Product(ProductFields):
    """One product of the catalogue, as its source and its pictures give it.

    The first of `images` is the one that is compared.
    """

    images: tuple[ProductImage, ...] = field(metadata=said("Its pictures: the first is the one compared."))
    _: KW_ONLY
    colours: tuple[str, ...] = field(
        default=(), metadata=said("The colours of the first picture, the largest first.")
    )
    twins: str = field(
        default="", metadata=said("The first product whose first picture is all but the same as this one's.")
    )


MAP_SIDE = 65_535
"""The largest coordinate on a map."""


@dataclass(frozen=True)
class ProductMap:
    """Where each product lies on a map on which look-alikes lie together, by position in the catalogue.

    `x` and `y` are whole numbers from 0 to `MAP_SIDE`. `fitted` is how many products were laid out together;
    `placed` and `removed` are how many have come and gone since.
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
    """Whether `text` may become a link to a page: an address of the web, as a browser would take it."""
    if not _PAGE_ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        # Brackets around what is no address of version 6, or a port that there is none of.
        return False


def thumbnail_file(image_id: str, *, small: bool = False) -> str:
    """The path of an image's thumbnail, or of its small one, inside a generation."""
    return f"{THUMBNAILS}/{image_id[:2]}/{image_id}{'.small' if small else ''}.webp"


def shard_of(product_id: str, shards: int) -> int:
    """The number of the neighbours file that holds a product's list, from 0 to `shards` - 1.

    `shards` is a power of two; the number is the leading bits of the SHA-256 of the id in UTF-8, so it
    depends on nothing but the id: a product that is added or removed moves no other.
    """
    return shard_at(shard_place(product_id), shards)


def shard_place(product_id: str) -> int:
    """The first 32 bits of the SHA-256 of a product's id in UTF-8: all that decides on its file."""
    return int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:4], "big")


def shard_at(place: int, shards: int) -> int:
    """The number of the neighbours file, of `shards`, that a product at this `shard_place` belongs to."""
    return place * shards >> 32


def shard_file(recipe: str, shard: int) -> str:
    """The path of one neighbours file inside a generation."""
    return f"{NEIGHBOURS}/{recipe}/{shard:03d}.json"


def map_file(recipe: str) -> str:
    """The path of a recipe's map inside a generation."""
    return f"{MAP}/{recipe}.json"


def encode_list(product_id: str, neighbours: Sequence[Neighbour]) -> str:
    """One product's line in a neighbours file: `"id": [["id", score], …]`, without the line's end."""
    entries = ", ".join(f"[{encode_string(entry.id)}, {entry.score:.6f}]" for entry in neighbours)
    return f"{list_key(product_id)}[{entries}]"


def list_key(product_id: str) -> str:
    """How the line of a product begins in a neighbours file; no other place in the file reads the same."""
    return encode_string(product_id) + ": "


def encode_string(text: str) -> str:
    """`text` as a JSON string; characters beyond ASCII stand as themselves."""
    return _ENCODER.encode(text)


def canonical_json(value: Any) -> bytes:
    """`value` as JSON with sorted keys and no spare spaces: the same value always gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse_json(text: str) -> Any:
    """The value of a text in JSON. Raises `ValueError` where it is none, or nested too deeply to be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None


def read_json(path: Path) -> Any:
    """The value of a file in JSON. Raises `OSError`, or `ValueError` where that is not what it holds."""
    return parse_json(read_text(path, most=_LARGEST_JSON))


def manifest_digest(manifest: dict[str, Any]) -> str:
    """The SHA-256 of a manifest's content, its own `digest` field left out."""
    return hashlib.sha256(canonical_json({k: v for k, v in manifest.items() if k != "digest"})).hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, read in pieces, as 64 hexadecimal digits."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_current(root: Path) -> str | None:
    """The name of the live generation, or None where there is none yet."""
    try:
        name = read_text(root / CURRENT, most=_LONGEST_NAME).strip()
    except (OSError, ValueError):
        return None
    return name if is_generation(name) else None

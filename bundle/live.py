"""The live part of a bundle: what searching with a visitor's photo needs, for the first recipe.

    live/<recipe>/live.json             a description of the rest: the fields of `LiveSearch`
    live/<recipe>/extractor.tflite      uint8 images (1, h, w, 3) in RGB to float32 embeddings (1, d)
    live/<recipe>/extractor.int8.tflite the same with int8 weights, if its results agree well enough
    live/<recipe>/centre.f32            d float32, subtracted from an embedding; only with a projection
    live/<recipe>/head-0.f32            float32 of a head: d of its mean, then d rows of k of its matrix
    live/<recipe>/vectors-000.i8        vectors (rows, d) int8, the same number of rows in each file
    live/<recipe>/scales.f32            rows float32: the factor of each row's numbers
    live/<recipe>/owners.u32            rows uint32: the position in the catalogue of a row's product
    live/web/…                          the runtime that runs an extractor in a browser

All numbers are little-endian.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle import format as fmt
from bundle.format import BundleError
from bundle.reader import Bundle

FOLDER = "live"
WEB = f"{FOLDER}/web"
WEB_START = f"{WEB}/litert.js"
"""The file of the browser's runtime that is loaded first."""

DESCRIPTION = "live.json"
EXTRACTOR = "extractor.tflite"
INT8_EXTRACTOR = "extractor.int8.tflite"
CENTRE = "centre.f32"
SCALES = "scales.f32"
OWNERS = "owners.u32"

VERSION = 1

SHARD_BYTES = 1 << 20
"""The largest size of a file of vectors in bytes. Only a single row that is larger may exceed it."""

PHOTO_BYTES = 120_000_000
"""The most memory that decoding a photo takes."""

_MASTER_BYTES = 65_000_000
_WORKER_BYTES = 67_000_000
_ROW_BYTES = 520
_ROW_BYTES_A_WORKER = 530
"""Memory of gunicorn's master, of a worker with its decoding process, and of a row besides its vector, in all
and for each worker. Measured with 100,000 made-up products of `benchmarks/live.py`, after four publishes."""

_HINT = "build it again, run: python -m precompute build SOURCE --live"


def live_file(recipe: str, name: str) -> str:
    """The path, inside a generation, of one of the files of a recipe."""
    return f"{FOLDER}/{recipe}/{name}"


def vectors_name(shard: int) -> str:
    """The name of one of the files of vectors."""
    return f"vectors-{shard:03d}.i8"


def head_name(number: int) -> str:
    """The name of the file of a head."""
    return f"head-{number}.f32"


def rows_of_a_shard(dimensions: int) -> int:
    """How many rows each file of vectors has. The last file may have fewer."""
    return max(1, SHARD_BYTES // dimensions)


@dataclass(frozen=True)
class LiveParts:
    """What a photo's vector is made of, side by side: the embedding, heads and colour.

    Each is scaled to unit length and multiplied by its weight. `embedding` is its number of dimensions,
    `features` its weight, after the projection; `heads` are the `weight` and the `dimensions` of each head;
    `colour` is the weight of the picture's colours, of which there are `colours` numbers.
    """

    embedding: int
    features: float
    heads: list[dict[str, Any]]
    colour: float
    colours: int

    def head_files(self) -> dict[str, int]:
        """The name of each head's file, with its size in bytes: a mean, then the rows of a matrix."""
        sizes = (4 * self.embedding * (1 + head["dimensions"]) for head in self.heads)
        return {head_name(number): size for number, size in enumerate(sizes)}


@dataclass(frozen=True)
class LiveSearch:
    """The content of `live.json`: how a photo becomes a vector, and what it is compared with.

    `form` says how a picture becomes the extractor's input (`decoding`, `input_size`, `resize`,
    `interpolation`); `projection` is `centre` or `none` and `metric` the recipe's. `vectors` are `rows` of
    `dimensions` numbers in `shards` files, `rows_per_shard` in each but the last. Where the metric is cosine
    they have unit length. `models` has the `file` and `bytes` of each extractor. A score from them differs by
    at most `score_error` from the stored lists, measured on the catalogue's own pictures. `agreement` says
    how closely each extractor, `float32` and `int8`, agrees with the build's. `formats` lists the accepted
    photo formats by Pillow's names. `parts` says what a vector is made of, if the recipe has parts.
    """

    folder: Path
    recipe: str
    fingerprint: str
    form: dict[str, Any]
    projection: str
    metric: str
    dimensions: int
    rows: int
    rows_per_shard: int
    shards: int
    score_error: float
    models: list[dict[str, Any]]
    agreement: dict[str, dict[str, Any]]
    formats: tuple[str, ...]
    parts: LiveParts | None = None

    def path(self, name: str) -> Path:
        """The path of one of the files."""
        return self.folder / name

    def shard_paths(self) -> list[Path]:
        """The paths of the files of vectors, in the order of their rows."""
        return [self.folder / vectors_name(shard) for shard in range(self.shards)]

    def files(self) -> dict[str, int]:
        """The name of every file that must be there, with its size in bytes."""
        last = self.rows - self.rows_per_shard * (self.shards - 1)
        rows = [self.rows_per_shard] * (self.shards - 1) + [last]
        vectors = {vectors_name(shard): count * self.dimensions for shard, count in enumerate(rows)}
        models = {model["file"]: model["bytes"] for model in self.models}
        fixed = {SCALES: 4 * self.rows, OWNERS: 4 * self.rows, EXTRACTOR: models[EXTRACTOR]}
        embedding = self.parts.embedding if self.parts else self.dimensions
        projected = {CENTRE: 4 * embedding} if self.projection == "centre" else {}
        heads = self.parts.head_files() if self.parts else {}
        return vectors | models | fixed | projected | heads


def has_live(bundle: Bundle) -> bool:
    """Whether a bundle was built with a live part, even a damaged one."""
    return (bundle.folder / FOLDER).is_dir()


def host_memory(*, rows: int, dimensions: int, workers: int) -> int:
    """The bytes of memory that a server takes that searches by photo among so many rows of vectors.

    Each photo that is being decoded takes up to `PHOTO_BYTES` more.
    """
    each = dimensions + _ROW_BYTES + workers * _ROW_BYTES_A_WORKER
    return _MASTER_BYTES + workers * _WORKER_BYTES + rows * each


def read_owners(live: LiveSearch) -> array[int]:
    """The position in the catalogue of each row's product."""
    owners = array("I", live.path(OWNERS).read_bytes())
    if sys.byteorder == "big":
        owners.byteswap()
    return owners


def read_live(bundle: Bundle) -> LiveSearch | None:
    """Read the live part of a bundle, or None if it has none.

    Raises `BundleError` if a file is missing or does not match `live.json`.
    """
    recipe = bundle.recipes[0]["name"]
    folder = bundle.folder / FOLDER / recipe
    path = folder / DESCRIPTION
    try:
        fields = fmt.read_json(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}): {_HINT}.") from error
    if not isinstance(fields, dict) or fields.pop("version", None) != VERSION:
        raise BundleError(f"{path} is not of version {VERSION}, which this program reads: {_HINT}.")
    try:
        parts = fields.pop("parts", None)
        live = LiveSearch(
            folder=folder,
            **fields | {"formats": tuple(fields["formats"])},
            parts=LiveParts(**parts) if parts else None,
        )
        for name, size in live.files().items():
            found = live.path(name).stat().st_size
            if size != found:
                raise ValueError(f"{name} has {found:,} bytes where {size:,} are expected")
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"The live search in {folder} is incomplete ({error}): {_HINT}.") from error
    if bundle.recipes[0].get("fingerprint") != live.fingerprint:
        raise BundleError(f"{path} belongs to another recipe than the bundle's first: {_HINT}.")
    return live

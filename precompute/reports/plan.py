"""Predicts the cost of a build by building a sample of the catalogue."""

from __future__ import annotations

import importlib
import math
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bundle import Bundle
from bundle import format as fmt
from bundle.database import create_catalogue
from bundle.live import host_memory
from precompute.building.build import BuildSettings, Summary, build
from precompute.building.engine import LOCAL
from precompute.embeddings.picture_maker import PictureMaker
from precompute.embeddings.vectors import Vectors, compared_vectors
from precompute.models.recipe import Recipe
from precompute.models.registry import plan_extractor
from precompute.neighbours import EXACT_PRODUCTS, exact_cores, find_neighbours
from precompute.reports.cluster_costs import ClusterCosts, cluster_costs
from precompute.reports.slug import LIMIT, files_below, packed_size
from precompute.shared.machine import available_cores
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.sources import Catalogue
from precompute.store import Store

SAMPLE = 256
"""The default size of the sample, in products."""

WEB_HALF = 62_000_000
"""Bytes of a slug besides the bundle, compressed: interpreter, packages and code, by `check --slug`."""

LIVE_PACKAGES = 55_000_000
"""Bytes that the packages of a live search add to these, by the same command."""

SMALLEST_THUMBNAIL = 160
"""The side in pixels below which a thumbnail would be blurred in its place on a page."""

_BY_PICTURE = ("reading", "embedding")
_ONCE = ("model", "store", "live", "precision")
_GROWING = (fmt.CATALOGUE, fmt.FILES)
"""Files, besides lists, thumbnails and maps, that grow with the products."""

_GROWING_LIVE = (".i8", ".f32", ".u32")
"""What a live search's files end with that have numbers for each product; its centre is small change."""

_SEARCHED = (2048, 4096)
"""Vectors that are searched to learn how the time grows, where a catalogue has more."""

_OBJECTS = 2_000
"""Bytes that a product takes in memory besides its vectors and its list: its texts, its pictures' facts."""


@dataclass(frozen=True)
class Sizes:
    """Bytes of what a generation holds: lists, thumbnails and all else, as they are and packed for a slug."""

    lists: int
    thumbnails: int
    rest: int
    packed_lists: int
    packed_thumbnails: int
    packed_rest: int

    @property
    def total(self) -> int:
        """Bytes on the disk."""
        return self.lists + self.thumbnails + self.rest

    @property
    def packed(self) -> int:
        """Bytes in a slug."""
        return self.packed_lists + self.packed_thumbnails + self.packed_rest


@dataclass(frozen=True)
class Plan:
    """What a build under one recipe would take.

    `seconds` by stage; `memory` in bytes at the most; `sizes` of the generation; `disk` bytes of the output
    folder after the build, the store included; `slug` bytes of a deploy, compressed; `advice` the smallest
    change with which the slug would fit, empty where it fits as it is; `host` the bytes that two workers
    who search by photo take in memory, 0 without a live search. `cluster` is what a cluster would share, None
    for a build on this machine.
    """

    recipe: str
    products: int
    pictures: int
    seconds: dict[str, float]
    memory: int
    sizes: Sizes
    disk: int
    slug: int
    advice: str
    host: int = 0
    cluster: ClusterCosts | None = None


def plan(settings: BuildSettings, *, sample: int = SAMPLE) -> Iterator[Plan]:
    """Plans for each recipe of `settings`, from a build of `sample` of the products in a temporary folder.

    The products are drawn at random, the same ones each time, and built on this machine, whatever the engine.
    Nothing is written to `settings.out`. Raises what `build` raises.
    """
    catalogue = settings.read()
    count = len(catalogue.products)
    part = sorted(random.Random(0).sample(range(count), min(sample, count)))
    drawn = replace(catalogue, products=[catalogue.products[place] for place in part], left_out=[])
    map_start = _map_start()
    for recipe in settings.recipes:
        say(f"{recipe.name}: building {len(part):,} of {counted(count, 'product')} as a sample.")
        with tempfile.TemporaryDirectory(prefix="akin-plan-") as folder:
            trial = replace(settings, out=Path(folder), recipes=(recipe,), engine=LOCAL)
            summary = build(trial, catalogue=drawn)
            tile = None if settings.engine.is_local else settings.engine.tile
            yield _Estimate(trial, catalogue, recipe, summary, map_start=map_start, tile=tile).plan()


def _map_start() -> float:
    """The fixed seconds that a map takes for loading its libraries, whatever its size."""
    started = time.perf_counter()
    importlib.import_module("openTSNE")
    return time.perf_counter() - started


class _Estimate:
    """Predicts the whole build from the summary of a trial build, without the `map_start` seconds.

    `tile` is how many vectors a cluster's tiles compare, None without a cluster.
    """

    def __init__(
        self,
        trial: BuildSettings,
        whole: Catalogue,
        recipe: Recipe,
        summary: Summary,
        *,
        map_start: float,
        tile: int | None,
    ) -> None:
        self._map_start, self._tile = map_start, tile
        self._trial, self._recipe, self._summary = trial, recipe, summary
        self._products = len(whole.products)
        files = {file for product in whole.products for file in product.files}
        self._files = len(files)
        self._read = 0 if tile is None else sum(map(_size, (whole.folder / file for file in files)))
        with Bundle.open(trial.out) as bundle:
            built = bundle.page(limit=summary.products).products
        self._built = built
        self._scale = self._products / summary.products
        self._picture_scale = self._files / len({image.id for product in built for image in product.images})

    def plan(self) -> Plan:
        """The plan of the whole build."""
        key = plan_extractor(
            self._recipe, runtime=self._trial.runtime, device=self._trial.device, fast=self._trial.fast
        ).key
        embeddings = Store(self._trial.out).embeddings(key, writable=False)
        maker = PictureMaker(self._trial.thumbnail_size, self._trial.large_pictures)
        made = Store(self._trial.out).pictures(maker.fingerprint)
        vectors = compared_vectors(self._built, embeddings, self._recipe, pictures=made)
        seconds, sizes = self._seconds(vectors), self._sizes()
        slug = WEB_HALF + (LIVE_PACKAGES if self._trial.live else 0) + sizes.packed
        return Plan(
            recipe=self._recipe.name,
            products=self._products,
            pictures=self._files,
            seconds=seconds,
            memory=self._memory(vectors.values.shape[1]),
            sizes=sizes,
            disk=self._disk(sizes),
            slug=slug,
            advice=self._advice(sizes, slug - LIMIT) if slug > LIMIT else "",
            host=self._host(vectors),
            cluster=self._cluster(vectors, seconds),
        )

    def _cluster(self, vectors: Vectors, seconds: Mapping[str, float]) -> ClusterCosts | None:
        if self._tile is None:
            return None
        store = sum(path.stat().st_size for path in files_below(self._trial.out / "store"))
        count = round(vectors.counts.mean() * self._products)
        search: float | None = seconds["neighbours"]
        if self._is_approximate(vectors):
            forced = self._trial.search == "approximate"
            search = None if forced else self._search_seconds(vectors, approximate=False)
        return cluster_costs(
            cores=available_cores(),
            embedding_seconds=sum(seconds[name] for name in _BY_PICTURE),
            search_seconds=search,
            exact_cores=exact_cores(count) if search is not None and self._is_approximate(vectors) else 0,
            vectors=count,
            width=vectors.values.shape[1],
            side=self._tile,
            read=self._read,
            written=int(store * self._picture_scale),
        )

    def _host(self, vectors: Vectors) -> int:
        # Only the first recipe gets a live part.
        if not self._trial.live or self._recipe != self._trial.recipes[0]:
            return 0
        rows = round(vectors.counts.mean() * self._products)
        return host_memory(rows=rows, dimensions=vectors.values.shape[1], workers=2)

    def _seconds(self, vectors: Vectors) -> dict[str, float]:
        seconds = {}
        for name, taken in self._summary.seconds.items():
            if name == "neighbours":
                seconds[name] = self._search_seconds(vectors, approximate=self._is_approximate(vectors))
            elif name in _ONCE:
                seconds[name] = taken
            elif name == "map":
                seconds[name] = taken * self._scale + self._map_start
            else:
                seconds[name] = taken * (self._picture_scale if name in _BY_PICTURE else self._scale)
        return seconds

    def _search_seconds(self, vectors: Vectors, *, approximate: bool) -> float:
        """What the lists take, from searches among points between the vectors of the trial build."""
        if self._products <= _SEARCHED[-1]:
            return self._searched(vectors, self._products, approximate=approximate)
        # An exact search takes a n² + b n, an approximate one about b n.
        few, many = _SEARCHED
        first, second = (self._searched(vectors, size, approximate=approximate) / size for size in _SEARCHED)
        square = max(0.0, (second - first) / (many - few))
        linear = max(0.0, second - square * many)
        return self._products * (second if approximate else square * self._products + linear)

    def _is_approximate(self, vectors: Vectors) -> bool:
        if self._trial.search is None:
            return bool(self._products * vectors.counts.mean() > EXACT_PRODUCTS)
        return self._trial.search == "approximate"

    def _searched(self, vectors: Vectors, count: int, *, approximate: bool) -> float:
        counts = np.resize(vectors.counts, count)
        between = _between(vectors.values, int(counts.sum()))
        started = time.perf_counter()
        lists = find_neighbours(
            [f"{place:08d}" for place in range(count)],
            between,
            metric=self._recipe.metric,
            depth=self._recipe.depth,
            counts=counts,
            search="approximate" if approximate else "exact",
        )
        for _ in lists.lines():
            pass
        return time.perf_counter() - started

    def _memory(self, width: int) -> int:
        # What this process has taken so far holds the libraries, the model, and a search of so many products.
        so_far = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        further = max(0, self._products - _SEARCHED[-1])
        vectors = 2 * 4 * width * further * (self._files / self._products)
        lists = 2 * 12 * self._recipe.depth * further
        return int(so_far + vectors + lists + _OBJECTS * self._products)

    def _sizes(self) -> Sizes:
        sizes = {path: path.stat().st_size for path in files_below(self._summary.folder)}
        lists = [path for path in sizes if fmt.NEIGHBOURS in path.parts]
        thumbnails = [path for path in sizes if fmt.THUMBNAILS in path.parts]
        growing = [
            path
            for path in sizes
            if path.name in _GROWING or fmt.MAP in path.parts or path.suffix in _GROWING_LIVE
        ]
        fixed = [path for path in sizes if path not in {*lists, *thumbnails, *growing}]
        # A catalogue of no products has its tables already.
        empty = self._trial.out / f"empty-{fmt.CATALOGUE}"
        create_catalogue(empty, [])
        sizes[empty] = empty.stat().st_size
        scales = (self._list_scale(), self._picture_scale, self._scale, 1.0, 1.0 - self._scale)
        parts = (lists, thumbnails, growing, fixed, [empty])
        plain = [sum(map(sizes.__getitem__, part)) * scale for part, scale in zip(parts, scales, strict=True)]
        packed = [packed_size(part) * scale for part, scale in zip(parts, scales, strict=True)]
        return Sizes(*_in_three(plain), *_in_three(packed))

    def _list_scale(self) -> float:
        """How many times as many entries the lists have: those of the trial build may be shorter."""
        longest = min(self._recipe.depth, self._products - 1)
        there = min(self._recipe.depth, self._summary.products - 1)
        return self._scale * (longest / there if there else 1)

    def _disk(self, sizes: Sizes) -> int:
        """The generation and the store, which shares the thumbnails with it."""
        store = sum(path.stat().st_size for path in files_below(self._trial.out / "store"))
        shared = sum(path.stat().st_size for path in files_below(self._summary.folder / fmt.THUMBNAILS))
        return sizes.total + int((store - shared) * self._picture_scale)

    def _advice(self, sizes: Sizes, excess: int) -> str:
        """The smallest change that takes `excess` bytes, compressed, out of the slug."""
        if self._trial.large_pictures:
            return "leave out --large-pictures, and plan again"
        recipe, size = self._recipe, self._trial.thumbnail_size
        excess += excess // 20  # A margin, as estimates are never exact.
        # A line of a list holds the product's own id as well.
        depth = int((recipe.depth + 1) * (1 - excess / sizes.packed_lists)) - 1
        if depth >= recipe.top:
            return f"--depth {depth} would make it fit (here it is {recipe.depth})"
        share = 1 - excess / sizes.packed_thumbnails
        smaller = int(size * share ** (1 / self._growth())) // 10 * 10 if share > 0 else 0
        if smaller >= SMALLEST_THUMBNAIL:
            return f"--thumbnail-size {smaller} would make it fit (here it is {size})"
        return (
            "a deploy without thumbnails would fit: put the bundle's folder thumbnails on a file host "
            "and set AKIN_THUMBNAILS to its address"
        )

    def _growth(self) -> float:
        """The power of their side by which thumbnails grow: the trial build has each in two sizes."""
        files = list(files_below(self._summary.folder / fmt.THUMBNAILS))
        small = sum(path.stat().st_size for path in files if path.name.endswith(".small.webp"))
        large = sum(path.stat().st_size for path in files) - small
        return math.log2(large / small) if 0 < small < large else 2.0


def _size(path: Path) -> int:
    """The bytes of a file; none if it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _in_three(parts: Sequence[float]) -> tuple[int, int, int]:
    """The bytes of lists, of thumbnails, and of all else together."""
    return int(parts[0]), int(parts[1]), int(sum(parts[2:]))


def _between(vectors: np.ndarray, count: int) -> np.ndarray:
    """`count` points, each between two of `vectors` (n, d): (count, d) float32, the same ones each time."""
    draw = np.random.default_rng(0)
    first, second = draw.integers(len(vectors), size=(2, count))
    share = draw.random((count, 1), dtype=np.float32)
    points: np.ndarray = vectors[first] * share + vectors[second] * (1 - share)
    return points

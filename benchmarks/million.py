"""What does a build of a million products take whose vectors are there, and what does serving it take?

    python benchmarks/million.py [--products 1000000] [--dimensions 1280] [--keep FOLDER] [--exact] [--once]

Makes a table of made-up products, each with a file of its own as its picture, and puts what a build would
compute of the pictures into the store: embeddings in clusters, one around each leaf of the categories, tiny
thumbnails, colours and signatures. So no picture is decoded, but all else is as in any build: files are
hashed, lists found (by an approximate index from 300,000 products on), the map laid out, the catalogue
written and everything sealed. Then it builds again, with nothing changed, unless `--once` is given, and
serves the bundle. Each is a process of its own, and told when it ends. CPU seconds are those of all threads.
Approximate lists are searched again by every build, so the second one takes nearly as long.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.made_up import Shop, products
from bundle import Product
from precompute.building import build as builds
from precompute.building.build import BuildSettings
from precompute.embeddings.picture_maker import THUMBNAIL_SIZE, PictureMaker
from precompute.models.recipe import Recipe
from precompute.models.registry import Extractor, ExtractorPlan
from precompute.shared.progress import stage
from precompute.store import EmbeddingStore, Picture, PictureStore, Store
from precompute.store.pictures import thumbnail_files

RECIPE = Recipe("small", "Made-up vectors in clusters", "small", input_size=16)
COLUMNS = ("id", "title", "category", "brand", "tags", "price", "currency", "popularity", "variants", "image")
TOGETHER = 4096
LINKS = 10_000
"""How many products share a file. Each has two thumbnails, in the store and in two generations, and a file
system allows some 65,000 links to one."""

TINY = b"RIFF\x04\x00\x00\x00WEBP"
SPREAD = 0.6
"""How far a product's vector is from the middle of its category, where that has length 1."""


@dataclass(frozen=True)
class GivenPlan(ExtractorPlan):
    """The plan of an extractor that is never asked, as the store has all embeddings."""

    def open(self) -> Extractor:
        raise SystemExit("Expected all embeddings in the store. Received: a picture without one.")


def plan(recipe: Recipe, **_: object) -> ExtractorPlan:
    """The plan for any recipe and machine."""
    return GivenPlan(recipe, "litert", "0" * 64, None)  # type: ignore[arg-type]


def content_of(product: Product) -> bytes:
    """The bytes of a product's picture, whose hash is the picture's id in `products`."""
    return str(int(product.id.split("-")[1])).encode()


def prepare(folder: Path, count: int, dimensions: int) -> None:
    """Write the table with its pictures, and fill the store."""
    shop = Shop(count, leaves=min(5_600, max(20, count // 100)), brands=8_000, tags=4_000)
    store = Store(folder / "data")
    stores = store.embeddings(plan(RECIPE).key), store.pictures(PictureMaker(THUMBNAIL_SIZE).fingerprint)
    for number in range(256):
        (stores[1].folder / "thumbnails" / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    given = products(shop)
    with (
        (folder / "products.csv").open("w", newline="", encoding="utf-8") as file,
        stage("Preparing", count, "products") as advance,
    ):
        table = csv.writer(file)
        table.writerow([*COLUMNS, "Material", "Care", "Width"])
        first = 0
        while some := list(islice(given, TOGETHER)):
            table.writerows(map(row_of, some))
            fill(*stores, folder, some, first=first, dimensions=dimensions)
            first += len(some)
            advance(len(some))


def row_of(product: Product) -> list[object]:
    """A product's row of the table."""
    named = {"tags": "|".join(product.tags), "image": picture_file(product)}
    return [
        *(named[name] if name in named else getattr(product, name) for name in COLUMNS),
        *product.facts.values(),
    ]


def picture_file(product: Product) -> str:
    """The path of a product's picture, a thousand to a folder."""
    number = int(product.id.split("-")[1])
    return f"{number // 1000:04}/{number:07}.png"


def fill(
    embeddings: EmbeddingStore,
    pictures: PictureStore,
    folder: Path,
    some: list[Product],
    *,
    first: int,
    dimensions: int,
) -> None:
    """Write some products' pictures, and what a build would know of them."""
    chance = np.random.default_rng(first)
    middles = np.stack([middle(product.category, dimensions) for product in some])
    noise = chance.standard_normal(middles.shape, np.float32) * np.float32(SPREAD / dimensions**0.5)
    embeddings.add([product.images[0].id for product in some], middles + noise)
    embeddings.commit()
    sha256 = hashlib.sha256(TINY).hexdigest()
    for number, product in enumerate(some, start=first):
        path = folder / picture_file(product)
        if number % 1000 == 0:
            path.parent.mkdir()
        path.write_bytes(content_of(product))
        image = product.images[0]
        source = folder / f"tiny-{number // LINKS}.webp"
        if not source.exists():
            source.write_bytes(TINY)
        for thumbnail in thumbnail_files(image.id):
            os.link(source, pictures.folder / thumbnail)
        signature = chance.bytes(768)
        found = Picture(
            image.width, image.height, (sha256, sha256), product.colours, signature, chance.bytes(64)
        )
        pictures.add(image.id, found, ())
    pictures.commit()


@lru_cache(None)
def middle(category: str, dimensions: int) -> np.ndarray:
    """The middle of a category's vectors: near those of the categories above it."""
    parts = category.split(" > ")
    found = np.zeros(dimensions, np.float32)
    for depth in range(1, len(parts) + 1):
        seed = int.from_bytes(hashlib.sha256(" > ".join(parts[:depth]).encode()).digest()[:8], "big")
        found += np.random.default_rng(seed).standard_normal(dimensions, np.float32)
    length: np.ndarray = found / np.float32(np.linalg.norm(found))
    return length


def build(folder: Path, *, search: str | None) -> dict[str, float]:
    """Build the bundle in this process, and say what it took."""
    builds.plan_extractor = plan  # type: ignore[attr-defined]
    settings = BuildSettings(folder / "products.csv", folder / "data", (RECIPE,), search=search)
    summary = builds.build(settings)
    return {f"{name}, s": seconds for name, seconds in summary.seconds.items()}


def serve(folder: Path) -> dict[str, float]:
    """Open the bundle as a worker does, and ask for some products."""
    from dashapp import create_app
    from dashapp.settings import Settings

    started = time.process_time()
    client = create_app(Settings(data=folder / "data")).server.test_client()
    booted = time.process_time()
    for number in range(20):
        assert client.get(f"/product/sku-{number:07}").status_code == 200
    return {
        "boot, CPU s": booted - started,
        "a product's page, CPU ms": (time.process_time() - booted) / 20 * 1000,
    }


class Memory(Thread):
    """Watches how much memory this process has for itself. Files that it maps can be dropped at any time."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0

    def run(self) -> None:
        while True:
            status = Path("/proc/self/status").read_text().splitlines()
            (kilobytes,) = (line.split()[1] for line in status if line.startswith("RssAnon"))
            self.most = max(self.most, int(kilobytes) * 1024 / 1e6)
            time.sleep(0.1)


def used(memory: Memory) -> dict[str, float]:
    """The CPU seconds of this process, and the most megabytes it held."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    most = {"most memory, MB": memory.most, "with mapped files, MB": usage.ru_maxrss * 1024 / 1e6}
    return {"CPU s": usage.ru_utime + usage.ru_stime} | most


def sizes(folder: Path) -> Iterator[tuple[str, float]]:
    """The megabytes of the bundle's parts and of the store."""
    data = folder / "data"
    live = data / (data / "CURRENT").read_text().strip()
    for name, path in (
        ("catalogue", live / "catalogue.sqlite"),
        ("lists", live / "neighbours"),
        ("map", live / "map"),
        ("store", data / "store"),
    ):
        files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
        yield f"{name}, MB", sum(each.stat().st_size for each in files if each.suffix != ".webp") / 1e6


def main() -> None:
    """Prepare, build, build again, serve, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--dimensions", type=int, default=1280)
    parser.add_argument("--keep", type=Path, help="where what is made is kept, or lies from an earlier run")
    parser.add_argument("--exact", action="store_true", help="exact lists at any size")
    parser.add_argument("--approximate", action="store_true", help="approximate lists at any size")
    parser.add_argument("--once", action="store_true", help="builds once only")
    parser.add_argument("--only", choices=("build", "serve"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    search = "exact" if arguments.exact else "approximate" if arguments.approximate else None
    if arguments.only:
        memory = Memory()
        memory.start()
        found = build(arguments.keep, search=search) if arguments.only == "build" else serve(arguments.keep)
        print(json.dumps(found | used(memory)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "products.csv").exists():
            prepare(folder, arguments.products, arguments.dimensions)
        jobs = {"build": "build", "nothing changed": "build", "a worker": "serve"}
        if arguments.once:
            del jobs["nothing changed"]
        columns = {}
        for name, job in jobs.items():
            columns[name] = measured(folder, job, search)
            # A million take hours: what is measured by then is not lost if the rest is stopped.
            print(f"{name}: {json.dumps(columns[name])}", file=sys.stderr)
        print(f"{arguments.products:,} products, vectors of {arguments.dimensions:,} numbers\n")
        print("| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
        for name in dict.fromkeys(name for column in columns.values() for name in column):
            cells = (f"{column[name]:,.1f}" if name in column else "" for column in columns.values())
            print(f"| {name} | " + " | ".join(cells) + " |")
        print("\n" + ", ".join(f"{name[:-4]} {megabytes:,.0f} MB" for name, megabytes in sizes(folder)))


def measured(folder: Path, what: str, search: str | None) -> dict[str, Any]:
    """What one part of the job took, in a process of its own."""
    command = [sys.executable, __file__, "--keep", str(folder), "--only", what]
    command += [f"--{search}"] if search else []
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": time.perf_counter() - started} | found


if __name__ == "__main__":
    main()

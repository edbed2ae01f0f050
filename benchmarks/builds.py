"""What does a build cost after a change, and how much memory do many pictures take?

    python benchmarks/builds.py PHOTOS [--share 0.01] [--products 100000]

PHOTOS are built in full, then again with nothing changed and with a share of the products changed: a third of
them new, a third with another picture, a third gone. Each build is a process of its own, interpreter and
imports included, and the changed catalogue is built in an empty folder too: both bundles must be the same.
Then a catalogue of made-up small pictures is built, under a network of no account with embeddings of 256
numbers, and its greatest resident memory printed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parent.parent))

from bundle import Bundle
from bundle import format as fmt
from precompute.building import build as builds
from precompute.building.build import BuildSettings
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan

ROOT = Path(__file__).parent.parent
SIDE = 16
RECIPE = Recipe("small", "A fixed random projection of 16 × 16 pixels", "small", input_size=SIDE)


def main() -> None:
    """Build, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--only-memory", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only_memory:
        memory(arguments.photos)
        return
    if not arguments.photos.is_dir():
        raise SystemExit(f"Expected a folder of photos. Received: {arguments.photos}, which is not here.")
    with tempfile.TemporaryDirectory() as folder:
        changes(arguments.photos, Path(folder), arguments.share)
    with tempfile.TemporaryDirectory() as folder:
        make_many(Path(folder) / "photos", arguments.products)
        command = [sys.executable, __file__, folder, "--only-memory"]
        found = {}
        for name in ("full", "nothing changed"):
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"\n{arguments.products:,} small pictures, {os.cpu_count()} cores\n")
        print("| | seconds | greatest resident memory, MB |\n|---|---|---|")
        for name, row in found.items():
            print(f"| {name} | {row['seconds']:.0f} | {row['megabytes']:,.0f} |")


def changes(photos: Path, folder: Path, share: float) -> None:
    """Time builds of a catalogue before and after a change."""
    source, out = folder / "photos", folder / "data"
    files = sorted(path for path in photos.rglob("*") if path.is_file())
    for path in files:
        target = source / path.relative_to(photos)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    rows = {"full": spent(source, out), "nothing changed": spent(source, out)}
    changed = np.random.default_rng(0).choice(len(files), round(share * len(files)), replace=False)
    for number, place in enumerate(changed):
        path = source / files[place].relative_to(photos)
        mirrored = io.BytesIO()
        ImageOps.mirror(Image.open(path)).save(mirrored, "PNG")
        if number % 3 == 0:
            path.with_name(f"new {path.name}").write_bytes(mirrored.getvalue())
        elif number % 3 == 1:
            path.write_bytes(mirrored.getvalue())
        else:
            path.unlink()
    rows[f"{share:.0%} changed"] = spent(source, out)
    rows["full, of the changed"] = spent(source, folder / "fresh")
    if sealed(out) != sealed(folder / "fresh"):
        raise SystemExit("The build after the change is not the one that a folder without a past gives.")
    print(f"\n{len(files):,} photos, {len(changed)} changed, {os.cpu_count()} cores\n")
    print("| build | seconds | times as fast as the full one | CPU s | of the full one's |")
    print("|---|---|---|---|---|")
    full, of_full = rows["full"]
    for name, (taken, busy) in rows.items():
        print(
            f"| {name} | {taken:.1f} | {full / taken:.1f} | {busy:.1f} | {busy / of_full:.3f} |", flush=True
        )


def spent(source: Path, out: Path) -> tuple[float, float]:
    """The wall-clock and the processor's seconds of one build from the command line."""
    command = [sys.executable, "-m", "precompute", "build", str(source), "--out", str(out)]
    started, busy = time.perf_counter(), processor_seconds()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started, processor_seconds() - busy


def processor_seconds() -> float:
    """What all finished processes below this one took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sealed(out: Path) -> list[str]:
    """The hash, size and name of every file of a bundle, but for the report with its seconds and the map.

    On the map, products keep the place that visitors know from the build before.
    """
    lines = (Bundle.open(out).folder / "files.tsv").read_text().splitlines()
    return [line for line in lines if not line.endswith("\treport.json") and f"\t{fmt.MAP}/" not in line]


def make_many(folder: Path, count: int) -> None:
    """Small pictures, each another one, a thousand in a folder."""
    random = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"{number // 1000:04}" / f"{number:07}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((32, 32)).save(path)


class Small:
    """A fixed random projection of the pixels: (n, 256)."""

    runtime = "litert"
    batch = 64
    weights_sha256 = "0" * 64

    def __init__(self) -> None:
        self._weights = np.random.default_rng(0).standard_normal((SIDE * SIDE * 3, 256), np.float32)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1).astype(np.float32) @ self._weights


@dataclass(frozen=True)
class SmallPlan(ExtractorPlan):
    """The plan of `Small`."""

    def open(self) -> Small:
        return Small()


def memory(folder: Path) -> None:
    """Build in this process, and print what it took as JSON."""
    builds.plan_extractor = lambda recipe, **_: SmallPlan(recipe, "litert", Small.weights_sha256, None)
    started = time.perf_counter()
    builds.build(BuildSettings(source=folder / "photos", out=folder / "data", recipes=(RECIPE,)))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": time.perf_counter() - started, "megabytes": kilobytes / 1000}))


if __name__ == "__main__":
    main()

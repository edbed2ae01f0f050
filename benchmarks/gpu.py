"""What does a GPU give a build, beside the CPU of the same machine?

    python benchmarks/gpu.py PHOTOS [--images 2048] [--recipe vgg16-fc2 …] [--rows 50000]

For the default recipe and VGG16, or those named: images a second of the model alone in batches of 32, 128
and 512; of the whole stage as a build runs it, with reading, decoding and thumbnails, and the share of that
time in which the model waits for pictures; the smallest cosine between the GPU's embeddings and the CPU's,
and whether a second run gives the same bytes. Then the exact lists of ROWS random vectors of 1,280 numbers,
with the products of blocks on each device: the seconds, and whether both find the same sixty neighbours.

Each device has a process of its own, as TensorFlow keeps to one choice. Without a GPU this measures the CPU
alone, and says so. Close other programs first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from precompute.building.build import BuildSettings, build
from precompute.models.devices import tensorflow_gpus
from precompute.models.networks import open_network
from precompute.models.recipe import DEFAULT, RECIPES

BATCHES = (32, 128, 512)
SECONDS = 4.0
"""How long each batch size is measured."""

LIST = 60

Given, Result = ParamSpec("Given"), TypeVar("Result")


@dataclass(frozen=True)
class Measured:
    """A recipe on a device: images a second by batch and `as_built`, and the share that the model `waited`.

    `embeddings` are those of the same random pictures on each device; `again` says whether a second run gave
    the same bytes.
    """

    rates: list[float]
    as_built: float
    waited: float
    embeddings: np.ndarray
    again: bool


def measured(device: str, name: str, photos: Path, images: int) -> Measured:
    """Measure a recipe on a device."""
    from precompute.models.runtimes.keras import KerasExtractor, compute_on

    compute_on(device)
    recipe = RECIPES[name]
    source = open_network(recipe)
    model, shape = source.model(), (512, recipe.input_size, recipe.input_size, 3)
    inputs = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    rates = []
    for batch in BATCHES:
        extractor = KerasExtractor(model, weights_sha256=source.weights_sha256, batch=batch)
        extractor(inputs[:batch])
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS:
            extractor(inputs[:batch])
            done += batch
        rates.append(done / (time.perf_counter() - started))
    extractor = KerasExtractor(model, weights_sha256=source.weights_sha256)
    first, second = extractor(inputs[:32]), extractor(inputs[:32])
    with tempfile.TemporaryDirectory() as out:
        settings = BuildSettings(photos, Path(out), (recipe,), runtime="keras", device=device)
        catalogue = settings.read()
        summary = build(settings, catalogue=replace(catalogue, products=catalogue.products[:images]))
    reading, embedding = (summary.seconds[stage] for stage in ("reading", "embedding"))
    total = reading + embedding
    return Measured(rates, summary.images / total, reading / total, first, np.array_equal(first, second))


def lists(device: str, rows: int) -> tuple[float, np.ndarray]:
    """Seconds for the exact lists of random unit vectors, and each row's neighbours, scored in float64."""
    import tensorflow as tf

    from precompute.models.runtimes.keras import compute_on

    compute_on(device)
    vectors = np.random.default_rng(0).standard_normal((rows, 1280), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = np.empty((rows, LIST), np.int64)
    started = time.perf_counter()
    every = tf.constant(vectors)
    for begin in range(0, rows, 1024):
        products = tf.matmul(every[begin : begin + 1024], every, transpose_b=True)
        # The product itself, and some more than are kept: float64 decides between them.
        near = tf.math.top_k(products, k=LIST + 17).indices.numpy()
        for row, others in enumerate(near, start=begin):
            others = others[others != row]
            scores = vectors[others].astype(np.float64) @ vectors[row].astype(np.float64)
            found[row] = others[np.lexsort((others, -scores))][:LIST]
    return time.perf_counter() - started, found


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--images", type=int, default=2048)
    parser.add_argument("--recipe", nargs="+", choices=RECIPES, default=[DEFAULT, "vgg16-fc2"])
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()

    gpus = in_process(tensorflow_gpus)
    print(f"GPU: {', '.join(gpus) or 'none that TensorFlow can use, so this measures the CPU alone'}\n")
    devices = ["cpu", "gpu"] if gpus else ["cpu"]
    columns = [*(f"alone, {batch}" for batch in BATCHES), "as built", "waited", "cosine", "same bytes twice"]
    print(f"| images a second | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")
    for name in arguments.recipe:
        first = None
        for device in devices:
            row = in_process(measured, device, name, arguments.photos, arguments.images)
            first = row.embeddings if first is None else first
            cells = [*(f"{rate:.0f}" for rate in row.rates), f"{row.as_built:.0f}", f"{row.waited:.0%}"]
            cells += [f"{smallest_cosine(first, row.embeddings):.7f}", "yes" if row.again else "no"]
            print(f"| {name}, {device} | {' | '.join(cells)} |", flush=True)
    found = {device: in_process(lists, device, arguments.rows) for device in devices}
    print(f"\n| exact lists of {arguments.rows:,} × 1,280 | seconds |\n|---|---|")
    for device, (seconds, _) in found.items():
        print(f"| {device} | {seconds:.1f} |")
    if gpus:
        alike = (found["cpu"][1] == found["gpu"][1]).mean()
        print(f"\nOf the first {LIST}, {alike:.4%} are the same on both, in the same place.")


def in_process(function: Callable[Given, Result], *arguments: Given.args, **options: Given.kwargs) -> Result:
    """What a function gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **options).result()


def smallest_cosine(first: np.ndarray, second: np.ndarray) -> float:
    """The smallest cosine between rows of the same number."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return float(((first * second).sum(axis=1) / lengths).min())


if __name__ == "__main__":
    main()

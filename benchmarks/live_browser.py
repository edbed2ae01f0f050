"""What does a search by photo in the visitor's browser take? Downloads, memory, time, by size of catalogue.

    python benchmarks/live_browser.py [--products 1000 20000] [--slowdown 4] [--photos 12]

Writes a bundle of made-up products with random vectors and the default recipe's real extractor for each
size, serves it with gunicorn, and drives the product's own script in the system's Chromium: the download,
once, then photos of 1,600 × 1,200 pixels. A slow device is this one with the page's processes stopped for
most of each 40 milliseconds, so that they get one part in `--slowdown` of the time; the worker that searches
is one thread. Times are those of the quickest of the photos, as other programs only add to them. Memory is
what the page's processes grow by. The network is this machine's own: the seconds at 10 and at 50 Mbit/s are
computed.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import chromium, gunicorn
from benchmarks.opening import products
from bundle import BundleWriter
from bundle import live as names
from bundle.format import canonical_json
from precompute.live.parts import LiveExtractors
from precompute.live.web_runtime import write_web_runtime
from precompute.live.write import prepare, quantised
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import plan_extractor

DIMENSIONS = 1280
FORM = ("decoding", "input_size", "resize", "interpolation")
TURN = 0.04  # seconds of each turn of a slowed process

START = """async () => {
  const { dataset } = document.querySelector("#react-entry-point .photo");
  const { DeviceSearch } = await import("/assets/photo-device.js");
  window.search = new DeviceSearch(dataset);
  await window.search.describe();
  const begun = performance.now();
  await window.search.load(() => {});
  return { bytes: window.search.bytes, ready: performance.now() - begun };
}"""

ASK = """async (content) => {
  const { photoOf } = await import("/assets/photo-pictures.js");
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const begun = performance.now();
  const photo = await photoOf(new File([bytes], "photo.jpg"), { mustShow: true });
  const opened = performance.now();
  await window.search.search([photo], { widens: true });
  const { embedding, search } = window.search.milliseconds;
  return { opening: opened - begun, embedding, search, all: performance.now() - begun };
}"""


def write(root: Path, count: int, extractors: LiveExtractors) -> None:
    """A bundle of `count` made-up products whose vectors are random, with a live part."""
    recipe = extractors.plan.recipe
    drawn = np.random.default_rng(0).standard_normal((count, DIMENSIONS)).astype(np.float32)
    numbers, scales = quantised(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    step = names.rows_of_a_shard(DIMENSIONS)
    starts = range(0, count, step)
    models = {names.EXTRACTOR: extractors.float32, names.INT8_EXTRACTOR: extractors.int8}
    described = {
        "version": names.VERSION,
        "recipe": recipe.name,
        "fingerprint": "0" * 64,
        "form": {name: getattr(recipe, name) for name in FORM},
        "projection": "centre",
        "metric": "cosine",
        "dimensions": DIMENSIONS,
        "rows": count,
        "rows_per_shard": step,
        "shards": len(starts),
        "score_error": 0.0,
        "models": [{"file": name, "bytes": len(content)} for name, content in models.items()],
        "agreement": {},
        "formats": ["JPEG"],
    }
    files = models | {names.DESCRIPTION: canonical_json(described)}
    files |= {names.CENTRE: bytes(4 * DIMENSIONS), names.SCALES: scales.astype("<f4").tobytes()}
    files |= {names.OWNERS: np.arange(count, dtype="<u4").tobytes()}
    files |= {names.vectors_name(place): numbers[at : at + step].tobytes() for place, at in enumerate(starts)}
    with BundleWriter(root, generation="benchmark") as writer:
        writer.write_catalogue(products(count))
        for name, content in files.items():
            writer.write_file(names.live_file(recipe.name, name), content)
        if not write_web_runtime(writer):
            raise SystemExit("Without npm's package there is nothing to measure.")
        shards = writer.write_neighbours(recipe.name, [])
        entry = {"name": recipe.name, "fingerprint": "0" * 64, "shards": shards, "metric": "cosine"}
        entry |= {"top": 20, "depth": 60, "resize": recipe.resize, "scores": {}}
        writer.write_report({})
        manifest = {"created": "2026-01-01T00:00:00Z", "counts": {"products": count}, "recipes": [entry]}
        writer.publish(manifest)


def photo() -> str:
    """A picture as a camera gives it, in base 64."""
    small = Image.frombytes("RGB", (40, 30), random.Random(0).randbytes(3600))
    content = io.BytesIO()
    small.resize((1600, 1200)).save(content, "JPEG", quality=90)
    return b64encode(content.getvalue()).decode()


def renderers() -> list[int]:
    """The processes of this program's browser that pages run in."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and b"--type=renderer" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return [each for each in found if os.getpid() in _ancestors(each)]


def _ancestors(process: int) -> Iterator[int]:
    with suppress(OSError):
        while process > 1:
            process = int((Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[1])
            yield process


def megabytes() -> float:
    """What the page's processes hold in memory."""
    lines = [(Path("/proc") / str(each) / "status").read_text().splitlines() for each in renderers()]
    resident = [line.split()[1] for text in lines for line in text if line.startswith("VmRSS")]
    return sum(map(int, resident)) / 1000


@contextmanager
def slowed(factor: float) -> Iterator[None]:
    """Let the page's processes run for one part in `factor` of the time."""
    processes, over = renderers(), threading.Event()

    def turn() -> None:
        while not over.is_set():
            for sign, seconds in ((signal.SIGSTOP, TURN * (1 - 1 / factor)), (signal.SIGCONT, TURN / factor)):
                for process in processes:
                    with suppress(ProcessLookupError):
                        os.kill(process, sign)
                time.sleep(seconds)

    thread = threading.Thread(target=turn)
    if factor > 1:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if factor > 1:
            thread.join()


def measured(address: str, count: int, *, slowdown: float) -> dict[str, Any]:
    """What one visitor's start takes, and then the quickest of `count` searches."""
    with chromium() as browser:
        page = browser.new_page(base_url=address)
        page.goto("/photo")
        page.locator("#react-entry-point .photo[data-ready]").wait_for()
        before, content = megabytes(), photo()
        with slowed(slowdown):
            result = page.evaluate(START)
            searches = [page.evaluate(ASK, content) for _ in range(count)]
        quickest = min(searches, key=lambda each: each["all"])
        return {**result, **quickest, "memory": megabytes() - before}


def main() -> None:
    """Write the bundles, measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, nargs="+", default=[1000, 20_000])
    parser.add_argument("--slowdown", type=float, default=4)
    parser.add_argument("--photos", type=int, default=12)
    arguments = parser.parse_args()
    extractors = prepare(plan_extractor(RECIPES[DEFAULT], runtime="litert"))
    print(
        "| products | device | download, MB | at 10 / 50 Mbit/s, s | then ready, s | memory, MB "
        "| opening a photo, ms | model, ms | search, ms | all, ms |"
    )
    print("|" + "---|" * 10)
    for count in arguments.products:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), count, extractors)
            with gunicorn("dashapp.wsgi:server", AKIN_DATA=folder, AKIN_LIVE="browser") as port:
                for slowdown in (1, arguments.slowdown):
                    found = measured(f"http://127.0.0.1:{port}", arguments.photos, slowdown=slowdown)
                    size = found["bytes"] / 1e6
                    row = [
                        f"{count:,}",
                        "this one" if slowdown == 1 else f"1/{slowdown:g} of its time",
                        f"{size:.1f}",
                        f"{size * 0.8:.0f} / {size * 0.16:.0f}",
                        f"{found['ready'] / 1000:.1f}",
                        f"{found['memory']:.0f}",
                        *(f"{found[name]:.0f}" for name in ("opening", "embedding", "search", "all")),
                    ]
                    print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()

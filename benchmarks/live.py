"""What does a search with a photo cost, and how far does it agree with Keras?

    python benchmarks/live.py PHOTOS [--products 20000] [--held-out 200] [--slug]

Builds a bundle of all but some of PHOTOS with --live. The photos that were held out are searched with by
Keras, by LiteRT and by LiteRT with int8 weights, and the ten nearest products compared. Then a bundle of
made-up products is written whose vectors are those of the photos and points between them, and served twice
by gunicorn with one worker, with live mode and without. One visitor after the other sends photos: the
milliseconds of each stage are medians, beside those of the extractor alone in a process of its own, in
turns. Last, pages are asked for while nobody searches and while four visitors do. With --slug, the demo's
deploy is weighed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np

from benchmarks.browsing import DASHBOARD, REPOSITORY, gunicorn
from benchmarks.opening import products
from bundle import Bundle, BundleWriter, Neighbour
from bundle import live as names
from bundle.live import read_live
from dashapp.photo.live.keras import open_keras
from dashapp.photo.live.litert import LiteRTPhotoExtractor, open_litert
from dashapp.photo.live.vectors import VectorIndex
from pictures.limits import MEGABYTE, UPLOAD
from precompute.live.write import quantised
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import open_extractor

NEAREST = 10
PAGE = "/product/product-7"
ROUNDS = 100
WARM_UP = 10


def build(photos: list[Path], folder: Path) -> Bundle:
    """A bundle of some photos with a live part, by the command that anyone would use."""
    for photo in photos:
        link = folder / "photos" / photo.parent.name / photo.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(photo)
    command = [sys.executable, "-m", "precompute", "build", str(folder / "photos"), "--live", "--quiet"]
    subprocess.run([*command, "--out", str(folder / "data")], cwd=REPOSITORY, check=True)
    return Bundle.open(folder / "data")


def show_agreement(bundle: Bundle, held_out: list[Path]) -> None:
    """Print the overlap of the ten nearest with Keras' for each extractor of the live part."""
    live, by_keras = read_live(bundle), open_keras(bundle, data=bundle.folder.parent)
    hosted = open_litert(bundle, live)
    images = [hosted.form.read(photo.read_bytes(), limits=UPLOAD) for photo in held_out]

    def nearest(engine, embeddings) -> list[set[int]]:
        found = (engine.vectors.nearest(engine.combined([each]), count=NEAREST) for each in embeddings)
        return [set(each.positions.tolist()) for each in found]

    keras = open_extractor(RECIPES[DEFAULT], runtime="keras")
    right = nearest(by_keras, [keras(image[np.newaxis])[0] for image in images])
    print(f"{bundle.count:,} products, {len(images)} photos held out; score error {live.score_error}\n")
    print("| extractor | MB | top-10 overlap with Keras | least |")
    print("|---|---|---|---|")
    for model in live.models:
        found = nearest(hosted, map(LiteRTPhotoExtractor(live.path(model["file"])), images))
        shares = [len(one & other) / NEAREST for one, other in zip(right, found, strict=True)]
        size = model["bytes"] / MEGABYTE
        print(f"| {model['file']} | {size:.1f} | {np.mean(shares):.4f} | {min(shares):.1f} |")


def write_large(root: Path, small: Bundle, count: int) -> np.ndarray:
    """A bundle of made-up products with a live part; its vectors, (count, d)."""
    live = read_live(small)
    vectors = _between(VectorIndex.read(live).rows(slice(None)), count)
    numbers, scales = quantised(vectors)
    step = names.rows_of_a_shard(live.dimensions)
    described = json.loads(live.path(names.DESCRIPTION).read_text())
    described |= {"rows": count, "shards": -(-count // step), "fingerprint": "0" * 64}
    kept = (names.EXTRACTOR, names.INT8_EXTRACTOR, names.CENTRE)
    files = {name: live.path(name).read_bytes() for name in kept}
    for shard, start in enumerate(range(0, count, step)):
        files[names.vectors_name(shard)] = numbers[start : start + step].tobytes()
    files |= {names.SCALES: scales.tobytes(), names.OWNERS: np.arange(count, dtype="<u4").tobytes()}
    files[names.DESCRIPTION] = json.dumps(described).encode()
    with BundleWriter(root, generation="large") as writer:
        writer.write_catalogue(products(count))
        lists = ((f"product-{n}", [Neighbour(f"product-{(n + 1) % count}", 0.5)]) for n in range(count))
        shards = writer.write_neighbours(live.recipe, lists)
        for name, content in files.items():
            writer.write_file(names.live_file(live.recipe, name), content)
        writer.write_report({})
        recipe = small.recipes[0] | {"shards": shards, "fingerprint": "0" * 64}
        counts = {"products": count, "images": count}
        writer.publish({"created": "2025-01-01", "counts": counts, "recipes": [recipe]})
    return vectors


def _between(vectors: np.ndarray, count: int) -> np.ndarray:
    """The vectors and, up to `count`, points between two of them, of unit length."""
    draw = np.random.default_rng(0)
    first, second = draw.integers(len(vectors), size=(2, max(0, count - len(vectors))))
    share = draw.random((len(first), 1), dtype=np.float32)
    found = np.concatenate([vectors, vectors[first] * share + vectors[second] * (1 - share)])[:count]
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def show_recall(root: Path, held_out: list[Path]) -> None:
    """Print how much of what a search among all rows finds the shortlist has."""
    bundle = Bundle.open(root)
    engine = open_litert(bundle, read_live(bundle))
    rows = engine.vectors.rows(slice(None))
    queries = [
        engine.combined([engine.extractor(engine.form.read(photo.read_bytes()))]) for photo in held_out[:100]
    ]
    print("\n| shown | found of those that a search among all rows finds |")
    print("|---|---|")
    for count in (20, 300):
        shares = []
        for query in queries:
            right = np.argsort(-(rows @ query), kind="stable")[:count]
            found = engine.vectors.nearest(query, count=count).positions
            shares.append(len(set(right.tolist()) & set(found.tolist())) / count)
        print(f"| {count} | {np.mean(shares):.4f} |")


class Extractor:
    """The extractor alone, in a process of its own, which answers with the milliseconds of one image."""

    PROGRAM = (
        "import sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from dashapp.photo.live.litert import LiteRTPhotoExtractor\n"
        "run, side = LiteRTPhotoExtractor(Path(sys.argv[1])), int(sys.argv[2])\n"
        "image = np.zeros((side, side, 3), np.uint8)\n"
        "run(image)\n"
        "for _ in sys.stdin:\n"
        "    started = time.perf_counter()\n"
        "    run(image)\n"
        "    print((time.perf_counter() - started) * 1000, flush=True)\n"
    )

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.PROGRAM, str(path), str(RECIPES[DEFAULT].input_size)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def once(self) -> float:
        """The milliseconds of one image."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


class Visitor:
    """Someone with an address and a kept connection of their own."""

    def __init__(self, port: int, number: int = 0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"X-Forwarded-For": f"203.0.113.{number}"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[float, dict[str, str]]:
        """The milliseconds of an answer, and its headers."""
        started = time.perf_counter()
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"Expected status 200 for {path}. Received: {answer.status}.")
        return took, dict(answer.headers)


def show_times(port: int, extractor: Extractor, held_out: list[Path]) -> None:
    """Print the milliseconds of a photo's search by stage, beside the extractor alone."""
    took: dict[str, list[float]] = {}
    visitor = Visitor(port)
    for number in range(ROUNDS):
        alone = extractor.once()
        photo = held_out[number % len(held_out)].read_bytes()
        total, headers = visitor.ask("POST", "/api/v1/similar?fields=ids&limit=300", photo)
        stages = dict(part.split(";dur=") for part in headers["Server-Timing"].split(", "))
        times = {name: float(value) for name, value in stages.items()}
        served = times.pop("total")
        times |= {"all else": served - sum(times.values()), "served": served, "as the client sees it": total}
        for name, value in ({"alone": alone} | times).items():
            took.setdefault(name, []).append(value)
    times = {name: values[WARM_UP:] for name, values in took.items()}
    apart = {
        name: [value - decode for value, decode in zip(times[name], times["decode"], strict=True)]
        for name in ("served", "as the client sees it")
    }
    print(
        "\n| milliseconds | "
        + " | ".join(times)
        + " | served less decode, of alone | as the client sees it |"
    )
    print("|" + "---|" * (len(times) + 3))
    for name, choose in {"median": median, "quickest": min}.items():
        shown = " | ".join(f"{choose(values):.1f}" for values in times.values())
        ratios = " | ".join(f"{choose(values) / choose(times['alone']):.2f}" for values in apart.values())
        print(f"| {name} | {shown} | {ratios} |")


def show_pages(plain: int, live: int, photo: bytes) -> None:
    """Print the milliseconds of a page without live mode, with it, and while four visitors search."""
    print("\n| a product page | ms, median | of that without live mode |")
    print("|---|---|---|")
    visitors = [Visitor(port, number=9) for port in (plain, live)]

    def measure(*labels: str) -> dict[str, list[float]]:
        times: dict[str, list[float]] = {label: [] for label in labels}
        for _ in range(ROUNDS):
            for label, visitor in zip(labels, visitors, strict=True):
                times[label].append(visitor.ask("GET", PAGE)[0])
        return times

    idle = measure("without live mode", "with it, nobody searching")
    with searching(live, photo):
        busy = measure("without live mode, beside the searches", "with it, four visitors searching")
    for group in (idle, busy):
        floor = median(next(iter(group.values())))
        for name, times in group.items():
            print(f"| {name} | {median(times):.1f} | {median(times) / floor:.2f} |")


@contextmanager
def searching(port: int, photo: bytes) -> Iterator[None]:
    """Four visitors who send one photo after the other."""
    stop = threading.Event()

    def visit(number: int) -> None:
        visitor = Visitor(port, number)
        while not stop.is_set():
            visitor.ask("POST", "/api/v1/similar?limit=20", photo)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def show_memory(port: int) -> None:
    """Print the memory of the worker that listens on a port: what it holds, and what is its own."""
    listing = subprocess.run(
        ["pgrep", "-f", f"127.0.0.1:{port} "], capture_output=True, text=True, check=True
    )
    worker = max(map(int, listing.stdout.split()))
    status = Path(f"/proc/{worker}/status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    print(f"\nThe worker holds {resident / 1000:.0f} MB of memory.")


def main() -> None:
    """Build, serve, measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, metavar="PHOTOS")
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--held-out", type=int, default=200)
    parser.add_argument("--slug", action="store_true")
    arguments = parser.parse_args()
    photos = sorted(path.resolve() for path in arguments.photos.rglob("*") if path.is_file())
    random.Random(0).shuffle(photos)
    held_out = photos[: arguments.held_out]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        small = build(photos[arguments.held_out :], folder)
        show_agreement(small, held_out)
        write_large(folder / "large", small, arguments.products)
        show_recall(folder / "large", held_out)
        settings = {"AKIN_DATA": str(folder / "large"), "WEB_CONCURRENCY": "1"}
        plain = stack.enter_context(gunicorn(DASHBOARD, **settings))
        settings |= {"AKIN_LIVE": "litert", "AKIN_LIVE_RATE": "100000"}
        live = stack.enter_context(gunicorn(DASHBOARD, **settings))
        extractor = Extractor(read_live(small).path(names.EXTRACTOR))
        stack.callback(extractor.close)
        show_times(live, extractor, held_out)
        show_pages(plain, live, held_out[0].read_bytes())
        show_memory(live)
        if arguments.slug:
            command = [sys.executable, "-m", "precompute"]
            demo = ["build", "demo", "--live", "--quiet", "--out", str(folder / "demo")]
            subprocess.run([*command, *demo], cwd=REPOSITORY, check=True)
            check = ["check", "--slug", "--data", str(folder / "demo")]
            subprocess.run([*command, *check], cwd=REPOSITORY, check=True)


if __name__ == "__main__":
    main()

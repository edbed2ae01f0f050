"""How long do all lists take, beside the usual ways and beside what the machine allows?

    python benchmarks/neighbours.py PHOTOS [--sizes 3068x1280 50000x256 20000x2048] [--rounds 3]

PHOTOS has one sub-folder for each class. Compared are the tutorials' way (scikit-learn's `cosine_similarity`
of all with all, a pandas DataFrame, each of its columns sorted, the whole written as CSV), scikit-learn's
ball tree and its brute force, faiss's flat index, and Akin: exact search, the exact scores of every entry and
the JSON files. The limit is n² d multiplications and as many additions at the speed of NumPy's float32
matrix product. Akin computes half of them, as a pair's score is the same from either side, so it may pass it.

Each way runs in a process of its own, which measures the limit before and after: machines are noisy, and a
ratio within one process means more than any figure by itself. Memory is what the process takes at the most
beyond the vectors, the libraries and the memory it had when the search began. Medians are printed.

The vectors are no random data. Each photo is embedded whole and cropped to its middle 85 %, either one also
mirrored; a row is the embedding of one of these beside that of its mirror image. Where a size has more rows
than that, the others lie between two rows of one class, 5 to 50 % of the way. All are centred and turned to
their first d principal directions. `--approximate 200000x256` compares the engines at a size instead, and
`--pictures 60000x256` the search among all rows with those for products that have three of the rows each: by
their means, and by their best matching pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np

SIZES = ("3068x1280", "50000x256", "20000x2048")
PICTURES = 3
SMALL = 5000
"""Products up to which the ways are run that take minutes for more."""


def tutorials_way(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> None:
    import pandas as pd
    from sklearn.metrics.pairwise import cosine_similarity

    table = pd.DataFrame(cosine_similarity(vectors), index=ids, columns=ids)
    for name in ids:
        table[name].sort_values(ascending=False)[1 : depth + 1]
    table.to_csv(out / "similarities.csv")


def ball_tree(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> None:
    from sklearn.neighbors import NearestNeighbors

    NearestNeighbors(n_neighbors=depth + 1, algorithm="ball_tree").fit(vectors).kneighbors(vectors)


def brute_force(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> None:
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=depth + 1, algorithm="brute", metric="cosine")
    search.fit(vectors).kneighbors(vectors)


def faiss_flat(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> None:
    import faiss

    faiss.knn(vectors, vectors, depth + 1, metric=faiss.METRIC_INNER_PRODUCT)


def akin(
    vectors: np.ndarray, ids: list[str], depth: int, out: Path, search: str = "exact", **options: Any
) -> dict[str, Any]:
    from bundle import BundleWriter
    from precompute.neighbours import find_neighbours

    lists = find_neighbours(ids, vectors, metric="cosine", depth=depth, top=20, search=search, **options)
    with BundleWriter(out, generation="benchmark") as writer:
        writer.write_lines("benchmark", lists.lines())
        # What is left is moved out of the way of the writer, which removes what was not published.
        os.rename(writer.folder / "neighbours", out / "neighbours")
    return lists.search


def akin_approximate(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> dict[str, Any]:
    return akin(vectors, ids, depth, out, "approximate")


def akin_means(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> dict[str, Any]:
    from precompute.embeddings.vectors import means

    counts = np.full(len(ids) // PICTURES, PICTURES, np.int32)
    products = means(vectors[: counts.sum()], counts, to_unit_length=True)
    return akin(products, ids[: len(counts)], depth, out)


def akin_best_pairs(vectors: np.ndarray, ids: list[str], depth: int, out: Path) -> dict[str, Any]:
    counts = np.full(len(ids) // PICTURES, PICTURES, np.int32)
    return akin(vectors[: counts.sum()], ids[: len(counts)], depth, out, counts=counts)


WAYS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "tutorials' way: matrix, pandas, CSV": tutorials_way,
    "scikit-learn ball tree": ball_tree,
    "scikit-learn brute force": brute_force,
    "faiss flat index, candidates alone": faiss_flat,
    "Akin, scores and JSON included": akin,
    "Akin, approximate": akin_approximate,
    "Akin, a third as many products by means of three": akin_means,
    "Akin, a third as many products by best pairs of three": akin_best_pairs,
}
FEW_ONLY = (tutorials_way, ball_tree)
ENGINES = (akin, akin_approximate)
SEVERAL = (akin, akin_means, akin_best_pairs)


def main() -> None:
    """Make the vectors, run each way in a process of its own and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="NxD")
    parser.add_argument("--approximate", nargs="+", default=[], metavar="NxD")
    parser.add_argument("--pictures", nargs="+", default=[], metavar="NxD")
    parser.add_argument("--depth", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--embeddings", type=Path, help="file to keep the photos' embeddings in, .npz")
    arguments = parser.parse_args()

    rows, classes = embedded(arguments.photos, arguments.embeddings)
    print("| n × d | | seconds | of the limit | extra memory, MB | written, MB |\n|---|---|---|---|---|---|")
    for size in arguments.approximate or arguments.pictures or arguments.sizes:
        count, dimensions = map(int, size.split("x"))
        ways = [name for name, way in WAYS.items() if is_run(way, count, arguments)]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "vectors.npy")
            np.save(file, enlarged(rows, classes, count, dimensions))
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
            for _ in range(arguments.rounds):
                for name in ways:
                    found[name].append(in_process(name, file, arguments.depth))
        for name, results in found.items():
            print_row(f"{count:,} × {dimensions:,}", name, results)


def is_run(way: Callable[..., Any], count: int, arguments: argparse.Namespace) -> bool:
    """Whether a way is one of those that are compared at a size."""
    if arguments.approximate or arguments.pictures:
        return way in (ENGINES if arguments.approximate else SEVERAL)
    return way not in {*ENGINES, *SEVERAL} - {akin} and (count <= SMALL or way not in FEW_ONLY)


def print_row(size: str, name: str, results: list[dict[str, Any]]) -> None:
    middle = {key: median(each[key] for each in results) for key in ("seconds", "share", "memory", "written")}
    recall = results[0]["search"].get("recall")
    name += f" (recall {recall:.3f}, {results[0]['search']['index']})" if recall else ""
    print(
        f"| {size} | {name} | {middle['seconds']:.1f} | {middle['share']:.2f} "
        f"| {middle['memory'] / 1e6:,.0f} | {middle['written'] / 1e6:,.0f} |",
        flush=True,
    )


def in_process(name: str, file: Path, depth: int) -> dict[str, Any]:
    """The result of `measure` in a fresh process."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import neighbours; neighbours.measure(*sys.argv[2:])"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), name, str(file), str(depth)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(name: str, file: str, depth: str) -> None:
    """Print, as JSON, what one way takes in this process."""
    import faiss  # noqa: F401, the libraries' own memory is not the search's
    import pandas as pd  # noqa: F401
    import sklearn.neighbors  # noqa: F401

    import precompute.neighbours.approximate  # noqa: F401

    vectors = np.load(file)
    ids = [f"product-{row:07}" for row in range(len(vectors))]
    flops = 2.0 * len(vectors) ** 2 * vectors.shape[1]
    with tempfile.TemporaryDirectory() as folder:
        before = sgemm()
        Path("/proc/self/clear_refs").write_text("5")  # the most memory so far counts from here
        resident = memory("VmRSS")
        started = time.perf_counter()
        search = WAYS[name](vectors, ids, int(depth), Path(folder))
        seconds = time.perf_counter() - started
        taken = memory("VmHWM") - resident
        limit = flops / ((before + sgemm()) / 2)
        written = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    result = {"seconds": seconds, "share": limit / seconds, "memory": taken, "written": written}
    print(json.dumps(result | {"search": search or {}}))


def memory(field: str) -> int:
    """A field of Linux' account of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def sgemm() -> float:
    """Operations a second of a large float32 matrix product: the median of nine."""
    left, right, out = (np.ones((2048, 2048), np.float32) for _ in range(3))
    seconds = []
    for _ in range(9):
        started = time.perf_counter()
        np.matmul(left, right, out=out)
        seconds.append(time.perf_counter() - started)
    return 2.0 * 2048**3 / median(seconds)


def embedded(photos: Path, keep: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Two rows for each photo, whole and cropped, each with its mirror image, and the photo's class."""
    if keep is not None and keep.is_file():
        kept = np.load(keep)
        return kept["rows"], kept["classes"]
    from PIL import ImageOps

    from pictures.decoding import decode
    from pictures.form import to_input
    from precompute.embeddings.loader import load
    from precompute.models.recipe import DEFAULT, RECIPES
    from precompute.models.registry import open_extractor
    from precompute.shared.machine import available_cores
    from precompute.shared.progress import stage
    from precompute.sources import read_catalogue

    recipe, catalogue = RECIPES[DEFAULT], read_catalogue(photos)
    extractor = open_extractor(recipe)

    def views(_: str, data: bytes) -> np.ndarray:
        picture = decode(data)
        middle = ImageOps.crop(picture, int(0.075 * min(picture.size)))
        pictures = (picture, ImageOps.mirror(picture), middle, ImageOps.mirror(middle))
        size, how = recipe.input_size, {"resize": recipe.resize, "interpolation": recipe.interpolation}
        return np.stack([to_input(each, size, **how) for each in pictures])

    found, classes = [], []
    files = [product.files[0] for product in catalogue.products]
    with stage("Embedding", len(files), "photos") as advance:
        loaded = load(catalogue.folder, files, views, threads=available_cores(), ahead=32)
        for product, item in zip(catalogue.products, loaded, strict=True):
            if item.result is not None:
                found.append(extractor(item.result).reshape(2, -1))
                classes.append(product.category)
            advance(1)
    rows, doubled = np.concatenate(found), np.repeat(classes, 2)
    if keep is not None:
        np.savez(keep, rows=rows, classes=doubled)
    return rows, doubled


def enlarged(rows: np.ndarray, classes: np.ndarray, count: int, dimensions: int) -> np.ndarray:
    """`count` unit vectors of `dimensions`: the rows, and more between two rows of one class."""
    random = np.random.default_rng(0)
    _, _, directions = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    rows = (rows - rows.mean(axis=0)) @ directions[:dimensions].T
    order = random.permutation(len(rows))
    rows, classes = rows[order], classes[order]
    if count > len(rows):
        first = random.integers(0, len(rows), count - len(rows))
        second = np.empty_like(first)
        for name in np.unique(classes):
            chosen = classes[first] == name
            second[chosen] = random.choice(np.flatnonzero(classes == name), chosen.sum())
        share = random.uniform(0.05, 0.5, (len(first), 1))
        rows = np.concatenate([rows, (1 - share) * rows[first] + share * rows[second]])
    rows = rows[:count]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()

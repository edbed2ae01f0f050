"""How long do the lists take where only some products have changed, beside all lists from scratch?

    python benchmarks/incremental.py PHOTOS [--sizes 100000x256] [--changed 100] [--rounds 5]

PHOTOS has one sub-folder for each class; the vectors are made as in `benchmarks/neighbours.py`. Of the
products that change four in ten get another vector, three in ten are new and three in ten go. All lists are
found from scratch and kept on disk, the products change, and the lists are found again: from those on
disk, reading them included, and from scratch. Both are compared byte for byte. The best of `--rounds` is
printed for the one, for the other the better of the searches before and after the change. Writing the
lists to disk for the next time is a figure of its own, as it follows either.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# First of all, as it makes the project's packages known.
from neighbours import embedded, enlarged

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from precompute.neighbours import find_neighbours, load_lists, save_lists

DEPTH = 60


def main() -> None:
    """Make the vectors, search both ways and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--sizes", nargs="+", default=["100000x256"], metavar="NxD")
    parser.add_argument("--changed", nargs="+", type=int, default=[100])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--embeddings", type=Path, help="file to keep the photos' embeddings in, .npz")
    arguments = parser.parse_args()

    rows, classes = embedded(arguments.photos, arguments.embeddings)
    print("| n × d | changed | from scratch, s | from the lists before, s | ratio | written in, s | MB |")
    print("|---|---|---|---|---|---|---|")
    for size in arguments.sizes:
        count, dimensions = map(int, size.split("x"))
        vectors = enlarged(rows, classes, count + max(arguments.changed), dimensions)
        for changed in arguments.changed:
            compare(vectors, count, changed, arguments.rounds)


def compare(vectors: np.ndarray, count: int, changed: int, rounds: int) -> None:
    """Print the row of one size: the first `count` of `vectors` are the catalogue, the rest may come."""
    before = [f"product-{row:07}" for row in range(count)]
    # Ids of new products fall between the others, as a shop's do.
    new, ids = np.random.default_rng(1), list(before)
    touched = new.permutation(count)[: changed * 7 // 10]
    edited, gone = np.split(touched, [changed * 4 // 10])
    added = changed - len(touched)
    after = vectors[:count].copy()
    after[edited] = vectors[count : count + len(edited)]
    ids += [f"product-{row:07}-new" for row in new.permutation(count)[:added]]
    more = vectors[count + len(edited) : count + len(edited) + added]
    kept = np.setdiff1d(np.arange(len(ids)), gone)
    ids, after = [ids[row] for row in kept], np.concatenate([after, more])[kept]

    def search(ids: list[str], vectors: np.ndarray, **options: Any) -> Any:
        return find_neighbours(ids, vectors, metric="cosine", depth=DEPTH, search="exact", **options)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, scratch = timed(lambda: search(before, vectors[:count]))
        path, writing = timed(lambda: save_lists(folder, "lists", first.known))
        quickest = []
        for _ in range(rounds):
            lists, seconds = timed(lambda: search(ids, after, known=load_lists(folder, "lists")))
            quickest.append(seconds)
        megabytes = path.stat().st_size / 1e6
    expected, seconds = timed(lambda: search(ids, after))
    scratch = min(scratch, seconds)
    for ours, theirs in zip(lists.lines(), expected.lines(), strict=True):
        assert ours == theirs, f"The list of {ours[0]} is another one."
    print(
        f"| {count:,} × {vectors.shape[1]:,} | {changed} | {scratch:.1f} | {min(quickest):.2f} "
        f"| {scratch / min(quickest):.0f} | {writing:.2f} | {megabytes:.0f} |",
        flush=True,
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` gives, and the seconds it takes."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


if __name__ == "__main__":
    main()

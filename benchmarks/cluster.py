"""What does a Ray cluster cost beside the threads of one machine?

    python benchmarks/cluster.py PHOTOS [--rows 16000] [--dimensions 256] [--tile 8000]

Starts two machines with a core each on this one, so nothing is gained here: the question is what is lost.

- Lists: the processor time of all tiles, each computed by the function that a worker runs, beside that of one
  search over all products with one thread, on made-up vectors. Also the bytes that a tile keeps.
- Embedding: the photos a second of two workers on the cluster, beside those of a build with two threads, on
  the same photos with an empty store, in turns.
- Recovery: the seconds that a build takes longer if each worker is killed once its first task is done.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np

MEMORY = 300 * 1024 * 1024


def made_up(rows: int, dimensions: int) -> np.ndarray:
    """Unit vectors around a thousand centres, as a catalogue's products are."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((1000, dimensions))
    vectors = centres[random.integers(0, 1000, rows)] + 0.7 * random.standard_normal((rows, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Tiles:
    """Computes tiles in this process, by the function that a worker runs. See `TileStore`."""

    def __init__(self, blocks: list[Any], depth: int, kept: Any) -> None:
        self.blocks, self.depth, self.kept = blocks, depth, kept
        self.names: dict[tuple[int, int], str] = {}

    def compute(self, tiles: Any, reached: Any) -> Iterator[tuple[int, int]]:
        from precompute.neighbours import MEMORY_BUDGET
        from precompute.neighbours.tiles import tile

        for one, other in tiles:
            found = tile(
                self.blocks[one],
                None if one == other else self.blocks[other],
                depth=self.depth,
                memory_budget=MEMORY_BUDGET,
                threads=1,
                reached=None if reached is None else (reached[one], reached[other]),
            )
            self.names[one, other] = self.kept.write(one, other, found)
            yield one, other

    def entries(self, pair: tuple[int, int]) -> Any:
        found = self.kept.read(self.names[pair])
        assert found
        return found


def compare_lists(rows: int, dimensions: int, side: int, *, depth: int) -> None:
    from precompute.building.engine.kept_tiles import KeptTiles
    from precompute.neighbours import find_neighbours
    from precompute.neighbours.tiles import TileBlock, fill_by_tiles
    from precompute.shared.machine import use_cores
    from precompute.store.locations import Folder

    use_cores(1)
    sizes: list[int] = []

    class ByTiles:
        exact_products = rows

        def exact(self, space: Any, ranking: Any, advance: Any, *, steps: int) -> None:
            parts = space.blocks(side)
            blocks = [TileBlock(space.cut(part), ranking.ranks[part]) for part in parts]
            with tempfile.TemporaryDirectory() as folder:
                kept = KeptTiles(Folder(Path(folder)))
                fill_by_tiles(space, ranking, parts, Tiles(blocks, ranking.depth, kept), advance, steps=steps)
                sizes.extend(path.stat().st_size for path in Path(folder).iterdir())

        def approximate(self, *arguments: Any, **options: Any) -> None:
            """Not measured."""

    vectors, ids = made_up(rows, dimensions), [f"p{number:07}" for number in range(rows)]
    find = partial(find_neighbours, ids, vectors, metric="cosine", depth=depth, search="exact")
    started = time.process_time()
    here = find()
    local = time.process_time() - started
    started = time.process_time()
    tiled = find(elsewhere=ByTiles())
    by_tiles = time.process_time() - started
    assert here.rows.tobytes() == tiled.rows.tobytes() and here.scores.tobytes() == tiled.scores.tobytes()
    print(
        f"Lists of {rows:,} × {dimensions}, depth {depth}: {local:.1f} CPU s in one search, {by_tiles:.1f} "
        f"in {len(sizes)} tiles of {side:,} rows: {by_tiles / local:.2f} ×. "
        f"A tile keeps {np.mean(sizes) / 1e6:.1f} MB."
    )


@contextmanager
def two_machines() -> Iterator[None]:
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "object_store_memory": MEMORY, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
    cluster.wait_for_nodes()
    os.environ["RAY_ADDRESS"] = cluster.address
    try:
        yield
    finally:
        cluster.shutdown()


def embed(photos: Path, engine: str) -> tuple[int, float, float]:
    """A build of the photos with an empty store: how many, seconds of embedding, seconds of all."""
    from precompute.building import build as builds
    from precompute.building.engine import EngineChoice
    from precompute.embeddings.embedded_catalogue import embed_catalogue
    from precompute.models.recipe import RECIPES

    taken: list[float] = []

    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return embed_catalogue(*arguments, **options)
        finally:
            taken.append(time.perf_counter() - started)

    builds.embed_catalogue = timed  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        settings = builds.BuildSettings(
            source=photos,
            out=Path(folder),
            recipes=(RECIPES["efficientnet-lite0"],),
            engine=EngineChoice(engine),
        )
        summary = builds.build(settings)
        return summary.images, taken[0], time.perf_counter() - started


def kill_workers_once() -> None:
    """Let the first finished part of an embedding kill all workers that embed."""
    from precompute.building.engine import ray_engine

    add = ray_engine._add

    def add_and_kill(*arguments: Any) -> None:
        add(*arguments)
        ray_engine._add = add
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            if path.read_bytes().startswith(b"ray::embed_part"):
                os.kill(int(path.parent.name), signal.SIGKILL)

    ray_engine._add = add_and_kill


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=16_000)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--tile", type=int, default=8_000)
    parser.add_argument("--depth", type=int, default=66)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.photos is not None:
        embed(arguments.photos, "local")  # Converts the model, if that was never done.
        with two_machines():
            for _ in range(arguments.rounds):
                count, local, _ = embed(arguments.photos, "local")
                _, cluster, whole = embed(arguments.photos, "ray")
                rates = f"{count / local:.1f} photos/s here, {count / cluster:.1f} on the cluster"
                print(f"Embedding {count:,} photos: {rates}: {local / cluster:.2f} ×")
            kill_workers_once()
            _, _, killed = embed(arguments.photos, "ray")
            print(f"Recovery from a kill of all workers: {killed - whole:.1f} s longer than {whole:.1f}")
    compare_lists(arguments.rows, arguments.dimensions, arguments.tile, depth=arguments.depth)


if __name__ == "__main__":
    main()

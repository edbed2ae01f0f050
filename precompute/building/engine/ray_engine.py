"""Builds on a Ray cluster. The result is that of one machine, to the last byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, reduce
from pathlib import Path
from typing import Any

import numpy as np
import ray
from ray.exceptions import NodeDiedError, RayTaskError, TaskUnschedulableError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from precompute.building.engine import EngineChoice
from precompute.building.engine.cluster import (
    CrashedError,
    Runner,
    connection,
    cores,
    cores_of_a_gpu,
    memory_of_a_core,
    nodes,
)
from precompute.building.engine.kept_tiles import KeptTiles, key_of
from precompute.building.engine.worker import (
    EmbeddedPart,
    EmbeddingJob,
    MachineAnswer,
    Requested,
    answer,
    embed_part,
    mixed_message,
)
from precompute.embeddings.embed import Embedded, EmbeddingTask
from precompute.embeddings.embedded_catalogue import EmbedFiles
from precompute.embeddings.picture_maker import PictureMaker
from precompute.models.registry import ExtractorPlan
from precompute.neighbours import MEMORY_BUDGET, ExactFill
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.space import Space
from precompute.neighbours.tiles import TileBlock, TileEntries, fill_by_tiles, tile
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.store import EmbeddingStore, PictureStore, Store
from precompute.store.locations import Location

_MOST_FILES = 256
"""The most files of one embedding task: a worker that ends loses no more."""

_ROUNDS = 4
"""The fewest embedding tasks for each core, so that all cores end at about the same time."""

_ENDED = "every worker that read it crashed"


@contextmanager
def connected(choice: EngineChoice) -> Iterator[RayEngine]:
    """The engine on the cluster of a choice, until the block ends. Raises `UserError` if there is none."""
    with connection(choice.name):
        machines = nodes()
        if not machines:
            raise UserError(
                f"Expected machines with cores in the cluster of --engine {choice.name}. Found: none."
            )
        say(f"Computing on {counted(len(machines), 'machine')} with {counted(cores(), 'core')}.")
        engine = RayEngine(choice)
        yield engine
        # Not after an exception: the next build goes on with them.
        try:
            engine.drop_tiles()
        except (OSError, UserError) as error:
            # The bundle is published by now.
            say(f"Tiles of the finished lists are left in the store. {error}")


class RayEngine:
    """See `BuildEngine`. A worker's process keeps the models that it opened.

    A task takes one core, or a GPU with its share of the machine's cores.
    """

    def __init__(self, choice: EngineChoice) -> None:
        self._choice = choice
        self._kept: list[KeptTiles] = []

    def embedding(self, plans: Sequence[ExtractorPlan]) -> EmbedFiles:
        """See `BuildEngine`."""
        return partial(_embed, plans, mixed=self._choice.mixed)

    def exact_lists(self, store: Store) -> ExactFill:
        """See `BuildEngine`."""
        return partial(self._fill, store.tiles)

    def drop_tiles(self) -> None:
        """Drop the tiles of all lists that were found: a bundle has these lists by now."""
        for kept in self._kept:
            kept.drop()

    def _fill(
        self,
        tiles: Location,
        space: ProductSpace,
        ranking: Ranking,
        advance: Callable[[int], None],
        *,
        steps: int,
    ) -> None:
        side = self._choice.tile
        check_tile(space, side, memory_of_a_core())
        blocks = space.blocks(side)
        kept = KeptTiles(tiles.below(key_of(space, ranking.ranks, depth=ranking.depth, side=side)))
        self._kept.append(kept)
        fill_by_tiles(space, ranking, blocks, RayTiles(space, ranking, blocks, kept), advance, steps=steps)


def _embed(
    plans: Sequence[ExtractorPlan],
    folder: Path,
    files: list[str],
    tasks: list[EmbeddingTask],
    *,
    mixed: bool,
    maker: PictureMaker,
    pictures: PictureStore,
    advance: Callable[..., None],
) -> Embedded:
    """See `EmbedFiles`."""
    requested = tuple(_checked(plan, mixed=mixed) for plan in plans)
    gpu = any(plan.device.kind == "gpu" for plan in plans)
    had = {one.decode() for one in pictures.known().tolist()}
    known = had.intersection(
        one.decode() for one in reduce(np.intersect1d, [each.store.known() for each in tasks]).tolist()
    )

    def embed(some: list[str]) -> Iterator[EmbeddedPart]:
        stores, of_worker = tuple(task.store.for_worker() for task in tasks), pictures.for_worker()
        for place in (*(store.folder for store in stores), of_worker.folder):
            # A worker that does not find its folder stops (`embed_part`): nobody would read what it writes.
            place.mkdir(parents=True, exist_ok=True)
        each = cores_of_a_gpu() if gpu else 1
        job = EmbeddingJob(folder.resolve(), requested, stores, maker, of_worker, cores=each)
        for part in _embedded_parts(job, some, gpu=gpu):
            for task, seconds in zip(tasks, part.seconds, strict=True):
                task.opening_seconds += seconds[0]
                task.embedding_seconds += seconds[1]
            yield part
        opened: list[EmbeddingStore | PictureStore] = [*(task.store for task in tasks), pictures]
        for store in opened:
            store.refresh()
            store.merge()

    found = Embedded()
    for part in embed(files):
        advance(len(part.embedded.images) + len(part.embedded.left_out), part.embedded.known)
        _add(found, part.embedded)
    images = set(found.images.values())
    known &= images
    # Workers assumed that thumbnails of earlier builds are whole, even where a recipe is new and embeds all
    # pictures. `holds` also fetches a shared store's thumbnails.
    elsewhere = pictures.for_worker().folder != pictures.folder
    damaged = {image for image in (images if elsewhere else images & had) if not pictures.holds(image)}
    if damaged:
        for _ in embed([file for file, image in found.images.items() if image in damaged]):
            pass
    found.known = len(known - damaged)
    found.images = {file: found.images[file] for file in files if file in found.images}
    found.left_out = {file: found.left_out[file] for file in files if file in found.left_out}
    return found


def _add(found: Embedded, part: Embedded) -> None:
    found.images |= part.images
    found.left_out |= part.left_out
    found.reading_seconds += part.reading_seconds


def _checked(plan: ExtractorPlan, *, mixed: bool) -> Requested:
    """An extractor that each machine has opened, and that gives the same embeddings there as here.

    Raises `UserError` otherwise. With `mixed`, a line says what differs instead.
    """
    requested = Requested(plan.recipe, plan.runtime, plan.device.kind, plan.key)
    here = answer(requested)
    gpus = 1 if plan.device.kind == "gpu" else 0
    task = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=3)(answer)
    asked = [
        task.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(
            requested
        )
        for node in nodes()
        if node["Resources"].get("GPU", 0) >= gpus
    ]
    answers = [_answer_of(reference) for reference in asked]
    different = next((text for other in answers if other and (text := here.difference(other))), "")
    if different and not mixed:
        raise UserError(mixed_message(different))
    if different:
        say(
            f"The cluster is mixed: {different}. So lists may differ a little from those of one machine, and "
            "from build to build. The store keeps embeddings that another build would not compute."
        )
    return Requested(plan.recipe, plan.runtime, plan.device.kind, plan.key, None if mixed else here)


def _answer_of(reference: Any) -> MachineAnswer | None:
    """What a machine answers; None if it went away, of which a cluster may know only some seconds later."""
    try:
        found: MachineAnswer = ray.get(reference)
    except (TaskUnschedulableError, NodeDiedError):
        return None
    except RayTaskError as error:
        cause = error.cause if isinstance(error.cause, Exception) else error
        if isinstance(cause, UserError):
            raise UserError(str(cause)) from error
        first = str(cause).strip().splitlines()[-1]
        raise UserError(
            "Expected Akin on each machine of the cluster, with requirements-cluster.txt installed and its "
            f"folder in PYTHONPATH where `ray start` runs. Received from one: {first}."
        ) from error
    return found


def _embedded_parts(job: EmbeddingJob, files: list[str], *, gpu: bool) -> Iterator[EmbeddedPart]:
    """The outcome of all files, in parts. A picture whose workers end each time is left out."""
    at_once = max(1, min(_MOST_FILES, len(files) // (_ROUNDS * max(1, cores()))))
    shared = ray.put(job)
    task = ray.remote(num_cpus=job.cores, num_gpus=1 if gpu else 0, max_retries=0)(embed_part)

    def halves(some: list[str]) -> list[list[str]]:
        middle = len(some) // 2
        return [some[:middle], some[middle:]] if middle else []

    runner: Runner[list[str]] = Runner(lambda some: task.remote(shared, some), split=halves)
    for some, result in runner.run(files[begin : begin + at_once] for begin in range(0, len(files), at_once)):
        if isinstance(result, CrashedError):
            nothing = tuple((0.0, 0.0) for _ in job.requested)
            yield EmbeddedPart(Embedded(left_out={some[0]: _ENDED}), nothing)
        else:
            yield result


def check_tile(space: ProductSpace, side: int, memory: float) -> None:
    """Raise `UserError` if a tile of `side` vectors needs more than the bytes of `memory` that a core has."""
    vectors = space.vectors if isinstance(space, Space) else space.space.vectors
    # Both blocks at once: their vectors, and their points where these are other numbers.
    row = 2 * vectors.shape[1] * vectors.itemsize * (1 if space.points is vectors else 2)
    rows = min(side, len(vectors))
    if MEMORY_BUDGET + rows * row > memory:
        most = int((memory - MEMORY_BUDGET) // row)
        advice = f"at most --tile {most}" if most > 0 else "more memory for each core"
        raise UserError(
            f"Expected a tile to fit into the cluster's memory for a core, {memory / 1e9:.1f} GB. Received: "
            f"{rows:,} rows, which take {(MEMORY_BUDGET + rows * row) / 1e9:.1f} GB. It needs {advice}. "
            "All embeddings are kept."
        )


class RayTiles:
    """Tiles as tasks of a cluster. See `TileStore`."""

    def __init__(
        self, space: ProductSpace, ranking: Ranking, blocks: Sequence[slice], kept: KeptTiles
    ) -> None:
        self._kept, self._depth = kept, ranking.depth
        self._blocks = [ray.put(TileBlock(space.cut(block), ranking.ranks[block])) for block in blocks]
        self._names = kept.names()
        self._limits: Sequence[np.ndarray] | None = None

    def compute(
        self, tiles: Sequence[tuple[int, int]], limits: Sequence[np.ndarray] | None
    ) -> Iterator[tuple[int, int]]:
        """See `TileStore`."""
        self._limits = limits
        there = [each for each in tiles if each in self._names and self._kept.read(self._names[each])]
        yield from there
        shared = None if limits is None else [ray.put(each) for each in limits]
        task = ray.remote(num_cpus=1, max_retries=0)(_keep_tile)

        def submit(pair: tuple[int, int]) -> Any:
            one, other = pair
            given = (None, None) if shared is None else (shared[one], shared[other])
            second = None if one == other else self._blocks[other]
            return task.remote(self._kept, pair, self._blocks[one], second, *given, depth=self._depth)

        left = set(tiles) - set(there)
        for pair, result in Runner(submit).run(each for each in tiles if each in left):
            if isinstance(result, CrashedError):
                raise UserError(
                    "Expected --tile to fit into the memory of the cluster's machines. Every worker that "
                    "computed one of the tiles crashed: use fewer rows. All that is finished is kept."
                )
            self._names[pair] = result
            yield pair

    def entries(self, block: int, other: int) -> TileEntries:
        """See `TileStore`."""
        pair = min(block, other), max(block, other)
        found = self._kept.read(self._names[pair])
        if found is None:
            # Another build that shares the store may have finished the same lists and dropped their tiles.
            for _ in self.compute([pair], self._limits):
                found = self._kept.read(self._names[pair])
        if found is None:
            raise UserError(
                f"The tile {self._names[pair]} in {self._kept.location} was damaged during the build: "
                "run the same command again to recompute it."
            )
        return found[block > other]


def _keep_tile(
    kept: KeptTiles,
    pair: tuple[int, int],
    block: TileBlock,
    other: TileBlock | None,
    limits: np.ndarray | None,
    other_limits: np.ndarray | None,
    *,
    depth: int,
) -> str:
    """Compute a tile and keep it. Returns its file's name. Runs on a worker."""
    both = None if limits is None or other_limits is None else (limits, other_limits)
    found = tile(block, other, depth=depth, memory_budget=MEMORY_BUDGET, threads=1, limits=both)
    return kept.write(*pair, found)

"""Builds on a Ray cluster. With exact lists, the result is that of one machine, to the last byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
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
    nodes,
)
from precompute.building.engine.ray_lists import RayLists
from precompute.building.engine.worker import (
    EmbeddedPart,
    EmbeddingJob,
    MachineAnswer,
    Requested,
    answer,
    embed_part,
    mixed_message,
    ready,
)
from precompute.embeddings.embed import Embedded, EmbeddingTask
from precompute.embeddings.embedded_catalogue import EmbedFiles, ExtraMeasure
from precompute.embeddings.picture_maker import PictureMaker
from precompute.models.registry import ExtractorPlan
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.store import EmbeddingStore, PictureStore, Store

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
        self._lists: list[RayLists] = []
        self._requested: dict[str, Requested] = {}

    def embedding(self, plans: Sequence[ExtractorPlan]) -> EmbedFiles:
        """See `BuildEngine`."""
        return partial(self._embed, plans)

    def lists(self, store: Store) -> RayLists:
        """See `BuildEngine`."""
        self._lists.append(RayLists(store.tiles, self._choice.tile))
        return self._lists[-1]

    def drop_tiles(self) -> None:
        """Drop the tiles of all lists that were found: a bundle has these lists by now."""
        for each in self._lists:
            each.drop_tiles()

    def _embed(self, plans: Sequence[ExtractorPlan], *arguments: Any, **options: Any) -> Embedded:
        """See `EmbedFiles`. Machines are asked once for each extractor."""
        for plan in plans:
            if plan.key not in self._requested:
                self._requested[plan.key] = _checked(plan, mixed=self._choice.mixed)
        return _embed(tuple(self._requested[plan.key] for plan in plans), *arguments, **options)


def _embed(
    requested: tuple[Requested, ...],
    folder: Path,
    files: list[str],
    tasks: list[EmbeddingTask],
    *,
    maker: PictureMaker,
    pictures: PictureStore,
    advance: Callable[..., None],
    extra: ExtraMeasure | None = None,
) -> Embedded:
    """See `EmbedFiles`."""
    gpu = any(each.device == "gpu" for each in requested)
    had = {one.decode() for one in pictures.known().tolist()}
    known = {each for each in had & _embedded_by_all(tasks) if extra is None or extra.holds(each)}

    def embed(some: list[str]) -> Iterator[EmbeddedPart]:
        stores, of_worker = tuple(task.store.for_worker() for task in tasks), pictures.for_worker()
        for place in (*(store.folder for store in stores), of_worker.folder):
            # A worker that does not find its folder stops (`embed_part`): nobody would read what it writes.
            place.mkdir(parents=True, exist_ok=True)
        job = EmbeddingJob(
            folder=folder.resolve(),
            requested=requested,
            turns=tuple(task.quarter_turns for task in tasks),
            stores=stores,
            maker=maker,
            pictures=of_worker,
            extra=None if extra is None else extra.for_worker(),
            cores=_cores_of_a_task(gpu=gpu),
        )
        for part in _embedded_parts(job, some, gpu=gpu):
            for task, seconds in zip(tasks, part.seconds, strict=True):
                task.opening_seconds += seconds[0]
                task.embedding_seconds += seconds[1]
            yield part
        opened: list[EmbeddingStore | PictureStore] = [*(task.store for task in tasks), pictures]
        for store in opened:
            store.refresh()
            store.merge()
        if extra is not None:
            extra.refresh()

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


def _cores_of_a_task(*, gpu: bool) -> int:
    return cores_of_a_gpu() if gpu else 1


def _embedded_by_all(tasks: Sequence[EmbeddingTask]) -> set[str]:
    ids = reduce(np.intersect1d, [each.store.known() for each in tasks])
    return {one.decode() for one in ids.tolist()}


def _add(found: Embedded, part: Embedded) -> None:
    found.images |= part.images
    found.left_out |= part.left_out
    found.reading_seconds += part.reading_seconds


def _checked(plan: ExtractorPlan, *, mixed: bool) -> Requested:
    """An extractor that each machine has opened, and that gives the same embeddings there as here.

    Raises `UserError` otherwise. With `mixed`, a line says what differs instead.
    """
    device = plan.device
    requested = Requested(plan.recipe, plan.runtime, device.kind, plan.key, fast=device.is_fast)
    asked = _ask(requested, gpu=device.kind == "gpu")
    # While the machines start.
    here = answer(requested)
    answers = [_answer_of(reference) for reference in asked]
    different = next((text for other in answers if other and (text := here.difference(other))), "")
    if different and not mixed:
        raise UserError(mixed_message(different))
    if different:
        say(
            f"The cluster is mixed: {different}. So lists may differ a little from those of one machine, and "
            "from build to build. The store keeps embeddings that another build would not compute."
        )
    return replace(requested, expected=None if mixed else here)


def _ask(requested: Requested, *, gpu: bool) -> list[Any]:
    """Ask each machine, and open the extractor in a process for each of its cores, or GPUs, meanwhile.

    Of a machine, one process has to answer: others may wait until someone else's tasks end.
    """
    task = ray.remote(num_cpus=1, num_gpus=1 if gpu else 0, max_retries=3)(ready)
    of_task = _cores_of_a_task(gpu=gpu)
    asked = []
    for node in nodes():
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        processes = int(node["Resources"].get("GPU" if gpu else "CPU", 0))
        references = [
            task.options(scheduling_strategy=there).remote(requested, of_task) for _ in range(processes)
        ]
        asked += references[:1]
    return asked


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

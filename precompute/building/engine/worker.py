"""What a worker of a cluster does: the local code, on a part of the pictures or of the pairs."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from precompute.embeddings.embed import Embedded, EmbeddingTask
from precompute.embeddings.embedded_catalogue import ExtraMeasure, embed_files
from precompute.embeddings.picture_maker import PictureMaker
from precompute.models.recipe import Recipe
from precompute.models.registry import Extractor, ExtractorPlan, plan_extractor
from precompute.shared.errors import UserError
from precompute.shared.machine import use_cores
from precompute.shared.versions import RUNTIME_PACKAGES
from precompute.store import EmbeddingStore, PictureStore

_PROBES = 8
_CODE = ("bundle", "pictures", "precompute")

_extractors: dict[str, tuple[Extractor, MachineAnswer]] = {}
"""The extractors of this process, by `Requested.key`, and what it answers for them.

Each model is opened and asked once, not for each task.
"""


@dataclass(frozen=True)
class MachineAnswer:
    """What decides the last bit of a machine's embeddings.

    `facts` are versions, the hash of Akin's own code, and the extractor's key, by name; `vectors` is the
    SHA-256 of the embeddings of eight made-up pictures.
    """

    facts: dict[str, str]
    vectors: str

    def difference(self, other: MachineAnswer) -> str:
        """What differs on another machine, in a few words; empty if nothing does."""
        different = [
            f"{name} {other.facts.get(name, 'missing')} instead of {value}"
            for name, value in self.facts.items()
            if other.facts.get(name) != value
        ]
        if not different and self.vectors != other.vectors:
            different = ["other embeddings with the same versions, as another kind of processor may give"]
        return ", ".join(different)


@dataclass(frozen=True)
class Requested:
    """An extractor as a build planned it: `expected` is the builder's own answer, None if any will do.

    `fast` is that of `choose_device`.
    """

    recipe: Recipe
    runtime: str
    device: str
    key: str
    fast: bool = False
    expected: MachineAnswer | None = None

    def plan(self) -> ExtractorPlan:
        """The same extractor, planned on this machine."""
        return plan_extractor(self.recipe, runtime=self.runtime, device=self.device, fast=self.fast)

    def open(self) -> Extractor:
        """The extractor, which this process keeps. Raises `UserError` if it is not the expected one."""
        extractor, answered = self._opened()
        if self.expected is not None and (other := self.expected.difference(answered)):
            raise UserError(mixed_message(other))
        return extractor

    def answer(self) -> MachineAnswer:
        """What this process answers for the extractor."""
        return self._opened()[1]

    def _opened(self) -> tuple[Extractor, MachineAnswer]:
        if self.key not in _extractors:
            plan = self.plan()
            extractor = plan.open()
            _extractors[self.key] = extractor, _answer(plan, extractor)
        return _extractors[self.key]


def mixed_message(difference: str) -> str:
    """The message about a machine whose embeddings differ from those of the builder's."""
    return (
        "Expected each machine of the cluster to compute the same embeddings as this one. Received from one: "
        f"{difference}. Install the same there, or add --mixed to continue with embeddings that may differ."
    )


def answer(requested: Requested) -> MachineAnswer:
    """What this machine answers for an extractor, of which it keeps nothing."""
    plan = requested.plan()
    return _answer(plan, plan.open())


def ready(requested: Requested, cores: int) -> MachineAnswer:
    """The same, and the extractor is ready for this process's tasks of so many cores. Runs on a worker."""
    # Before it is opened: it takes threads and memory for each core.
    use_cores(cores)
    return requested.answer()


def _answer(plan: ExtractorPlan, extractor: Extractor) -> MachineAnswer:
    side = plan.recipe.input_size
    images = np.random.default_rng(0).integers(0, 256, (_PROBES, side, side, 3), dtype=np.uint8)
    size = extractor.batch
    parts = [extractor(images[begin : begin + size]) for begin in range(0, _PROBES, size)]
    packages = ("pillow", "numpy", *RUNTIME_PACKAGES[plan.runtime])
    facts = {name: version(name) for name in packages} | {"Akin's code": _code(), "extractor": plan.key[:16]}
    return MachineAnswer(facts, hashlib.sha256(np.concatenate(parts).tobytes()).hexdigest())


@cache
def _code() -> str:
    """A hash of the code that computes: thumbnails and lists depend on it too."""
    root = Path(__file__).parents[3]
    digest = hashlib.sha256()
    for package in _CODE:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class EmbeddingJob:
    """What all tasks of an embedding share. A task uses so many `cores`; what is written to is for workers.

    `turns` are the quarter turns of each extractor's inputs.
    """

    folder: Path
    requested: tuple[Requested, ...]
    turns: tuple[int, ...]
    stores: tuple[EmbeddingStore, ...]
    maker: PictureMaker
    pictures: PictureStore
    extra: ExtraMeasure | None
    cores: int


@dataclass(frozen=True)
class EmbeddedPart:
    """The outcome of one task, with the seconds of each extractor: opening it, and embedding."""

    embedded: Embedded
    seconds: tuple[tuple[float, float], ...]


def embed_part(job: EmbeddingJob, files: Sequence[str]) -> EmbeddedPart:
    """Embed some of the files of a job and write what they give to its stores.

    Raises `UserError` if this machine does not have the catalogue's folder, or that of a store.
    """
    use_cores(job.cores)
    for folder in (job.folder, *(store.folder for store in job.stores), job.pictures.folder):
        if not folder.is_dir():
            raise UserError(
                f"Expected the folder {folder} on each machine of the cluster. {platform.node()} does not "
                "have it: all machines must mount the catalogue, and --out or --store, at the same paths."
            )
    tasks = [
        EmbeddingTask(requested.recipe, requested.open, store, quarter_turns=turns)
        for requested, store, turns in zip(job.requested, job.stores, job.turns, strict=True)
    ]
    found = embed_files(
        job.folder,
        list(files),
        tasks,
        maker=job.maker,
        pictures=job.pictures,
        advance=lambda count, known: None,
        extra=job.extra,
    )
    return EmbeddedPart(found, tuple((task.opening_seconds, task.embedding_seconds) for task in tasks))

"""Finds pictures that may be sideways or upside down: turned, they look more like the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from bundle import Product
from precompute.doctor.case import Case
from precompute.doctor.findings import Finding
from precompute.doctor.single_pictures import is_blank
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.projection import centre
from precompute.models.registry import ExtractorPlan
from precompute.shared.progress import stage
from precompute.shared.unit_length import to_unit_length
from precompute.store import EmbeddingStore, Store

TURNS = (90, 180, 270)
"""The turns that are tried, in degrees counter-clockwise."""

NEAREST = 10
"""A picture's likeness to others is its mean cosine with this many nearest ones."""

CANDIDATES = 0.25
"""The part of each category that is tried: the pictures least like its others."""

GAIN = 0.08
"""How much a turn must increase the likeness to the category's others."""

GAIN_AMONG_ALL = 0.02
"""How much it must increase the likeness to all. A mug among chairs may look more like them if it lies."""

REFERENCE = 2_000
"""The most pictures of a category to compare with. Those whose ids sort first are a random sample."""

_WORDS = {90: "to the left by 90°", 180: "upside down", 270: "to the right by 90°"}
_BLOCK = 1024


@dataclass(frozen=True)
class Turn:
    """The best turn of a product's first picture, `degrees` counter-clockwise.

    `gain` is the increase in likeness to its category's others, `gain_among_all` the increase to all.
    """

    product: Product
    degrees: int
    gain: float
    gain_among_all: float


class EmbedTurned(Protocol):
    """Embeds files, in this process as `embed_all` does, or elsewhere."""

    def __call__(
        self, folder: Path, files: list[str], tasks: list[EmbeddingTask], *, advance: Callable[..., None]
    ) -> object:
        """Afterwards the tasks' stores have all results."""


def check_orientation(
    case: Case, plan: ExtractorPlan, store: Store, *, embed: EmbedTurned = embed_all
) -> Iterator[Finding]:
    """Findings about first pictures that look more like their category's others once they are turned."""
    for turn in best_turns(case, plan, store, embed=embed):
        if turn.gain >= GAIN and turn.gain_among_all >= GAIN_AMONG_ALL:
            image_id = turn.product.images[0].id
            where = f" of “{turn.product.category}”" if turn.product.category else ""
            text = f"Turned {_WORDS[turn.degrees]} it looks more like the others{where}."
            ids = tuple(product.id for product in case.by_image[image_id])
            files = case.files_of(turn.product.id, image_id)
            yield Finding("turned-picture", text, ids, files, turn=turn.degrees, weight=turn.gain)


def best_turns(
    case: Case, plan: ExtractorPlan, store: Store, *, embed: EmbedTurned = embed_all
) -> Iterator[Turn]:
    """The best turn of each candidate, and its gain.

    Embeddings of upright things differ from those of lying ones, so turning makes most pictures less like
    their category's others. If a turn makes a picture more like them, it probably lay wrong before. Embedding
    every picture three more times would cost as much as three builds. So only `CANDIDATES` are tried, and the
    store keeps their embeddings.
    """
    products = _distinct(case)
    if len(products) <= NEAREST:
        return
    likeness = _Likeness(products, store.embeddings(plan.key))
    candidates = likeness.candidates()
    turned = _embed_turned(case, [products[row] for row in candidates], plan, store, embed)
    tried = [row for row in candidates if all(products[row].images[0].id in each for each in turned.values())]
    if not tried:
        return
    ids = [products[row].images[0].id for row in tried]
    gains = {degrees: likeness.gains(tried, each.vectors(ids)) for degrees, each in turned.items()}
    for number, row in enumerate(tried):
        degrees = max(gains, key=lambda each: gains[each][number, 0])
        yield Turn(products[row], degrees, *gains[degrees][number].tolist())


def _distinct(case: Case) -> list[Product]:
    """The first product with each picture that shows something, in the catalogue's order."""
    firsts: dict[str, Product] = {}
    for product in case.products:
        firsts.setdefault(product.images[0].id, product)
    return [product for image_id, product in firsts.items() if not is_blank(case.measures[image_id])]


class _Likeness:
    """Measures how much pictures are like their category's others, or like all if it is small."""

    def __init__(self, products: list[Product], embeddings: EmbeddingStore) -> None:
        images = [product.images[0].id for product in products]
        vectors = embeddings.vectors(images)
        self._centre = centre(vectors, images)
        self._vectors = self._centred(vectors)
        rows: dict[str, list[int]] = defaultdict(list)
        for row, product in enumerate(products):
            rows[product.category].append(row)
        small = [row for members in rows.values() if len(members) <= NEAREST for row in members]
        large = [np.array(members) for members in rows.values() if len(members) > NEAREST]
        everything = np.arange(len(products))
        self._all = _drawn(everything, images)
        self._groups = [(members, _drawn(members, images)) for members in large]
        if small:
            self._groups.append((np.array(small), self._all))
        self._upright = self._of_group(everything, self._vectors)

    def candidates(self) -> list[int]:
        """The rows that are least like the others of their group."""
        found: list[int] = []
        for members, _ in self._groups:
            order = np.argsort(self._upright[members], kind="stable")
            found += members[order[: round(CANDIDATES * len(members))]].tolist()
        return sorted(found)

    def gains(self, rows: list[int], embeddings: np.ndarray) -> np.ndarray:
        """How much other embeddings (q, d) of `rows` increase the likeness to group and to all: (q, 2)."""
        places, vectors = np.array(rows), self._centred(embeddings)
        by_group = self._of_group(places, vectors) - self._upright[places]
        among_all = self._to(self._all, places, vectors) - self._to(self._all, places, self._vectors[places])
        return np.stack([by_group, among_all], axis=1)

    def _of_group(self, rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """The likeness of `vectors` (q, d) of `rows` (q,) to their groups: (q,)."""
        found = np.empty(len(rows))
        for members, reference in self._groups:
            here = np.isin(rows, members)
            found[here] = self._to(reference, rows[here], vectors[here])
        return found

    def _to(self, reference: np.ndarray, rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """The likeness of `vectors` (q, d) of `rows` (q,) to the `reference` rows except themselves: (q,)."""
        found = np.empty(len(rows))
        for begin in range(0, len(rows), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            cosines = vectors[part] @ self._vectors[reference].T
            cosines[rows[part, np.newaxis] == reference] = -1.0
            found[part] = np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:].mean(axis=1)
        return found

    def _centred(self, embeddings: np.ndarray) -> np.ndarray:
        return to_unit_length((embeddings - self._centre).astype(np.float32))


def _drawn(rows: np.ndarray, images: list[str]) -> np.ndarray:
    """At most `REFERENCE` of the rows: those whose image ids sort first."""
    return np.array(sorted(rows.tolist(), key=images.__getitem__)[:REFERENCE])


def _embed_turned(
    case: Case, products: list[Product], plan: ExtractorPlan, store: Store, embed: EmbedTurned
) -> dict[int, EmbeddingStore]:
    """Embed turned first pictures: by image id, for each turn. Files that changed meanwhile have none."""
    open_extractor = cache(plan.open)
    tasks = {}
    for degrees in TURNS:
        turned = store.embeddings(f"{plan.key}-input-turned-{degrees}")
        tasks[degrees] = EmbeddingTask(plan.recipe, open_extractor, turned, quarter_turns=degrees // 90)
    files = [file for each in products for file in case.files_of(each.id, each.images[0].id)[:1]]
    with stage("Turning", len(files), "images") as advance:
        embed(case.catalogue.folder, files, list(tasks.values()), advance=advance)
    return {degrees: task.store for degrees, task in tasks.items()}

"""Compares two bundles: their products, and the look-alikes of the products that both have."""

from __future__ import annotations

import dataclasses
import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle import Bundle, BundleError, Product
from bundle import format as fmt
from precompute.evaluation.overlap import PERSISTENCE
from precompute.models.choice import published_recipe
from precompute.shared.errors import UserError
from precompute.shared.progress import stage

MOST = 24
"""How many of the most changed lists are kept."""

# Values that a build measured, as opposed to settings.
_MEASURED = frozenset(
    {"fingerprint", "embeddings", "shards", "search", "scores", "pairs", "reached", "closeness"}
)


@dataclass(frozen=True)
class Side:
    """One of the two bundles, and the recipe of it that is compared; `products` is their number."""

    folder: Path
    created: str
    products: int
    recipe: str
    fingerprint: str


@dataclass(frozen=True)
class Edit:
    """A product of both bundles that is described otherwise: which fields differ, and if its picture does.

    The facts count one by one, as `facts.colour`.
    """

    id: str
    fields: tuple[str, ...]
    picture: bool


@dataclass(frozen=True)
class ListChange:
    """The two lists of one product, ids best first, each cut at `top`.

    `changed` of their entries are others (see `Lists`), `overlap` is the rank-biased overlap of the two.
    """

    id: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    changed: int
    overlap: float

    @property
    def entries(self) -> int:
        """The length of the longer list, of which `changed` are others."""
        return max(len(self.old), len(self.new))


@dataclass(frozen=True)
class Lists:
    """How the lists of the products in both bundles differ, each cut at `top`.

    Of two lists as many entries changed as the longer one has that the other one has not at any rank: for
    lists of one length those that came, which are as many as those that left. `share` is `changed_entries`
    of all `entries`, from 0 to 1, None where no product is in both bundles. `overlap` is the mean of the
    rank-biased overlap, for which ranks count. `came_added` of the entries that came are added products,
    `left_removed` of those that left are removed ones: no other recipe would have kept them.
    """

    compared: int
    same: int
    reordered: int
    changed: int
    entries: int
    changed_entries: int
    share: float | None
    overlap: float | None
    came_added: int
    left_removed: int


@dataclass(frozen=True)
class Difference:
    """The differences in `new`. `recipe_changes` names the recipe's changed settings.

    `added`, `removed` and `edited` are in the order of the catalogue that holds them, `most_changed` has the
    `MOST` lists with the largest share of changed entries, then with the smallest overlap.
    """

    old: Side
    new: Side
    recipe_changes: tuple[str, ...]
    top: int
    added: list[str]
    removed: list[str]
    edited: list[Edit]
    lists: Lists
    most_changed: list[ListChange]


def compare(old: Bundle, new: Bundle, *, recipe: str | None = None, top: int | None = None) -> Difference:
    """Compare two bundles. In memory are ids, one page of products and a few files of lists at a time.

    `recipe` is a recipe's name in both, or None for the first of each: what visitors see at first. `top` is
    how many entries of each list count, by default as many as both show at first. Raises `UserError` where
    a bundle does not hold the recipe or so many entries, `BundleError` where a file cannot be read.
    """
    recipes = [published_recipe(bundle, recipe, holder="both bundles hold") for bundle in (old, new)]
    cut = _cut(recipes, top)
    with stage("Products", old.count + new.count, "products") as advance:
        added: list[str] = []
        edited: list[Edit] = []
        for before, after in _pairs(new, old, advance):
            if before is None:
                added.append(after.id)
            elif fields := changed_fields(before, after):
                edited.append(Edit(after.id, fields, "images" in fields))
        removed = [product.id for other, product in _pairs(old, new, advance) if other is None]
    tally = _Tally(frozenset(added), frozenset(removed))
    changes = tally.over(_lists(old, new, recipes), top=cut)
    most = heapq.nsmallest(MOST, changes, key=lambda one: (-one.changed / one.entries, one.overlap, one.id))
    return Difference(
        old=_side(old, recipes[0]),
        new=_side(new, recipes[1]),
        recipe_changes=_recipe_changes(*recipes),
        top=cut,
        added=added,
        removed=removed,
        edited=edited,
        lists=tally.lists(),
        most_changed=most,
    )


def changed_fields(old: Product, new: Product) -> tuple[str, ...]:
    """The names of the fields that differ; a picture differs where its file does, whatever its thumbnail."""
    names: list[str] = []
    for field in dataclasses.fields(Product):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name == "images":
            before, after = ([image.id for image in images] for images in (before, after))
        if isinstance(before, dict) and isinstance(after, dict):
            keys = dict.fromkeys([*before, *after])
            names += [f"{field.name}.{key}" for key in keys if before.get(key) != after.get(key)]
        elif before != after:
            names.append(field.name)
    return tuple(names)


def rank_biased_overlap(first: Sequence[str], second: Sequence[str]) -> float:
    """What `precompute.evaluation.overlap.overlap` describes, for two lists; 1 where both are empty."""
    depth = max(len(first), len(second))
    if tuple(first) == tuple(second):
        return 1.0
    places = {entry: place for place, entry in enumerate(second)}
    # An entry is common from the larger of its two ranks on.
    arrivals = [0] * depth
    for place, entry in enumerate(first):
        if entry in places:
            arrivals[max(place, places[entry])] += 1
    common, total = 0, 0.0
    for rank, arrived in enumerate(arrivals, start=1):
        common += arrived
        total += common / rank * PERSISTENCE**rank
    return common / depth * PERSISTENCE**depth + (1 - PERSISTENCE) / PERSISTENCE * total


class _Tally:
    """Counts while lists go by."""

    def __init__(self, added: frozenset[str], removed: frozenset[str]) -> None:
        self._added, self._removed = added, removed
        self._compared = self._same = self._reordered = 0
        self._entries = self._changed_entries = self._came_added = self._left_removed = 0
        self._overlap = 0.0

    def over(self, lists: Iterator[tuple[str, list[str], list[str]]], *, top: int) -> Iterator[ListChange]:
        """Count each product of both bundles, and hand on the lists that are not the same."""
        for product_id, old, new in lists:
            if product_id in self._added or product_id in self._removed:
                continue
            change = _list_change(product_id, old[:top], new[:top])
            self._compared += 1
            self._entries += change.entries
            self._changed_entries += change.changed
            self._overlap += change.overlap
            if change.old == change.new:
                self._same += 1
                continue
            self._reordered += change.changed == 0
            self._came_added += len(self._added.intersection(change.new))
            self._left_removed += len(self._removed.intersection(change.old))
            yield change

    def lists(self) -> Lists:
        """The sums of all that went by."""
        # Lists that are all empty have no entry that could be another.
        share = self._changed_entries / max(self._entries, 1)
        return Lists(
            compared=self._compared,
            same=self._same,
            reordered=self._reordered,
            changed=self._compared - self._same - self._reordered,
            entries=self._entries,
            changed_entries=self._changed_entries,
            share=share if self._compared else None,
            overlap=self._overlap / self._compared if self._compared else None,
            came_added=self._came_added,
            left_removed=self._left_removed,
        )


def _list_change(product_id: str, old: list[str], new: list[str]) -> ListChange:
    changed = max(len(old), len(new)) - len(set(old).intersection(new))
    return ListChange(product_id, tuple(old), tuple(new), changed, rank_biased_overlap(old, new))


def _pairs(bundle: Bundle, other: Bundle, advance: Any) -> Iterator[tuple[Product | None, Product]]:
    """Each product of `bundle`, in its order, after the one with the same id in `other`, or None."""
    for products in bundle.batches():
        there = {product.id: product for product in other.products(product.id for product in products)}
        yield from ((there.get(product.id), product) for product in products)
        advance(len(products))


def _lists(
    old: Bundle, new: Bundle, recipes: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each product's id with its list in either bundle, which is empty where there is none."""
    # Files go by the leading bits of a hash: what one bundle has in one file, another has in a whole
    # number of neighbouring files, so no list has to be looked for anywhere else.
    groups = min(recipe["shards"] for recipe in recipes)
    with stage("Lists", groups, "files") as advance:
        for group in range(groups):
            before, after = (
                _group(bundle, recipe, group, groups)
                for bundle, recipe in zip((old, new), recipes, strict=True)
            )
            for product_id in before | after:
                yield product_id, before.get(product_id, []), after.get(product_id, [])
            advance(1)


def _group(bundle: Bundle, recipe: dict[str, Any], group: int, groups: int) -> dict[str, list[str]]:
    files = recipe["shards"] // groups
    lists: dict[str, list[str]] = {}
    for shard in range(group * files, (group + 1) * files):
        path = bundle.folder / fmt.shard_file(recipe["name"], shard)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            lists |= {name: [entry for entry, _ in entries] for name, entries in content.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BundleError(f"{path} cannot be read ({error}): python -m precompute check.") from error
    return lists


def _cut(recipes: Sequence[dict[str, Any]], top: int | None) -> int:
    try:
        default: int = min(recipe["top"] for recipe in recipes)
        depth: int = min(recipe["depth"] for recipe in recipes)
    except KeyError as error:
        raise UserError(
            f"A manifest does not say the {error.args[0]} of its recipe: build that bundle again."
        ) from error
    if top is None:
        return default
    if not 1 <= top <= depth:
        raise UserError(f"Expected --top from 1 to {depth}, which both bundles store. Received: {top}.")
    return top


def _recipe_changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    names = dict.fromkeys([*old, *new])
    return tuple(name for name in names if name not in _MEASURED and old.get(name) != new.get(name))


def _side(bundle: Bundle, recipe: dict[str, Any]) -> Side:
    return Side(
        folder=bundle.folder,
        created=bundle.manifest.get("created", ""),
        products=bundle.count,
        recipe=recipe["name"],
        fingerprint=recipe.get("fingerprint", ""),
    )

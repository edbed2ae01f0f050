"""Made-up events of visitors whose habits are known, so that estimates can be compared with the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HOUR = "2026-11-28T09Z"


@dataclass(frozen=True)
class Visitors:
    """Visitors who look at place k of a list with the chance k^-`fading`, and like what they see by chance.

    How much a product is liked in a list differs from pair to pair: Beta with the mean `liking`. `lists` are
    seen, each of one of `products` products, with `length` entries. With `moved`, entries are at other places
    in half of the lists, as filters make them. `split` names the recipes that are compared.
    """

    recipe: str = "style"
    kind: str = "product"
    products: int = 200
    lists: int = 20_000
    length: int = 10
    fading: float = 0.7
    liking: float = 0.15
    moved: bool = False
    seed: int = 0
    split: str = ""

    def looks(self) -> np.ndarray:
        """The chance that each place is looked at: (length,)."""
        return np.arange(1, self.length + 1) ** -self.fading

    def events(self) -> Iterator[dict[str, object]]:
        """Views and clicks, in order."""
        random = np.random.default_rng(self.seed)
        liked = random.beta(2, 2 / self.liking - 2, size=(self.products, self.length))
        orders = np.array([np.arange(self.length), np.roll(np.arange(self.length), self.length // 2)])
        looks = self.looks()
        for source, moved in zip(
            random.integers(self.products, size=self.lists), random.random(self.lists) < 0.5, strict=True
        ):
            order = orders[int(moved and self.moved)]
            # Products of another seed are others, as those of the other half are.
            product = f"p{source}" if not self.split else f"p{self.seed}-{source}"
            of = {"hour": HOUR, "list": self.kind, "product": product, "recipe": self.recipe}
            of |= {"split": self.split} if self.split else {}
            shown = [f"p{source}-{each}" for each in order]
            yield {"akin": "view", **of, "shown": shown}
            for place in np.flatnonzero(random.random(self.length) < looks * liked[source, order]):
                yield {"akin": "click", **of, "chosen": shown[place], "place": int(place) + 1}


def write_log(path: Path, *visitors: Visitors) -> Path:
    """The events of all as lines of a file."""
    with path.open("w", encoding="utf-8") as file:
        for each in visitors:
            file.writelines(json.dumps(event, separators=(",", ":")) + "\n" for event in each.events())
    return path

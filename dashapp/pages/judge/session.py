"""A session of judging: which product is asked about next, and the answers, which are kept in a file."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bundle import Bundle, Product
from dashapp.pages.judge.preference import Judgement, Preference
from dashapp.settings import SettingsError

SHOWN = 6
"""How many look-alikes of each recipe are shown."""

SIDES = ("left", "right")
SAME = "same"

_PAGE = 1000


@dataclass(frozen=True)
class Question:
    """A product, the recipes on the left and on the right, and the products that each shows."""

    product: Product
    sides: tuple[str, str]
    lists: tuple[list[Product], list[Product]]


class Session:
    """The questions about two recipes of a bundle, in an order drawn at random, and their answers.

    The file has one JSON object a line: first the recipes, their fingerprints and the seed, which decides on
    order and sides; then an answer each, or the withdrawal of the last one. So a session that ends in any way
    goes on where it was. Products of which both recipes show the same products are passed over.
    """

    def __init__(self, bundle: Bundle, recipes: tuple[str, str], path: Path) -> None:
        """Open a session, or the one that `path` holds. Raises `SettingsError` if that is another one's."""
        self.bundle, self.recipes, self.path = bundle, recipes, path
        self._kept: list[tuple[str, Judgement]] = []
        described = {entry["name"]: entry for entry in bundle.recipes}
        self._head = {
            "recipes": list(recipes),
            "fingerprints": [described[name].get("fingerprint", "") for name in recipes],
        }
        self._seed = self._read() if path.exists() else self._begin()
        self.passed_over = 0
        self._found: list[Question] = []
        # By hash, so that a catalogue that has changed a little keeps its order; the last comes first.
        self._rest = sorted(self._ids(), key=self._digest, reverse=True)

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return len(self._kept)

    def preference(self) -> Preference:
        """What the answers say so far."""
        return Preference.of(self.recipes, (answer for _, answer in self._kept))

    def coming(self, count: int) -> list[Question]:
        """The next questions, the current one first; fewer at the end."""
        answered = {product_id for product_id, _ in self._kept}
        found = [question for question in self._found if question.product.id not in answered]
        while len(found) < count and self._rest:
            question = self._question(self._rest.pop())
            if question is None:
                self.passed_over += 1
                continue
            self._found.append(question)
            if question.product.id not in answered:
                found.append(question)
        return found[:count]

    def answer(self, answer: str, *, number: int) -> None:
        """Keep "left", "right" or "same" for the current question.

        `number` is how many were answered when it was shown: a second click on an old page changes nothing.
        """
        current = self.coming(1)
        if number != self.answered or not current or answer not in (*SIDES, SAME):
            return
        question = current[0]
        chosen = question.sides[SIDES.index(answer)] if answer in SIDES else ""
        self._append(
            {
                "product": question.product.id,
                "left": question.sides[0],
                "right": question.sides[1],
                "chosen": chosen,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        self._kept.append((question.product.id, Judgement(question.sides, chosen)))

    def undo(self) -> None:
        """Withdraw the last answer, whose question is then the current one again."""
        if self._kept:
            product_id, _ = self._kept.pop()
            self._append({"withdrawn": product_id})

    def _ids(self) -> Iterator[str]:
        for offset in range(0, self.bundle.count, _PAGE):
            yield from self.bundle.product_ids(offset=offset, limit=_PAGE)

    def _question(self, product_id: str) -> Question | None:
        """The question about a product; None where both recipes show the same products."""
        shown = [
            [entry.id for entry in self.bundle.neighbours(product_id, recipe=recipe)[:SHOWN]]
            for recipe in self.recipes
        ]
        if set(shown[0]) == set(shown[1]):
            return None
        # The first bits decide on the order already.
        turned = self._digest(product_id)[-1] & 1
        first, second = (1, 0) if turned else (0, 1)
        (product,) = self.bundle.products([product_id])
        return Question(
            product,
            (self.recipes[first], self.recipes[second]),
            (self.bundle.products(shown[first]), self.bundle.products(shown[second])),
        )

    def _digest(self, product_id: str) -> bytes:
        return hashlib.sha256(f"{self._seed} {product_id}".encode()).digest()

    def _begin(self) -> int:
        seed = secrets.randbelow(2**32)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(self._head | {"seed": seed})
        except OSError as error:
            raise SettingsError(f"--answers {self.path} cannot be written ({error.strerror}).") from error
        return seed

    def _append(self, entry: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> int:
        """Read the answers and return the seed."""
        try:
            content = self.path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            head, *entries = [json.loads(line) for line in whole.splitlines()]
            same = {name: head[name] for name in self._head} == self._head
            seed = int(head["seed"])
            for entry in entries:
                if "withdrawn" in entry:
                    self._kept.pop()
                    continue
                answer = Judgement((str(entry["left"]), str(entry["right"])), str(entry["chosen"]))
                self._kept.append((str(entry["product"]), answer))
        except OSError as error:
            raise SettingsError(f"--answers {self.path} cannot be read ({error.strerror}).") from error
        except (ValueError, LookupError, TypeError) as error:
            raise SettingsError(
                f"Expected --answers to be a file of judgements. Received: {self.path}, which cannot be read "
                f"as one ({type(error).__name__}: {error}); choose another name."
            ) from error
        if not same:
            raise SettingsError(
                f"Expected {self.path} to hold judgements of these lists of {' and '.join(self.recipes)}. "
                "Received: judgements of others; choose another file with --answers."
            )
        if len(whole) < len(content):
            # The last answer was cut by a kill while it was written.
            os.truncate(self.path, len(whole))
        return seed

"""Finds products that may be in the wrong category, because their look-alikes are in another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bundle import Product
from precompute.doctor.case import Case
from precompute.doctor.findings import Finding

MEMBERS = 10
"""A category with fewer products is not judged, and its products do not vote."""

VOTERS = 20
"""The most neighbours that vote on a product."""

LEAST_VOTERS = 5

AGREE = 0.5
"""The least share of votes for the other category."""

EVIDENCE = 1.75
"""The least average evidence per vote for the other category, in nats."""

_SMOOTHING = 0.2
_BLOCK = 4096
SHOWN = 8
"""How many of the nearest products in the other category are shown beside a product."""


@dataclass(frozen=True)
class Vote:
    """How a product's nearest neighbours vote: `own` is its category, `other` the one that they favour.

    `share` is the share of the `voters` in the other category. `votes_against` defines the `evidence`.
    """

    product: Product
    own: str
    other: str
    share: float
    voters: int
    evidence: float
    nearest: tuple[str, ...]


def check_categories(case: Case) -> Iterator[Finding]:
    """Findings about products whose nearest neighbours are in another category."""
    for vote in votes_against(case):
        if vote.share >= AGREE and vote.evidence >= EVIDENCE:
            count = round(vote.share * vote.voters)
            text = (
                f"It is in “{vote.own}”, while {count} of the {vote.voters} products that look most like it "
                f"are in “{vote.other}”."
            )
            files = case.files_of(vote.product.id, vote.product.images[0].id)
            yield Finding(
                "wrong-category", text, (vote.product.id,), files, vote.nearest, weight=vote.evidence
            )


def judged(products: list[Product]) -> list[str]:
    """The categories with at least `MEMBERS` products, sorted; none if there are fewer than two."""
    sizes = Counter(product.category for product in products if product.category)
    names = sorted(name for name, size in sizes.items() if size >= MEMBERS)
    return names if len(names) > 1 else []


def votes_against(case: Case) -> Iterator[Vote]:
    """For each product of a judged category, the other category with the most evidence for it.

    The nearest neighbours vote for their own categories, with equal weight. Whether votes for B make a
    product of A suspicious depends on the usual votes on products of A: a third of a shirt's nearest
    neighbours may well be blouses. So the evidence is the mean over the votes of log P(vote | B) − log P(vote
    | A). The probabilities are the mean shares of votes on products of either category, without the product
    itself, mixed with a uniform share.

    If two categories hold the same things, or one holds everything, there is no evidence against a product.
    If it looks like nothing in its own category, there is. Judging labels by their usual confusions is the
    idea of Northcutt, Jiang and Chuang 2021, “Confident learning”.
    """
    names = judged(case.products)
    place = {name: number for number, name in enumerate(names)}
    rows: list[tuple[Product, list[Product]]] = []
    for product, others in case.neighbours():
        voters = [other for other, _ in others if other.category in place][:VOTERS]
        if product.category in place and len(voters) >= LEAST_VOTERS:
            rows.append((product, voters))
    if not rows:
        return
    own = np.array([place[product.category] for product, _ in rows])
    sums, sizes = np.zeros((len(names), len(names))), np.bincount(own, minlength=len(names))
    for begin in range(0, len(rows), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        np.add.at(sums, own[part], _shares(rows[part], place))
    expected = _logarithm(sums / np.maximum(sizes, 1)[:, np.newaxis])
    for begin in range(0, len(rows), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        shares = _shares(rows[part], place)
        others = np.maximum(sizes[own[part]] - 1, 1)[:, np.newaxis]
        as_own = (shares * _logarithm((sums[own[part]] - shares) / others)).sum(axis=1)
        evidence = shares @ expected.T - as_own[:, np.newaxis]
        evidence[np.arange(len(shares)), own[part]] = -np.inf
        for row, best in enumerate(evidence.argmax(axis=1).tolist()):
            product, voters = rows[begin + row]
            nearest = [other.id for other in voters if other.category == names[best]][:SHOWN]
            yield Vote(
                product,
                product.category,
                names[best],
                float(shares[row, best]),
                len(voters),
                float(evidence[row, best]),
                tuple(nearest),
            )


def _shares(rows: list[tuple[Product, list[Product]]], place: dict[str, int]) -> np.ndarray:
    """Each category's share of the votes on each product: (n, c)."""
    shares = np.zeros((len(rows), len(place)))
    for row, (_, voters) in enumerate(rows):
        for other in voters:
            shares[row, place[other.category]] += 1 / len(voters)
    return shares


def _logarithm(shares: np.ndarray) -> np.ndarray:
    """The logarithm of shares (…, c), mixed with a uniform share so that unseen votes are not impossible."""
    logarithm: np.ndarray = np.log((shares + _SMOOTHING / shares.shape[-1]) / (1 + _SMOOTHING))
    return logarithm

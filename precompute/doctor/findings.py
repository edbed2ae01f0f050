"""The doctor's findings: what each means and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from precompute.doctor.case import Case

SEVERITIES = ("problem", "warning", "hint")
"""Worst first: visitors see a fault, something is probably wrong, something could be better."""


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding: its `title` in the plural, and what to do about it in one sentence."""

    name: str
    severity: str
    title: str
    advice: str


KINDS = (
    FindingKind(
        "damaged-picture",
        "problem",
        "Pictures that cannot be read",
        "Upload the picture again; until then it is missing from the shop.",
    ),
    FindingKind(
        "left-out",
        "problem",
        "Products that are left out",
        "Correct the row or the file that it names; until then the product is missing from the shop.",
    ),
    FindingKind(
        "blank-picture",
        "problem",
        "Pictures of one colour",
        "Replace the picture: it shows nothing.",
    ),
    FindingKind(
        "placeholder",
        "problem",
        "Pictures that look like placeholders",
        "Take a picture of each product, or leave those without one out of the shop.",
    ),
    FindingKind(
        "shared-picture",
        "problem",
        "Pictures that several products have",
        "Give each product its own picture; if they are sizes of one article, give them the same value "
        "in the column variants.",
    ),
    FindingKind(
        "missing-title",
        "problem",
        "Products without a title",
        "Give the product a title: its file's name is shown for now.",
    ),
    FindingKind(
        "missing-price",
        "problem",
        "Products without a price",
        "Add the price as a plain number, or take the product out of the shop.",
    ),
    FindingKind(
        "near-duplicate",
        "warning",
        "Listings that may be duplicates",
        "Check whether these are one product listed several times: keep one, or give all one value in the "
        "column variants.",
    ),
    FindingKind(
        "wrong-category",
        "warning",
        "Products that may be in the wrong category",
        "Compare the product with those that look like it, and move it to the right category.",
    ),
    FindingKind(
        "turned-picture",
        "warning",
        "Pictures that may be sideways or upside down",
        "Turn the picture and upload it again.",
    ),
    FindingKind(
        "turned-twice",
        "warning",
        "Pictures that are turned twice",
        "Save the picture without its EXIF orientation: its pixels have already been turned, and the "
        "orientation was left in place.",
    ),
    FindingKind(
        "small-picture",
        "warning",
        "Pictures that are too small",
        "Upload a larger picture: 800 pixels or more look good everywhere.",
    ),
    FindingKind(
        "blurred-picture",
        "warning",
        "Pictures that may be blurred",
        "Look at the picture in full size; take it again, or upload the original.",
    ),
    FindingKind(
        "empty-picture",
        "warning",
        "Pictures that are mostly empty",
        "Crop the picture: the product should fill most of it.",
    ),
    FindingKind(
        "odd-title",
        "warning",
        "Titles with garbled characters",
        "Correct the title, and save or export the table as UTF-8, without markup.",
    ),
    FindingKind(
        "odd-price",
        "warning",
        "Prices that may be wrong",
        "Correct the price.",
    ),
    FindingKind(
        "missing-currency",
        "warning",
        "Prices without a currency",
        "Add the currency, such as EUR or USD.",
    ),
    FindingKind(
        "missing-category",
        "warning",
        "Products without a category",
        "Give the product a category, so that visitors can find it there.",
    ),
    FindingKind(
        "same-title",
        "hint",
        "Titles that several products have",
        "Mention in each title what makes the product different, such as its colour or size.",
    ),
    FindingKind(
        "relies-on-exif",
        "hint",
        "Pictures that only EXIF turns upright",
        "Save the picture upright: Akin and browsers turn it, many marketplaces and mail programs do not.",
    ),
    FindingKind(
        "not-used",
        "hint",
        "Files that no product uses",
        "If the files are not meant to be products' pictures, nothing needs to be done.",
    ),
)
"""All kinds of findings, worst first."""

_CONSEQUENCES = (
    (
        {"blank-picture", "placeholder"},
        {"wrong-category", "turned-picture", "blurred-picture", "empty-picture"},
    ),
    ({"turned-twice"}, {"turned-picture"}),
    ({"turned-twice", "turned-picture"}, {"wrong-category"}),
)
_PLACES = {kind.name: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Finding:
    """One finding: `kind` is the name of its kind, and `text` describes it in one sentence.

    `products` are the ids of the affected products, `files` the source's files concerned, and `beside` the
    ids of products to compare with. `image` is the id of the picture concerned, empty if it is each product's
    first one. `turn` is how many degrees counter-clockwise would turn it upright. Within a kind, a greater
    `weight` is worse.
    """

    kind: str
    text: str
    products: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    image: str = ""
    turn: int = 0
    weight: float = 0.0

    @property
    def severity(self) -> str:
        """One of `SEVERITIES`."""
        return kind_of(self).severity


@dataclass(frozen=True)
class Diagnosis:
    """The doctor's result for the catalogue of a `case`: its `findings`, worst first.

    `products` is the number of products in the source, `pictures` the number of distinct readable pictures.
    `unchecked` has a sentence for each check that this catalogue does not allow, with the reason.
    """

    source: Path
    products: int
    pictures: int
    case: Case
    findings: list[Finding]
    unchecked: list[str]
    seconds: dict[str, float]

    def severities(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def kinds(self) -> list[tuple[FindingKind, list[Finding]]]:
        """The kinds that have findings, with these, worst first."""
        found = {kind: [finding for finding in self.findings if finding.kind == kind.name] for kind in KINDS}
        return [(kind, findings) for kind, findings in found.items() if findings]


def without_repeats(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that merely follow from others.

    How a blank picture or a placeholder looks means nothing. Products in turned pictures look like those of
    other categories.
    """
    kept = list(findings)
    for causes, consequences in _CONSEQUENCES:
        known = {product for one in kept if one.kind in causes for product in one.products}
        kept = [one for one in kept if one.kind not in consequences or not known.issuperset(one.products)]
    return kept


def kind_of(finding: Finding) -> FindingKind:
    """The kind of a finding."""
    return KINDS[_PLACES[finding.kind]]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings sorted by kind, weight and number of products; equal ones keep their order."""
    return sorted(findings, key=lambda one: (_PLACES[one.kind], -one.weight, -len(one.products)))

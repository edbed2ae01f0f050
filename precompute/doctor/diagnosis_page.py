"""Writes findings as one self-contained HTML page with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precompute.doctor.findings import Diagnosis, Finding, FindingKind
from precompute.reports.page import PagePictures, render
from precompute.shared.printable import printable
from precompute.shared.wording import counted
from precompute.store.pictures import thumbnail_files

PICTURES = 1_000
"""The most pictures on a page: about 3 MB. Findings after these have only words."""

TILES = 12
"""How many of a finding's products have a tile. All are counted, and the table has all."""


@dataclass(frozen=True)
class _Tile:
    """A product on the page. `picture` is a class of the stylesheet, empty without a picture."""

    id: str
    title: str
    picture: str


@dataclass(frozen=True)
class _Entry:
    """A finding on the page: the tiles of its products and of those to compare with.

    `more` is how many of its products have no tile. `turn` is the finding's, in degrees.
    """

    text: str
    tiles: list[_Tile]
    more: int
    turn: int
    beside: list[_Tile]


def page(diagnosis: Diagnosis) -> str:
    """The whole page. The catalogue's texts are escaped, and its policy forbids scripts and requests."""
    drawing = _Drawing(diagnosis)
    kinds = [(kind, [drawing.entry(finding) for finding in found]) for kind, found in diagnosis.kinds()]
    values = {
        "diagnosis": diagnosis,
        "severities": diagnosis.severities(),
        "kinds": kinds,
        "heading": heading(diagnosis),
        "bounded": drawing.bounded,
        "most": PICTURES,
    }
    filters = {"wide": lambda entries: " wide" if _is_wide(entries) else "", "severity": _severity}
    return render(Path(__file__), values, rules=drawing.pictures.rules, filters=filters)


def heading(diagnosis: Diagnosis) -> str:
    """The page's heading: how many findings there are of each severity."""
    counts = [(count, name) for name, count in diagnosis.severities().items() if count]
    if not counts:
        return "No problems"
    words = [counted(count, name) for count, name in counts]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _is_wide(entries: Sequence[_Entry]) -> bool:
    """Whether a kind's findings have several pictures each, so each needs a row of its own."""
    return any(len(entry.tiles) > 1 or entry.beside or entry.turn for entry in entries)


def _severity(kind: FindingKind) -> str:
    return f"{kind.severity[:1].upper()}{kind.severity[1:]}"


class _Drawing:
    """Makes entries from findings. `bounded` is true once pictures were dropped for lack of room."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._case = diagnosis.case
        self.pictures = PagePictures()
        self.bounded = False

    def entry(self, finding: Finding) -> _Entry:
        """Make the entry of a finding."""
        shown = finding.products[:TILES]
        return _Entry(
            text=printable(finding.text),
            tiles=[self._tile(product_id, finding.image) for product_id in shown],
            more=len(finding.products) - len(shown),
            turn=finding.turn,
            beside=[self._tile(product_id, "") for product_id in finding.beside],
        )

    def _tile(self, product_id: str, image_id: str) -> _Tile:
        product = self._case.by_id.get(product_id)
        image_id = image_id or (product.images[0].id if product else "")
        title = self._case.sources[product_id].title
        return _Tile(printable(product_id), printable(title), self._picture(image_id))

    def _picture(self, image_id: str) -> str:
        if not image_id:
            return ""
        if len(self.pictures) >= PICTURES and not self.pictures.has(image_id):
            self.bounded = True
            return ""
        return self.pictures.name(image_id, self._case.pictures.folder / thumbnail_files(image_id)[1])

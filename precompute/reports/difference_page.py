"""A difference as one page of HTML that needs no other file: pictures, stylesheet and typeface are inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bundle import Bundle, Product
from precompute.reports.difference import Difference, ListChange
from precompute.reports.page import PagePictures, render
from precompute.shared.printable import printable

ENTRIES = 20
"""How many entries of a list are drawn: with `MOST` lists, that bounds the page at about 1,000 pictures."""

PRODUCTS = 24
"""How many of the products that were added, removed or edited are drawn; the rest is counted."""


@dataclass(frozen=True)
class _Entry:
    """One place of a list as it is drawn; `there` is its rank in the other list, 0 where it is not there."""

    rank: int
    title: str
    picture: str
    there: int


@dataclass(frozen=True)
class _Row:
    """One product with its two lists, as far as they are drawn."""

    title: str
    id: str
    picture: str
    change: ListChange
    old: list[_Entry]
    new: list[_Entry]


@dataclass(frozen=True)
class _Card:
    """One product that was added, removed or edited; `before` is its old picture where it has another now."""

    title: str
    id: str
    picture: str
    before: str = ""
    fields: tuple[str, ...] = ()


def page(difference: Difference, *, old: Bundle, new: Bundle) -> str:
    """The whole page. Titles and ids are escaped, and its policy lets nothing load and no script run."""
    pictures = PagePictures()
    before, after = _ShownProducts(old, pictures), _ShownProducts(new, pictures)
    edits = difference.edited[:PRODUCTS]
    before.look_up(*difference.removed[:PRODUCTS], *(edit.id for edit in edits))
    after.look_up(*difference.added[:PRODUCTS], *(edit.id for edit in edits))
    values = {
        "difference": difference,
        "shown_entries": min(ENTRIES, difference.top),
        "rows": [_row(change, before, after) for change in difference.most_changed],
        "added": [after.card(product_id) for product_id in difference.added[:PRODUCTS]],
        "removed": [before.card(product_id) for product_id in difference.removed[:PRODUCTS]],
        "edited": [
            after.card(edit.id, before=before.picture(edit.id) if edit.picture else "", fields=edit.fields)
            for edit in edits
        ],
        "other_pictures": sum(edit.picture for edit in difference.edited),
    }
    return render(
        Path(__file__),
        values,
        rules=[*_rules(difference), *pictures.rules],
        filters={"percent": percent, "moment": _moment},
    )


def percent(share: float | None) -> str:
    """A share from 0 to 1 as "12.3%"; what is neither nothing nor all is never rounded to it."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "less than 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.1%}".replace(".0%", "%")


class _ShownProducts:
    """The products of one bundle that the page shows."""

    def __init__(self, bundle: Bundle, pictures: PagePictures) -> None:
        self._bundle, self._pictures = bundle, pictures
        self._products: dict[str, Product] = {}

    def look_up(self, *product_ids: str) -> None:
        """Read products that are to be shown; ids that the bundle does not hold are left out."""
        missing = [product_id for product_id in product_ids if product_id not in self._products]
        self._products |= {product.id: product for product in self._bundle.products(missing)}

    def title(self, product_id: str) -> str:
        """A product's title, or its id where the bundle does not hold it."""
        product = self._products.get(product_id)
        return printable(product.title if product else product_id)

    def picture(self, product_id: str) -> str:
        """The class that draws a product's picture."""
        product = self._products.get(product_id)
        if product is None or not product.images:
            return ""
        image_id = product.images[0].id
        return self._pictures.name(image_id, self._bundle.thumbnail(image_id))

    def card(self, product_id: str, *, before: str = "", fields: tuple[str, ...] = ()) -> _Card:
        """A product by itself."""
        fields = tuple(map(printable, fields))
        return _Card(self.title(product_id), printable(product_id), self.picture(product_id), before, fields)

    def entries(self, own: Sequence[str], other: Sequence[str]) -> list[_Entry]:
        """A list of this bundle, as far as it is drawn, against the other one."""
        self.look_up(*own[:ENTRIES])
        ranks = {entry: rank for rank, entry in enumerate(other, start=1)}
        return [
            _Entry(rank, self.title(entry), self.picture(entry), ranks.get(entry, 0))
            for rank, entry in enumerate(own[:ENTRIES], start=1)
        ]


def _row(change: ListChange, before: _ShownProducts, after: _ShownProducts) -> _Row:
    after.look_up(change.id)
    return _Row(
        title=after.title(change.id),
        id=printable(change.id),
        picture=after.picture(change.id),
        change=change,
        old=before.entries(change.old, change.new),
        new=after.entries(change.new, change.old),
    )


def _rules(difference: Difference) -> list[str]:
    """What of the stylesheet depends on the difference, as no element has a style attribute."""
    lists = difference.lists
    parts: Iterable[tuple[str, int]] = (
        ("same", lists.same),
        ("reordered", lists.reordered),
        ("changed", lists.changed),
    )
    return [
        f".strip{{--columns:{ENTRIES // 2 if difference.top <= ENTRIES // 2 else ENTRIES}}}",
        *(f".bar .{name}{{flex-grow:{count}}}" for name, count in parts),
    ]


def _moment(created: str) -> str:
    """An ISO time as "22 November 2026, 13:34 UTC", or as it is where it is none."""
    try:
        moment = datetime.fromisoformat(created).astimezone(UTC)
    except ValueError:
        return printable(created)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"

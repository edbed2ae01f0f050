"""Writes the collected catalogue: a folder with products.csv, images/ and collected.json."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bundle.disk import whole_file
from bundle.fields import TYPES
from bundle.format import ProductFields
from pictures.errors import PictureError
from precompute.collect.addresses import without_credentials
from precompute.collect.journal import Journal
from precompute.collect.picture_fetching import IMAGES, PHASE, picture_address
from precompute.collect.readers import Reader
from precompute.collect.readers.text import amount_text
from precompute.collect.settings import PLACEHOLDER_PRODUCTS
from precompute.shared.csv_cells import marked
from precompute.shared.errors import UserError
from precompute.shared.wording import counted
from precompute.sources import LeftOut, Record, product_from
from precompute.sources.columns import role_of
from precompute.sources.doubts.hidden import is_about_hiding
from precompute.sources.exports.export import FACT
from precompute.sources.products import fact_of
from precompute.sources.records import REPORT
from precompute.sources.text import clean, line

TABLE = "products.csv"

_FIELDS = {each.name: each for each in fields(ProductFields) if each.name != "facts"}
_COLUMNS = ("id", "image", "images", *(name for name in _FIELDS if name != "id"))
_UNDERSTOOD = {fact_of(name): name for name in _FIELDS if name == "url" or " | None" in str(TYPES[name])}
"""The facts that hold fields which could not be parsed, and the columns of these fields."""

_MOST_FACTS = 60
"""The most columns for facts. The commonest facts get one."""


@dataclass(frozen=True)
class Choice:
    """Chooses the products of a collection: which records count, with which id, and why others do not."""

    journal: Journal
    reader: Reader
    max_products: int | None
    max_images: int
    left_out: list[LeftOut] = field(default_factory=list)
    local: dict[str, str] = field(default_factory=dict)
    """The files of local pictures, by their name in a record."""
    reasons: dict[str, str] = field(default_factory=dict)
    """The reasons why other local pictures are missing, by their name in a record."""

    def records(self) -> Iterator[Record]:
        """The records in the catalogue's order, each with its own id and its first pictures."""
        self.left_out.clear()
        notes = self.journal.notes("reading")
        shared = self._shared()
        places: set[str] = set()
        ids: set[str] = set()
        over = 0
        for entry in self.journal.entries():
            if isinstance(entry, LeftOut):
                self.left_out.append(entry)
                continue
            if entry.place in places:
                # It is the same product, found on another page.
                continue
            places.add(entry.place)
            fields = entry.fields | ({"id": ""} if entry.fields.get("id") in shared else {})
            record = self.reader.complete(replace(entry, fields=fields), notes)
            product_id = record.fields.get("id", "")
            if not product_id:
                self.left_out.append(LeftOut(record.place, "it has no id"))
            elif product_id in ids:
                self.left_out.append(
                    LeftOut(record.place, f"its id {product_id!r} is a repeat: the first product is kept")
                )
            else:
                ids.add(product_id)
                over += max(0, len(record.images) - self.max_images)
                yield replace(record, images=record.images[: self.max_images])
                if len(ids) == self.max_products:
                    break
        if over:
            verb = "is" if over == 1 else "are"
            reason = f"{over:,} of their pictures {verb} beyond --max-images {self.max_images}"
            self.left_out.append(LeftOut("all products", reason))

    def _shared(self) -> set[str]:
        """The ids that several web pages give to different pictures. They do not identify products: "N/A".

        If the picture is the same, it is the same product, perhaps in another language.
        """
        if not self.reader.names_by_address:
            return set()
        pictures: dict[str, str] = {}
        shared: set[str] = set()
        for entry in self.journal.entries():
            if isinstance(entry, Record) and entry.images and (product_id := entry.fields.get("id")):
                first = entry.images[0]
                if pictures.setdefault(product_id, first) != first:
                    shared.add(product_id)
        return shared


@dataclass(frozen=True)
class Written:
    """What was written: the numbers of products and distinct pictures, and what was left out."""

    products: int
    pictures: int
    left_out: list[LeftOut]


def write_catalogue(choice: Choice, folder: Path) -> Written:
    """Write the table atomically, and remove pictures that no product has any more.

    The same answers give the same bytes. Raises `UserError` if no product has a usable picture. An existing
    table then stays.
    """
    files = _files(choice.journal) | choice.local
    missing = _missing(choice.journal)
    placeholders = _placeholders(choice.records(), files)
    left_out: list[LeftOut] = []
    used: set[str] = set()
    facts = _facts(choice.records())
    products = 0
    with (
        whole_file(folder / TABLE) as temporary,
        temporary.open("w", encoding="utf-8", newline="", errors="replace") as out,
    ):
        table = csv.writer(out)
        table.writerow(map(marked, (*_COLUMNS, *map(_heading, facts))))
        for record in choice.records():
            images, reasons = _images(record, files, placeholders, choice, folder)
            left_out += reasons
            if not images:
                left_out.append(LeftOut(record.place, _why_none(record, reasons, missing)))
                continue
            try:
                row = _row(record, images, facts)
            except ValueError as error:
                left_out.append(LeftOut(record.place, str(error)))
                continue
            used.update(images)
            products += 1
            table.writerow(map(marked, row))
        if not products:
            first = next(_troubles(choice.journal), left_out[0])
            raise UserError(
                f"Expected products with usable pictures. Received: {counted(len(left_out), 'product')} "
                f"without any; the first, {first.file}: {first.reason}."
            )
    _remove_unused(folder, used, choice.journal)
    return Written(products, len(used), [*choice.left_out, *_troubles(choice.journal), *left_out])


def write_report(folder: Path, content: dict[str, Any]) -> None:
    """Write collected.json atomically."""
    with whole_file(folder / REPORT) as temporary:
        temporary.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", errors="replace"
        )


def _files(journal: Journal) -> dict[str, str]:
    """The file of each fetched picture, by its address."""
    return {url: answer.content["file"] for url, answer in journal.answers(PHASE) if "file" in answer.content}


def _placeholders(records: Iterable[Record], files: dict[str, str]) -> dict[str, int]:
    """The files that are placeholders, with the number of products that have them.

    Variants of a product, which have the same group or title, may share a picture, and count once.
    """
    products: dict[str, set[str]] = defaultdict(set)
    for record in records:
        name = record.fields.get("variants") or record.fields.get("title") or record.place
        for image in record.images:
            if (file := files.get(_key(image))) is not None:
                products[file].add(name)
    return {file: len(names) for file, names in products.items() if len(names) >= PLACEHOLDER_PRODUCTS}


def _images(
    record: Record, files: dict[str, str], placeholders: dict[str, int], choice: Choice, folder: Path
) -> tuple[list[str], list[LeftOut]]:
    """A product's files, best first, and its pictures that are placeholders or cannot be fetched."""
    found: list[str] = []
    left_out: list[LeftOut] = []
    for image in record.images:
        file = files.get(_key(image))
        if file in placeholders:
            reason = f"a placeholder: {placeholders[file]:,} products have the same file"
            left_out.append(LeftOut(f"{record.place}: {image}", reason))
        elif file is not None and (folder / file).is_file():
            found.append(file)
        elif file is None:
            reason = choice.reasons.get(image) or _no_address(image)
            if reason:
                left_out.append(LeftOut(f"{record.place}: {without_credentials(image)[:200]}", reason))
    return list(dict.fromkeys(found)), left_out


def _missing(journal: Journal) -> dict[str, str]:
    """Why a picture could not be fetched, by its address."""
    reasons = {
        url: answer.content["reason"] for url, answer in journal.answers(PHASE) if "reason" in answer.content
    }
    return reasons | {url: reason for url, _, reason in journal.troubles(PHASE)}


def _why_none(record: Record, reasons: list[LeftOut], missing: dict[str, str]) -> str:
    """Why a product has no usable picture: the problem of the first one that it names."""
    if not record.images:
        return "it has no image"
    if reasons:
        return f"it has no usable picture ({reasons[0].reason})"
    first = record.images[0]
    why = missing.get(_key(first), "it was no longer requested")
    return f"it has no usable picture ({without_credentials(first)[:200]}: {why})"


def _no_address(image: str) -> str:
    """Why a picture cannot be fetched; empty if it can, and then the report says what happened."""
    try:
        picture_address(image)
    except PictureError as error:
        return str(error)
    return ""


def _key(image: str) -> str:
    try:
        return picture_address(image)
    except PictureError:
        return image


def _facts(records: Iterable[Record]) -> list[str]:
    """The columns for facts: the commonest ones, in an order that does not depend on the records' order."""
    counts: Counter[str] = Counter()
    for record in records:
        with suppress(ValueError):
            counts.update(product_from(record, ("image",)).facts.keys() - _UNDERSTOOD.keys())
    most = sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_FACTS]
    return sorted(most)


def _heading(fact: str) -> str:
    """The name of a fact's column, marked as a fact if the bare name would mean a field, as "SKU" does."""
    return f"{FACT}{fact}" if role_of(fact) is not None or is_about_hiding(fact) else fact


def _row(record: Record, images: list[str], facts: list[str]) -> list[str]:
    """A product's cells, written so that reading the table gives the same product."""
    product = product_from(record, tuple(images))
    cells = {name: _cell(name, getattr(product, name)) for name in _FIELDS}
    cells |= {"image": product.files[0], "images": "|".join(product.files[1:])}
    for name in _UNDERSTOOD.values():
        # A field that cannot be parsed, such as a price "on request", stays in its column.
        cells[name] = cells[name] or line(clean(record.fields.get(name, "")))
    return [cells[name] for name in _COLUMNS] + [product.facts.get(name, "") for name in facts]


def _cell(name: str, value: str | float | bool | tuple[str, ...] | None) -> str:
    """A field's value as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return "|".join(value)
        case float():
            return amount_text(value) if _FIELDS[name].metadata["is_amount"] else f"{value:.12g}"
    return value


def _troubles(journal: Journal) -> Iterator[LeftOut]:
    for file, reason in json.loads(journal.state("passed_over") or "[]"):
        yield LeftOut(file, reason)
    for url, answer in journal.answers(PHASE):
        if "reason" in answer.content:
            yield LeftOut(url, answer.content["reason"])
    for phase in ("reading", PHASE):
        for url, _, reason in journal.troubles(phase):
            yield LeftOut(url, reason)


def _remove_unused(folder: Path, used: set[str], journal: Journal) -> None:
    """Remove pictures that no row names, because a build would report each of them as left out."""
    unused: set[str] = set()
    for path in (folder / IMAGES).glob("*/*"):
        file = path.relative_to(folder).as_posix()
        if file not in used:
            path.unlink()
            unused.add(file)
    journal.mark_unused(PHASE, unused)

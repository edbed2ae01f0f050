"""Reads the records of products from a table or feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from precompute.shared.errors import UserError
from precompute.sources.doubts.hidden import without_hidden
from precompute.sources.exports import WholeTable, export_of
from precompute.sources.exports.export import compact
from precompute.sources.exports.sales import without_ended_sales
from precompute.sources.files import is_text, shown
from precompute.sources.folders.picture_files import PictureFiles
from precompute.sources.kinds import FileKind, kind_named, kind_of
from precompute.sources.layout import Layout, check_columns, with_names
from precompute.sources.readers.embedded import with_kept_pictures
from precompute.sources.records import LeftOut, Record
from precompute.sources.rows import Row, Rows, watched

_SAMPLE_ROWS = 1_000
_SAMPLE_CHARACTERS = 4_000_000
_MOST_COLUMNS = 5_000

_NO_COLUMNS: Mapping[str, str] = {}


class Records:
    """The products of a table or feed as records. It can be iterated once.

    Entries that cannot be read are `LeftOut`. `what` describes the file. `notes` are sentences for the user,
    which are complete once everything is read.
    """

    def __init__(self, path: Path, rows: Rows, layout: Layout, entries: Iterable[Row | LeftOut]) -> None:
        self.path = path
        self._rows, self._layout, self._entries = rows, layout, entries
        self.what = rows.what
        self.count = 0

    @property
    def notes(self) -> list[str]:
        """Sentences for the user about how the file was read."""
        return [*self._rows.notes, *self._layout.notes]

    def describe(self) -> str:
        """Which column is which field, in one line."""
        return self._layout.describe()

    def counted(self) -> str:
        """A summary of what was read: "a table (CSV), 1,204 rows"."""
        unit = self._rows.unit if self.count != 1 else self._rows.unit.removesuffix("s")
        return f"{self.what}, {self.count:,} {unit}"

    def __iter__(self) -> Iterator[Record | LeftOut]:
        for entry in watched(self._entries, self._rows):
            self.count += 1
            yield entry if isinstance(entry, LeftOut) else self._layout.record(entry)


def read_records(
    path: Path,
    *,
    columns: Mapping[str, str] = _NO_COLUMNS,
    kind: str | None = None,
    pictures: PictureFiles | None = None,
) -> Records:
    """The records of a local table or feed, row by row, in bounded memory.

    `columns` maps fields (`precompute.sources.columns.FIELDS`) to columns; the others are guessed. `kind` is
    a kind of file in `precompute.sources.kinds`, or None to recognise it. `pictures` finds the pictures, by
    default below the table's folder. Raises `UserError` if the file is not a table of products or no column
    names pictures.
    """
    if not is_text(path.name):
        # Reports name rows by their file's name.
        raise UserError(f"Expected a file whose name is text. Received: {shown(str(path))}: rename it.")
    try:
        chosen = kind_named(kind) if kind else kind_of(path)
        if not isinstance(chosen, FileKind):
            raise UserError(f"Expected {chosen.what}. Received: {path}, which is a file.")
        pictures = pictures or PictureFiles(path.parent)
        rows = chosen.open(path, pictures.keep)
        rows.entries = with_kept_pictures(rows.entries, pictures.keep)
        sample = _sample(rows)
        names = tuple(
            dict.fromkeys([*rows.columns, *(n for row in sample if isinstance(row, Row) for n in row.cells)])
        )
        return _records(path, chosen, rows, sample, names, columns, pictures)
    except OSError as error:
        raise UserError(f"{error.filename or path} cannot be read ({error.strerror}).") from error


def _records(
    path: Path,
    chosen: FileKind,
    rows: Rows,
    sample: list[Row | LeftOut],
    names: tuple[str, ...],
    columns: Mapping[str, str],
    pictures: PictureFiles,
) -> Records:
    _check_rows(path, rows, sample, columns=len(names))
    check_columns(columns, names, path)
    export = export_of(names)
    if export and export.what not in rows.what:
        rows.what = f"{export.what} ({rows.what.partition('(')[2]}" if "(" in rows.what else export.what
    rows.unit = (export and export.unit) or rows.unit
    sampled = [row for row in sample if isinstance(row, Row)]
    layout = Layout(names, sampled, columns=columns, export=export)
    if not layout.has_pictures and (name := layout.take_ids_for_pictures(pictures.are_stems, sampled)):
        rows.notes.append(f"no column names pictures, but the values of {name} are names of files")
    if not layout.has_pictures:
        text = f"Expected a column of {path} that names pictures. Received: {{}}. Say which one does: "
        raise UserError(with_names(f"{text}--column image=NAME.", names))
    entries: Iterable[Row | LeftOut] = chain(sample, rows.entries)
    if export:
        # Some exports are read twice, because a product depends on rows elsewhere in the table.
        table = WholeTable(frozenset(map(compact, names)), lambda: chosen.open(path, pictures.keep).entries)
        entries = export.change(entries, table)
    return Records(path, rows, layout, without_ended_sales(without_hidden(entries)))


def _check_rows(path: Path, rows: Rows, sample: list[Row | LeftOut], *, columns: int) -> None:
    if columns > _MOST_COLUMNS:
        raise UserError(
            f"Expected at most {_MOST_COLUMNS:,} columns in {path}, {rows.what}. Received: {columns:,}: "
            "remove those that say nothing of a product."
        )
    left_out = [row for row in sample if isinstance(row, LeftOut)]
    if len(left_out) < len(sample):
        return
    if left_out:
        raise UserError(
            f"Expected products in {path}, {rows.what}. Received: none that can be read; "
            f"the first, {left_out[0].file}: {left_out[0].reason}."
        )
    raise UserError(f"Expected products in {path}, {rows.what}. Received: no {rows.unit}.")


def _sample(rows: Rows) -> list[Row | LeftOut]:
    """The first rows: enough to recognise the columns, but not too many for the memory."""
    sample: list[Row | LeftOut] = []
    size = 0
    for row in rows.entries:
        sample.append(row)
        size += sum(map(len, row.cells.values())) if isinstance(row, Row) else 0
        if len(sample) >= _SAMPLE_ROWS or size >= _SAMPLE_CHARACTERS:
            break
    return sample

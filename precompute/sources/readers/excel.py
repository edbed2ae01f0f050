"""Reads workbooks of Excel and LibreOffice."""

from __future__ import annotations

import os
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.disk import open_file
from precompute.shared.errors import UserError
from precompute.sources.columns import has_picture, header_place, numbered, role_of
from precompute.sources.exports import export_of
from precompute.sources.images import is_address, looks_like_picture
from precompute.sources.readers.probe import probed
from precompute.sources.readers.workbook_cells import contents_of, picture_in
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Cell, Keep, Row, Rows, text_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_ROWS_ABOVE = 20
_LINKED = ("image", "images", "url")
"""Fields whose cells may show a word and link to the actual value."""

_LARGEST = 1_000_000_000
"""The most bytes of an unpacked workbook, which is in memory while it is read."""


def open_excel(path: Path, keep: Keep) -> Rows:
    """The rows of a workbook's sheet.

    That is the first sheet that a shop system exported, or else the first with a column of pictures, or else
    the first. Pictures in its cells are passed to `keep`. Raises `UserError` if the file is not a workbook,
    has a password or is too large.
    """
    from python_calamine import CalamineError, load_workbook

    try:
        _check_size(path)
        # Given a path, the library would trust the file name's extension.
        with open_file(path) as file:
            workbook = load_workbook(probed(file, "workbook"))
            file.seek(0)
            is_open_document = b"opendocument" in file.read(200)
        names = workbook.sheet_names
        sheets = [workbook.get_sheet_by_name(name) for name in names]
        known = (each for each in sheets if export_of(_header(each).names))
        pictured = (each for each in sheets if has_picture(_header(each).names))
        chosen = next(known, None) or next(pictured, None) or workbook.get_sheet_by_index(0)
        return _rows(path, chosen, keep, what="OpenDocument" if is_open_document else "Excel", of=len(names))
    # Of archives, `zipfile` knows not all versions, and no passwords.
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError, RuntimeError) as error:
        raise UserError(f"{path} cannot be read as a workbook ({error}): save it again or as CSV.") from error


def _check_size(path: Path) -> None:
    with open_file(path) as file:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                size = sum(each.file_size for each in archive.infolist())
        else:
            size = os.fstat(file.fileno()).st_size
    if size > _LARGEST:
        raise UserError(
            f"Expected a workbook of at most {_LARGEST // 10**6:,} MB unpacked. Received: {path}, "
            f"which has {size // 10**6:,} MB: save it as CSV."
        )


@dataclass(frozen=True)
class _Header:
    """The names of a sheet's columns, the repeated names, and the number of rows above the header."""

    names: list[str]
    twice: list[str]
    above: int


def _rows(path: Path, sheet: CalamineSheet, keep: Keep, *, what: str, of: int) -> Rows:
    header = _header(sheet)
    if not any(header.names):
        raise UserError(f"Expected column names in the first line of {path}. Received: none.")
    notes = [f"only the sheet {sheet.name!r} of its {of} sheets is read"] if of > 1 else []
    if header.twice:
        notes.append(f"several columns are called {', '.join(header.twice)}: the first one counts")
    contents = contents_of(path, sheet.name)
    first_row, first_column = sheet.start or (0, 0)
    names = {first_column + place: name for place, name in enumerate(header.names) if name}
    places = sorted({column for _, column in contents.pictures} - names.keys())
    # Pictures may be placed beside the table, in columns without a name.
    names |= {
        column: "picture" if place == 0 else f"picture {place + 1}" for place, column in enumerate(places)
    }
    fields = {column: role.field for column, name in names.items() if (role := role_of(name))}
    done = 0

    def entries() -> Iterator[Row | LeftOut]:
        nonlocal done
        for number, values in enumerate(sheet.iter_rows(), first_row):
            done += 1
            if done <= header.above + 1:
                continue
            place = f"{path.name}, row {number + 1}"
            cells: dict[str, Cell] = {}
            for column, name in names.items():
                at = column - first_column
                text = text_of(values[at]) if at < len(values) else ""
                if (link := contents.links.get((number, column))) and fields.get(column) in _LINKED:
                    text = text if looks_like_picture(text) or is_address(text) else link
                if part := contents.pictures.get((number, column)):
                    text = keep(picture_in(path, part), f"row-{number + 1:06}-{posixpath.basename(part)}")
                if text:
                    cells[name] = text
            if not cells:
                continue
            if sum(map(len, cells.values())) > LONGEST:
                yield LeftOut(place, f"it has more than {LONGEST:,} characters")
            else:
                yield Row(place, cells)

    return Rows(
        what=f"a table ({what})",
        unit="rows",
        entries=entries(),
        columns=tuple(names.values()),
        notes=notes,
        position=lambda: done,
        total=sheet.height,
        measure="rows",
    )


def _header(sheet: CalamineSheet) -> _Header:
    rows = [[text_of(value) for value in row] for row in islice(sheet.iter_rows(), _ROWS_ABOVE)]
    place = header_place(rows) if rows else 0
    return _Header(*numbered(rows[place] if rows else []), place)

"""Workbooks of Excel and LibreOffice."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.shared.errors import UserError
from precompute.sources.columns import has_picture, numbered
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Row, Rows, text_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_LARGEST = 1_000_000_000
"""Bytes of a workbook unpacked, all of which are in memory while it is read."""


def open_excel(path: Path) -> Rows:
    """The rows of the first sheet whose first line names a column of pictures, or else of the first sheet.

    Raises `UserError` where the file is no workbook, has a password or is too large to be read.
    """
    from python_calamine import CalamineError, load_workbook

    try:
        _check_size(path)
        # From the file's bytes, as from its name its format would be taken for what the name says.
        with path.open("rb") as file:
            workbook = load_workbook(file)
            file.seek(0)
            is_open_document = b"opendocument" in file.read(200)
        names = workbook.sheet_names
        sheets = (workbook.get_sheet_by_name(name) for name in names)
        sheet = next((each for each in sheets if has_picture(_header(each)[0])), None)
        chosen = sheet or workbook.get_sheet_by_index(0)
        return _rows(path, chosen, what="OpenDocument" if is_open_document else "Excel", of=len(names))
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise UserError(f"{path} cannot be read as a workbook ({error}): save it anew, or as CSV.") from error


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        size = path.stat().st_size
    else:
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
    if size > _LARGEST:
        raise UserError(
            f"Expected a workbook of at most {_LARGEST // 10**6:,} MB unpacked. Received: {path}, "
            f"which has {size // 10**6:,} MB: save it as CSV."
        )


def _rows(path: Path, sheet: CalamineSheet, *, what: str, of: int) -> Rows:
    header, twice = _header(sheet)
    if not any(header):
        raise UserError(f"Expected the names of columns in the first line of {path}. Received: none.")
    notes = [f"of its {of} sheets, {sheet.name!r} is read"] if of > 1 else []
    notes += [f"several columns are called {', '.join(twice)}: the first is taken"] if twice else []
    done = 0

    def entries() -> Iterator[Row | LeftOut]:
        nonlocal done
        values = sheet.iter_rows()
        for number, row in enumerate(values, sheet.start[0] + 1 if sheet.start else 1):
            done += 1
            place = f"{path.name}, row {number}"
            cells = {
                name: text
                for name, value in zip(header, row, strict=False)
                if name and (text := text_of(value))
            }
            if done == 1 or not cells:
                continue
            if sum(map(len, cells.values())) > LONGEST:
                yield LeftOut(place, f"it has more than {LONGEST:,} characters")
            else:
                yield Row(place, cells)

    return Rows(
        what=f"a table ({what})",
        unit="rows",
        entries=entries(),
        columns=tuple(filter(None, header)),
        notes=notes,
        position=lambda: done,
        total=sheet.height,
        measure="rows",
    )


def _header(sheet: CalamineSheet) -> tuple[list[str], list[str]]:
    return numbered([text_of(value) for value in next(iter(sheet.iter_rows()), [])])

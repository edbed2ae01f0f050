"""Tables as text: CSV and TSV, with whatever stands between their cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from precompute.cells import unmarked
from precompute.errors import UserError
from precompute.sources.columns import numbered, role_of
from precompute.sources.readers.encoding import Encoding, decoded, encoding_of, open_text
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Row, Rows, TooLongError

_DELIMITERS = {",": "CSV", ";": "CSV with semicolons", "\t": "TSV", "|": "CSV with | between cells"}
_HEAD = 1 << 16
_ROWS_TRIED = 50
_MOST_RESTARTS = 10


def open_delimited(path: Path) -> Rows:
    """The rows of a table whose first line names the columns. Raises `UserError` where it has none."""
    encoding = encoding_of(path)
    with path.open("rb") as file:
        head = decoded(file.read(_HEAD), encoding)
    first, text = _without_hint(head)
    delimiter = first or _delimiter_of(text)
    # The module's own limit is one for all readers.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
    table = _Table(path, encoding, delimiter, hint=bool(first))
    return Rows(
        what=f"a table ({_DELIMITERS.get(delimiter, 'CSV')})",
        unit="rows",
        entries=table.entries(),
        columns=tuple(filter(None, table.header)),
        notes=table.notes,
        position=table.position,
        total=path.stat().st_size // 1000,
    )


class _Table:
    """Reads one table, from the top again below a row whose quotation mark is never closed."""

    def __init__(self, path: Path, encoding: Encoding, delimiter: str, *, hint: bool) -> None:
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._lines = _Lines(open_text(path, encoding))
        self._lines.skip_to(2 if hint else 1)
        self.notes = [encoding.note] if encoding.note else []
        try:
            self.header = self._named(next(self._reader(), []))
        except TooLongError:
            self.header = []
        if not any(self.header):
            raise UserError(f"Expected the names of columns in the first line of {path}. Received: none.")

    def position(self) -> int:
        """Thousands of bytes that were read so far."""
        return self._lines.bytes_read() // 1000

    def entries(self) -> Iterator[Row | LeftOut]:
        """The rows from where reading stands."""
        for _ in range(_MOST_RESTARTS):
            unclosed = yield from self._entries()
            self._lines.close()
            if unclosed is None:
                return
            reason = "a quotation mark in it is never closed: read on from the next line"
            yield LeftOut(self._place(unclosed), reason)
            self._lines = _Lines(open_text(self._path, self._encoding))
            self._lines.skip_to(unclosed + 1)

    def _entries(self) -> Iterator[Row | LeftOut]:
        """The rows until the end; returns the line of a row in which a quotation mark is never closed."""
        lines, reader = self._lines, self._reader()
        while True:
            first = lines.begin_row()
            try:
                cells = next(reader, None)
            except (TooLongError, csv.Error):
                lines.skip_row()
                reader = self._reader()
                yield LeftOut(self._place(first), f"it has more than {LONGEST:,} characters")
                continue
            if cells is None:
                return None
            if lines.inside_quotes() and lines.number > first and lines.at_end():
                return first
            if any(cells):
                yield self._row(first, cells)

    def _row(self, line: int, cells: Sequence[str]) -> Row | LeftOut:
        if any(cell.strip() for cell in cells[len(self.header) :]):
            return LeftOut(
                self._place(line),
                f"it has {len(cells)} cells, and the first line names {len(self.header)} columns: "
                "a cell with a separator in it needs quotation marks",
            )
        named = zip(self.header, cells, strict=False)
        return Row(self._place(line), {name: unmarked(cell) for name, cell in named if name and cell})

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter)

    def _named(self, header: Sequence[str]) -> list[str]:
        names, twice = numbered([unmarked(name) for name in header])
        if twice:
            self.notes.append(f"several columns are called {', '.join(twice)}: the first is taken")
        return names

    def _place(self, line: int) -> str:
        return f"{self._path.name}, line {line}"


class _Lines:
    """A file's lines for `csv.reader`, which never get more than `LONGEST` characters of one row."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self._size = self._quotes = 0
        self._ended = True
        self._ahead: str | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self._size += len(line)
        if self._size >= LONGEST:
            raise TooLongError
        return line

    def begin_row(self) -> int:
        """The number of the line that the next row begins in."""
        self._size = self._quotes = 0
        return self.number + 1

    def inside_quotes(self) -> bool:
        """Whether a quotation mark of the row is open after what was read of it."""
        return self._quotes % 2 == 1

    def skip_row(self) -> None:
        """Read on to where the row ends: the end of a line, outside of quotation marks."""
        while not self._ended or self.inside_quotes():
            if not self._read():
                return

    def skip_to(self, number: int) -> None:
        """Read on to where a line begins."""
        while self.number < number - 1 and self._read():
            pass
        self.begin_row()

    def at_end(self) -> bool:
        """Whether nothing is left to be read."""
        self._ahead = self._file.readline(LONGEST)
        return not self._ahead

    def bytes_read(self) -> int:
        """How much of the file was read."""
        return self._file.buffer.tell() if not self._file.closed else 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> str:
        """A line, or a piece of one that is longer than any row."""
        text = self._file.readline(LONGEST) if self._ahead is None else self._ahead
        self._ahead = None
        if self._ended and text:
            self.number += 1
        self._ended = text.endswith(("\n", "\r")) or not text
        self._quotes += text.count('"')
        return text


def _without_hint(head: str) -> tuple[str, str]:
    """What stands between cells where the first line says so, as spreadsheets do ("sep=;"), and the rest."""
    first, _, rest = head.partition("\n")
    hint = first.strip().removeprefix("sep=")
    return (hint, rest) if first.startswith("sep=") and len(hint) == 1 else ("", head)


def _delimiter_of(text: str) -> str:
    """What stands between the cells: what makes the most of the first line's names known ones.

    `csv.Sniffer` goes by the letters' frequencies, and takes one of the texts' for the delimiter.
    """

    def rating(delimiter: str) -> tuple[int, float, int]:
        rows = _first_rows(text, delimiter)
        header = rows[0] if rows else []
        if len(header) < 2:
            return (0, 0.0, 0)
        known = sum(role_of(name) is not None for name in header)
        even = sum(len(row) == len(header) for row in rows) / len(rows)
        return (known, even, len(header))

    return max(_DELIMITERS, key=rating)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > _ROWS_TRIED:
                break
    except csv.Error:
        pass
    # The last row may be cut.
    return rows[:-1] if len(rows) > 1 else rows

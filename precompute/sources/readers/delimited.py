"""Reads tables as text, such as CSV and TSV, with any delimiter."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from bundle.disk import open_file
from precompute.shared.csv_cells import MARK, unmarked
from precompute.shared.errors import UserError
from precompute.shared.wording import counted
from precompute.sources.columns import header_place, numbered, role_of
from precompute.sources.readers.encoding import Encoding, by_names, decoded, encoding_of, open_text
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Cell, Row, Rows, TooLongError
from precompute.sources.text import clean

_DELIMITERS = {",": "CSV", ";": "CSV with semicolons", "\t": "TSV", "|": "CSV with | between cells"}
_HEAD = 1 << 16
_ROWS_TRIED = 50
_ROWS_ABOVE = 20
"""The most lines above the header."""

_NOT_CLOSED = "a quotation mark in it is never closed: reading continues at the next line"


def open_delimited(path: Path) -> Rows:
    """The rows of a table with a header. Raises `UserError` if it has none."""
    with open_file(path) as file:
        start = file.read(_HEAD)
    encoding = by_names(start, encoding_of(path), lambda cell: role_of(cell) is not None)
    first, skipped, text = _without_hint(decoded(start, encoding))
    delimiter = first or _delimiter_of(text)
    lines, rows = _first_rows(text, delimiter)
    place = header_place(rows[:_ROWS_ABOVE])
    line = skipped + lines[place] if lines else 1
    # The limit is global to the csv module, so it is never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
    table = _Table(path, encoding, delimiter, line=line)
    if above := sum(any(map(clean, row)) for row in rows[:place]):
        lines_above = "1 line is" if above == 1 else f"{above:,} lines are"
        table.notes.append(f"{lines_above} skipped above line {line}, which names the columns")
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
    """Reads one table."""

    def __init__(self, path: Path, encoding: Encoding, delimiter: str, *, line: int) -> None:
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._lines = _Lines(open_text(path, encoding))
        self._lines.skip_to(line)
        self.notes = [encoding.note] if encoding.note else []
        try:
            self.header = self._named(next(self._reader(), []))
        except TooLongError:
            self.header = []
        if not any(self.header):
            self._lines.close()
            raise UserError(f"Expected column names in the first line of {path}. Received: none.")

    def position(self) -> int:
        """Thousands of bytes read so far."""
        return self._lines.bytes_read() // 1000

    def entries(self) -> Iterator[Row | LeftOut]:
        """The remaining rows."""
        try:
            yield from self._entries()
        finally:
            self._lines.close()

    def _entries(self) -> Iterator[Row | LeftOut]:
        reader = self._reader()
        while True:
            lines = self._lines
            first = lines.begin_row()
            try:
                cells = next(reader, None)
            except (TooLongError, csv.Error):
                yield self._skipped(first)
                reader = self._reader()
                continue
            if cells is None:
                return
            if lines.number > first and (self._is_ragged(cells) or lines.end_in_quotes()):
                # An unclosed quote swallowed the following lines, so each of these is read again.
                yield LeftOut(self._place(first), _NOT_CLOSED)
                lines.push_back()
                reader = self._reader()
            elif any(map(str.strip, cells)):
                yield self._row(first, cells)

    def _skipped(self, first: int) -> LeftOut:
        """Continue after a row that is too long, or at its second line if it has no end."""
        if self._lines.skip_row():
            last = self._lines.number
            return LeftOut(self._place(first, last), f"it has more than {LONGEST:,} characters")
        self._lines.close()
        self._lines = _Lines(open_text(self._path, self._encoding))
        self._lines.skip_to(first + 1)
        return LeftOut(self._place(first), _NOT_CLOSED)

    def _is_ragged(self, cells: Sequence[str]) -> bool:
        return len(cells) > len(self.header) and any(cell.strip() for cell in cells[len(self.header) :])

    def _row(self, line: int, cells: Sequence[str]) -> Row | LeftOut:
        if self._is_ragged(cells):
            return LeftOut(
                self._place(line),
                f"it has {len(cells)} cells, but the header names {counted(len(self.header), 'column')}: "
                "a cell that contains a separator needs quotation marks",
            )
        found: dict[str, Cell] = {}
        for name, cell in zip(self.header, cells, strict=False):
            if name and cell and (text := clean(unmarked(cell) if cell[0] == MARK else cell)):
                found[name] = text
        return Row(self._place(line), found)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter)

    def _named(self, header: Sequence[str]) -> list[str]:
        names, twice = numbered([unmarked(name) for name in header])
        if twice:
            self.notes.append(f"several columns are called {', '.join(twice)}: the first one counts")
        return names

    def _place(self, first: int, last: int | None = None) -> str:
        lines = f"lines {first} to {last}" if last and last > first else f"line {first}"
        return f"{self._path.name}, {lines}"


class _Lines:
    """A file's lines for `csv.reader`, at most `LONGEST` characters for each row."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self._row: list[str] = []
        self._size = self._quotes = 0
        self._ended = True
        self._ahead: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self._size += len(line)
        if self._size >= LONGEST:
            raise TooLongError
        self._row.append(line)
        return line

    def begin_row(self) -> int:
        """Begin a row. Returns the number of its first line."""
        self._row.clear()
        self._size = self._quotes = 0
        return self.number + 1

    def end_in_quotes(self) -> bool:
        """Whether the file ends inside a quotation of the row."""
        if self._quotes % 2 == 0:
            return False
        if not self._ahead and (line := self._file.readline(LONGEST)):
            self._ahead.append(line)
        return not self._ahead

    def push_back(self) -> None:
        """Let all lines of the row except the first be read again."""
        self._ahead.extendleft(reversed(self._row[1:]))
        self.number -= len(self._row) - 1

    def skip_row(self) -> bool:
        """Skip to the end of the row, outside of quotation marks. Returns whether it has an end."""
        self._row.clear()
        while not self._ended or self._quotes % 2:
            if not self._read():
                return self._quotes % 2 == 0
        return True

    def skip_to(self, number: int) -> None:
        """Skip to the beginning of a line."""
        while self.number < number - 1 and self._read():
            pass
        while not self._ended:
            self._read()

    def bytes_read(self) -> int:
        """How many bytes of the file were read."""
        return self._file.buffer.tell() if not self._file.closed else 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> str:
        """Read a line, or a piece of one that is longer than any row."""
        text = self._ahead.popleft() if self._ahead else self._file.readline(LONGEST)
        if self._ended and text:
            self.number += 1
        self._ended = text.endswith(("\n", "\r")) or not text
        self._quotes += text.count('"')
        return text


def _without_hint(head: str) -> tuple[str, int, str]:
    """Parse a first line such as "sep=;", which spreadsheets write.

    Returns the delimiter, empty without such a line, the number of lines to skip, and the remaining text.
    """
    lines = head.splitlines(keepends=True)
    for number, text in enumerate(lines[:_ROWS_ABOVE], 1):
        line = text.strip('\ufeff\r\n "')
        if not line.strip(",;\t|"):
            continue
        hint = line[4:5] if line[:4].lower() == "sep=" else ""
        hint = "\t" if line[:4].lower() == "sep=" and not hint and "\t" in text else hint
        return (hint, number, "".join(lines[number:])) if hint else ("", 0, head)
    return "", 0, head


def _delimiter_of(text: str) -> str:
    """The delimiter that gives the most known column names.

    `csv.Sniffer` judges by the frequencies of characters, so it may choose a letter.
    """

    def rating(delimiter: str) -> tuple[int, float, int]:
        _, rows = _first_rows(text, delimiter)
        if not rows:
            return (0, 0.0, 0)
        place = header_place(rows[:_ROWS_ABOVE])
        header = rows[place]
        if len(header) < 2:
            return (0, 0.0, 0)
        known = sum(role_of(name) is not None for name in header)
        below = [row for row in rows[place:] if row]
        even = sum(len(row) == len(header) for row in below) / len(below)
        return (known, even, len(header))

    return max(_DELIMITERS, key=rating)


def _first_rows(text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """The numbers, from 1, of the lines in which the first non-empty rows begin, and these rows."""
    lines: list[int] = []
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
            if len(rows) > _ROWS_TRIED:
                break
    except csv.Error:
        pass
    # The last row may be incomplete.
    return (lines[:-1], rows[:-1]) if len(rows) > 1 else (lines, rows)

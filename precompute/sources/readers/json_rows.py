"""Reads JSON: an array of objects, an object that contains such an array, or one object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from bundle.disk import open_file
from precompute.shared.errors import UserError
from precompute.sources.columns import has_picture
from precompute.sources.exports.items import flattened
from precompute.sources.readers.coco import annotations_in
from precompute.sources.readers.encoding import Encoding, encoding_of, open_text
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Cell, Metered, Row, Rows, TooLongError, text_of
from precompute.sources.values.lists import ADDRESSES, NAMES, texts_of

_DEEPEST = 2
"""How many nested objects may contain the array of products."""

_SINGLE = ("product", "data.product")
"""Members that are a file's only product."""

_DEEPEST_ITEM = 8_000
_LONGEST_PLACE = 10_000
"""The most brackets that an item leaves open, and the most characters of the path to a value."""

_BLOCK = 1 << 12


def open_json_lines(path: Path) -> Rows:
    """The objects of a file with one object per line."""
    encoding = encoding_of(path)
    file = open_text(path, encoding)

    def entries() -> Iterator[Row | LeftOut]:
        number = 0
        with file:
            while line := file.readline(LONGEST):
                number += 1
                place = f"{path.name}, line {number}"
                if len(line) >= LONGEST:
                    while line and not line.endswith("\n"):
                        line = file.readline(LONGEST)
                    yield LeftOut(place, f"it has more than {LONGEST:,} characters")
                elif line.strip():
                    yield _row_of_line(place, line)

    return Rows(
        what="a table (JSON Lines)",
        unit="lines",
        entries=entries(),
        notes=[encoding.note] if encoding.note else [],
        position=lambda: 0 if file.closed else file.buffer.tell() // 1000,
        total=path.stat().st_size // 1000,
    )


def open_json(path: Path) -> Rows:
    """The objects of a JSON file's array. The array is the whole file, or a member of its object.

    Raises `UserError` if there is no array of objects.
    """
    encoding = encoding_of(path)
    prefix = _prefix(path, encoding)
    coco = annotations_in(lambda name: _items(path, encoding, name)) if prefix == "images.item" else None
    file = _metered(path, encoding)

    def entries() -> Iterator[Row | LeftOut]:
        import ijson

        number = 0
        try:
            for item in ijson.items(file, prefix, use_float=True):
                number += 1
                file.begin()
                place = f"{path.name}, item {number}"
                if isinstance(item, dict):
                    yield Row(place, cells_of(coco.of(item) if coco else item))
                else:
                    yield LeftOut(place, "it is not an object")
        except (ijson.JSONError, TooLongError, UnicodeError, ValueError) as error:
            yield LeftOut(f"{path.name}, after item {number}", f"{_reason(error)}: the rest is not read")
        finally:
            file.close()

    return Rows(
        what="COCO annotations (JSON)" if coco else "a table (JSON)",
        unit="items",
        entries=entries(),
        notes=[encoding.note] if encoding.note else [],
        position=lambda: file.position // 1000,
        total=path.stat().st_size // 1000,
    )


def cells_of(item: Mapping[str, Any]) -> dict[str, Cell]:
    """The cells of one object. Nested objects are flattened one level deep, to names with a dot.

    A list becomes a cell with several texts; for a list of objects, these are their addresses or names.
    Deeper values are ignored: no column of a table is like that.
    """
    cells: dict[str, Cell] = {}
    for name, value in flattened(item).items():
        if isinstance(value, Mapping):
            inner = {f"{name}.{below}": _cell(each) for below, each in value.items()}
            named = next((value[each] for each in NAMES if isinstance(value.get(each), str)), "")
            cells |= {name: named} if named and not any(each in value for each in ADDRESSES) else inner
        else:
            cells[name] = _cell(value)
    return {name: cell for name, cell in cells.items() if cell}


def _cell(value: Any) -> Cell:
    return texts_of(value) if isinstance(value, list) else text_of(value)


def _row_of_line(place: str, line: str) -> Row | LeftOut:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        return LeftOut(place, f"it is not JSON ({error})")
    return Row(place, cells_of(item)) if isinstance(item, dict) else LeftOut(place, "it is not an object")


def _items(path: Path, encoding: Encoding, prefix: str) -> Iterator[Any]:
    """The objects of one list in a file. If the file is damaged, those before the damage."""
    import ijson

    file = _metered(path, encoding)
    try:
        for item in ijson.items(file, prefix, use_float=True):
            file.begin()
            yield item
    except (ijson.JSONError, TooLongError, UnicodeError, ValueError):
        # Reading the products reports the damage.
        return
    finally:
        file.close()


def _prefix(path: Path, encoding: Encoding) -> str:
    """The path of the objects, as `ijson` writes it: "item" in an array, "products.item" in an object.

    If there are several arrays of objects, the first whose first object has pictures counts, else the first.
    """
    import ijson

    file = _metered(path, encoding)
    first: dict[str, list[str]] = {}
    single: list[str] = []
    alone = ""
    try:
        for place, event, value in ijson.parse(file, use_float=True):
            file.begin()
            if len(place) > _LONGEST_PLACE:
                raise TooLongError("it is nested too deeply")
            if (place, event) == ("", "start_array"):
                return "item"
            if event == "start_map" and place.endswith(".item") and _is_near(place):
                first.setdefault(place, [])
            elif event == "map_key" and place in _SINGLE:
                single.append(value)
                alone = alone or (str(place) if has_picture(single) else "")
            elif event == "map_key" and place in first:
                first[place].append(value)
                if has_picture(first[place]):
                    return str(place)
    except (ijson.JSONError, TooLongError, UnicodeError, ValueError) as error:
        if not first and not alone:
            raise UserError(f"{path} is not JSON ({_reason(error)}).") from error
    finally:
        file.close()
    if alone:
        return alone
    if not first:
        raise UserError(f"Expected an array of objects in {path}, one for each product. Received: none.")
    return next(iter(first))


def _is_near(place: str) -> bool:
    """Whether an array may be that of the products. GraphQL wraps it once more: data.products.edges."""
    if place.startswith(tuple(f"{each}." for each in _SINGLE)):
        return False
    is_wrapped = place.endswith((".edges.item", ".nodes.item"))
    return place.count(".") <= (_DEEPEST + 1 if is_wrapped else _DEEPEST)


def _metered(path: Path, encoding: Encoding) -> Metered:
    sound = encoding.name == "utf-8" and not encoding.note
    return _MeteredJson(open_file(path) if sound else open_text(path, encoding))


class _MeteredJson(Metered):
    """A file of JSON with a limit to nesting: the parser writes out the path to each value."""

    def __init__(self, file: BinaryIO | TextIO) -> None:
        super().__init__(file)
        self._depth = 0

    def read(self, size: int = -1) -> bytes:
        """See `Metered`."""
        data = super().read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        # Brackets in texts count too. The few that have no partner make no difference.
        self._depth += sum(map(data.count, b"[{")) - sum(map(data.count, b"]}"))
        if self._depth > _DEEPEST_ITEM:
            raise TooLongError("it is nested too deeply")
        return data

    def begin(self) -> None:
        """See `Metered`."""
        super().begin()
        self._depth = 0


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__

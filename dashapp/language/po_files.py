"""Reads gettext's `.po` files, as Babel writes them, so that a deploy needs no compiled ones."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import GNUTranslations
from pathlib import Path

_MAGIC = 0x950412DE
_HEADER = 28
"""Bytes before the two tables of a `.mo` file."""


@dataclass
class Entry:
    """One message: its id, the id of its plural if it has one, and its translations, one for each form.

    `files` has the names of the files that it is used in.
    """

    id: str = ""
    context: str | None = None
    plural: str = ""
    forms: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """The message as gettext's binary files name it: its context before the id."""
        return self.id if self.context is None else f"{self.context}\x04{self.id}"


def read_po(path: Path) -> list[Entry]:
    """The messages of a `.po` file, its header with the empty id included, in the file's order."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    entries = [_entry(block) for block in blocks]
    return [entry for entry in entries if entry is not None]


def translations(entries: list[Entry]) -> GNUTranslations:
    """The standard library's translations with those entries that are translated and not in doubt.

    They are given to it as a `.mo` file, the only form that it reads.
    """
    pairs = sorted(_pairs(entries))
    offset = _HEADER + 16 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    texts = bytearray()
    for side in (0, 1):
        for pair in pairs:
            tables[side].extend((len(pair[side]), offset + len(texts)))
            texts += pair[side] + b"\0"
    numbers = [_MAGIC, 0, len(pairs), _HEADER, _HEADER + 8 * len(pairs), 0, offset, *tables[0], *tables[1]]
    return GNUTranslations(io.BytesIO(struct.pack(f"<{len(numbers)}I", *numbers) + texts))


def _pairs(entries: list[Entry]) -> Iterator[tuple[bytes, bytes]]:
    for entry in entries:
        if entry.fuzzy or not all(entry.forms):
            continue
        name = f"{entry.key}\0{entry.plural}" if entry.plural else entry.key
        yield name.encode(), "\0".join(entry.forms).encode()


def _entry(block: str) -> Entry | None:
    """The message of one block of lines; None for a block with only comments."""
    entry = Entry()
    texts: dict[str, str] = {}
    keyword, files = "", []
    for line in block.splitlines():
        if line.startswith("#:"):
            files += line[2:].split()
        elif line.startswith("#,"):
            entry.fuzzy |= "fuzzy" in line
        elif line.startswith('"'):
            texts[keyword] += _text(line)
        elif not line.startswith("#") and line:
            keyword, _, quoted = line.partition(" ")
            texts[keyword] = _text(quoted)
    if "msgid" not in texts:
        return None
    entry.id, entry.context = texts["msgid"], texts.get("msgctxt")
    entry.plural = texts.get("msgid_plural", "")
    entry.forms = [text for name, text in texts.items() if name.startswith("msgstr")]
    entry.files = tuple(files)
    return entry


def _text(quoted: str) -> str:
    """A quoted text: its escapes are those of JSON too."""
    return str(json.loads(quoted))

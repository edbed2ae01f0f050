"""Opens text files in any encoding, with a note if it is not UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bundle.disk import open_file

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_AROUND = 1_000
_FIRST_LINES = 20
_LONGEST_NAME = 60
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "Windows-949 (Korean)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "iso8859_2": "ISO 8859-2 (Central European)",
}
"""The encodings of tables, likelier ones first. This order decides if two fit a text equally well."""

_WIDE = {"utf-16": "UTF-16", "utf-32": "UTF-32", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file, with a `note` for the user; empty for valid UTF-8."""

    name: str
    note: str = ""


def encoding_of(path: Path) -> Encoding:
    """The encoding of a file: by its byte order mark, or UTF-8 if it is valid, otherwise guessed."""
    with open_file(path) as file:
        wide = encoding_of_head(file.read(4096))
        file.seek(0)
        return wide or _of_bytes(file)


def encoding_of_head(head: bytes) -> Encoding | None:
    """The encoding that a byte order mark or zeros in the first bytes show; None if there are none."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, f"read as {_WIDE[name]}" if name in _WIDE else "")
    wide = _without_mark(head[:4096])
    return Encoding(wide, f"read as {_WIDE[wide]}") if wide else None


def by_names(head: bytes, guess: Encoding, is_name: Callable[[str], bool]) -> Encoding:
    """A guessed encoding, or the one in which more cells of a table's first lines are names of columns.

    A short table may fit several encodings equally well. `is_name` tells whether a text is such a name.
    """
    lines = b"\n".join(head.splitlines()[:_FIRST_LINES])
    if guess.name not in _NAMES or lines.isascii():
        return guess

    def known(name: str) -> int:
        cells = (cell.strip(' "\r') for cell in re.split(r"[,;|\t\n]", decoded(lines, Encoding(name))))
        return sum(is_name(cell) for cell in cells if not cell.isascii() and len(cell) <= _LONGEST_NAME)

    best = max(_NAMES, key=lambda name: (known(name), name == guess.name))
    return guess if best == guess.name or known(best) == known(guess.name) else _guessed(best)


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """The file as text with its line ends unchanged. Bytes that are invalid in the encoding become �."""
    return io.TextIOWrapper(open_file(path), encoding=encoding.name, errors="replace", newline="")


def decoded(data: bytes, encoding: Encoding) -> str:
    """The text of a file's first bytes. The last character may be incomplete."""
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    return decoder.decode(data)


def _without_mark(head: bytes) -> str:
    """UTF-16 without a byte order mark: in most languages' text, every other byte is zero."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 5 < len(head):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _of_bytes(file: io.BufferedIOBase) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    sample = bytearray()
    sound = damaged = 0
    while block := file.read(_BLOCK):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        wrong = text.count("\ufffd") - block.count(b"\xef\xbf\xbd")
        damaged += wrong
        sound += sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - wrong
        if len(sample) < _SAMPLE:
            sample += b"\n".join(_telling(block))[: _SAMPLE - len(sample)]
    if not damaged and not decoder.getstate()[0]:
        return Encoding("utf-8")
    # In other encodings, letters beyond ASCII are almost never valid UTF-8 by accident.
    if sound > 20 * damaged:
        return Encoding("utf-8", f"{damaged or 1:,} of its characters are damaged and shown as �")
    return _guessed(_guess(bytes(sample)))


def _guessed(name: str) -> Encoding:
    return Encoding(name, f"it is not UTF-8: read as {_NAMES[name]}; if letters look wrong, save it as UTF-8")


def _telling(block: bytes) -> Iterator[bytes]:
    """The lines with bytes beyond ASCII, which show the encoding. Long ones are cut around the first."""
    for line in block.split(b"\n"):
        if found := _BEYOND_ASCII.search(line):
            yield line[max(0, found.start() - _AROUND) :][: 2 * _AROUND]


def _guess(sample: bytes) -> str:
    """Guess the encoding of text beyond ASCII that is not UTF-8."""
    import charset_normalizer

    found = charset_normalizer.from_bytes(sample, cp_isolation=list(_NAMES), threshold=0.5)
    order = {name: place for place, name in enumerate(_NAMES)}
    # Encodings that give the same text are one match, under any of their names.
    rated = [
        (round(match.chaos, 2), -round(match.coherence, 1), min(order[name] for name in names))
        for match in found
        if (names := [name for name in (match.encoding, *match.could_be_from_charset) if name in order])
    ]
    return list(_NAMES)[min(rated)[2]] if rated else "cp1252"

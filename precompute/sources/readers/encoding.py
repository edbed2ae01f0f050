"""Opens text files in whatever encoding they are, and says which one where it is not UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_AROUND = 1_000
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
"""The encodings that tables come in, the likelier ones first: that decides where two fit a text equally."""

_WIDE = {"utf-16": "UTF-16", "utf-32": "UTF-32", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text; `note` is what people should know of it, empty for sound UTF-8."""

    name: str
    note: str = ""


def encoding_of(path: Path) -> Encoding:
    """The encoding of a whole file: by its byte order mark, as UTF-8 if it is that, else as it seems."""
    with path.open("rb") as file:
        wide = encoding_of_head(file.read(4096))
        file.seek(0)
        return wide or _of_bytes(file)


def encoding_of_head(head: bytes) -> Encoding | None:
    """The encoding that a file's first bytes show, by a byte order mark or by zeros; None where none does."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, f"read as {_WIDE[name]}" if name in _WIDE else "")
    wide = _without_mark(head[:4096])
    return Encoding(wide, f"read as {_WIDE[wide]}") if wide else None


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """The file as text, line ends as they are; what is no character of the encoding becomes �."""
    return path.open(encoding=encoding.name, errors="replace", newline="")


def decoded(data: bytes, encoding: Encoding) -> str:
    """The text of a file's first bytes, of which the last may be half a character."""
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    return decoder.decode(data)


def _without_mark(head: bytes) -> str:
    """UTF-16 whose mark is missing: in text of most languages, every other byte is zero."""
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
    # In another encoding nearly no letter beyond ASCII is UTF-8 by accident.
    if sound > 20 * damaged:
        return Encoding("utf-8", f"{damaged or 1:,} of its characters are damaged and shown as �")
    name = _guess(bytes(sample))
    return Encoding(
        name, f"it is not UTF-8: read as {_NAMES[name]}, save it as UTF-8 where letters look wrong"
    )


def _telling(block: bytes) -> Iterator[bytes]:
    """The lines with bytes beyond ASCII, which tell an encoding; of long ones, what is around the first."""
    for line in block.split(b"\n"):
        if found := _BEYOND_ASCII.search(line):
            yield line[max(0, found.start() - _AROUND) :][: 2 * _AROUND]


def _guess(sample: bytes) -> str:
    """The encoding of text with letters beyond ASCII that is not UTF-8."""
    import charset_normalizer

    found = charset_normalizer.from_bytes(sample, cp_isolation=list(_NAMES), threshold=0.5)
    order = {name: place for place, name in enumerate(_NAMES)}
    # Encodings that give the same text are one match, and go by any of their names.
    rated = [
        (round(match.chaos, 2), -round(match.coherence, 1), min(order[name] for name in names))
        for match in found
        if (names := [name for name in (match.encoding, *match.could_be_from_charset) if name in order])
    ]
    return list(_NAMES)[min(rated)[2]] if rated else "cp1252"

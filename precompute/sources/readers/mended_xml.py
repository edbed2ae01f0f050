"""Mends the commonest mistakes in XML: bare ampersands, HTML's entities and control characters."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Protocol

_PART = re.compile(
    rb"<!\[CDATA\[|\]\]>|&(?:([A-Za-z][A-Za-z0-9]{1,31});|#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};)?"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_BEGUN = re.compile(rb"(?:<(?:!(?:\[[A-Z]{0,5})?)?|&[A-Za-z0-9#]{0,32}|\]{1,2})\Z")
_OF_XML = (b"amp", b"lt", b"gt", b"quot", b"apos")
_LONGEST_PART = 64


class Readable(Protocol):
    """A file of bytes."""

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`."""
        ...


class MendedXml:
    """An XML file, in an encoding that contains ASCII, without these mistakes. `count` says how many it had.

    In CDATA, an ampersand stands for itself.
    """

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._rest = b""
        self._in_cdata = False
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`. The result may have another length, but is only empty at the end."""
        while data := self._file.read(size):
            data = self._rest + data
            # A part may go on in the next piece.
            begun = _BEGUN.search(data, max(0, len(data) - _LONGEST_PART))
            whole, self._rest = (data[: begun.start()], begun[0]) if begun else (data, b"")
            if whole:
                return _PART.sub(self._mended, whole)
        last, self._rest = self._rest, b""
        return _PART.sub(self._mended, last)

    def _mended(self, part: re.Match[bytes]) -> bytes:
        text = part[0]
        if text == b"<![CDATA[" or text == b"]]>":
            self._in_cdata = text[0] == b"<"[0]
            return text
        name = part[1]
        if text[0] != b"&"[0]:
            mended = b" "
        elif self._in_cdata or name in _OF_XML or text[1:2] == b"#":
            return text
        elif (code := name2codepoint.get((name or b"").decode())) is not None:
            mended = b"&#%d;" % code
        else:
            mended = b"&amp;" + text[1:]
        self.count += 1
        return mended

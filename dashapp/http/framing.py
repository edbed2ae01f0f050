"""Finds where a request ends in a client's bytes (RFC 9112); gunicorn parses its content."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)

_LONGEST_LINE = 8190
"""The most bytes of a chunk's header line, extensions included. This is gunicorn's limit too."""

_LONGEST_TRAILER = 16 * 1024


@dataclass
class Body:
    """What a request's head says about its body.

    `begin` is its offset. `length` is its size in bytes, None if it comes in chunks. `expects` says whether
    the client waits for "100 Continue" before it sends the body.
    """

    begin: int
    length: int | None
    expects: bool

    def __post_init__(self) -> None:
        self._chunk = self.begin

    @classmethod
    def after(cls, data: bytearray, head_end: int) -> Body:
        """Read the head that ends at `head_end`, blank line included. A broken head has no body."""
        head = bytes(data[:head_end])
        if _CODED.search(head):
            length = None
        else:
            found = _LENGTH.search(head)
            # The first digits of an endless number already exceed every limit.
            length = int(found[1].lstrip(b"0")[:18] or b"0") if found else 0
        return cls(head_end, length, expects=_EXPECTS.search(head) is not None)

    def end(self, data: bytearray) -> int | None:
        """The end of the body; None if more must arrive. Broken chunks end with the data received."""
        if self.length is not None:
            end = self.begin + self.length
            return end if len(data) >= end else None
        while True:
            line_end = data.find(b"\r\n", self._chunk, self._chunk + _LONGEST_LINE)
            if line_end < 0:
                return len(data) if len(data) - self._chunk > _LONGEST_LINE else None
            line = _CHUNK.fullmatch(bytes(data[self._chunk : line_end]))
            if line is None:
                return len(data)
            size = int(line[1], 16)
            if size == 0:
                return _trailer_end(data, line_end)
            next_chunk = line_end + 2 + size + 2
            if next_chunk > len(data):
                return None
            self._chunk = next_chunk

    def passes(self, limit: int, data: bytearray) -> bool:
        """Whether the body exceeds `limit` bytes, by its head or by what has arrived."""
        return (self.length or 0) > limit or (self.length is None and len(data) - self.begin > limit)


def _trailer_end(data: bytearray, last_line_end: int) -> int | None:
    end = data.find(HEAD_END, last_line_end)
    if end >= 0:
        return end + len(HEAD_END)
    return len(data) if len(data) - last_line_end > _LONGEST_TRAILER else None

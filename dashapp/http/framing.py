"""Where a request ends in the bytes that a client has sent (RFC 9112); gunicorn reads what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)

_LONGEST_LINE = 8190
"""Bytes of the line before a chunk, extensions included, as gunicorn has it."""

_LONGEST_TRAILER = 16 * 1024


@dataclass
class Body:
    """What a request's head says of its body.

    `begin` is where it begins. `length` is how many bytes it has, None where it comes in chunks. `expects` is
    whether the client sends it only once it has been asked to.
    """

    begin: int
    length: int | None
    expects: bool

    def __post_init__(self) -> None:
        self._chunk = self.begin

    @classmethod
    def after(cls, data: bytearray, head_end: int) -> Body:
        """What the head that ends at `head_end`, blank line included, says. A broken one has no body."""
        head = bytes(data[:head_end])
        if _CODED.search(head):
            length = None
        else:
            found = _LENGTH.search(head)
            # Of a number without end, the beginning is large enough for anyone.
            length = int(found[1].lstrip(b"0")[:18] or b"0") if found else 0
        return cls(head_end, length, expects=_EXPECTS.search(head) is not None)

    def end(self, data: bytearray) -> int | None:
        """Where the body ends; None where more has to come. Broken chunks end with what there is."""
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
        """Whether the body is longer than `limit` bytes, by what the head says or by what has come."""
        return (self.length or 0) > limit or (self.length is None and len(data) - self.begin > limit)


def _trailer_end(data: bytearray, last_line_end: int) -> int | None:
    end = data.find(HEAD_END, last_line_end)
    if end >= 0:
        return end + len(HEAD_END)
    return len(data) if len(data) - last_line_end > _LONGEST_TRAILER else None

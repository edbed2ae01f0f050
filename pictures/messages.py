"""What the two ends of a `pictures.apart.Apart` say to each other: a head in JSON, and bytes."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct(">II")
"""Of the head and of the bytes that follow it."""


def send(stream: IO[bytes], head: dict[str, Any], content: bytes = b"") -> None:
    """Write a message. Raises `OSError` where the other end has gone."""
    written = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(written), len(content)) + written)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message. Raises `EOFError` where the other end has gone."""
    head, content = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    return json.loads(_exactly(stream, head)), _exactly(stream, content)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content

"""The messages between a `pictures.apart.Apart` and its child process: a JSON head, then bytes."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct(">II")
"""The lengths of the head and of the bytes that follow it."""


def send(stream: IO[bytes], head: dict[str, Any], content: bytes = b"") -> None:
    """Write a message. Raises `OSError` if the other end has gone."""
    written = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(written), len(content)) + written)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message. Raises `EOFError` if the other end has gone."""
    head, content = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    return json.loads(_exactly(stream, head)), _exactly(stream, content)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content

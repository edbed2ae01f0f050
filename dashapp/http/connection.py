"""One client's connection, with its unanswered requests and the answers that it has not received yet."""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from collections.abc import Iterator
from enum import Enum, auto
from http import HTTPStatus
from typing import IO, Any

from gunicorn.http.body import Body as GunicornBody
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout

from dashapp.http.framing import HEAD_END, Body

HEAD_SECONDS = 10.0
"""The most seconds that a request's head may take, from its first byte."""

BODY_SECONDS = 25.0
"""The most seconds that its body may take after that. Heroku's router times out after 30 s without an
answer."""

STALL_SECONDS = 30.0
"""The most seconds for which a client may receive nothing of its answer."""

LINGER_SECONDS = 2.0
"""The most seconds that a client may take to close a connection after its last answer."""

LARGEST_HEAD = 32 * 1024

LARGEST_BODY = 11_000_000
"""The most bytes of a request: photos of 10 MB, a form's overhead and chunk headers."""

_PIECE = 64 * 1024
"""How many bytes of a request gunicorn gets at a time."""

_AT_ONCE = 256 * 1024
"""How many bytes are read or written at a time."""


class State(Enum):
    """What a connection is waiting for."""

    RECEIVING = auto()
    """A request or the rest of one."""
    ANSWERING = auto()
    """A thread that makes the answer."""
    SENDING = auto()
    """The client, which has not received all of the answer."""
    LINGERING = auto()
    """The client, which has its last answer and should close the connection."""


class Outgoing:
    """Stands in for the socket when gunicorn writes an answer: accepts everything and never blocks.

    What the client does not receive at once is buffered for `flush`. Files are not read into memory; the rest
    of a file is sent later.
    """

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._parts: deque[memoryview | _FilePart] = deque()
        self.broken = False

    @property
    def held(self) -> int:
        """Bytes in memory that the client has not received."""
        # A copy, which is made in one step: a thread that makes the answer may add parts meanwhile.
        return sum(len(part) for part in tuple(self._parts) if isinstance(part, memoryview))

    @property
    def unsent(self) -> int:
        """Bytes that the client has not received, including those of files."""
        return sum(map(len, tuple(self._parts)))

    def sendall(self, data: bytes) -> None:
        """Send the bytes after everything already queued."""
        self._parts.append(memoryview(data))
        self.flush()

    send = sendall

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> None:
        """Send `count` bytes of a file, or all, from `offset` on. The caller may close the file at once."""
        descriptor = os.dup(file.fileno())
        length = os.fstat(descriptor).st_size - offset if count is None else count
        self._parts.append(_FilePart(descriptor, offset, length))
        self.flush()

    def flush(self) -> bool:
        """Send what the client accepts now, and return whether everything has been sent.

        Raises `OSError` if the client is gone.
        """
        while self._parts:
            part = self._parts[0]
            try:
                if isinstance(part, _FilePart):
                    part.send(self._client)
                else:
                    part = self._parts[0] = part[self._client.send(part) :]
            except (BlockingIOError, InterruptedError):
                return False
            if not len(part):
                self._parts.popleft()
                if isinstance(part, _FilePart):
                    part.close()
        return True

    def gettimeout(self) -> float:
        """Returns what a non-blocking socket returns."""
        return 0.0

    def shutdown(self, how: int) -> None:
        """Called by gunicorn after an answer broke off."""
        self.broken = True
        raise OSError("The worker closes connections itself.")

    def close(self) -> None:
        """Discard everything not yet sent."""
        for part in self._parts:
            if isinstance(part, _FilePart):
                part.close()
        self._parts.clear()


class _FilePart:
    """A part of a file that is to be sent."""

    def __init__(self, descriptor: int, offset: int, length: int) -> None:
        self._descriptor, self._offset, self._length = descriptor, offset, length

    def __len__(self) -> int:
        return self._length

    def send(self, client: socket.socket) -> int:
        sent = os.sendfile(client.fileno(), self._descriptor, self._offset, self._length)
        if sent == 0 and self._length:
            raise OSError("The file became shorter while it was being sent.")
        self._offset += sent
        self._length -= sent
        return sent

    def close(self) -> None:
        os.close(self._descriptor)


class Connection:
    """A client's connection. `sock`, `client` and `server` are gunicorn's names; `sock` never blocks.

    A thread owns it while it is ANSWERING, the worker's loop at all other times. `keep` says whether it may
    be used for another request, `since` when the current wait began.
    """

    def __init__(self, client: socket.socket, address: Any, server: Any, *, idle_seconds: float) -> None:
        client.setblocking(False)
        self.socket = client
        self.sock = Outgoing(client)
        self.client, self.server = address, server
        self.state = State.RECEIVING
        self.keep = False
        self.since = time.monotonic()
        self._idle_seconds = idle_seconds
        self.deadline = self.since + idle_seconds
        self._received = bytearray()
        self._searched = 0
        self._body: Body | None = None
        self._taken = 0
        self._ready: tuple[deque[bytes], HTTPException | None] | None = None
        self._requests = 0

    def fileno(self) -> int:
        """The socket's file descriptor, for a selector."""
        return self.socket.fileno()

    @property
    def held(self) -> int:
        """Bytes in memory that came from this client or are waiting for it."""
        return len(self._received) + self._taken + self.sock.held

    @property
    def is_idle(self) -> bool:
        """Whether no request has begun."""
        return self.state is State.RECEIVING and not self._received

    def enter(self, state: State, *, seconds: float | None = None) -> None:
        """Enter another state, for at most so many seconds."""
        self.state, self.since = state, time.monotonic()
        self.deadline = float("inf") if seconds is None else self.since + seconds

    def receive(self) -> bool:
        """Read what has arrived, and return whether the client is still there."""
        try:
            data = self.socket.recv(_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        if not self._received:
            self.enter(State.RECEIVING, seconds=HEAD_SECONDS)
        self._received += data
        return bool(data)

    def discard(self) -> bool:
        """Read and discard what arrives, and return whether the client is still there."""
        try:
            return bool(self.socket.recv(_AT_ONCE))
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False

    def complete(self) -> bool:
        """Whether a request can be answered: it is complete, or its body is too large and is refused.

        Raises `RequestEntityTooLarge` if its head is too large.
        """
        if self._body is None:
            end = self._received.find(HEAD_END, self._searched)
            if max(end, len(self._received) if end < 0 else 0) > LARGEST_HEAD:
                raise RequestEntityTooLarge
            self._searched = max(0, len(self._received) - len(HEAD_END))
            if end < 0:
                return False
            self._body = Body.after(self._received, end + len(HEAD_END))
            self.deadline = time.monotonic() + BODY_SECONDS
            if self._body.expects and not self._body.passes(LARGEST_BODY, self._received):
                self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._body.passes(LARGEST_BODY, self._received):
            self._take(self._body.begin, RequestEntityTooLarge())
            return True
        end_of_body = self._body.end(self._received)
        if end_of_body is None:
            return False
        self._take(end_of_body, None)
        return True

    def give_up(self) -> bool:
        """Accept a request with a late body as it is; False if not even its head has arrived."""
        if self._body is None:
            return False
        self._take(self._body.begin, RequestTimeout())
        return True

    def _take(self, end: int, refusal: HTTPException | None) -> None:
        with memoryview(self._received) as whole:
            places = range(0, end, _PIECE)
            self._ready = deque(bytes(whole[at : min(at + _PIECE, end)]) for at in places), refusal
        self._taken = end
        # After an unread body, the next bytes are not the next request.
        self._received = bytearray() if refusal else self._received[end:]
        self._searched, self._body = 0, None

    def request(self, cfg: Any) -> Request:
        """The request that has arrived, as parsed by gunicorn. Reading an incomplete body raises."""
        assert self._ready is not None
        (pieces, refusal), self._ready = self._ready, None
        self._requests += 1
        unreader = IterUnreader(_used_up(pieces))
        request = Request(cfg, unreader, self.client, self._requests)
        _put_below_script_name(request)
        # The client has already been asked for the body.
        request._expected_100_continue = False
        if refusal is not None:
            request.body = GunicornBody(_Refused(refusal))
            request.force_close()
        return request

    def answered(self) -> None:
        """Discard the answered request."""
        self._taken = 0

    def next(self) -> None:
        """Wait for the next request."""
        self.enter(State.RECEIVING, seconds=HEAD_SECONDS if self._received else self._idle_seconds)

    def refuse(self, status: HTTPStatus) -> None:
        """Answer an invalid request with an error, then close the connection."""
        text = f"{status.value} {status.phrase}\n"
        head = f"HTTP/1.1 {text.strip()}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        self._received.clear()
        self.sock.sendall(f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode())

    def linger(self) -> None:
        """Shut down sending, and let the client close the connection."""
        # Closing it here with unread data could make the client lose the end of its answer.
        self.enter(State.LINGERING, seconds=LINGER_SECONDS)
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End it."""
        self.sock.close()
        self.socket.close()


def _used_up(pieces: deque[bytes]) -> Iterator[bytes]:
    """Yield the pieces one by one, freeing each when the next is requested.

    gunicorn copies what it is given with each header line that it reads, and keeps it to the end.
    """
    while pieces:
        yield pieces.popleft()


def _put_below_script_name(request: Request) -> None:
    """Let a path that a proxy has stripped of `SCRIPT_NAME` have it again: gunicorn refuses it without."""
    script_name = os.environ.get("SCRIPT_NAME", "").removesuffix("/")
    if not f"{request.path}/".startswith(f"{script_name}/"):
        request.path = script_name + request.path


class _Refused:
    """The body of an incomplete request: reading it raises the reason."""

    def __init__(self, refusal: HTTPException) -> None:
        self._refusal = refusal

    def read(self, size: int) -> bytes:
        raise self._refusal

    def __iter__(self) -> Iterator[bytes]:
        raise self._refusal

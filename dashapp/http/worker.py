"""The worker that gunicorn runs. None of its threads ever waits for a client.

gunicorn's own `gthread` gives a connection to a thread before the request has arrived. A dozen clients that
send only part of a request, or do not read their answer, then hold all threads as long as they like. Here the
loop that accepts connections also reads requests and writes answers, as a reverse proxy does. A thread only
makes the answer to a complete request, and each step has a deadline.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import NoMoreData
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.exceptions import RequestEntityTooLarge

from dashapp.http.connection import LINGER_SECONDS, STALL_SECONDS, Connection, State

MOST_HELD = 32 * 1024 * 1024
"""The most bytes of requests and answers in transit in a worker; beyond that the oldest client is dropped."""

_LOOK_EVERY = 0.25
"""Seconds between two checks for expired deadlines."""

_GONE = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN)
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A `gthread` worker that reads and writes in its event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections: set[Connection] = set()
        self._watched: dict[Connection, int] = {}
        self._counted: dict[Connection, int] = {}
        self._held = 0
        self._next_look = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Raise `RuntimeError`, which gunicorn prints, for settings that this worker does not support."""
        if cfg.is_ssl:
            raise RuntimeError(
                "Expected no certificate: this server speaks plain HTTP. Let a server in front of it, "
                "such as nginx or Caddy, speak HTTPS."
            )

    def run(self) -> None:
        """Serve until the worker is told to stop, then finish the requests in progress."""
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        self.set_accept_enabled(True)
        while self.alive and self.is_parent_alive():
            self._turn()
        self.set_accept_enabled(False)
        end = time.monotonic() + self.cfg.graceful_timeout
        # A client with an open connection may already be sending its next request.
        idle_end = time.monotonic() + LINGER_SECONDS
        while self._connections and time.monotonic() < end:
            for connection in self._connections:
                if connection.is_idle:
                    connection.deadline = min(connection.deadline, idle_end)
            self._turn()
        for connection in list(self._connections):
            self._close(connection)
        self.tpool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()
        for listener in self.sockets:
            listener.close()

    def _turn(self) -> None:
        self.notify()
        self.wait_for_and_dispatch_events(timeout=1.0)
        while self._held > MOST_HELD and self._make_room(holding=True):
            pass
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY
        for connection in [each for each in self._connections if each.deadline < now]:
            self._late(connection)

    def accept(self, listener: socket.socket) -> None:
        """Accept a client. If there are too many, the one that has been idle longest is dropped."""
        if len(self._connections) >= self.worker_connections:
            self._make_room()
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in _TOO_MANY_FILES:
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED):
                raise
            return
        connection = Connection(
            client, address, listener.getsockname(), idle_seconds=self.cfg.keepalive or LINGER_SECONDS
        )
        self._connections.add(connection)
        self._watch(connection, selectors.EVENT_READ)

    def handle(self, conn: Connection) -> bool:
        """Answer a complete request, in a thread. Returns whether the connection may be used again."""
        request = None
        try:
            request = conn.request(self.cfg)
            return bool(self.handle_request(request, conn)) and _is_used_up(request)
        except (NoMoreData, StopIteration) as error:
            self.log.debug("Closing connection. %s", error)
        except OSError as error:
            conn.sock.broken = True
            if error.errno not in _GONE:
                self.log.exception("An answer broke off.")
        except Exception as error:
            self.handle_error(request, conn.sock, conn.client, error)
        return False

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Send the rest of the answer that a thread has made."""
        conn.answered()
        conn.keep = not fs.cancelled() and fs.exception() is None and fs.result()
        if conn.sock.broken:
            self._close(conn)
            return
        conn.enter(State.SENDING, seconds=STALL_SECONDS)
        self._send(conn)
        self._count(conn)

    def _ready(self, connection: Connection) -> None:
        """A client has sent something, or can receive more."""
        if connection.state is State.SENDING:
            self._send(connection)
        elif connection.state is State.LINGERING:
            if not connection.discard():
                self._close(connection)
        elif not connection.receive():
            self._close(connection)
        else:
            self._look(connection)
        self._count(connection)

    def _count(self, connection: Connection) -> None:
        """Update the count of bytes that the connections hold."""
        now = connection.held if connection in self._connections else 0
        self._held += now - self._counted.get(connection, 0)
        self._counted[connection] = now
        if not now:
            del self._counted[connection]

    def _look(self, connection: Connection) -> None:
        """Have the next request answered if it has arrived."""
        try:
            if connection.complete():
                self._answer(connection)
            else:
                self._watch(connection, selectors.EVENT_READ)
        except RequestEntityTooLarge:
            self._refuse(connection, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        except OSError:
            self._close(connection)

    def _answer(self, connection: Connection) -> None:
        self._watch(connection, 0)
        connection.enter(State.ANSWERING)
        self.enqueue_req(connection)

    def _send(self, connection: Connection) -> None:
        try:
            before = connection.sock.unsent
            if not connection.sock.flush():
                if connection.sock.unsent < before:
                    connection.deadline = time.monotonic() + STALL_SECONDS
                self._watch(connection, selectors.EVENT_WRITE)
            elif connection.keep:
                connection.next()
                self._look(connection)
            else:
                connection.linger()
                self._watch(connection, selectors.EVENT_READ)
        except OSError:
            self._close(connection)

    def _late(self, connection: Connection) -> None:
        if connection.state is not State.RECEIVING or connection.is_idle:
            self._close(connection)
        elif connection.give_up():
            self._answer(connection)
        else:
            self.log.warning("A request from %s did not arrive in time.", connection.client)
            self._refuse(connection, HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, connection: Connection, status: HTTPStatus) -> None:
        try:
            connection.refuse(status)
        except OSError:
            self._close(connection)
        else:
            connection.keep = False
            connection.enter(State.SENDING, seconds=STALL_SECONDS)
            self._send(connection)

    def _make_room(self, *, holding: bool = False) -> bool:
        """Close the connection that has waited longest for its client; False if there is none."""
        waiting = [
            each
            for each in self._connections
            if each.state is not State.ANSWERING and (each in self._counted or not holding)
        ]
        if waiting:
            self._close(min(waiting, key=lambda each: each.since))
        return bool(waiting)

    def _watch(self, connection: Connection, events: int) -> None:
        before = self._watched.get(connection, 0)
        if events == before:
            return
        if not events:
            self.poller.unregister(connection)
            del self._watched[connection]
            return
        change = self.poller.modify if before else self.poller.register
        change(connection, events, self._ready)
        self._watched[connection] = events

    def _close(self, connection: Connection) -> None:
        self._watch(connection, 0)
        self._connections.discard(connection)
        self._count(connection)
        connection.close()


def _is_used_up(request: Request) -> bool:
    """Whether the request was read to its end: only then do the following bytes begin the next one."""
    try:
        request.body.read()
    except Exception:
        return False
    return not request.unreader.take_buffered()

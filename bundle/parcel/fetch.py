"""Fetches a parcel by HTTPS, from public addresses, within limits of bytes, time and redirects."""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from bundle.disk import open_file
from bundle.format import BundleError
from bundle.parcel.public import Network, PrivateAddressError, connect
from bundle.parcel.source import ParcelSource, is_fetchable, shown

LARGEST = 8 << 30
"""The most bytes of a parcel."""

REDIRECTS = 5
SILENCE = 30.0
"""The most seconds for which a server may send nothing."""

SECONDS = 1800.0
"""The most seconds that all of it may take."""

_TRIES = 3
_PAUSE = 2.0
_AT_ONCE = 1 << 18
_BETWEEN_LINES = 5.0
_MEGABYTE = 1_000_000
_MOVED = {301, 302, 303, 307, 308}

Say = Callable[[str], None]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _FleetingError(Exception):
    """A failure that may not come again."""


def fetch(source: ParcelSource, to: Path, *, allowed: Sequence[Network], say: Say) -> None:
    """Write the bytes of a parcel into the file `to`, and check their SHA-256.

    Private addresses are refused unless a network in `allowed` has them. `say` is called with a line when it
    begins and every few seconds. Raises `BundleError` in one sentence if it cannot be fetched, or if its
    bytes are not those that were asked for; `OSError` if `to` cannot be written.
    """
    deadline = time.monotonic() + SECONDS
    say(f"Fetching the bundle from {source.shown} …")
    if source.file is not None:
        digest = _copy_file(source.file, to, _Progress(say, deadline))
    else:
        digest = _download(source, to, allowed=allowed, say=say, deadline=deadline)
    if digest != source.sha256:
        raise BundleError(
            f"Expected {source.shown} to have the SHA-256 {source.sha256}. Received: {digest}. "
            "Name the hash that python -m precompute pack printed for this file."
        )


def _copy_file(path: Path, to: Path, progress: _Progress) -> str:
    try:
        file = open_file(path)
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error.strerror}): name a bundle in one file.") from error
    with file:
        return _copy(file, to, os.fstat(file.fileno()).st_size, progress)


def _download(
    source: ParcelSource, to: Path, *, allowed: Sequence[Network], say: Say, deadline: float
) -> str:
    for left in reversed(range(_TRIES)):
        try:
            return _try_download(source.address, to, allowed, _Progress(say, deadline))
        except _FleetingError as error:
            if not left or time.monotonic() + _PAUSE > deadline:
                raise BundleError(f"{source.shown} cannot be fetched: {error}.") from error
            say(f"{error}: trying again …")
            time.sleep(_PAUSE)
    raise AssertionError("the last try returns or raises")


def _try_download(address: str, to: Path, allowed: Sequence[Network], progress: _Progress) -> str:
    context = ssl.create_default_context()
    for _ in range(REDIRECTS + 1):
        connection = _Connection(address, context, allowed)
        try:
            answer = connection.answer(address)
            if answer.status == HTTPStatus.OK:
                length = answer.headers.get("Content-Length", "")
                size = int(length) if length.isascii() and length.isdecimal() else None
                return _copy(_Body(answer), to, size, progress)
            address = _next_address(address, answer)
        except PrivateAddressError as error:
            raise BundleError(
                f"{shown(address)} cannot be fetched: {error}. AKIN_BUNDLE_PRIVATE would allow it."
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise BundleError(f"{shown(address)} cannot be fetched: {error.verify_message}.") from error
        finally:
            connection.close()
    raise BundleError(f"{shown(address)} cannot be fetched: there are more than {REDIRECTS} redirects.")


def _next_address(address: str, answer: http.client.HTTPResponse) -> str:
    """Where an answer that is no file leads to."""
    said = f"{shown(address)} answered {answer.status} {answer.reason[:100]}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= 500:
        raise _FleetingError(said)
    there = urljoin(address, answer.headers.get("Location", "").strip())
    if answer.status not in _MOVED:
        raise BundleError(f"Expected a file at {shown(address)}. Received: status {answer.status}.")
    if not there.startswith("https:") or not is_fetchable(there.partition("#")[0]):
        raise BundleError(
            f"Expected a redirect of {shown(address)} to https. Received: {shown(there)[:200]!r}."
        )
    return there.partition("#")[0]


class _Connection(http.client.HTTPSConnection):
    """A connection to the host of an address that checks which address it connects to. It uses no proxy."""

    def __init__(self, address: str, context: ssl.SSLContext, allowed: Sequence[Network]) -> None:
        parts = urlsplit(address)
        super().__init__(parts.hostname or "", parts.port or 443, timeout=SILENCE, context=context)
        self._tls, self._allowed = context, allowed

    def connect(self) -> None:
        client = connect(self.host, self.port, timeout=SILENCE, allowed=self._allowed)
        self.sock = self._tls.wrap_socket(client, server_hostname=self.host)

    def answer(self, address: str) -> http.client.HTTPResponse:
        """Ask for a file. Raises `_FleetingError` if no answer comes."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"User-Agent": "akin", "Accept": "*/*", "Accept-Encoding": "identity"}
        with _failures_of(self.host):
            self.request("GET", path or "/", headers=headers)
            return self.getresponse()


class _Body:
    """The body of an answer. A failure of the connection is none of the disk."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def read(self, size: int) -> bytes:
        with _failures_of("the connection"):
            return self._answer.read(size)


@contextmanager
def _failures_of(what: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise _FleetingError(f"{what} failed ({reason})") from error


def _copy(file: _Readable, to: Path, size: int | None, progress: _Progress) -> str:
    """Copy at most `LARGEST` bytes and return their SHA-256. Raises `OSError` for a full disk."""
    digest = hashlib.sha256()
    done = 0
    progress.begin(size)
    with to.open("wb") as out:
        while part := file.read(_AT_ONCE):
            done += len(part)
            if done > LARGEST:
                raise BundleError(f"Expected a bundle of at most {LARGEST:,} bytes. Received: more.")
            digest.update(part)
            out.write(part)
            progress.reached(done)
    if size is not None and done < size:
        raise _FleetingError(f"Only {done:,} of {size:,} bytes came")
    return digest.hexdigest()


class _Progress:
    """Says how far it is every few seconds, and ends it at the deadline."""

    def __init__(self, say: Say, deadline: float) -> None:
        self._say, self._deadline = say, deadline
        self._total = ""
        self._said = time.monotonic()

    def begin(self, size: int | None) -> None:
        if size is not None and size > LARGEST:
            raise BundleError(f"Expected a bundle of at most {LARGEST:,} bytes. Received: {size:,}.")
        self._total = "" if size is None else f" of {size / _MEGABYTE:,.1f}"

    def reached(self, done: int) -> None:
        now = time.monotonic()
        if now > self._deadline:
            raise BundleError(f"Expected the bundle within {SECONDS / 60:.0f} minutes. It came too slowly.")
        if now - self._said >= _BETWEEN_LINES:
            self._said = now
            self._say(f"Fetched {done / _MEGABYTE:,.1f}{self._total} MB …")

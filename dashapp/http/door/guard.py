"""Decides whether a request's name and password are a user's."""

from __future__ import annotations

import logging
import secrets
import threading
from enum import Enum, auto
from os import stat_result
from pathlib import Path
from typing import NamedTuple

from werkzeug.security import check_password_hash

from dashapp.http.door.users import LONGEST_PASSWORD, UsersError, hashed, normal, read_users
from dashapp.http.door.verified import Verified
from dashapp.http.rates import Rates

logger = logging.getLogger(__name__)

CLIENT_RATE = 30
"""Passwords that one client may try in a minute at each worker, ten of them at once."""

RATE = 120
"""Passwords that all clients together may try in a minute at each worker, forty of them at once."""

_AT_ONCE = 2
"""Threads of a worker that may be busy with passwords: one hashes, one waits. The others answer users."""


class Admission(Enum):
    """What a guard says of a request."""

    OPEN = auto()
    REFUSED = auto()
    """Nobody has this name with this password."""
    BUSY = auto()
    """Too many passwords were tried."""
    BROKEN = auto()
    """The file of users was changed and cannot be used, so nobody is let in."""


class Said(NamedTuple):
    """A guard's answer, and after how many seconds it makes sense to ask again."""

    admission: Admission
    wait: int = 0


class Guard:
    """Compares credentials with a file of users, which is read again when it changes.

    Each comparison of a new password hashes it, also for an unknown name, so that times do not tell which
    names there are. How many are hashed is limited for each client, for all, and at a time. Credentials that
    were right once are recognised without hashing (`Verified`), so the limits never touch whoever is inside.
    """

    def __init__(self, path: Path) -> None:
        """Raises `UsersError` if the file cannot be used."""
        self._path = path
        self._seen = _state(path)
        self._users: dict[str, str] | None = read_users(path)
        self._reading = threading.Lock()
        self._nobody = hashed(secrets.token_hex())
        self._verified = Verified()
        self._rates = Rates(CLIENT_RATE)
        self._rate_of_all = Rates(RATE)
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._hashing = threading.Lock()

    def ask(self, client: str, name: str, password: str) -> Said:
        """Whether a client may enter with these credentials."""
        users = self._current()
        if users is None:
            return Said(Admission.BROKEN)
        name, password = normal(name), normal(password)
        known = users.get(name)
        stored = known or self._nobody
        digest = self._verified.digest(name, password, stored)
        if digest in self._verified:
            return Said(Admission.OPEN)
        if wait := self._rates.ask(client) or self._rate_of_all.ask(""):
            return Said(Admission.BUSY, wait)
        if not self._places.acquire(blocking=False):
            return Said(Admission.BUSY, 1)
        try:
            with self._hashing:
                # Whoever had the turn before may have brought the same credentials.
                right = digest in self._verified or check_password_hash(stored, password[:LONGEST_PASSWORD])
        finally:
            self._places.release()
        if not right or known is None or len(password) > LONGEST_PASSWORD:
            logger.warning("A sign-in from %s was refused.", client)
            return Said(Admission.REFUSED)
        self._verified.add(digest)
        return Said(Admission.OPEN)

    def _current(self) -> dict[str, str] | None:
        """The users as the file has them now; None if it was changed and cannot be used."""
        state = _state(self._path)
        if state != self._seen:
            with self._reading:
                if state != self._seen:
                    self._users = self._read()
                    self._seen = state
        return self._users

    def _read(self) -> dict[str, str] | None:
        try:
            return read_users(self._path)
        except UsersError as error:
            logger.error("%s Until then nobody can sign in.", error)
            return None


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes when a file does; None if there is no such file."""
    try:
        found: stat_result = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size, found.st_mode)

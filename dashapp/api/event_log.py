"""Writes lines to a file or to standard output, from several processes, without holding up any request."""

from __future__ import annotations

import atexit
import logging
import os
import stat
from pathlib import Path
from queue import Full, Queue
from threading import Lock, Thread
from time import monotonic, sleep

from dashapp.settings import SettingsError

logger = logging.getLogger(__name__)

STDOUT = "stdout"

LONGEST_LINE = 4096
"""The most bytes of a line. A pipe takes so many in one piece (PIPE_BUF), whoever else writes to it."""

_MOST_WAITING = 5_000
"""How many lines a process keeps while its disk is slow; beyond that they are dropped, and that is logged."""

_LAST_SECONDS = 2.0
"""How long a process that ends goes on writing what waits."""


class EventLog:
    """Appends lines to `target`, which is `stdout` or a file's path.

    Each process writes in a thread of its own, each line by one `write` at the end of the file, so that lines
    of several processes stay whole. If the file was renamed, as logrotate does, a new one is begun.
    """

    def __init__(self, target: str) -> None:
        """Raise `SettingsError` if the file cannot be written."""
        self._path = None if target == STDOUT else Path(target)
        if self._path is not None:
            try:
                os.close(_open(self._path))
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise SettingsError(
                    f"Expected AKIN_EVENTS to be stdout or a file that can be written. "
                    f"Received: {target} ({reason})."
                ) from error
        self._lines: Queue[bytes] = Queue(_MOST_WAITING)
        self._process = 0
        self._lock = Lock()
        self._full = False

    def put(self, line: bytes) -> None:
        """Have a line written, with a line break; returns at once."""
        with self._lock:
            # gunicorn makes the app once and forks: a thread of the parent would not be there.
            if self._process != os.getpid():
                self._start()
        try:
            self._lines.put_nowait(line + b"\n")
        except Full:
            if not self._full:
                logger.error("Events wait to be written to %s: further ones are dropped.", self._name)
            self._full = True

    def flush(self, *, seconds: float = _LAST_SECONDS) -> None:
        """Wait until all lines of this process are written, but no longer than this."""
        end = monotonic() + seconds
        while self._lines.unfinished_tasks and monotonic() < end and self._process == os.getpid():
            sleep(0.01)

    @property
    def _name(self) -> str:
        return STDOUT if self._path is None else str(self._path)

    def _start(self) -> None:
        self._lines = Queue(_MOST_WAITING)
        self._process = os.getpid()
        Thread(target=self._write_all, args=(self._lines,), name="event-log", daemon=True).start()
        atexit.register(self.flush)

    def _write_all(self, lines: Queue[bytes]) -> None:
        file = _File(self._path)
        failed = False
        while True:
            line = lines.get()
            try:
                file.append(line)
            except OSError as error:
                if not failed:
                    logger.error("%s cannot be written (%s): events are lost.", self._name, error.strerror)
                failed = True
            else:
                if failed:
                    logger.warning("%s can be written again.", self._name)
                failed = False
            lines.task_done()
            # As long as more comes than is written, one line in the log is enough.
            self._full = self._full and not lines.empty()


class _File:
    """The end of a file, or standard output if `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = 1 if path is None else -1
        self._torn = False

    def append(self, line: bytes) -> None:
        """Append a line in one piece. Raises `OSError` if it cannot be written whole."""
        if self._path is not None and not self._is_current(self._path):
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
            self._file = _open(self._path)
            self._torn = False
        # What a full disk cut off must not spoil the next line too.
        data = b"\n" + line if self._torn else line
        written = os.write(self._file, data)
        if written < len(data):
            self._torn = self._torn or written > 0
            raise OSError(0, "the disk is full")
        self._torn = False

    def _is_current(self, path: Path) -> bool:
        """Whether the opened file is the one at its path."""
        try:
            return self._file >= 0 and os.path.samestat(os.fstat(self._file), path.stat())
        except FileNotFoundError:
            return False


def _open(path: Path) -> int:
    """Open a file to append to. Raises `OSError`, and `ValueError` if it is something else than a file."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    file = os.open(path, flags, 0o640)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ValueError("it is no file")
    return file

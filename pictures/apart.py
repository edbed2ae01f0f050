"""Decodes pictures in a separate process, so that a hostile picture can stop only that process.

The operating system ends a process that takes too long or too much memory (`pictures.child`); the next
picture starts a new one. This module does not import Pillow, so a server need not load it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any

from pictures.box import WHOLE, Box
from pictures.errors import NoPictureError, PictureError
from pictures.form import Form
from pictures.limits import PictureLimits
from pictures.messages import receive, send

_ROOT = Path(__file__).resolve().parents[1]

_ENVIRONMENT = {
    # Return freed large blocks to the system at once, and small ones soon after.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
}

_TOO_LONG = {signal.SIGPROF, signal.SIGALRM}
"""The signal that ends a process whose time is up."""


_CHANNELS = 3


@dataclass(frozen=True)
class Views:
    """What is needed of a picture, row by row in RGB: `square` for the extractor, `reduced` for its colours.

    `reduced` has the `shape` (height, width) and is empty if nobody asked for it; both took `seconds` of CPU.
    """

    square: bytes
    reduced: bytes
    shape: tuple[int, int]
    seconds: float


class _EndedError(Exception):
    """The process ended in the middle of a picture: by this signal, or by itself if that is 0 or less."""

    def __init__(self, number: int) -> None:
        self.signal = number

    @property
    def reason(self) -> str:
        if self.signal == signal.SIGKILL:
            return "decoding takes more memory than there is"
        return "damaged: it crashes the decoder"


class Apart:
    """A process that decodes one picture at a time; concurrent threads wait for each other.

    It is started with the first picture. A forked server starts its own.
    """

    def __init__(
        self,
        limits: PictureLimits,
        *,
        keeps_memory: bool = False,
        niceness: int = 0,
        program: tuple[str, ...] = ("-m", "pictures.child"),
    ) -> None:
        """`program` holds the arguments for Python.

        With `keeps_memory`, memory that a picture took is kept for the next one. That is far faster: the
        system clears each page that it gives. `niceness` is what `os.nice` takes: with more, other processes
        go first.
        """
        self.limits = limits
        self._keeps_memory, self._niceness = keeps_memory, niceness
        self._program = program
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._of = 0
        self._is_given_up = False

    def start(self) -> None:
        """Start the process now, so that the first picture need not wait. Raises what `square` raises."""
        with self._lock:
            self._started()

    def square(self, data: bytes, form: Form, *, box: Box = WHOLE, seconds: float) -> tuple[bytes, float]:
        """The pixels of an extractor's input, row by row in RGB, and the CPU seconds it took to make them.

        Raises `PictureError` as `pictures.decoding.decode` does, and also if decoding takes longer than
        `seconds` or more memory than the limits allow.
        """
        seen = self.views(data, form, box=box, seconds=seconds, reduced=False)
        return seen.square, seen.seconds

    def views(self, data: bytes, form: Form, *, box: Box = WHOLE, seconds: float, reduced: bool) -> Views:
        """What is needed of a picture; `reduced` says whether its colours are. Raises as `square`."""
        answer, content = self._ask({"form": asdict(form), "reduced": reduced}, data, box, seconds)
        square = _CHANNELS * form.input_size**2
        width, height = answer["reduced"]
        return Views(content[:square], content[square:], (height, width), float(answer["seconds"]))

    def picture(self, data: bytes, decoding: str, *, seconds: float) -> tuple[bytes, tuple[int, int]]:
        """The pixels of a decoded picture, row by row in RGB, and its size. Raises as `square`."""
        answer, content = self._ask({"form": None, "decoding": decoding}, data, WHOLE, seconds)
        width, height = answer["size"]
        return content, (width, height)

    def stop(self) -> None:
        """End the process. The next picture starts another one."""
        with self._lock:
            self._forget()

    def give_up(self) -> None:
        """End the process at once, for good: who waits for a picture gets a `PictureError`."""
        self._is_given_up = True
        if process := self._process:
            process.kill()

    @property
    def process_id(self) -> int | None:
        """The id of the process, or None if none is running."""
        return self._process.pid if self._process and self._of == os.getpid() else None

    def _ask(
        self, job: dict[str, Any], data: bytes, box: Box, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        job |= {"box": [box.x, box.y, box.width, box.height], "seconds": seconds}
        with self._lock:
            try:
                answer, content = self._exchanged(job, data)
            except _EndedError as ended:
                if ended.signal in _TOO_LONG:
                    raise PictureError(f"decoding takes longer than {self.limits.seconds:g} s") from None
                if self._is_given_up:
                    raise PictureError("decoding was stopped") from None
                # A system that is short of memory may kill even an idle process.
                try:
                    answer, content = self._exchanged(job, data)
                except _EndedError as again:
                    raise PictureError(again.reason) from None
            if answer["last"]:
                self._forget()
        if "reason" in answer:
            raise (PictureError if answer["is_picture"] else NoPictureError)(answer["reason"])
        return answer, content

    def _exchanged(self, job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        jobs, answers = self._started()
        if self._is_given_up and self._process:
            self._process.kill()
        try:
            send(jobs, job, data)
            return receive(answers)
        except (EOFError, OSError):
            code = self._process.wait() if self._process else 0
            self._forget()
            raise _EndedError(-code) from None
        except BaseException:
            # Stopped in the middle of a message: nobody could tell where the next one begins.
            self._forget()
            raise

    def _started(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._of != os.getpid():
            # The parent that this process was forked from still uses that one.
            self._process, self._of = None, os.getpid()
        if self._process is not None and self._process.poll() is not None:
            self._forget()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
                env=os.environ | ({} if self._keeps_memory else _ENVIRONMENT),
                # Ctrl-C in a terminal goes to a whole group of processes. This one ends with its input.
                process_group=0,
            )
            head = {
                "limits": asdict(self.limits),
                "keeps_memory": self._keeps_memory,
                "niceness": self._niceness,
            }
            try:
                send(_pipe(self._process.stdin), head)
                receive(_pipe(self._process.stdout))
            except (EOFError, OSError):
                code = self._process.wait()
                self._forget()
                if self._is_given_up:
                    raise _EndedError(signal.SIGKILL) from None
                raise RuntimeError(
                    f"The process that decodes pictures ended while it started (exit code {code})."
                ) from None
        return _pipe(self._process.stdin), _pipe(self._process.stdout)

    def _forget(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            _pipe(process.stdin).close()
        if process.poll() is None:
            process.kill()
        process.wait()
        _pipe(process.stdout).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream

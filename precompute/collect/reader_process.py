"""Reads answers in a separate process, so that a malicious answer can stop nothing else.

A document may make a parser take any time and memory. Meanwhile its process does nothing else, and ignores
Ctrl-C. So the operating system ends a process that exceeds its limits. The answer is then reported by name,
and the next one gets a new process.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from scrapy.http import HtmlResponse, Response, TextResponse, XmlResponse

from pictures.messages import receive, send
from precompute.collect.readers import Found, Reader, Target, Unreadable
from precompute.collect.readers.kinds import Scope, reader_of
from precompute.collect.settings import READING_BYTES, READING_SECONDS, CollectSettings
from precompute.sources import LeftOut, Record

_ROOT = Path(__file__).resolve().parents[2]
_TOO_LONG = frozenset({signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU})
_WAITING = 6.0
"""The limit of elapsed time, as a multiple of the CPU seconds: other programs may slow the process down."""

_CLASSES = {each.__name__: each for each in (HtmlResponse, XmlResponse, TextResponse, Response)}


class ApartReader:
    """A reader whose `read` runs in another process; see `Reader`."""

    def __init__(self, kind: str, scope: Scope, settings: CollectSettings) -> None:
        reader = reader_of(kind, scope, settings)
        self.names_by_address = reader.names_by_address
        self._reader = reader
        self._which = {"kind": kind, "scope": scope.to_json(), "max_depth": settings.max_depth}

    def read(self, target: Target, response: Response) -> Found:
        """See `Reader`. Also raises `Unreadable` if reading takes too long or too much memory."""
        kind = next(name for name, each in _CLASSES.items() if isinstance(response, each))
        head = {
            "reader": self._which,
            "seconds": READING_SECONDS,
            "target": [target.url, target.role, target.place, target.depth, target.urgency],
            "class": kind,
            "url": response.url,
            "status": response.status,
            "headers": [
                [name.decode("latin-1"), value.decode("latin-1")]
                for name, values in response.headers.items()
                for value in values
            ],
        }
        answer = _PROCESS.request(head, response.body)
        if "reason" in answer:
            raise Unreadable(answer["reason"])
        return _found(answer)

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`."""
        return self._reader.complete(record, notes)


class _Process:
    """The process. It is started for the first answer and stays for the next collection."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def request(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        process = self._started()
        try:
            send(_pipe(process.stdin), head, body)
            return receive(_pipe(process.stdout))[0]
        except (EOFError, OSError):
            return {"reason": self._why_it_ended()}
        except BaseException:
            # If stopped inside a message, the start of the next one would be unknown.
            self.end()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __spec__.name if __spec__ else __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                # Ctrl-C in a terminal goes to a whole group of processes. This one ends with its input.
                process_group=0,
            )
        return self._process

    def _why_it_ended(self) -> str:
        code = self.end()
        if -code in _TOO_LONG:
            return f"reading it takes longer than {READING_SECONDS:g} s"
        return f"reading it takes too much memory or crashes the parser (exit code {code})"

    def end(self) -> int:
        """End the process if it still runs. Returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(OSError):
            _pipe(process.stdin).close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
        if process.poll() is None:
            process.kill()
        _pipe(process.stdout).close()
        return process.wait()


_PROCESS = _Process()
atexit.register(_PROCESS.end)


def _found(answer: dict[str, Any]) -> Found:
    entries = [
        LeftOut(each[0], each[1]) if len(each) == 2 else Record(each[0], each[1], tuple(each[2]), each[3])
        for each in answer["entries"]
    ]
    targets = tuple(Target(*each) for each in answer["targets"])
    return Found(entries, targets, answer["products"], answer["notes"])


def _answer(head: dict[str, Any], body: bytes, readers: dict[str, Reader]) -> dict[str, Any]:
    """The content of an answer as a message, or the reason why it cannot be read."""
    which = head["reader"]
    key = json.dumps(which)
    if key not in readers:
        readers.clear()
        settings = replace(_ANY_SETTINGS, max_depth=which["max_depth"])
        readers[key] = reader_of(which["kind"], Scope.from_json(which["scope"]), settings)
    headers: dict[str, list[str]] = {}
    for name, value in head["headers"]:
        headers.setdefault(name, []).append(value)
    response = _CLASSES[head["class"]](head["url"], status=head["status"], headers=headers, body=body)
    try:
        found = readers[key].read(Target(*head["target"]), response)
        return {
            "entries": [
                [each.file, each.reason]
                if isinstance(each, LeftOut)
                else [each.place, each.fields, list(each.images), each.decimal]
                for each in found.entries
            ],
            "targets": [
                [each.url, each.role, each.place, each.depth, each.urgency] for each in found.targets
            ],
            "products": found.products,
            "notes": found.notes,
        }
    except Unreadable as error:
        return {"reason": str(error)}
    except MemoryError:
        return {"reason": "reading it takes too much memory"}
    # A page may contain anything, so its parsers may raise anything.
    except Exception as error:
        return {"reason": f"it cannot be read ({type(error).__name__}: {error})"[:300]}


_ANY_SETTINGS = CollectSettings("", Path())


def main() -> None:
    """Read answers from stdin, and write their content to stdout, until there are no more."""
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bound_memory()
    readers: dict[str, Reader] = {}
    while True:
        try:
            head, body = receive(jobs)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, head["seconds"])
        signal.setitimer(signal.ITIMER_REAL, _WAITING * head["seconds"])
        answer = _answer(head, body, readers)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(answers, answer)


def _bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/statm")
    # Elsewhere, as on macOS, the system does not limit memory, but the size of answers is limited anyway.
    if status.exists():
        used = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + READING_BYTES,) * 2)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


if __name__ == "__main__":
    main()

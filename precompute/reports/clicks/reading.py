"""Reads files of events line by line: of several hosts, compressed or not, among lines of other programs."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from precompute.shared.errors import UserError
from precompute.shared.progress import stage

PLACES = 50
"""Only so many first places of a list count, as in the dashboard."""

_LONGEST = 64 * 1024
"""The most bytes of a line; longer ones are passed over without being held."""

_NAMED = 10
_MEGABYTE = 1_000_000
_MARK = b'{"akin"'
_GZIP = b"\x1f\x8b"
_LOOK_EVERY = 20_000


class Event(NamedTuple):
    """A list that was seen, with the ids `shown`; or, with a `place` from 1, a click on `chosen` there.

    `split` names the two recipes that were compared, if the list has its recipe by that.
    """

    list: str
    product: str | None
    recipe: str
    hour: str
    shown: tuple[str, ...] = ()
    chosen: str = ""
    place: int = 0
    split: str = ""


@dataclass
class PassedOver:
    """What in the files was no event: `other` programs' lines, and `bad` ones, some of them named."""

    other: int = 0
    bad: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Count a bad line."""
        self.bad += 1
        if len(self.named) < _NAMED:
            self.named.append(f"{where}: {what}")


def read_events(paths: Sequence[Path], passed: PassedOver) -> Iterator[Event]:
    """The events of all files, one after the other; what is none goes to `passed`.

    A line that a log has put something before, such as a time, is read from its `{"akin"` on. Raises
    `UserError` for a file that is not there.
    """
    sizes = [_size(path) for path in paths]
    _check_different(paths)
    total = max(1, sum(sizes) // _MEGABYTE)
    with stage("Events", total, "MB") as advance:
        for path, size in zip(paths, sizes, strict=True):
            try:
                with path.open("rb") as file:
                    yield from _events_of(file, path, passed, _meter(advance, size // _MEGABYTE))
            except (EOFError, OSError, zlib.error) as error:
                reason = getattr(error, "strerror", None) or error
                passed.add(str(path), f"it ends early ({reason}), what comes before counts")
        advance(total - sum(size // _MEGABYTE for size in sizes))


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise UserError(f"Expected files of events. Received: the folder {path}.")
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise UserError(f"Expected files of events. Received: {path} ({error.strerror}).") from error


def _check_different(paths: Sequence[Path]) -> None:
    seen: dict[Path, Path] = {}
    for path in paths:
        if (other := seen.setdefault(path.resolve(), path)) is not path:
            raise UserError(f"Expected each file once. Received: {path}, which is {other} too.")


def _meter(advance: Callable[..., None], size: int) -> Callable[[int], None]:
    """Reports how far a file has been read, in bytes, as megabytes of `size`."""
    done = 0

    def at(position: int) -> None:
        nonlocal done
        now = min(size, position // _MEGABYTE)
        advance(now - done)
        done = now

    return at


def _events_of(file: Any, path: Path, passed: PassedOver, at: Callable[[int], None]) -> Iterator[Event]:
    lines = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == _GZIP else file
    number = 0
    while line := lines.readline(_LONGEST):
        number += 1
        if not line.endswith(b"\n") and len(line) == _LONGEST:
            while (rest := lines.readline(_LONGEST)) and not rest.endswith(b"\n"):
                pass
            passed.add(f"{path} line {number:,}", f"it has more than {_LONGEST:,} bytes")
            continue
        if not number % _LOOK_EVERY:
            at(file.tell())
        start = line.find(_MARK)
        if start < 0 and (line[:1] != b"{" or b'"akin"' not in line):
            passed.other += bool(line.strip())
            continue
        try:
            yield _event(json.loads(line[max(start, 0) :]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            passed.add(f"{path} line {number:,}", _reason(error))
    at(file.tell())


def _event(said: dict[str, Any]) -> Event:
    """The event of a line. Raises `ValueError`, `TypeError` or `KeyError` if it is none."""
    kind, product = said["akin"], said["product"]
    of = (said["list"], product, said["recipe"], said["hour"])
    if not all(isinstance(each, str) for each in of if each is not product):
        raise TypeError("list, recipe and hour are not texts")
    if product is not None and not isinstance(product, str):
        raise TypeError("product is no text")
    split = said.get("split", "")
    if not isinstance(split, str):
        raise TypeError("split is no text")
    if kind == "view":
        shown = said["shown"]
        if not isinstance(shown, list) or not shown or not all(type(each) is str for each in shown):
            raise TypeError("shown is no list of ids")
        return Event(*of, shown=tuple(shown[:PLACES]), split=split)
    if kind != "click":
        raise ValueError("akin is neither view nor click")
    chosen, place = said["chosen"], said["place"]
    if not isinstance(chosen, str) or type(place) is not int or not 1 <= place <= PLACES:
        raise ValueError(f"place is no number from 1 to {PLACES}, or chosen is no id")
    return Event(*of, chosen=chosen, place=place, split=split)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return "it is no JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)

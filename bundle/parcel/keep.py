"""Fetches the parcel that a host is to serve, once, and makes its generation the live one."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bundle import format as fmt
from bundle.disk import flush_all, whole_file
from bundle.format import BundleError
from bundle.generations import is_whole, replace_current
from bundle.parcel.fetch import Say, fetch
from bundle.parcel.public import Network
from bundle.parcel.source import ParcelSource
from bundle.parcel.unpack import unpack
from bundle.reader import Bundle

_KEPT = ".fetched"
"""The folder beside the generations that says which parcel each came from, one file named after its hash."""

_NEW = "new"
_LOCK = "lock"
_AT_MOST = 2
"""Generations that stay: the live one and the one before."""


def say_on_stderr(text: str) -> None:
    """Print one line of progress."""
    print(f"akin: {text}", file=sys.stderr, flush=True)


def keep(
    source: ParcelSource, root: Path, *, allowed: Sequence[Network] = (), say: Say = say_on_stderr
) -> None:
    """Make the generation of a parcel the live one of the bundle at `root`; fetch it if it is not there yet.

    What is published is the parcel with this hash or nothing: if it cannot be had, `BundleError` is raised in
    one sentence, and what was live stays as it was. One process fetches at a time; others wait and then find
    it. Private addresses are as in `fetch`.
    """
    if _is_live(source, root):
        return
    try:
        with _alone(root, say):
            if not _make_live_again(source, root, say):
                _fetch_and_publish(source, root, allowed, say)
    except OSError as error:
        raise BundleError(
            f"The bundle from {source.shown} cannot be kept in {root} ({error.strerror or error}): "
            "let AKIN_DATA name a folder that can be written and has room."
        ) from error


def _is_live(source: ParcelSource, root: Path) -> bool:
    """Whether nothing needs to be done, which no lock is needed to see."""
    name = _kept_as(source, root)
    return name is not None and name == fmt.read_current(root) and _is_whole(root / name)


def _kept_as(source: ParcelSource, root: Path) -> str | None:
    """The name of the generation that came from a parcel."""
    try:
        name = (root / _KEPT / source.sha256).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return name if fmt.is_generation(name) else None


def _is_whole(folder: Path) -> bool:
    try:
        with Bundle.open_generation(folder) as bundle:
            return is_whole(bundle)
    except BundleError:
        return False


@contextmanager
def _alone(root: Path, say: Say) -> Iterator[None]:
    """Only one process at a time does what follows. The system's lock ends with the process."""
    (root / _KEPT).mkdir(parents=True, exist_ok=True)
    with (root / _KEPT / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process fetches the bundle: waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_live_again(source: ParcelSource, root: Path, say: Say) -> bool:
    """Publish the generation of a parcel that was fetched before; False if it must be fetched."""
    name = _kept_as(source, root)
    if name is None:
        return False
    if not _is_whole(root / name):
        say(f"{root / name} was changed since it was fetched.")
        return False
    if fmt.read_current(root) != name:
        replace_current(root, name)
        say(f"{name} is live again: it was fetched before.")
    return True


def _fetch_and_publish(source: ParcelSource, root: Path, allowed: Sequence[Network], say: Say) -> None:
    new = root / _KEPT / _NEW
    _remove(new)
    new.mkdir()
    try:
        archive = new / "bundle.tar.gz"
        fetch(source, archive, allowed=allowed, say=say)
        say("Unpacking and checking it …")
        unpacked = new / "files"
        unpacked.mkdir()
        name = unpack(archive, unpacked)
        archive.unlink()
        _check(source, unpacked / name)
        flush_all(unpacked)
        _move(unpacked / name, root / name, new / "before")
        _note(source, root, name)
        replace_current(root, name)
    finally:
        _remove(new)
    say(f"{name} is live.")
    _tidy(root, name)


def _check(source: ParcelSource, folder: Path) -> None:
    """Raise `BundleError` unless every file is as the build wrote it."""
    with Bundle.open_generation(folder) as bundle:
        wrong = bundle.mismatches(contents=True)
    if wrong:
        more = f" And {len(wrong) - 1:,} more." if len(wrong) > 1 else ""
        raise BundleError(f"The bundle from {source.shown} is not as it was built: {wrong[0]}{more}")


def _move(folder: Path, there: Path, before: Path) -> None:
    """Move a generation to its place. One of the same name, which was damaged, makes way."""
    if there.exists():
        os.replace(there, before)
    os.replace(folder, there)


def _note(source: ParcelSource, root: Path, name: str) -> None:
    with whole_file(root / _KEPT / source.sha256, durable=True) as temporary:
        temporary.write_text(f"{name}\n", encoding="ascii")


def _tidy(root: Path, live: str) -> None:
    """Remove generations that were fetched, but the newest two. Those that came another way stay."""
    notes = [path for path in (root / _KEPT).iterdir() if path.name not in (_NEW, _LOCK) and path.is_file()]
    names: dict[str, list[Path]] = {}
    for note in sorted(notes, key=lambda path: path.stat().st_mtime_ns, reverse=True):
        names.setdefault(note.read_text(encoding="ascii", errors="replace").strip(), []).append(note)
    others = [name for name in names if name != live]
    for name in others[_AT_MOST - 1 :]:
        for note in names[name]:
            note.unlink()
        if fmt.is_generation(name):
            _remove(root / name)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)

"""Reads and prepares pictures ahead of the extractor, in threads, a bounded number at a time."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from pictures.errors import PictureError
from precompute.shared.errors import UserError
from precompute.sources.folders.picture_files import read_picture

Result = TypeVar("Result")


@dataclass(frozen=True)
class Loaded(Generic[Result]):
    """The outcome for one file: its image id, and either a result or the reason why there is none.

    Both are missing if the same bytes were loaded before: the earlier outcome holds for this file too.
    `image_id` is None if the file could not be read.
    """

    file: str
    image_id: str | None
    result: Result | None = None
    reason: str = ""


def load(
    folder: Path,
    files: Iterable[str],
    prepare: Callable[[str, bytes], Result],
    *,
    threads: int,
    ahead: int,
) -> Generator[Loaded[Result], None, None]:
    """Load `files`, paths below `folder`, in order, and yield one `Loaded` for each.

    `prepare(image id, the file's bytes)` makes the result, or raises `PictureError` with the reason. It runs
    in one of the `threads`, once for each distinct content. At most `ahead` files are loaded in advance,
    which bounds the memory.

    The image id and the result come from the same bytes, even if the file changes meanwhile. Raises
    `UserError` if the folder itself disappears: then no picture is to blame.
    """
    seen = _Seen()
    with ThreadPoolExecutor(threads, thread_name_prefix="load") as pool:
        waiting: deque[Future[Loaded[Result]]] = deque()
        try:
            for file in files:
                waiting.append(pool.submit(_load, folder, file, prepare, seen))
                if len(waiting) >= ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


class _Seen:
    """The image ids met so far; safe to use from many threads."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = Lock()

    def add(self, image_id: str) -> bool:
        """Add an id. Returns whether it is new."""
        with self._lock:
            new = image_id not in self._ids
            self._ids.add(image_id)
            return new


def _load(folder: Path, file: str, prepare: Callable[[str, bytes], Result], seen: _Seen) -> Loaded[Result]:
    try:
        data = read_picture(folder / file)
    except OSError as error:
        if not folder.is_dir():
            raise UserError(f"The folder {folder} disappeared while its pictures were read.") from error
        return Loaded(file, None, reason=f"the file cannot be read ({error.strerror})")
    except PictureError as error:
        return Loaded(file, None, reason=str(error))
    image_id = hashlib.sha256(data).hexdigest()
    if not seen.add(image_id):
        return Loaded(file, image_id)
    try:
        return Loaded(file, image_id, result=prepare(image_id, data))
    except PictureError as error:
        return Loaded(file, image_id, reason=str(error))

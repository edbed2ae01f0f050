"""The second pass: fetches the products' pictures, and keeps them under the hash of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from time import time
from typing import Any

from scrapy.http import Response

from pictures.errors import PictureError
from pictures.in_time import decode_in_time
from pictures.opening import read_header
from precompute.collect.addresses import AddressError, checked
from precompute.collect.fetching.conditional import headers_for, version_of
from precompute.collect.fetching.crawl import Fetch
from precompute.collect.fetching.limits import CollectLimits, Hosts
from precompute.collect.fetching.reasons import GONE, state_of
from precompute.collect.journal import Answer, Journal
from precompute.collect.readers import Target
from precompute.collect.settings import PICTURE_BYTES, PICTURE_SECONDS, SMALLEST_SIDE
from precompute.sources.files import JOURNAL
from precompute.store.files import write_whole

PHASE = "pictures"
IMAGES = "images"
"""The folder of the pictures, in the catalogue's folder."""

_SUFFIXES = {"JPEG": "jpg", "TIFF": "tif", "HEIF": "heic"}


class Pictures:
    """The phase of `crawl` that fetches pictures into `folder`. `advance` is a progress stage's function."""

    def __init__(
        self, folder: Path, journal: Journal, limits: CollectLimits, advance: Callable[..., None]
    ) -> None:
        self._folder, self._journal, self._limits, self._advance = folder, journal, limits, advance
        self._hosts = Hosts()
        self.limit = ""
        """The limit that ended the pass, in words."""

    async def prepare(self, fetch: Fetch) -> None:
        """See `Phase`."""

    def has_next(self) -> bool:
        """See `Phase`."""
        if not self._journal.has_open(PHASE):
            return False
        self.limit = self.limit or self._limits.reached(reading=False)
        return not self.limit

    def next(self) -> tuple[Target, dict[str, Any]] | None:
        """See `Phase`."""
        while self.has_next() and (target := self._journal.take(PHASE)) is not None:
            if reason := self._hosts.is_gone(target.url):
                self._give_up(target, reason, status=None)
                continue
            meta = {"download_maxsize": PICTURE_BYTES, "download_timeout": PICTURE_SECONDS}
            return target, {
                "headers": _HEADERS | headers_for(self._journal.answer(PHASE, target.url)),
                "meta": meta,
            }
        return None

    def seconds_left(self) -> float:
        """See `Phase`."""
        return self._limits.seconds_left(reading=False)

    def end_in_time(self) -> None:
        """See `Phase`."""
        self.limit = self.limit or self._limits.time_in_words(reading=False)

    def permits(self, target: Target, url: str) -> str:
        """See `Phase`. Pictures may come from any public host."""
        return ""

    def answered(self, target: Target, response: Response) -> None:
        """See `Phase`."""
        self._hosts.answered(target.url)
        self._limits.bytes += len(response.body)
        if response.status == 304:
            self._journal.finish(PHASE, target)
            self._advance(1)
            return
        try:
            content = {"file": keep_picture(response.body, self._folder)}
        except PictureError as error:
            content = {"reason": str(error)}
        with self._journal.whole():
            self._journal.keep(PHASE, target.url, version_of(response, **content))
            self._journal.finish(PHASE, target)
        self._advance(1)

    def failed(self, target: Target, reason: str, status: int | None) -> None:
        """See `Phase`. If a picture was fetched before, that one is kept."""
        self._hosts.failed(target.url, reason, status)
        self._give_up(target, reason, status=status)

    def _give_up(self, target: Target, reason: str, *, status: int | None) -> None:
        if self._journal.answer(PHASE, target.url) is not None and status not in GONE:
            self._journal.finish(
                PHASE, target, state="stale", reason=f"{reason}; the earlier version is kept"
            )
        else:
            self._journal.finish(PHASE, target, state=state_of(status), reason=reason)
        self._advance(1)

    @property
    def gone(self) -> dict[str, str]:
        """The hosts that stopped answering, with the last reason."""
        return self._hosts.gone


_HEADERS = {"Accept": "image/avif,image/webp,image/*;q=0.9,*/*;q=0.5"}


def want(urls: Iterable[tuple[str, int]], folder: Path, journal: Journal) -> tuple[int, int]:
    """Note which pictures to fetch. Returns how many there are, and how many need no request.

    Each address comes with its position among its product's pictures. First pictures are fetched first, so a
    collection that ends early has as many products as possible.

    A picture that was fetched before is only requested if the server may have another version. One that is no
    longer on disk is fetched again.
    """
    count = known = 0
    with journal.whole():
        for url, place in urls:
            count += 1
            answer = journal.answer(PHASE, url)
            if answer is not None and not _is_there(answer, folder):
                journal.forget(PHASE, url)
                answer = None
            is_fresh = answer is not None and answer.fresh_until > time()
            known += journal.want(PHASE, Target(url, "picture", urgency=place), done=is_fresh)
    return count, known


def _is_there(answer: Answer, folder: Path) -> bool:
    file = answer.content.get("file")
    return file is None or answer.content.get("unused", False) or (folder / file).is_file()


def keep_picture(data: bytes, folder: Path) -> str:
    """Write a picture below `folder` under the hash of its bytes. Returns its path there.

    Raises `PictureError` with the reason if the bytes are not a picture of a product. The server's content
    type does not matter.
    """
    suffix = _judge(data)
    digest = hashlib.sha256(data).hexdigest()
    file = f"{IMAGES}/{digest[:2]}/{digest}.{suffix}"
    if not (folder / file).is_file():
        write_whole(folder / file, data, by_way_of=folder / JOURNAL)
    return file


def picture_address(image: str) -> str:
    """The address from which to fetch a picture. Raises `PictureError` if it cannot be fetched."""
    try:
        return checked(image)
    except AddressError as error:
        raise PictureError(str(error)) from None


def _judge(data: bytes) -> str:
    """The file name extension of a picture, by its content. It is decoded completely, as a build will do."""
    if not data:
        raise PictureError("the answer is empty (0 bytes)")
    if data.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html", b"<head")):
        raise PictureError("it is an HTML page, not a picture")
    decode_in_time(data)
    header = read_header(data)
    width, height = header.width, header.height
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(f"it has {width} × {height} pixels, fewer than {SMALLEST_SIDE} on a side")
    return _SUFFIXES.get(header.format, header.format.lower())

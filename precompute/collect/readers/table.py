"""Reads a fetched product feed or table, in the same way as a local file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number

from precompute.collect.readers import Found, Target, Unreadable
from precompute.collect.settings import TABLE_BYTES
from precompute.shared.progress import say
from precompute.sources import LeftOut, Record, Records, read_records

_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
}
_BEGINNINGS = {b"<": ".xml", b"{": ".json", b"[": ".json", b"PK": ".xlsx", b"PAR1": ".parquet"}


class TableReader:
    """Writes an answer into `folder` and reads it. `columns` and `kind` are those of `read_records`."""

    names_by_address = False

    def __init__(self, folder: Path, columns: Mapping[str, str], kind: str | None) -> None:
        self._folder, self._columns, self._kind = folder, columns, kind

    def read(self, target: Target, response: Response) -> Found:
        """See `Reader`."""
        body = response.body
        if gzip_magic_number(response):
            try:
                body = gunzip(body, max_size=TABLE_BYTES)
            # It is damaged, or would fill the memory.
            except Exception as error:
                raise Unreadable(f"it cannot be unpacked ({error})") from None
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _name(response, body)
        path.write_bytes(body)
        return Found(self._records(path, response.url))

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`."""
        return record

    def _records(self, path: Path, base: str) -> Iterator[Record | LeftOut]:
        try:
            records = read_records(path, columns=self._columns, kind=self._kind)
            for entry in records:
                if isinstance(entry, Record):
                    # A path in a fetched document is an address on its host, never a local file.
                    entry = replace(entry, images=tuple(urljoin(base, image) for image in entry.images))
                yield entry
            say_of(records)
        finally:
            path.unlink(missing_ok=True)


def say_of(records: Records) -> None:
    """Report what a table was, and which column is which field."""
    say(f"Source: {records.path.name}, {records.counted()}.")
    say(records.describe())
    for note in records.notes:
        say(f"{records.path.name}: {note}.")


def _name(response: Response, body: bytes) -> str:
    """A file name that is understandable in reports and has the format's extension."""
    name = unquote(urlsplit(response.url).path).rpartition("/")[2].removesuffix(".gz")
    stem, dot, suffix = re.sub(r"[^\w.-]+", "-", name).strip(".-").rpartition(".")
    if dot and 2 <= len(suffix) <= 7:
        return f"{stem or 'table'}.{suffix}"
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip()
    beginning = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:4]
    known = next((each for start, each in _BEGINNINGS.items() if beginning.startswith(start)), "")
    return f"{stem or suffix or 'table'}{_SUFFIXES.get(content_type.lower()) or known or '.csv'}"

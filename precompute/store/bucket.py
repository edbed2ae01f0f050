"""A store's files in object storage: Amazon S3 and what speaks its protocol, and Google Cloud Storage.

PyArrow's file systems are used, since PyArrow is installed anyway. fsspec would need s3fs and gcsfs, with
aiobotocore, botocore and Google's packages: 30 more to install and pin.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import time_ns
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa
from pyarrow import fs

from precompute.shared.errors import UserError
from precompute.store.locations import PARTS, is_abandoned

_OPTIONS = ("region", "endpoint_override", "scheme")
"""What may follow the ? of an S3 address, as PyArrow names it."""

_RETRY = timedelta(seconds=60)
"""How long Google's client retries; with its own limit of 15 minutes, a build would seem to hang."""

_NO_BUCKET = "there is no such bucket"

_MEANING = (
    (re.compile(r"ACCESS_DENIED|\b403\b|PERMISSION_DENIED|Forbidden"), "access is denied"),
    (re.compile(r"NO_SUCH_BUCKET"), _NO_BUCKET),
    (
        re.compile(r"INVALID_ACCESS_KEY_ID|SIGNATURE_DOES_NOT_MATCH|UNAUTHENTICATED|\b401\b|CREDENTIALS"),
        "the credentials are refused",
    ),
    (re.compile(r"NETWORK_CONNECTION|curlCode|[Cc]onnect|UNAVAILABLE|resolve"), "it cannot be reached"),
)
"""What the libraries' messages mean. They are not shown: they are long and may repeat parts of an address."""


class Bucket:
    """A folder in object storage. See `Location`.

    `address` is as in `s3://bucket/folder` or `gs://bucket/folder`, without credentials: they come from the
    environment, the provider's own files or the machine's role, on each machine anew.
    """

    shared = True

    def __init__(self, address: str, path: str = "") -> None:
        self._address, self._path = address, path

    def __str__(self) -> str:
        return "/".join(filter(None, (self._address.partition("?")[0].rstrip("/"), self._path)))

    @property
    def folder(self) -> Path:
        """See `Location`: the one for temporary files, as a bucket has none of its own."""
        return Path(tempfile.gettempdir())

    def for_worker(self) -> Bucket:
        """See `Location`."""
        return self

    def below(self, name: str) -> Bucket:
        """See `Location`."""
        return Bucket(self._address, f"{self._path}/{name}".lstrip("/"))

    def sizes(self) -> dict[str, int]:
        """See `Location`."""
        with self._said("read") as (system, folder):
            found = system.get_file_info(fs.FileSelector(folder, allow_not_found=True))
            sizes = {each.base_name: each.size for each in found if each.base_name.endswith(PARTS)}
            return dict(sorted(sizes.items()))

    def only_here(self) -> set[str]:
        """See `Location`."""
        return set()

    def read(self, name: str, *, sha256: str) -> bytes:
        """See `Location`."""
        with self._said("read") as (system, folder), system.open_input_stream(f"{folder}/{name}") as file:
            content: bytes = file.read()
            return content

    def write(self, name: str, content: bytes, *, durable: bool = False) -> None:
        """See `Location`. An object is there once it is whole, and then it is durable."""
        with self._said("written") as (system, folder):
            path = f"{folder}/{name}"
            try:
                with system.open_output_stream(path) as file:
                    file.write(content)
            except BaseException:
                # Closing the stream finishes the object, though a signal came before all of it was written.
                with suppress(OSError, pa.ArrowException):
                    if system.get_file_info(path).size != len(content):
                        system.delete_file(path)
                raise

    def remove(self, name: str) -> None:
        """See `Location`."""
        with self._said("written") as (system, folder), suppress(FileNotFoundError):
            system.delete_file(f"{folder}/{name}")

    def remove_unfinished(self) -> None:
        """See `Location`: an object that was never finished cannot be seen."""

    def remove_abandoned(self) -> None:
        """See `Location`."""
        with self._said("written") as (system, folder):
            changed: dict[str, list[float]] = {}
            found = system.get_file_info(fs.FileSelector(folder, allow_not_found=True, recursive=True))
            for each in found:
                if each.is_file:
                    # A service that does not say when counts as now.
                    changed.setdefault(each.path.rpartition("/")[0], []).append(
                        (each.mtime_ns or time_ns()) / 1e9
                    )
            for place, times in changed.items():
                if place != folder and is_abandoned(times):
                    system.delete_dir(place)

    @contextmanager
    def _said(self, done: str) -> Iterator[tuple[Any, str]]:
        """The file system and the path in it. Errors become `UserError`, but not files missing in a read."""
        try:
            system, root = file_system(self._address)
            yield system, "/".join(filter(None, (root, self._path)))
        except (OSError, pa.ArrowException) as error:
            missing = isinstance(error, FileNotFoundError)
            if missing and done == "read":
                raise
            found = (meaning for pattern, meaning in _MEANING if pattern.search(str(error)))
            reason = _NO_BUCKET if missing else next(found, "the service answered with an error")
            raise UserError(
                f"The store {self} cannot be {done} ({reason}): check the address, the credentials in this "
                "machine's environment and their rights, then run the same command again."
            ) from None


def check_address(address: str) -> None:
    """Raise `UserError` if this is not the address of a bucket. The message repeats no credentials."""
    scheme, _, rest = address.partition("://")
    # A secret key may have slashes, and the bucket's name then ends within it: so a colon is enough.
    if {"@", ":"} & set(rest.partition("/")[0]):
        raise UserError(
            f"Expected --store without credentials and ports, such as {scheme}://bucket/folder. Received: an "
            "address with one of them. Put credentials into the environment, such as AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, and another server's name and port after ?endpoint_override=."
        )
    try:
        parts = urlsplit(address)
    except ValueError:  # Such as one that begins with a bracket.
        raise UserError(f"Expected --store as {scheme}://bucket/folder. Received: {address}.") from None
    if not parts.netloc or parts.fragment:
        raise UserError(f"Expected --store as {parts.scheme}://bucket/folder. Received: {address}.")
    allowed = _OPTIONS if parts.scheme == "s3" else ()
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in allowed:
            expected = f"only {', '.join(allowed)}" if allowed else "nothing"
            raise UserError(f"Expected {expected} after the ? of --store. Received: {name}.")
        if not value or (name == "scheme" and value not in ("http", "https")):
            expected = "http or https" if name == "scheme" else "a value"
            raise UserError(f"Expected {expected} for {name} in --store. Received: {value!r}.")


@lru_cache
def file_system(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it. Raises what PyArrow raises."""
    parts = urlsplit(address)
    path = f"{parts.netloc}{parts.path}".rstrip("/")
    if parts.scheme == "gs":
        return fs.GcsFileSystem(retry_time_limit=_RETRY), path
    options = dict(parse_qsl(parts.query))
    if "region" not in options and "endpoint_override" not in options:
        options["region"] = fs.resolve_s3_region(parts.netloc)
    # Otherwise writing a small file takes three requests, each after a question whether the bucket exists.
    return fs.S3FileSystem(allow_delayed_open=True, background_writes=False, **options), path

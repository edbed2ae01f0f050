"""The location that `--store` names."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from precompute.shared.errors import UserError
from precompute.shared.lock import LOCK
from precompute.store.files import STORE
from precompute.store.locations import Folder, Location


def shared_location(text: str, *, source: Path) -> Location:
    """The location of a store that builds share: a folder, or the address of one in object storage.

    Raises `UserError` if there is no such thing, or if nothing can be written there, before anything is
    computed in vain. `source` is what is built: a store in it would be read as pictures.
    """
    scheme, separator, _ = text.partition("://")
    if not separator or scheme == "file":
        location: Location = _folder(_path(text), source)
    elif scheme in ("s3", "gs"):
        # PyArrow's file systems take a tenth of a second to import.
        from precompute.store.bucket import Bucket, check_address

        check_address(text)
        location = Bucket(text)
    else:
        raise UserError(
            "Expected --store to be a folder, or an address that begins with s3:// or gs://. "
            f"Received: one that begins with {scheme}://."
        )
    name = f".try-{secrets.token_hex(8)}"
    try:
        location.write(name, b"Removed at once: this says whether a build may write here.\n")
        location.remove(name)
    except OSError as error:
        raise UserError(
            f"The store {location} cannot be written ({error.strerror}): choose another with --store or "
            "change its permissions."
        ) from error
    return location


def _path(text: str) -> Path:
    if not text.startswith("file://"):
        return Path(text)
    host = text.removeprefix("file://").partition("/")[0]
    if host not in ("", "localhost"):
        raise UserError(f"Expected --store as file:///folder, with an absolute path. Received: {text}.")
    return Path(url2pathname(urlsplit(text).path))


def _folder(path: Path, source: Path) -> Folder:
    where = path.resolve()
    if where.name == STORE and (where.parent / LOCK).is_file():
        raise UserError(
            f"Expected --store to be a folder that is not a bundle's own store. Received: {path}, from which "
            f"builds of the bundle in {path.parent} remove what that bundle no longer shows."
        )
    if source.is_dir() and where.is_relative_to(source.resolve()):
        raise UserError(f"Expected --store to be outside the pictures' folder {source}. Received: {path}.")
    # Workers elsewhere know nothing of this process's folder.
    return Folder(path.absolute(), shared=True)

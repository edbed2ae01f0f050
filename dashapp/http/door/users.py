"""The file of users: one line for each, with a name and a salted hash of the password."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from werkzeug.security import generate_password_hash

from bundle.disk import open_file, whole_file

LARGEST = 1_000_000
"""The most bytes of a file of users."""

LONGEST_NAME = 64
LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 8
"""In characters, for passwords that are given to a user here."""

_ADD = "python -m dashapp users add NAME FILE"
_FORBIDDEN = stat.S_IWGRP | stat.S_IRWXO
"""What nobody but the owner may do with the file, and what nobody outside of the file's group may do."""

_HASH = re.compile(r"scrypt:([1-9]\d{0,6}):([1-9]\d?):([1-9]\d?)\$[A-Za-z0-9]{8,64}\$[0-9a-f]{128}")
_WEAKEST = 1 << 14
"""The lowest cost N of a hash. RFC 7914 has it for interactive logins of 2009."""
_DEAREST = 1 << 20
"""The most that N × r × p may be: 128 MB and half a second of a processor for each password that is tried."""


class UsersError(ValueError):
    """A file of users cannot be used. The message is one sentence that names the file."""


def read_users(path: Path) -> dict[str, str]:
    """The hash of each user's password by name; at least one.

    Raises `UsersError` if the file is missing, is no regular file, can be read by everyone, or is malformed.
    """
    try:
        with open_file(path) as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsersError(f"{path} cannot be read ({error.strerror}): make it with {_ADD}.") from error
    if mode & _FORBIDDEN:
        raise UsersError(
            f"Expected {path} to be kept from other accounts of this machine, with mode 600 or 640. "
            f"Received: mode {stat.S_IMODE(mode):o}. Run: chmod 600 {path}."
        )
    if len(data) > LARGEST:
        raise UsersError(f"Expected {path} to have at most {LARGEST:,} bytes. Received: more.")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UsersError(f"Expected {path} to be UTF-8 text. Received: other bytes.") from None
    users = _parsed(path, text)
    if not users:
        raise UsersError(f"Expected {path} to name at least one user. Received: none. Run: {_ADD}.")
    return users


def _parsed(path: Path, text: str) -> dict[str, str]:
    users: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, hashed = line.strip().partition(" ")
        # The line may hold a password that somebody wrote there, so it is not repeated.
        if not is_name(name) or not _is_hash(hashed):
            raise UsersError(
                f"Expected line {number} of {path} to be a name and a hash, as {_ADD} writes them. "
                "Received: something else."
            )
        if name in users:
            raise UsersError(f"Expected {path} to name each user once. Received: line {number} repeats one.")
        users[name] = hashed
    return users


def is_name(text: str) -> bool:
    """Whether a user can have this name: 1 to 64 printable characters, no blank and no colon."""
    return (
        0 < len(text) <= LONGEST_NAME
        and text.isprintable()
        and not re.search(r"[\s:]", text)
        and not text.startswith("#")
        and text == normal(text)
    )


def normal(text: str) -> str:
    """Text in one form of Unicode: browsers send an ü as one character or as two."""
    return unicodedata.normalize("NFC", text)


def _is_hash(text: str) -> bool:
    match = _HASH.fullmatch(text)
    if match is None:
        return False
    cost, blocks, parallel = map(int, match.groups())
    return cost >= _WEAKEST and cost.bit_count() == 1 and cost * blocks * parallel <= _DEAREST


def hashed(password: str) -> str:
    """A new salted scrypt hash of a password."""
    return generate_password_hash(normal(password), method="scrypt")


def write_users(path: Path, users: Mapping[str, str]) -> None:
    """Replace the file in one step, readable by its owner alone, or as it was for its group.

    Raises `UsersError` if it cannot be written.
    """
    lines = ["# Who may see the shop: a name and a salted hash of a password on each line."]
    lines += [f"{name} {hashed}" for name, hashed in users.items()]
    try:
        before = path.stat() if path.exists() else None
        with whole_file(path, durable=True) as temporary:
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                if before is not None:
                    _keep_owner(file.fileno(), before)
                file.write("\n".join([*lines, ""]))
    except OSError as error:
        raise UsersError(f"{path} cannot be written ({error.strerror}): nothing was changed.") from error


def _keep_owner(descriptor: int, before: os.stat_result) -> None:
    """Give a file the owner, group and mode of the one that it replaces."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode) & ~_FORBIDDEN)

"""Lets only one build at a time write into an output folder."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from precompute.shared.errors import UserError

LOCK = ".lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Make the folder `out`, and hold its lock inside.

    The lock is the system's, on the file `.lock`: it ends with the process, however that ends, so none is
    ever left over. The file says who holds it. Raises `UserError` where another process does, or where the
    folder cannot be written.
    """
    path = out / LOCK
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"The output folder {out} cannot be written ({error.strerror}): "
            "choose another with --out or change its permissions."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text(encoding="utf-8", errors="replace").strip() or "that has just begun"
            raise UserError(
                f"Another command writes into {out}: {holder}. Wait for it or stop it, then try again."
            ) from None
        except OSError as error:
            raise UserError(
                f"The file {path} cannot be locked ({error.strerror}): choose a folder on a local disk."
            ) from error
        file.truncate(0)
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        file.write(f"process {os.getpid()} on {socket.gethostname()}, since {since}\n")
        file.flush()
        try:
            yield
        finally:
            # The file stays: removing it could remove one that another build has just locked.
            file.truncate(0)

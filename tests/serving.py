"""A real server: gunicorn on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

from tests.waiting import PATIENCE, eventually

REPOSITORY = Path(__file__).resolve().parents[1]


@contextmanager
def serving(data: Path, log: Path, **settings: str) -> Iterator[str]:
    """The address of gunicorn serving a bundle, with the repository's own configuration."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashapp.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    # A relative path, as `make demo` gives it.
    environment = {
        **os.environ,
        "AKIN_DATA": os.path.relpath(data, REPOSITORY),
        "WEB_CONCURRENCY": "1",  # A test asks for little at once.
        **settings,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/healthz", process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):
                return True
        except HTTPError:
            return True  # It answers, if only that there is no bundle.
        except (URLError, ConnectionError):
            return False

    eventually(lambda: process.poll() is not None or answers())
    assert process.poll() is None, f"gunicorn ended:\n{log.read_text()}"

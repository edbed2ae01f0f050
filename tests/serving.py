"""A real server: gunicorn on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@contextmanager
def serving(data: Path, log: Path, **settings: str) -> Iterator[str]:
    """The address of gunicorn serving a bundle, with the repository's own configuration."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashapp.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    # A relative path, as `make demo` gives it.
    environment = {**os.environ, "AKIN_DATA": os.path.relpath(data, REPOSITORY), **settings}
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
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except HTTPError:
            return  # It answers, if only that there is no bundle.
        except (URLError, ConnectionError):
            time.sleep(0.05)
    pytest.fail(f"gunicorn did not answer at {address}:\n{log.read_text()}")

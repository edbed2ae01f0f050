"""A real nginx in front of a server."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import PATIENCE, eventually

_MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  {http}
}}
"""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def nginx_command(folder: Path, http: str) -> list[str]:
    """What runs nginx with these lines in its block `http`; the test is skipped where there is none."""
    command = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if command is None:
        pytest.skip("no nginx on this machine: apt-get install nginx-light")
    configuration = folder / "nginx.conf"
    configuration.write_text(_MAIN.format(folder=folder, http=http), encoding="utf-8")
    return [command, "-c", str(configuration), "-e", str(folder / "error.log")]


@contextmanager
def nginx(folder: Path, http: str, port: int) -> Iterator[None]:
    """An nginx with these lines, which make it listen on a port."""
    process = subprocess.Popen(nginx_command(folder, http))
    try:
        eventually(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, (folder / "error.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return True
    except OSError:
        return False

"""A build whose store is in S3: moto's server, in an environment of its own, and Amazon's client in PyArrow.

moto needs an older python-dateutil than this project: it cannot stand among the requirements. uv fetches it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from precompute.shared.errors import UserError
from precompute.store.address import shared_location
from precompute.store.bucket import Bucket
from tests.builds import Tiny, content_of, fresh, run, write_pictures

pytestmark = [pytest.mark.network, pytest.mark.slow]

WITH = ("flask==3.1.3", "flask-cors==6.0.5", "py-partiql-parser==0.6.3", "pyyaml==6.0.3")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The host and port of a running server. Skipped where moto cannot be fetched."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tool = [find_uv_bin(), "tool", "run", "--python", sys.executable, "--from", "moto==5.2.5"]
    for package in WITH:
        tool += ["--with", package]
    fetched = subprocess.run([*tool, "moto_server", "--help"], capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"moto cannot be fetched: {fetched.stderr[-300:]}")
    command = [*tool, "moto_server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            _make_bucket(f"http://127.0.0.1:{port}/akin", running)
            yield f"127.0.0.1:{port}"
        finally:
            running.terminate()


def _make_bucket(address: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=60).close()
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail("moto's server did not start")


@pytest.fixture
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return f"s3://akin/store?endpoint_override={server}&scheme=http"


def test_builds_share_a_bucket(tiny: type[Tiny], tmp_path: Path, address: str) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    run(photos, tmp_path / "one", store=address)
    run(photos, tmp_path / "other", store=address)
    assert tiny.pictures == 12, "the second build embeds none"
    assert content_of(tmp_path / "other") == fresh(photos, tmp_path / "fresh")
    manifest = (tmp_path / "other" / "CURRENT").read_text().strip()
    assert "akin/store" not in (tmp_path / "other" / manifest / "manifest.json").read_text()


def test_a_part_may_be_larger_than_one_request(address: str) -> None:
    content = os.urandom(1024) * 24_000
    location = Bucket(address).below("large")
    location.write("0.parquet", content, durable=True)
    assert location.sizes() == {"0.parquet": len(content)}
    assert location.read("0.parquet", sha256="") == content
    location.remove("0.parquet")
    location.remove("0.parquet")
    assert location.sizes() == {}
    with pytest.raises(FileNotFoundError):
        location.read("0.parquet", sha256="")


def test_a_bucket_that_is_not_there_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"s3://other/store cannot be written \(there is no such bucket\)"):
        shared_location(address.replace("//akin/", "//other/"), source=tmp_path)

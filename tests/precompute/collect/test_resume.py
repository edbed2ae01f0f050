"""A collection that is killed, or stopped by a signal, goes on and asks for nothing twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.shop import pages
from tests.shop.goods import goods
from tests.shop.server import Reply, Site
from tests.waiting import PATIENCE, eventually

REPOSITORY = Path(__file__).resolve().parents[3]
AT_ONCE = 8
"""Requests that may be under way at once to one host."""


class Barrier:
    """Lets `number` requests that begin with a path pass, then holds up every request until it is opened."""

    def __init__(self, site: Site, path: str, number: int) -> None:
        self._path, self._left = path, number
        self.reached, self._open, self._turn = threading.Event(), threading.Event(), threading.Lock()
        self.passed: list[str] = []
        self.held: list[str] = []
        site.before = self

    def __call__(self, target: str) -> Reply | None:
        with self._turn:
            self._left -= target.startswith(self._path)
            waits = self._left < 0 and not self._open.is_set()
            (self.held if waits else self.passed).append(target)
        if waits:
            self.reached.set()
            self._open.wait(PATIENCE)
        return None

    def open(self) -> None:
        self._open.set()


def start(site: Site, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "precompute", "collect", site.url, "--out", str(out)]
    command += ["--rate", "100", "--allow-private", "127.0.0.1"]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, Ctrl-C is ignored, and so it would be by what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def still_open(catalogue: Path) -> set[str]:
    """The addresses whose answers the journal does not have."""
    with closing(sqlite3.connect(f"file:{catalogue}/.collect/journal.sqlite?mode=ro", uri=True)) as journal:
        return {url for (url,) in journal.execute("SELECT url FROM ask WHERE state = 'open'")}


@pytest.mark.kill
@pytest.mark.parametrize(("path", "number"), [("/p/", 4), ("/img/", 6)], ids=["reading", "pictures"])
def test_after_a_kill_nothing_is_asked_twice(path, number, site, collect, tmp_path):
    pages.web_shop(site, goods(12))
    barrier = Barrier(site, path, number)
    process = start(site, tmp_path / "catalogue")
    assert barrier.reached.wait(PATIENCE)
    # What was answered before has been dealt with.
    answered = {site.url + path for path in barrier.passed}
    eventually(lambda: not answered & still_open(tmp_path / "catalogue"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    barrier.open()
    done = collect(site.url)
    assert done.code == 0 and "Resuming the last collection where it was stopped" in done.err
    twice = {target for target, count in Counter(site.paths()).items() if count > 1} - {"/robots.txt"}
    # Only what was on its way when the kill came, which nobody can have kept.
    assert twice <= set(barrier.held) and len(twice) <= AT_ONCE
    table = (tmp_path / "catalogue/products.csv").read_bytes()
    (tmp_path / "catalogue").rename(tmp_path / "killed")
    assert collect(site.url).code == 0
    assert (tmp_path / "catalogue/products.csv").read_bytes() == table


@pytest.mark.kill
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_at_once_and_says_what_is_kept(number, code, site, tmp_path):
    pages.web_shop(site, goods(12))
    barrier = Barrier(site, "/img/", 3)
    process = start(site, tmp_path / "catalogue")
    assert barrier.reached.wait(PATIENCE)
    images = tmp_path / "catalogue/images"
    eventually(lambda: len(list(images.glob("*/*"))) >= 2)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    barrier.open()
    assert process.returncode == code
    assert "stopped. Everything fetched so far is kept: run the same command again to continue." in err
    assert "Traceback" not in err and len(list(images.glob("*/*"))) >= 2


def test_a_damaged_journal_costs_only_time(site, collect, tmp_path):
    pages.web_shop(site, goods(3))
    assert collect(site.url).code == 0
    journal = tmp_path / "catalogue/.collect/journal.sqlite"
    journal.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert collect(site.url).code == 0


def test_a_picture_that_has_gone_from_the_disk_is_fetched_anew(site, collect, tmp_path):
    pages.web_shop(site, goods(3))
    assert collect(site.url).code == 0
    lost = next((tmp_path / "catalogue/images").glob("*/*"))
    lost.unlink()
    assert collect(site.url).code == 0
    assert lost.is_file()

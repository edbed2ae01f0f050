"""Ctrl-C stops a collection within two seconds, whatever it is doing."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attack.collecting.conftest import GOOD
from tests.shop.pages import page
from tests.shop.server import Reply

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS = 2.0
"""How much a stopped command may still compute, and wait. A page that is read to its end takes more."""
LATE = 10.0
"""By which a busy machine may let a process end late."""

BRACKETS = '<script type="application/ld+json">' + "[" * 9_000_000 + "</script>"
ATTRIBUTES = f"<div {' '.join(f'a{number}=1' for number in range(1_000_000))}>"
NUMBERS = "[" + "1," * 4_900_000 + "1]"


def _answers(what: str) -> Reply:
    return {
        "brackets": lambda: Reply(page("", BRACKETS).encode()),
        "attributes": lambda: Reply(page("", ATTRIBUTES).encode()),
        "a large list": lambda: Reply(NUMBERS.encode(), kind="application/json"),
        "a pause": lambda: Reply(status=503, headers={"Retry-After": "200"}),
        "silence": lambda: time.sleep(60) or Reply(),
    }[what]()


def _computed(process: int) -> float:
    """The CPU seconds of a process and of those it started."""
    seconds = 0.0
    with suppress(OSError):
        own = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        seconds = sum(int(each) for each in own[11:15]) / os.sysconf("SC_CLK_TCK")
        for thread in Path(f"/proc/{process}/task").iterdir():
            seconds += sum(_computed(int(child)) for child in (thread / "children").read_text().split())
    return seconds


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("what", ["brackets", "attributes", "a large list", "a pause", "silence"])
def test_a_signal_ends_it_whatever_it_does(what, site, tmp_path):
    reached = threading.Event()

    def bad(query: dict[str, str]) -> Reply:
        reached.set()
        return _answers(what)

    site.routes["/p/bad"] = bad
    site.give("/p/good", page(GOOD))
    site.give("/", page("", '<a href="/p/bad">x</a>'))
    address = f"{site.url}/p/bad" if what == "a large list" else site.url
    command = [sys.executable, "-m", "precompute", "collect", address, "--out", str(tmp_path / "catalogue")]
    command += ["--rate", "100", "--allow-private", "127.0.0.1"]
    ended_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, Ctrl-C is ignored, and so it would be by what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert reached.wait(120)
    time.sleep(0.5)
    began, computed = time.monotonic(), _computed(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < SECONDS + LATE
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = ended.ru_utime + ended.ru_stime - ended_before.ru_utime - ended_before.ru_stime
    assert total - computed < SECONDS
    assert "Traceback" not in err and "Exception ignored" not in err
    if process.returncode == 130:
        assert err.splitlines()[-1].startswith("akin: stopped. Everything fetched so far is kept")
    else:
        # A page that is refused lets it come to its end by itself, having found no product.
        assert what not in ("a pause", "silence") and process.returncode in (2, -signal.SIGINT)

"""Ctrl-C stops a collection within two seconds, whatever it is doing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.attack.collecting.conftest import GOOD
from tests.shop.pages import page
from tests.shop.server import Reply

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS = 2.0
LATE = 10.0
"""By which a busy machine may let a process end late: a page that is read to its end takes far longer."""

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
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < SECONDS + LATE
    if process.returncode == -signal.SIGINT:
        return  # The command had ended, and Python was on its way out.
    if process.returncode != 2:
        assert process.returncode == 130 and "stopped. Everything fetched so far is kept" in err
    # Python itself prints what interrupts a destructor.
    assert "Traceback" not in err or "Exception ignored" in err

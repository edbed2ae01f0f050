"""Takes the pictures of the README and the docs, from the demo shop in a real browser.

    python docs/screenshots.py          # after: python -m precompute build demo --out data

Needs requirements-dev.txt and the system's Chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
IMAGES = REPOSITORY / "docs" / "images"

SHOTS = {
    # file name: (address, width, height, colour mode)
    "product-1280-light": ("/product/vas-004", 1280, 900, "light"),
    "gallery-1280-light": ("/", 1280, 900, "light"),
    "product-390-dark": ("/product/tea-009", 390, 844, "dark"),
}


def main() -> None:
    """Serve the bundle in `data`, take each picture and stop the server again."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--bind", address, "dashapp.wsgi:server"]
    environment = {"AKIN_DATA": str(REPOSITORY / "data"), **os.environ}
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    try:
        wait_for(f"http://{address}/healthz")
        take(f"http://{address}")
    finally:
        server.terminate()
        server.wait()


def take(base: str) -> None:
    """Write every picture as PNG."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (address, width, height, mode) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=mode)
            page.goto(base + address, wait_until="networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


def wait_for(address: str) -> None:
    """Return once the server answers; raises `SystemExit` where it does not within 30 seconds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer.")


if __name__ == "__main__":
    main()

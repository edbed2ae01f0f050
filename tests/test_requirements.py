"""Every promised Python can install every list of packages, as wheels and without choosing a version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.test_house import REQUIREMENTS, ROOT

PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
"""The first of each: a pin that needs a later one is missing on the systems that ship an earlier one."""

DEMO = ("demo/requirements.txt", "3.11.0")
"""Blender's Python module, which only runs with Python 3.11."""

pytestmark = pytest.mark.network


def resolved(lines: str, python: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What would be installed for requirements with a Python on Linux, from wheels alone; installs nothing.

    pip's own dry run would fetch whole packages and take this Python's markers for the other's.
    """
    command = [find_uv_bin(), "pip", "compile", "--quiet", "--python-version", python]
    command += ["--python", sys.executable, "--python-platform", "x86_64-manylinux_2_28"]
    command += ["--only-binary", ":all:", "--no-header", "--no-annotate", *options, "-"]
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=lines, capture_output=True, text=True, check=False
    )


def pinned(path: Path) -> set[str]:
    """The lines of a requirements file and of those that it includes, names as the registry spells them."""
    found: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        requirement = line.split("#")[0].strip()
        if requirement.startswith("-r "):
            found |= pinned(path.parent / requirement.removeprefix("-r ").strip())
        elif requirement:
            name, version = requirement.split("==")
            found.add(f"{name.lower().replace('_', '-').replace('.', '-')}=={version}")
    return found


@pytest.fixture(scope="module", autouse=True)
def registry() -> None:
    asked = resolved("pip", PYTHONS[-1], "--no-deps", "--refresh-package", "pip")
    if "error sending request" in asked.stderr:
        pytest.skip(f"the package registry cannot be reached: {' '.join(asked.stderr.split())}")
    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("requirements", REQUIREMENTS)
def test_a_python_installs_just_what_is_pinned(requirements: str, python: str) -> None:
    found = resolved(f"-r {requirements}\n", python)
    assert found.returncode == 0, found.stderr
    assert set(found.stdout.split()) == pinned(ROOT / requirements)


def test_the_pictures_of_the_demo_can_be_rendered_again() -> None:
    requirements, python = DEMO
    found = resolved(f"-r {requirements}\n", python)
    assert found.returncode == 0, found.stderr
    assert pinned(ROOT / requirements) <= set(found.stdout.split())


def test_a_pin_that_refuses_a_python_or_has_no_wheel_is_found() -> None:
    late = resolved("soupsieve==4.1.3", "3.11.0", "--no-deps")
    assert late.returncode and "3.11" in late.stderr
    unbuilt = resolved("jstyleson==0.0.2", "3.11.0", "--no-deps")
    assert unbuilt.returncode and "wheel" in unbuilt.stderr

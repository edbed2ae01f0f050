"""What a host installs may be used by any shop: its licences ask for no more than to be named."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PERMISSIVE = {
    *("MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PSF-2.0"),
    *("ISC", "MIT-CMU", "0BSD", "Zlib", "CC0-1.0"),
}
"""By their names in SPDX."""

CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
TEXTS = {
    "MIT": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
}

UNCHANGED = {"certifi", "tqdm"}
"""Under the Mozilla Public License too, which asks for changes to their own files alone: none is changed."""

PINS = sorted(
    line.split("==")[0]
    for name in ("requirements.txt", "requirements-live.txt")
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    if re.match(r"[A-Za-z0-9._-]+==", line)
)


def licences_of(package: str) -> set[str]:
    """The names of the licences that a package says it is under; each has to be kept to."""
    metadata = distribution(package).metadata
    if expression := metadata.get("License-Expression"):
        # Of several that one may choose from, any will do, and so will all.
        return set(re.split(r" (?:AND|OR|WITH) ", re.sub(r"[()]", "", expression)))
    classified = {
        entry.rpartition(" :: ")[2]
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License :: OSI Approved")
    }
    if classified:
        return {CLASSIFIERS.get(name, name) for name in classified}
    text = (metadata.get("License") or "none").strip()
    return {TEXTS.get(each, each) for each in text.split(" AND ")}


@pytest.mark.parametrize("package", PINS)
def test_the_licence_of_what_a_host_installs_is_permissive(package: str) -> None:
    licences = licences_of(package)
    allowed = PERMISSIVE | ({"MPL-2.0"} if package in UNCHANGED else set())
    assert licences and licences <= allowed, f"{package}: {licences}"

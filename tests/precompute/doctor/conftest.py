"""Catalogues made for the doctor, examined with the extractor of exact arithmetic."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from precompute.building.build import BuildSettings
from precompute.doctor import Diagnosis, Finding, diagnose, diagnosis
from tests.builds import TINY, Tiny, tiny_plan
from tests.drawn_pictures import encoded

COLUMNS = ("id", "image", "images", "title", "category", "price", "currency", "variants")


@pytest.fixture
def doctor(tiny: type[Tiny], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Diagnosis]:
    """Examines a folder with `Tiny` for the extractor."""

    def examine(source: Path, *, out: Path | None = None, **settings: Any) -> Diagnosis:
        return diagnosed(source, out or tmp_path / "data", monkeypatch, **settings)

    return examine


def diagnosed(source: Path, out: Path, patch: pytest.MonkeyPatch, **settings: Any) -> Diagnosis:
    """What the doctor finds in a folder with `Tiny` for the extractor."""
    patch.setattr(diagnosis, "plan_extractor", tiny_plan)
    return diagnose(BuildSettings(source, **{"out": out, "recipes": (TINY,)} | settings))


def photo(seed: int, *, size: int = 320, hue: int = 0) -> Image.Image:
    """A sharp picture with detail everywhere, dark above and light below, of one of three hues."""
    random = np.random.default_rng(seed)
    cells = random.integers(0, 90, (size // 8 + 1, size // 8 + 1, 1)).repeat(8, axis=0).repeat(8, axis=1)
    light = np.linspace(20, 140, size)[:, np.newaxis, np.newaxis]
    tint = np.roll((1.0, 0.35, 0.35), hue)
    return Image.fromarray(((cells[:size, :size] + light) * tint).clip(0, 255).astype(np.uint8))


def write_catalogue(folder: Path, rows: Mapping[str, Mapping[str, Any]]) -> Path:
    """A folder with a products.csv, fields by id; `image` is a picture, its bytes, or a file's name."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, (product_id, given) in enumerate(rows.items()):
            fields = {
                "title": f"Product {number}",
                "category": "Cups",
                "price": 10 + number,
                "currency": "EUR",
            }
            fields |= given
            image = fields["image"]
            if not isinstance(image, str):
                fields["image"] = f"{number:03}.png"
                content = image if isinstance(image, bytes) else encoded(image)
                (folder / fields["image"]).write_bytes(content)
            writer.writerow({"id": product_id, **fields})
    return folder


def of_kind(found: Diagnosis, kind: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.kind == kind]


def products_of(found: Diagnosis, kind: str) -> list[tuple[str, ...]]:
    return [finding.products for finding in of_kind(found, kind)]

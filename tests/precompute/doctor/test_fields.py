"""What the doctor says of titles, prices and categories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from precompute.doctor import Diagnosis
from precompute.doctor.fields import garbled
from tests.builds import write_pictures
from tests.precompute.doctor.conftest import of_kind, photo, products_of, write_catalogue

Doctor = Callable[..., Diagnosis]


def shop(folder: Path, rows: dict[str, dict[str, object]]) -> Path:
    """A catalogue of as many good products, and the given ones."""
    good = {f"good {seed}": {"image": photo(seed)} for seed in range(len(rows) + 2)}
    given = {name: {"image": photo(50 + seed)} | row for seed, (name, row) in enumerate(rows.items())}
    return write_catalogue(folder, good | given)


def test_missing_and_odd_fields_are_found(doctor: Doctor, tmp_path: Path) -> None:
    rows = {
        "no title": {"title": ""},
        "no price": {"price": ""},
        "on request": {"price": "on request"},
        "free": {"price": "0"},
        "no currency": {"currency": ""},
        "no category": {"category": ""},
        "garbled": {"title": "KÃ¼che blau"},
        "same 1": {"title": "Blue mug"},
        "same 2": {"title": "BLUE  mug "},
        "size S": {"title": "Shirt", "variants": "v"},
        "size M": {"title": "Shirt", "variants": "v"},
        "dear": {"price": "129900"},
    }
    found = doctor(shop(tmp_path / "shop", rows))
    assert products_of(found, "missing-title") == [("no title",)]
    assert sorted(products_of(found, "missing-price")) == [("no price",), ("on request",)]
    assert "“on request” is not a number" in of_kind(found, "missing-price")[-1].text
    assert products_of(found, "odd-price") == [("dear",), ("free",)]
    assert products_of(found, "missing-currency") == [("no currency",)]
    assert products_of(found, "missing-category") == [("no category",)]
    assert products_of(found, "odd-title") == [("garbled",)]
    assert products_of(found, "same-title") == [("same 1", "same 2")]


def test_what_no_product_has_is_not_missed(doctor: Doctor, tmp_path: Path) -> None:
    found = doctor(write_pictures(tmp_path / "photos", 6))
    assert not {f.kind for f in found.findings} & {"missing-title", "missing-price", "missing-category"}
    assert any("prices" in sentence for sentence in found.unchecked)
    rows = {f"p{seed}": {"image": photo(seed), "price": "", "currency": ""} for seed in range(4)}
    rows["p0"]["price"] = "12"
    found = doctor(write_catalogue(tmp_path / "shop", rows))
    assert products_of(found, "missing-price") == []
    assert products_of(found, "missing-currency") == [("p0",)]


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("KÃ¼che", "“Küche”"),
        ("Cafetiï¿½re", "lost"),
        ("Küche", None),
        ("Crème brûlée", None),
        ("Ã", None),
        ("A < B > C", None),
        ("Bang & Olufsen; blue", None),
        ("5 <3 love", None),
        ("日本のマグ", None),
        ("Ärmel", None),
    ],
)
def test_signs_that_are_not_meant_are_told_from_those_that_are(title: str, meant: str | None) -> None:
    found = garbled(title)
    assert (found is None) if meant is None else (found is not None and meant in found)

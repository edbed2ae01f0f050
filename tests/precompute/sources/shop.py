"""A folder of tiny pictures, and tables that name them, for the tests of sources."""

from __future__ import annotations

from pathlib import Path

from precompute.sources import Catalogue, read_catalogue
from tests.pictures import encoded, picture

PICTURES = tuple(f"images/{seed}.png" for seed in range(6))


def write_pictures(folder: Path) -> Path:
    """The six `PICTURES` below a folder."""
    for seed, name in enumerate(PICTURES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(picture(seed, width=24, height=20)))
    return folder


def read_text(folder: Path, name: str, text: str, *, encoding: str = "utf-8", **options: object) -> Catalogue:
    """The catalogue of a table beside the pictures, which are written where they are not there."""
    if not (folder / PICTURES[0]).exists():
        write_pictures(folder)
    (folder / name).write_bytes(text.encode(encoding))
    return read_catalogue(folder / name, **options)


def reasons(catalogue: Catalogue) -> dict[str, str]:
    """What was left out, and why."""
    return {entry.file: entry.reason for entry in catalogue.left_out}

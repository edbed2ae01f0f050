"""The rooms of each package: which of them may import which. `docs/architecture.md` draws them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.statements import statements, tree

ROOT = Path(__file__).resolve().parents[1]

MOST_ROOMS = 16
"""On one floor: what a newcomer takes in at a glance."""

BETWEEN_PACKAGES = {
    "bundle": set(),
    "pictures": {"bundle"},
    # The static site's pages are the dashboard's: one file imports it (see tests/test_house.py).
    "precompute": {"bundle", "dashapp", "pictures"},
    # Of these two only live search imports anything: see tests/test_house.py.
    "dashapp": {"bundle", "pictures", "precompute"},
}

PRECOMPUTE = {
    "shared": set(),
    "models": {"shared"},
    "neighbours": {"shared"},
    "evaluation": {"neighbours"},
    "store": {"shared"},
    "sources": {"shared", "store"},
    "collect": {"shared", "sources", "store"},
    "embeddings": {"models", "shared", "sources", "store"},
    "live": {"embeddings", "models", "shared", "store"},
    "synonyms": {"shared", "sources"},
    "building": {
        *("embeddings", "evaluation", "live", "models", "neighbours", "shared", "sources", "store"),
        "synonyms",
    },
    "fitting": {"building", "embeddings", "evaluation", "models", "shared", "sources", "store"},
    "reports": {"building", "embeddings", "evaluation", "models", "neighbours", "shared", "sources", "store"},
    "doctor": {"building", "embeddings", "models", "neighbours", "reports", "shared", "sources", "store"},
    "cli": {
        *("building", "collect", "doctor", "evaluation", "fitting", "models", "reports", "shared", "sources"),
    },
    "__main__": {"cli"},
}

DASHAPP = {
    "language": set(),
    "addresses": {"language"},
    "problems": set(),
    "settings": {"language"},
    "shown_recipe": {"language"},
    "photo": {"addresses", "problems", "settings"},
    "site": {"addresses", "photo", "settings", "shown_recipe"},
    "parts": {"addresses", "language", "shown_recipe", "site"},
    "answers": {"language", "parts", "shown_recipe"},
    "http": {"addresses", "language", "parts", "settings", "shown_recipe", "site"},
    "api": {"addresses", "answers", "http", "parts", "photo", "problems", "settings", "shown_recipe", "site"},
    "pages": {
        "addresses",
        "answers",
        "http",
        "language",
        "parts",
        "photo",
        "settings",
        "shown_recipe",
        "site",
    },
    "document": {
        *("addresses", "answers", "api", "http", "language", "pages", "parts", "settings", "site"),
    },
    "app": {
        *("addresses", "api", "document", "http", "language", "pages", "parts", "photo", "settings", "site"),
    },
    "__init__": {"app"},
    "__main__": {"app", "http", "pages", "settings"},
    "wsgi": {"app", "settings"},
}

HOUSE = {"precompute": PRECOMPUTE, "dashapp": DASHAPP}


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports anywhere, inside functions too."""
    for node in statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_of(package: str) -> dict[str, set[str]]:
    """Each room of a package, a folder or a file on its floor, with the other rooms that it imports."""
    floor = ROOT / package
    found: dict[str, set[str]] = {}
    for path in sorted(floor.rglob("*.py")):
        room = path.relative_to(floor).parts[0].removesuffix(".py")
        names = [name.split(".") for name in imported(path)]
        others = {name[1] for name in names if name[0] == package and len(name) > 1} - {room}
        found.setdefault(room, set()).update(other for other in others if _is_room(floor, other))
    return {room: others for room, others in found.items() if others or room != "__init__"}


def _is_room(floor: Path, name: str) -> bool:
    return (floor / name).is_dir() or (floor / f"{name}.py").is_file()


@pytest.mark.parametrize("package", BETWEEN_PACKAGES)
def test_a_package_imports_none_above_it(package: str) -> None:
    names = {name.split(".")[0] for path in (ROOT / package).rglob("*.py") for name in imported(path)}
    assert names & set(BETWEEN_PACKAGES) - {package} == BETWEEN_PACKAGES[package]


@pytest.mark.parametrize("package", HOUSE)
def test_each_room_imports_what_the_table_says(package: str) -> None:
    assert rooms_of(package) == HOUSE[package]


@pytest.mark.parametrize("package", HOUSE)
def test_rooms_import_in_no_circle(package: str) -> None:
    rooms = rooms_of(package)
    while rooms:
        ground = {room for room, others in rooms.items() if not others & set(rooms)}
        assert ground, f"these import each other in a circle: {sorted(rooms)}"
        rooms = {room: others for room, others in rooms.items() if room not in ground}


@pytest.mark.parametrize("package", BETWEEN_PACKAGES)
def test_a_floor_has_few_rooms(package: str) -> None:
    for folder in (ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())):
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) + len(list(folder.glob("*/__init__.py"))) <= MOST_ROOMS, folder


def test_classes_have_names_of_their_own() -> None:
    found: dict[str, str] = {}
    for package in BETWEEN_PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in tree(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    other = found.setdefault(node.name, str(path))
                    assert other == str(path), f"{node.name} is a class in {other} and in {path}"

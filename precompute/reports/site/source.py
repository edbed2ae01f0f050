"""What a static site is made from, and the key that says whether it would come out the same."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from bundle import format as fmt
from bundle.format import key_of

_REPOSITORY = Path(__file__).resolve().parents[3]

_PROGRAM = ("assets", "bundle", "dashapp", "precompute/reports/site")
"""The folders of all that writes a page."""

_LIBRARIES = ("dash", "flask", "jinja2", "markupsafe", "werkzeug")
"""The packages that write a part of a page."""


@dataclass(frozen=True)
class Source:
    """What a site is made from: a bundle, its public address, its title if not the bundle's, its language.

    `generation` is the one that all processes must find; empty before it is known.
    """

    data: Path
    address: str
    title: str = ""
    language: str = "en"
    generation: str = ""

    def pinned(self) -> Source:
        """The source with the name of the generation that is live, if there is one."""
        generation = fmt.read_current(self.data)
        return self if generation is None else replace(self, generation=generation)

    def key(self) -> str:
        """The key of all that the site's files depend on: the program, the options and the bundle's seal.

        Empty where the bundle has no manifest. The bundle's files are taken to be those of its seal.
        """
        try:
            manifest = (self.data / self.generation / fmt.MANIFEST).read_bytes()
        except OSError:
            return ""
        return key_of(program_key(), self.address, self.title, self.language, self.generation, manifest)


@cache
def program_key() -> str:
    """The key of the program: of every file that writes a page, of Python and of the packages."""
    files = (file for folder in _PROGRAM for file in sorted((_REPOSITORY / folder).rglob("*")))
    return key_of(*_versions(), *_contents(files))


def _versions() -> list[str]:
    return [sys.version, *(f"{name} {version(name)}" for name in _LIBRARIES)]


def _contents(files: Iterable[Path]) -> list[str | bytes]:
    found: list[str | bytes] = []
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            found += [file.relative_to(_REPOSITORY).as_posix(), file.read_bytes()]
    return found

"""Makes the files of a static site from the dashboard's pages: the one module that runs the other half."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dashapp.document.static_addresses import file_name
from dashapp.document.static_files import data_files
from dashapp.document.static_pages import AT_ONCE, PageAddress, SiteFile, StaticSite
from precompute.reports.site.index import index_files, searched_words, shards_of, word_files
from precompute.shared.errors import UserError

_PAGES = 64
_SHARDS = 32


class SitePart(NamedTuple):
    """Some files that a process makes at once: what they are, and which of them."""

    kind: str
    first: int
    last: int

    @property
    def steps(self) -> int:
        """How many there are."""
        return self.last - self.first


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


def _open(source: Source) -> StaticSite:
    try:
        return StaticSite.open(
            source.data, address=source.address, title=source.title, spoken=source.language
        )
    except LookupError as error:
        raise UserError(f"Expected --language to be {error}. Received: {source.language!r}.") from None
    except ValueError as error:
        raise UserError(f"Expected --address to be {error}. Received: {source.address!r}.") from None


def pinned(source: Source) -> Source:
    """The source with the generation that is live. Raises `UserError`, and `BundleError` as opening does."""
    return replace(source, generation=_open(source).bundle.generation)


@cache
def _opened(source: Source) -> StaticSite:
    """Each process opens the bundle once."""
    site = _open(source)
    if site.bundle.generation != source.generation:
        raise UserError(f"A build changed {source.data} meanwhile: run the same command again.")
    return site


@cache
def _vocabulary(source: Source) -> tuple[str, ...]:
    return tuple(searched_words(_opened(source).bundle))


@cache
def _gallery_pages(source: Source) -> list[PageAddress]:
    return _opened(source).galleries()


@cache
def _single_pages(source: Source) -> list[PageAddress]:
    return _opened(source).single_pages()


def parts_of(source: Source) -> list[SitePart]:
    """All parts of a `pinned` source's site, those that take longest first."""
    site = _opened(source)
    counts = {
        "products": (site.bundle.count, AT_ONCE),
        "words": (len(shards_of(_vocabulary(source))), _SHARDS),
        "galleries": (len(_gallery_pages(source)), _PAGES),
        "pages": (len(_single_pages(source)) + 1, _PAGES),
        "index": (1, 1),
        "files": (1, 1),
    }
    return [
        SitePart(kind, first, min(first + step, total))
        for kind, (total, step) in counts.items()
        for first in range(0, total, step)
    ]


def files_of(source: Source, part: SitePart) -> Iterator[SiteFile]:
    """The files of one part."""
    return _MAKERS[part.kind](source, part)


def _products(source: Source, part: SitePart) -> Iterator[SiteFile]:
    yield from _opened(source).products(part.first, part.last)


def _words(source: Source, part: SitePart) -> Iterator[SiteFile]:
    vocabulary = _vocabulary(source)
    shards = shards_of(vocabulary)[part.first : part.last]
    yield from (SiteFile(*each) for each in word_files(_opened(source).bundle, shards, vocabulary, file_name))


def _galleries(source: Source, part: SitePart) -> Iterator[SiteFile]:
    site = _opened(source)
    yield from (site.page(each) for each in _gallery_pages(source)[part.first : part.last])


def _pages(source: Source, part: SitePart) -> Iterator[SiteFile]:
    site = _opened(source)
    asked = _single_pages(source)
    yield from (site.page(each) for each in asked[part.first : part.last])
    if part.last > len(asked):
        yield site.not_found()


def _index(source: Source, _: SitePart) -> Iterator[SiteFile]:
    yield from (SiteFile(*each) for each in index_files(_opened(source).bundle, file_name))


def _files(source: Source, _: SitePart) -> Iterator[SiteFile]:
    yield from data_files(_opened(source))


_MAKERS: dict[str, Callable[[Source, SitePart], Iterator[SiteFile]]] = {
    "products": _products,
    "words": _words,
    "galleries": _galleries,
    "pages": _pages,
    "index": _index,
    "files": _files,
}

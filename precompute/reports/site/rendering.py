"""Makes the files of a static site from the dashboard's pages: the one module that runs the other half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from typing import NamedTuple

from dashapp.document.static_addresses import file_name
from dashapp.document.static_bundle import Notice
from dashapp.document.static_files import data_files
from dashapp.document.static_keys import ProductKeys
from dashapp.document.static_pages import AT_ONCE, CARDS, PageAddress, SiteFile, StaticSite
from dashapp.parts.search_words import said_terms
from precompute.reports.site.index import index_files, searched_words, shards_of, word_files
from precompute.reports.site.source import Source, program_key
from precompute.shared.errors import UserError

Noticed = Callable[[], AbstractContextManager[Notice | None]]

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


class Making:
    """Files that are made together: their `name`, and the `key` of what they are made from.

    The key is empty if they are made from everything. Once they are made, `went_beyond` says whether
    something was read that the key does not cover: then they too are made from everything.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Iterable[SiteFile]],
        *,
        key: str = "",
        noticed: Noticed = nullcontext,
    ) -> None:
        """`noticed` gives what notices the reading while they are made."""
        self.name = name
        self.key = key
        self.went_beyond = False
        self._make = make
        self._noticed = noticed

    def files(self) -> Iterator[SiteFile]:
        """Make the files, one by one."""
        with self._noticed() as notice:
            yield from self._make()
        self.went_beyond = notice is not None and notice.went_beyond


def _open(source: Source) -> StaticSite:
    try:
        return StaticSite.open(
            source.data, address=source.address, title=source.title, spoken=source.language
        )
    except LookupError as error:
        raise UserError(f"Expected --language to be {error}. Received: {source.language!r}.") from None
    except ValueError as error:
        raise UserError(f"Expected --address to be {error}. Received: {source.address!r}.") from None


@cache
def _opened(source: Source) -> StaticSite:
    """Each process opens the bundle once."""
    site = _open(source)
    if site.bundle.generation != source.generation:
        raise UserError(f"A build changed {source.data} meanwhile: run the same command again.")
    return site


@cache
def _keys(source: Source) -> ProductKeys:
    return ProductKeys(_opened(source), program=program_key())


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


def makings_of(source: Source, part: SitePart) -> Iterator[Making]:
    """What one part is made of; nothing is made before its files are asked for."""
    if part.kind == "products":
        return _products(source, part)
    # What tells of the whole catalogue is made again whatever has changed in it.
    make = partial(_MAKERS[part.kind], source, part)
    return iter([Making(f"{part.kind}/{part.first}-{part.last}", make)])


def _products(source: Source, part: SitePart) -> Iterator[Making]:
    site, keys = _opened(source), _keys(source)
    noticing = site.bundle.noticing
    found = site.bundle.products_at(range(part.first, part.last))
    for position, product in found.items():
        key, ids = keys.of_product(product)
        make = partial(site.product_files, position, product)
        yield Making(f"product/{file_name(product.id)}", make, key=key, noticed=partial(noticing, ids))
    for name, make_some, size in (("cards", site.cards, CARDS), ("map", site.on_map, AT_ONCE)):
        for start in range(part.first, part.last, size):
            some = {each: found[each] for each in range(start, min(start + size, part.last))}
            noticed = partial(noticing, [each.id for each in some.values()])
            make = partial(make_some, start // size, some)
            yield Making(f"{name}/{start // size}", make, key=keys.of_several(some.values()), noticed=noticed)


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
    site = _opened(source)
    with site.writing():
        yield from (SiteFile(*each) for each in index_files(site.bundle, file_name, said_terms))


def _files(source: Source, _: SitePart) -> Iterator[SiteFile]:
    yield from data_files(_opened(source))


_MAKERS: dict[str, Callable[[Source, SitePart], Iterator[SiteFile]]] = {
    "words": _words,
    "galleries": _galleries,
    "pages": _pages,
    "index": _index,
    "files": _files,
}

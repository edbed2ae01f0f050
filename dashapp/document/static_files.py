"""The files of a static site besides its pages: scripts, the map's points, photo search, the sitemap."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from bundle.format import compact_json
from bundle.live import WEB
from bundle.theme import theme_file
from dashapp.addresses import href_of
from dashapp.answers.look_alikes import groups_of
from dashapp.document.static_addresses import file_of
from dashapp.document.static_pages import SiteFile, StaticSite
from dashapp.document.theme import MANIFEST, manifest, theme_path
from dashapp.http.assets import ASSETS
from dashapp.http.crawlers import LISTED, register_crawlers
from dashapp.http.device_files import DEVICE_FILES, LiveFile, device_files
from dashapp.http.headers import HEADERS
from dashapp.http.map_data import points, points_href
from dashapp.http.widget import with_look
from dashapp.language.catalogues import with_widget_messages
from dashapp.site import Site, Sites

_ROBOTS = "User-agent: *\nDisallow: {below}/compare/\nSitemap: {address}/sitemap.xml\n"

_HOST_HEADERS = """/*
{headers}
  Content-Security-Policy: frame-ancestors 'none'
{below}/assets/*
  Cache-Control: public, max-age=31536000, immutable
{below}/thumbnails/*
  Cache-Control: public, max-age=31536000, immutable
  Cross-Origin-Resource-Policy: cross-origin
  Access-Control-Allow-Origin: *
{below}/lists/*
  Access-Control-Allow-Origin: *
{below}/widget.js
  Cross-Origin-Resource-Policy: cross-origin
"""

_NO_LISTS = "  const listOf = null;"
_LISTS = """  const fileName = (() => {{
{names}
    return fileName;
  }})();
  const listOf = (/** @type {{string}} */ id) => `lists/${{fileName(id)}}.json`;"""


class _OneSite(Sites):
    """Always the same site, whatever is built meanwhile."""

    def __init__(self, site: Site) -> None:
        self._only = site

    def current(self) -> Site:
        """See `Sites`."""
        return self._only


def data_files(made: StaticSite) -> Iterator[SiteFile]:
    """All files but pages, thumbnails and what a search reads."""
    with made.writing():
        yield from _assets(made)
        yield from _for_hosts(made)
        yield from _points(made)
        yield from _theme(made)
        yield from _photo_search(made)
    yield SiteFile("groups.json", compact_json(_groups(made)))


def _assets(made: StaticSite) -> Iterator[SiteFile]:
    for path in sorted(ASSETS.rglob("*")):
        if path.suffix in (".js", ".css", ".svg", ".ico", ".woff2", ".webmanifest", ".png", ".txt"):
            yield SiteFile(f"assets/{path.relative_to(ASSETS).as_posix()}", path)
    yield SiteFile("favicon.ico", ASSETS / "favicon.ico")
    yield SiteFile("widget.js", _widget(made.site).encode())


def _widget(site: Site) -> str:
    """The widget's script, which names the files of lists as `static-names.js` does."""
    text = with_look(with_widget_messages((ASSETS / "widget.js").read_text(encoding="utf-8")), site)
    if text.count(_NO_LISTS) != 1:
        raise LookupError(f"Expected widget.js to say once: {_NO_LISTS!r}.")
    names = (ASSETS / "static-names.js").read_text(encoding="utf-8").replace("export ", "")
    return text.replace(_NO_LISTS, _LISTS.format(names=names.strip()))


def _for_hosts(made: StaticSite) -> Iterator[SiteFile]:
    below, address = made.addresses.below, made.site.settings.address
    yield SiteFile("robots.txt", _ROBOTS.format(below=below, address=address).encode())
    headers = "\n".join(f"  {name}: {value}" for name, value in HEADERS.items())
    yield SiteFile("_headers", _HOST_HEADERS.format(headers=headers, below=below).encode())
    # Hosts that run Jekyll over a site leave out what begins with an underscore unless this file is there.
    yield SiteFile(".nojekyll", b"")
    server = Flask("static_site", static_folder=None)
    register_crawlers(server, _OneSite(made.site))
    numbers = range(1, max(1, -(-made.bundle.count // LISTED)) + 1)
    for path in ["/sitemap.xml", *(f"/sitemap-{number}.xml" for number in numbers)]:
        with server.test_request_context(path):
            yield SiteFile(path[1:], server.full_dispatch_request().get_data())


def _theme(made: StaticSite) -> Iterator[SiteFile]:
    if made.site.theme.tag:
        yield SiteFile(MANIFEST, manifest(made.site).encode())
    for name in sorted(made.site.theme.stored):
        path = made.bundle.folder / theme_file(name)
        yield SiteFile(_path(made, href_of(theme_path(made.site, name))), path)


def _points(made: StaticSite) -> Iterator[SiteFile]:
    for recipe in made.site.recipes:
        content = points(made.bundle, recipe.name)
        if content is not None:
            yield SiteFile(_path(made, points_href(made.site, made.bundle, recipe)), content)


def _photo_search(made: StaticSite) -> Iterator[SiteFile]:
    found = device_files(made.site)
    if found is None:
        return
    listed = found.as_json(made.bundle)
    yield SiteFile(_path(made, href_of(DEVICE_FILES)), compact_json(listed))
    ids = made.bundle.product_ids(offset=0, limit=made.bundle.count)
    yield SiteFile(_path(made, listed["ids"]["href"]), compact_json(ids))
    runtime = [each for each in found.files.values() if each.path.startswith(f"{WEB}/")]
    for each in {*runtime, *found.named.values(), *found.vectors, *found.heads}:
        yield SiteFile(_path(made, each.href), _unpacked(made.bundle.folder, each))


def _unpacked(folder: Path, file: LiveFile) -> bytes | Path:
    path = folder / file.path
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path


def _path(made: StaticSite, address: str) -> str:
    return file_of(urlsplit(address).path.removeprefix(made.addresses.below))


def _groups(made: StaticSite) -> list[list[int]]:
    """For each product, the numbers of the groups of near-duplicates that it belongs to."""
    numbers: dict[tuple[str, str], int] = {}
    return [
        sorted(numbers.setdefault(key, len(numbers)) for key in groups_of(product))
        for batch in made.bundle.batches()
        for product in batch
    ]

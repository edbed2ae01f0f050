"""The pages and files of a static site: what the server would answer, made in advance for every address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bundle import BundleError, Product, Query
from bundle.format import THUMBNAILS, compact_json
from bundle.search.query import Filters, category_name, category_path
from dashapp.addresses import (
    ABOUT,
    COMPARE,
    FOR_YOU,
    GALLERY,
    MAP,
    PHOTO,
    PRODUCT,
    QUALITY,
    href_of,
    product_href,
    written_by,
)
from dashapp.answers.look_alikes import look_alikes
from dashapp.answers.quality_report import QualityReport
from dashapp.api.records import product_record
from dashapp.document.routes import view_of
from dashapp.document.shop_app import document_of, surroundings
from dashapp.document.static_addresses import SEARCH, StaticAddresses, file_name, file_of
from dashapp.document.static_bundle import ReadOnceBundle
from dashapp.http.device_files import device_files, live_recipe
from dashapp.http.headers import static_policy
from dashapp.http.map_data import is_mapped, map_record
from dashapp.language import SOURCE, Language, codes, language, speaking
from dashapp.pages.gallery import PAGE_SIZE, search_page
from dashapp.pages.quality_lists import LISTS, PAGE
from dashapp.parts import html
from dashapp.parts.cards import pick_button, small_link
from dashapp.parts.components import card
from dashapp.parts.markup import to_html
from dashapp.parts.view import View
from dashapp.settings import BROWSER, Settings, public_address
from dashapp.site import Site, open_site

_METAS = '<meta charset="UTF-8">\n    <meta name="viewport" content="width=device-width, initial-scale=1">'

_OF_DASH = ("css", "config", "scripts", "renderer")
"""What Dash adds to a document of the server's."""

IN_A_LIST = 12
"""How many look-alikes the widget can show without a server."""

AT_ONCE = 64
"""How many products are made at once; one file has them for the map."""

CARDS = 8
"""How many cards one file holds."""

_WIDGET_FIELDS = (
    *("id", "title", "brand", "category", "url", "price", "compare_at_price", "currency", "images", "page"),
)


class PageAddress(NamedTuple):
    """A page by its path and arguments on the server."""

    path: str
    arguments: Mapping[str, str]


class SiteFile(NamedTuple):
    """A file of the site: its path in the folder, and its content or the path of a file to copy."""

    path: str
    content: bytes | Path


@dataclass(frozen=True)
class StaticSite:
    """A bundle as the files of a static site. Every file is made by itself, in any process."""

    site: Site
    bundle: ReadOnceBundle
    addresses: StaticAddresses
    language: Language

    @classmethod
    def open(cls, data: Path, *, address: str, title: str = "", spoken: str = SOURCE) -> StaticSite:
        """Open a bundle for the site at a public `address`, in the language with the code `spoken`.

        Raises `ValueError` with what was expected of the address, `LookupError` the same of the language, and
        `BundleError` if the bundle cannot be served.
        """
        if spoken not in codes():
            raise LookupError(f"one of {', '.join(codes())}")
        address = public_address(address)
        opened = open_site(Settings(data=data, address=address, title=title))
        if opened.bundle is None:
            raise BundleError(opened.problem)
        bundle = ReadOnceBundle(opened.bundle.folder, opened.bundle.manifest)
        site = replace(opened, bundle=bundle, is_static=True)
        in_browsers = replace(site, settings=replace(site.settings, live=BROWSER))
        if device_files(in_browsers) is not None:
            site = in_browsers
        return cls(site, bundle, StaticAddresses(site.settings.path), language(spoken))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make addresses and texts for this site during the `with`."""
        with written_by(self.addresses), speaking(self.language):
            yield

    # --- pages ------------------------------------------------------------------------------------------

    def page(self, asked: PageAddress) -> SiteFile:
        """The file of one page."""
        with self.writing():
            return self._page(asked)

    def _page(self, asked: PageAddress) -> SiteFile:
        address = self._href(asked)
        view = view_of(self.site, asked.path, urlencode(asked.arguments))
        if asked.path == SEARCH:
            view = search_page(self.site, self.bundle)
        return SiteFile(self._file(address), self._document(view, address).encode())

    def not_found(self) -> SiteFile:
        """The page that hosts show for an address that does not exist."""
        with self.writing():
            view = view_of(self.site, "/404.html", "")
            return SiteFile("404.html", self._document(view, "").encode())

    def empty(self) -> str:
        """The document of an empty page: what all pages have in common."""
        with self.writing():
            return self._document(View(title="", body=html.Div()), "")

    @cached_property
    def around(self) -> Mapping[str, Any]:
        """What every page's document has around it."""
        with self.writing():
            metas = f'{_METAS}\n    <meta http-equiv="Content-Security-Policy" content="{static_policy()}">'
            return {**surroundings(self.site), "metas": metas, **dict.fromkeys(_OF_DASH, "")}

    def _document(self, view: View, address: str) -> str:
        return document_of(self.site, view, self.around, address=address)

    def _href(self, asked: PageAddress) -> str:
        for page in (PRODUCT, COMPARE):
            if asked.path.startswith(page):
                return href_of(page, id=asked.path.removeprefix(page), **asked.arguments)
        return href_of(asked.path, **asked.arguments)

    def _file(self, address: str) -> str:
        return file_of(address.removeprefix(self.addresses.below))

    def galleries(self) -> list[PageAddress]:
        """All pages of all products and of every category."""
        names = ["", *(each.name for each in self.bundle.facets().categories)]
        names += [each for each, _ in self.bundle.categories()]
        found = []
        for name in dict.fromkeys(category_name(category_path(name)) for name in names):
            query = Query(filters=Filters(category=name))
            total = self.bundle.page(query, limit=0).total
            for number in range(1, max(1, -(-total // PAGE_SIZE)) + 1):
                given = {"category": name, "page": str(number) if number > 1 else ""}
                found.append(PageAddress(GALLERY, {key: value for key, value in given.items() if value}))
        return found

    def single_pages(self) -> list[PageAddress]:
        """The pages that there is one of, or one for each recipe."""
        pages = [PageAddress(path, {}) for path in (FOR_YOU, ABOUT, SEARCH)]
        if live_recipe(self.site):
            pages.append(PageAddress(PHOTO, {}))
        mapped = [each for each in self.site.recipes if is_mapped(self.bundle, each.name)]
        of_map = [{"recipe": self.site.in_address(each)} for each in mapped]
        pages += [PageAddress(MAP, _given(each)) for each in ([{}, *of_map] if mapped else [])]
        for recipe in self.site.recipes:
            named = {"recipe": self.site.in_address(recipe)}
            pages.append(PageAddress(QUALITY, _given(named)))
            measures = QualityReport.of(self.bundle, recipe)
            for name, part_of in LISTS.items():
                part = part_of(measures)
                for number in range(1, -(-part.total // PAGE) + 1) if part else ():
                    given = {**named, "list": name, "page": str(number) if number > 1 else ""}
                    pages.append(PageAddress(QUALITY, _given(given)))
        return list({self._named(each): each for each in pages}.values())

    def _named(self, asked: PageAddress) -> str:
        with self.writing():
            return self._href(asked)

    # --- products ---------------------------------------------------------------------------------------

    def product_files(self, position: int, product: Product) -> Iterator[SiteFile]:
        """The pages of a product, its list and its pictures."""
        with self.writing():
            yield from self._product_pages(product)
            yield self._lists(position, product)
            yield from self._pictures(product)

    def cards(self, number: int, found: Mapping[int, Product]) -> Iterator[SiteFile]:
        """The file with the cards of `CARDS` products: the first ones for number 0, and so on."""
        with self.writing():
            cards = [to_html(card(self.site, each, pick_button(each))) for each in found.values()]
        yield SiteFile(f"cards/{number}.json", compact_json(cards))

    def on_map(self, number: int, found: Mapping[int, Product]) -> Iterator[SiteFile]:
        """The files with `AT_ONCE` products for the map, by their positions."""
        for recipe in self.site.recipes if self.site.has_map else ():
            with self.writing():
                records = [map_record(self.site, recipe, position, each) for position, each in found.items()]
            yield SiteFile(f"map/data/{recipe.name}/{number}.json", compact_json(records))

    def _product_pages(self, product: Product) -> Iterator[SiteFile]:
        default, *others = self.site.recipes
        for recipe in self.site.recipes:
            named = _given({"recipe": self.site.in_address(recipe)})
            yield self._page(PageAddress(PRODUCT + product.id, named))
        for recipe in others:
            pair = _given({"recipes": self.site.in_address(default, recipe)})
            yield self._page(PageAddress(COMPARE + product.id, pair))

    def _lists(self, position: int, product: Product) -> SiteFile:
        """A product's list for the widget and for the page For you."""
        recipe = self.site.recipes[0]
        found = look_alikes(self.bundle, product, recipe=recipe.name, count=IN_A_LIST)
        entries = self.bundle.neighbours(product.id, recipe=recipe.name)
        places = self.bundle.positions_of(entry.id for entry in entries)
        content = {
            "id": product.id,
            "recipe": recipe.name,
            "position": position,
            "similar": [
                {
                    "score": each.score,
                    "closeness": recipe.closeness(each.score) or None,
                    "product": self._record(each.product),
                }
                for each in found.shown
            ],
            "neighbours": places,
            "small": to_html(small_link(self.site, product, href=product_href(product.id))),
        }
        return SiteFile(f"lists/{file_name(product.id)}.json", compact_json(content))

    def _pictures(self, product: Product) -> Iterator[SiteFile]:
        for image in product.images:
            kinds = {
                "": self.bundle.thumbnail(image.id),
                ".small": self.bundle.thumbnail(image.id, small=True),
                ".large": self.bundle.large_picture(image.id),
            }
            for kind, path in kinds.items():
                if path:
                    yield SiteFile(f"{THUMBNAILS}/{self.site.thumbnails_tag}/{image.id}{kind}.webp", path)

    def _record(self, product: Product) -> dict[str, object]:
        record = product_record(self.site, product)
        return {name: record[name] for name in _WIDGET_FIELDS}


def _given(arguments: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in arguments.items() if value}

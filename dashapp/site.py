"""An opened bundle, with what every page needs from it."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import OK
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Lock, Thread, Timer
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from bundle import Bundle, BundleError, Product, ProductImage
from bundle import format as fmt
from bundle.format import MANIFEST, canonical_json
from bundle.reader import large_picture_in, thumbnail_in
from bundle.theme import Theme, read_theme, theme_file
from dashapp.addresses import href_of
from dashapp.photo.memory import trim_memory
from dashapp.settings import Settings
from dashapp.shown_recipe import Overlap, ShownRecipe, overlaps_of, shown_recipes

if TYPE_CHECKING:
    from dashapp.photo.live.check import LiveCheck
    from dashapp.photo.live.engine import Engine

logger = logging.getLogger(__name__)


class HasStatus(Protocol):
    """A page or document for one address, with its HTTP status."""

    @property
    def status(self) -> int:
        """200, or another status if the address shows no page."""


Made = TypeVar("Made", bound=HasStatus)

_NAMED = 3
"""How many mismatches are named; the rest are only counted."""

TILE_SHAPES = {"portrait": 0.8, "square": 1.0}
"""The shapes of picture tiles, with their ratio of width to height."""

_CHECKED_AT_START = 20_000
"""The most files of a bundle whose thumbnails are checked before the first page, in a tenth of a second."""

_LAST_ANSWERS = 2.0
"""Seconds after which all requests that began with the generation before are answered."""

_SAMPLE = 100
"""The shape of the tiles is chosen from this many first products."""


@dataclass(frozen=True)
class Site:
    """What the pages are made from. If `bundle` is None, `problem` says why in one sentence.

    `recipes` has the default one first; `overlaps` says how far two of them, by their names, agree.
    `tile_shape`, a key of `TILE_SHAPES`, suits most of the catalogue's pictures. `theme` is the shop's look.
    `engine` searches with photos if live mode is on and this process does the searching. Pages of a site that
    `is_static` are files without a server: they offer nothing that needs one. `split` has two recipes, each
    of which is shown for half of the products, or none.
    """

    settings: Settings
    bundle: Bundle | None = None
    problem: str = ""
    recipes: tuple[ShownRecipe, ...] = ()
    overlaps: Mapping[frozenset[str], Overlap] = field(default_factory=dict)
    categories: tuple[tuple[str, int], ...] = ()
    thumbnails_tag: str = ""
    tile_shape: str = "portrait"
    theme: Theme = field(default_factory=Theme)
    engine: Engine | None = None
    is_static: bool = False
    split: tuple[ShownRecipe, ...] = ()

    @property
    def name(self) -> str:
        """The shop's name in the header and in the titles of browser tabs."""
        built = self.bundle.manifest.get("title") if self.bundle else ""
        return self.settings.title or built or self.theme.name or "Akin"

    @property
    def hosted_live(self) -> bool:
        """Whether visitors can send photos to this server."""
        return self.engine is not None

    @property
    def checks_lists(self) -> bool:
        """Whether stored lists can be compared with newly computed ones."""
        return self.engine is not None and self.engine.runtime == "keras"

    def check(self, product: Product) -> LiveCheck:
        """Compare a product's stored list with one computed now, if `checks_lists`.

        Raises `BundleError` if the stored list cannot be read, and `ValueError` if lists are not checked.
        """
        # This needs `precompute`, which is only installed where lists can be checked.
        from dashapp.photo.live.check import check
        from dashapp.photo.live.keras import KerasEngine

        if self.bundle is None or not isinstance(self.engine, KerasEngine):
            raise ValueError("Expected a site that checks lists.")
        return check(self.bundle, self.engine, product)

    @property
    def has_map(self) -> bool:
        """Whether the bundle has a map of the catalogue."""
        return self.bundle is not None and (self.bundle.folder / "map").is_dir()

    def recipe(self, name: str) -> ShownRecipe | None:
        """The recipe with this name, the default one for an empty name, or None."""
        return next((recipe for recipe in self.recipes if name in ("", recipe.name)), None)

    def recipe_for(self, product_id: str, name: str = "") -> ShownRecipe | None:
        """The recipe with this name, or None; for an empty name the one that this product is shown with."""
        if name or not self.split:
            return self.recipe(name)
        # By the names too, so that another comparison has other halves.
        text = "\0".join([*sorted(recipe.name for recipe in self.split), product_id])
        half = hashlib.sha256(text.encode(errors="surrogatepass")).digest()[0] % 2
        return sorted(self.split, key=lambda recipe: recipe.name)[half]

    def in_address(self, *recipes: ShownRecipe) -> str:
        """The recipes' names for an address; empty if they are the default ones."""
        if not self.split and recipes == self.recipes[: len(recipes)]:
            return ""
        return ",".join(recipe.name for recipe in recipes)

    def thumbnail_href(self, image: ProductImage, *, small: bool = False) -> str:
        """The address of a thumbnail; it changes with the picture and with the size of thumbnails."""
        if self.settings.thumbnails:
            file = fmt.thumbnail_file(image.id, small=small)
            return self.settings.thumbnails + file.removeprefix(fmt.THUMBNAILS)
        return self.own_thumbnail_href(image, small=small)

    def large_href(self, image: ProductImage) -> str:
        """The address of a picture's large version, to look at closely; empty where there is none."""
        made = self.bundle.manifest.get("thumbnails") if self.bundle else None
        if self.bundle is None or not isinstance(made, dict) or "large" not in made:
            return ""
        if self.settings.thumbnails:
            # Only a request tells whether the other host has it; if not, the page shows the thumbnail.
            return self.settings.thumbnails + fmt.large_file(image.id).removeprefix(fmt.THUMBNAILS)
        if self.bundle.large_picture(image.id) is None:
            return ""
        return href_of(f"/thumbnails/{self.thumbnails_tag}/{image.id}.large.webp")

    def own_thumbnail_href(self, image: ProductImage, *, small: bool = False) -> str:
        """The address of a thumbnail on this host, wherever else there is a copy."""
        return href_of(f"/thumbnails/{self.thumbnails_tag}/{image.id}{'.small' if small else ''}.webp")


def _nothing(bundle: Bundle) -> None:
    """Prepare nothing."""


class Sites:
    """The site as it is now: follows the bundle's folder from one generation to the next.

    When `CURRENT` names another generation, a thread opens and checks it, and then replaces the shown one in
    one step. No request waits, and each page is made entirely from one generation. A generation that cannot
    be used is logged and does not replace a working one.
    """

    def __init__(self, settings: Settings, *, prepare: Callable[[Bundle], None] = _nothing) -> None:
        """Open the site, as each later one. `prepare` does what its first visitors would wait for."""
        self._settings = settings
        self._prepare = prepare
        self._opened = fmt.read_current(settings.data)
        self._site = open_site(settings, prepare)
        self._before: _Files | None = None
        self._turn = Lock()
        # glibc gives each living thread a heap of its own. Two threads open generations in turn, so that what
        # a replaced one leaves free lies in one piece and goes back to the system.
        self._openers = cycle([ThreadPoolExecutor(max_workers=1), ThreadPoolExecutor(max_workers=1)])

    def current(self) -> Site:
        """The site that answers a request; each request asks once."""
        if self._is_behind() and self._turn.acquire(blocking=False):
            Thread(target=self._follow, name="next-generation", daemon=True).start()
        return self._site

    def view(self, make: Callable[[Site], Made]) -> tuple[Site, Made]:
        """Make a page from the current site, and return both.

        If the page reports something missing and another generation has gone live, it is made again from that
        one. The link may come from another process's page, or the old generation may have been removed.
        """
        site = self.current()
        view = make(site)
        newer = self._newer_than(site) if view.status != OK else None
        return (site, view) if newer is None else (newer, make(newer))

    def thumbnail(self, tag: str, image_id: str, *, kind: str = "") -> Path | None:
        """The file of a thumbnail in the current generation, or the one before or after it, or None.

        `kind` is empty, `small` or `large`.

        A page may request its pictures after another generation has gone live.
        """
        return self._first(lambda files: files.thumbnail(tag, image_id, kind=kind))

    def theme_file(self, tag: str, name: str) -> Path | None:
        """A file of the theme with this tag, in the same generations, or None."""
        return self._first(lambda files: files.of_theme(tag, name))

    def _first(self, find: Callable[[_Files], Path | None]) -> Path | None:
        site = self.current()
        for each in (_files_of(site), self._before):
            if each is not None and (path := find(each)) is not None:
                return path
        newer = self._newer_than(site)
        files = None if newer is None else _files_of(newer)
        return None if files is None else find(files)

    def _newer_than(self, site: Site) -> Site | None:
        """The site that has replaced this one, once it is open; None if none has."""
        self._turn.acquire()
        self._follow()
        return self._site if self._site is not site else None

    def _is_behind(self) -> bool:
        return fmt.read_current(self._settings.data) not in (None, self._opened)

    def _follow(self) -> None:
        """Open the live generation if it has changed, and end this thread's turn."""
        try:
            if self._is_behind():
                self._opened = fmt.read_current(self._settings.data)
                site = open_site(self._settings, self._prepare, opener=next(self._openers))
                if site.bundle is not None or self._site.bundle is None:
                    # Of the one before, only files are asked for: nothing else of it stays in memory.
                    self._before, self._site = _files_of(self._site), site
                    free = Timer(_LAST_ANSWERS, trim_memory)
                    free.daemon = True
                    free.start()
        finally:
            self._turn.release()


class _Files(NamedTuple):
    """The files of a generation that pages refer to, each by a part of its address that changes with it."""

    folder: Path
    thumbnails_tag: str
    theme: Theme

    def thumbnail(self, tag: str, image_id: str, *, kind: str) -> Path | None:
        """The file of a thumbnail; None if the address is another generation's, or there is none."""
        if tag != self.thumbnails_tag:
            return None
        if kind == "large":
            return large_picture_in(self.folder, image_id)
        return thumbnail_in(self.folder, image_id, small=kind == "small")

    def of_theme(self, tag: str, name: str) -> Path | None:
        """A file of the theme; None if the address is another generation's, or there is none."""
        is_there = tag == self.theme.tag and name in self.theme.stored
        return self.folder / theme_file(name) if is_there else None


def _files_of(site: Site) -> _Files | None:
    return None if site.bundle is None else _Files(site.bundle.folder, site.thumbnails_tag, site.theme)


def open_site(
    settings: Settings, prepare: Callable[[Bundle], None] = _nothing, *, opener: Executor | None = None
) -> Site:
    """Open, check and prepare the bundle. If it is unusable, the site says why, and so does the log.

    A thread of the `opener` opens it, by default one that ends here.
    """
    # The bundle keeps a connection for each thread, and SQLite connections must not cross a fork. It is
    # opened in a thread that ends here, so gunicorn's workers inherit no connection.
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            return (opener or pool).submit(_checked, settings, prepare).result()
        except BundleError as error:
            logger.error("%s", error)
            return Site(settings=settings, problem=str(error))


def _checked(settings: Settings, prepare: Callable[[Bundle], None]) -> Site:
    bundle = Bundle.open(settings.data)
    try:
        site = _described(settings, bundle)
        bundle.warm()
        prepare(bundle)
        return site
    except sqlite3.Error as error:
        raise BundleError(
            f"{bundle.folder / fmt.CATALOGUE} cannot be read ({error}): deploy it again, or run: "
            "python -m precompute build SOURCE."
        ) from error


def _described(settings: Settings, bundle: Bundle) -> Site:
    is_large = bundle.manifest["files"]["count"] > _CHECKED_AT_START
    wrong = bundle.mismatches(thumbnails=not settings.thumbnails and not is_large)
    if is_large and not settings.thumbnails:
        wrong += _missing_thumbnails(bundle)
    if wrong:
        raise BundleError(_summary(bundle.folder, wrong))
    tag = hashlib.sha256(canonical_json(bundle.manifest.get("thumbnails"))).hexdigest()[:8]
    recipes = _recipes(bundle)
    return Site(
        settings=settings,
        bundle=bundle,
        recipes=recipes,
        split=_split(settings, recipes),
        overlaps=overlaps_of(bundle.report()) if len(bundle.recipes) > 1 else {},
        categories=tuple(bundle.categories()),
        thumbnails_tag=tag,
        tile_shape=_tile_shape(bundle),
        theme=read_theme(bundle.folder),
        engine=_engine(settings, bundle),
    )


def _missing_thumbnails(bundle: Bundle) -> list[str]:
    """A sentence for each of the first products' pictures that has no thumbnail."""
    pictures = (image for product in bundle.page(limit=_SAMPLE).products for image in product.images)
    missing = (fmt.thumbnail_file(image.id) for image in pictures if bundle.thumbnail(image.id) is None)
    return [f"{path} is missing." for path in missing]


def _split(settings: Settings, recipes: tuple[ShownRecipe, ...]) -> tuple[ShownRecipe, ...]:
    """The two recipes of the setting; none, and a line in the log, if the bundle lacks one."""
    found = tuple(recipe for recipe in recipes if recipe.name in settings.split)
    if len(found) == len(settings.split):
        return found
    logger.error("%s", missing_split(settings, recipes))
    return ()


def missing_split(settings: Settings, recipes: tuple[ShownRecipe, ...]) -> str:
    """The sentence for a bundle that lacks a recipe of the setting."""
    names = ", ".join(recipe.name for recipe in recipes)
    received = ",".join(settings.split)
    return f"Expected AKIN_SPLIT to be two of the bundle's recipes ({names}). Received: {received}."


def _engine(settings: Settings, bundle: Bundle) -> Engine | None:
    if not settings.live:
        return None
    from dashapp.photo.live.start import open_engine

    return open_engine(settings, bundle)


def _recipes(bundle: Bundle) -> tuple[ShownRecipe, ...]:
    try:
        return shown_recipes(bundle.recipes)
    except (LookupError, TypeError, ValueError) as error:
        raise BundleError(
            f"{bundle.folder / MANIFEST} describes a recipe that cannot be shown "
            f"({type(error).__name__}: {error}): build it again, run: python -m precompute build SOURCE."
        ) from error


def _tile_shape(bundle: Bundle) -> str:
    products = bundle.page(limit=_SAMPLE).products
    widths = [image.width / image.height for product in products for image in product.images]
    usual = median(widths) if widths else TILE_SHAPES["portrait"]
    return min(TILE_SHAPES, key=lambda shape: abs(TILE_SHAPES[shape] - usual))


def _summary(folder: Path, wrong: list[str]) -> str:
    named = " ".join(wrong[:_NAMED])
    more = f" And {len(wrong) - _NAMED:,} more." if len(wrong) > _NAMED else ""
    return (
        f"The bundle at {folder} was changed after the build: {named}{more} "
        "Deploy it again, or run: python -m precompute build SOURCE."
    )

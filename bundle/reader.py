"""Opens the live generation of a bundle and reads only what each page asks for."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bundle import format as fmt
from bundle.caches import cached_with_owner
from bundle.database import Connections
from bundle.disk import open_file
from bundle.fields import ProductColumns
from bundle.format import BundleError, Neighbour, Product, ProductMap
from bundle.seal import mismatches
from bundle.search.catalogue_index import encoded
from bundle.search.hits import InGivenOrder, SearchHits
from bundle.search.index import Index
from bundle.search.query import Facets, Filters, Query
from bundle.search.steps import stepwise
from bundle.search.synonyms import Meaning
from bundle.search.word_search import Search, WordSearch

_BUILD_HINT = "run: python -m precompute build SOURCE"


EVERYTHING = Query()

_AT_ONCE = 1000
"""How many products are read at a time where all are."""


@dataclass(frozen=True)
class Page:
    """One page of a query: its products, the number on all pages together, and what was searched for."""

    products: tuple[Product, ...]
    total: int
    search: Search = field(default_factory=Search)


class Bundle:
    """One generation, opened read-only. Opening costs the same for ten products and for a million.

    `generation` is its name, `count` how many products there are, and `recipes` what the `manifest` says of
    each recipe, the default one first. Safe to use from many threads. Its databases are closed at the end of
    a `with`, by `close`, or when the object is freed.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        """Use `Bundle.open`, which checks what it is given."""
        self.folder = folder
        self.manifest = manifest
        self.generation: str = manifest["generation"]
        self.count: int = manifest["counts"]["products"]
        self.recipes: list[dict[str, Any]] = manifest["recipes"]
        self._connection = Connections(folder / fmt.CATALOGUE)
        self._columns = ProductColumns(self._connection())
        self._index = Index(self._connection, count=self.count)
        self._words = WordSearch(self._connection)

    @classmethod
    def open(cls, root: Path) -> Bundle:
        """Open the live generation of the bundle at `root`.

        Raises `BundleError`, in one sentence that says what to do, if there is no bundle, if it has another
        version, or if a part cannot be read.
        """
        if not root.is_dir():
            raise BundleError(f"There is no bundle at {root}: {_BUILD_HINT}.")
        generation = fmt.read_current(root)
        if generation is None:
            raise BundleError(
                f"{root} is not a bundle: its file {fmt.CURRENT}, which names the live generation, "
                f"is missing or broken: {_BUILD_HINT}."
            )
        return cls.open_generation(root / generation)

    @classmethod
    def open_generation(cls, folder: Path) -> Bundle:
        """Open the generation in `folder`, live or not. Raises `BundleError` as `open` does."""
        # Absolute, because the code that serves its files may resolve paths against another folder.
        folder = folder.absolute()
        manifest = _read_manifest(folder / fmt.MANIFEST)
        try:
            return cls(folder, manifest)
        except sqlite3.Error as error:
            raise BundleError(
                f"{folder / fmt.CATALOGUE} cannot be read ({error}): build it again, {_BUILD_HINT}."
            ) from error

    def close(self) -> None:
        """Close its databases. Nobody may read from the bundle afterwards."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mismatches(
        self,
        *,
        contents: bool = False,
        thumbnails: bool = True,
        advance: Callable[[int], None] = lambda count: None,
    ) -> list[str]:
        """One sentence for each mismatch with the seal; empty if all is well.

        Checks the manifest's digest and every file's name and size; with `contents` also every file's hash,
        calling `advance(1)` after each. Without `thumbnails` these are left out.
        """
        found = mismatches(
            self.folder, self.manifest, contents=contents, thumbnails=thumbnails, advance=advance
        )
        return list(found)

    def warm(self) -> None:
        """Read all that the first visitors would otherwise wait for."""
        self._index.warm()
        self._words.warm()

    def categories(self) -> list[tuple[str, int]]:
        """Every category with its number of products, by name."""
        return self._connection().execute("SELECT name, products FROM categories ORDER BY name").fetchall()

    def page(self, query: Query = EVERYTHING, *, offset: int = 0, limit: int = 48) -> Page:
        """At most `limit` matching products, from the `offset`-th on."""
        search = self._words.understood(query)
        positions, total = self._index.positions(query, found=self._found(search), offset=offset, limit=limit)
        products = self.products_at(positions)
        return Page(tuple(products[position] for position in positions), total, search)

    @cached_with_owner(maxsize=8)
    def _found(self, search: Search) -> SearchHits | None:
        return self._words.hits(search)

    def batches(self) -> Iterator[tuple[Product, ...]]:
        """All products in the catalogue's order, some at a time, so that they need not all be in memory."""
        for offset in range(0, self.count, _AT_ONCE):
            yield self.page(offset=offset, limit=_AT_ONCE).products

    def admitted(self, filters: Filters) -> bytes | None:
        """One byte for each product in the catalogue's order, 1 if `filters` admit it; None for all."""
        return self._index.admitted(Query(filters=filters))

    def matching(self, query: Query) -> bytes | None:
        """One byte for each product in the catalogue's order, 1 if a query finds it; None if it finds all."""
        return self._index.admitted(query, found=self._found(self._words.understood(query)))

    def facets(self, query: Query = EVERYTHING) -> Facets:
        """The filters that apply to a query's products, and how many products each choice would leave."""
        return self._index.facets(query, found=self._found(self._words.understood(query)))

    def products_among(self, product_ids: Iterable[str], filters: Filters) -> list[Product]:
        """The products with these ids that pass the filters, in the order of the ids."""
        among = self.positions_of(product_ids)
        query = Query(filters=filters)
        positions, _ = self._index.positions(query, found=InGivenOrder(among), offset=0, limit=len(among))
        found = self.products_at(positions)
        return [found[position] for position in positions]

    def facets_among(self, product_ids: Iterable[str], filters: Filters) -> Facets:
        """The filters that apply to the products with these ids, and how many each choice would leave."""
        return self._index.facets(Query(filters=filters), found=InGivenOrder(self.positions_of(product_ids)))

    @property
    def sorts(self) -> tuple[str, ...]:
        """Those of `bundle.search.query.SORTS` that this catalogue can be sorted by."""
        return self._index.sorts

    @property
    def currency(self) -> str:
        """The currency of most prices, used where none is given; empty if there are no prices."""
        return self._index.currency

    def vocabulary(self) -> dict[str, int]:
        """The words of all products, each with how many products have it."""
        return self._words.vocabulary()

    def codes(self) -> list[tuple[str, int]]:
        """Every product's id as searched for (`bundle.search.words.code_of`), with its position, by code."""
        return self._words.codes()

    def scores(self, word: str) -> list[tuple[int, float]]:
        """The positions that a word finds, taken as it is, best first, each with its score: less is better.

        The scores of a search's words add up to the order of what it finds.
        """
        return self._words.scores(word)

    def meanings(self) -> Iterator[tuple[Meaning, list[tuple[int, float]]]]:
        """What each synonym is taken for, with the positions that this finds as `scores` gives them."""
        return self._words.meanings()

    def order(self, sort: str) -> list[int]:
        """All positions in the order `name` or `popularity`."""
        return list(self._index.positions(Query(sort=sort), found=None, offset=0, limit=self.count)[0])

    def product(self, product_id: str) -> Product | None:
        """The product with this id, or None."""
        return next(iter(self.products([product_id])), None)

    def products(self, product_ids: Iterable[str]) -> list[Product]:
        """The products with these ids, in the same order; unknown ids are left out."""
        ids = list(product_ids)
        found: dict[str, Product] = {}
        # SQLite takes 32,766 values in one statement; a page asks for far fewer.
        marks = ",".join("?" * len(ids))
        query = f"SELECT {self._columns.names} FROM products WHERE id IN ({marks})"
        for row in self._connection().execute(query, ids):
            product = self._columns.product(row)
            found[product.id] = product
        return [found[product_id] for product_id in ids if product_id in found]

    def variants(self, product: Product, *, limit: int) -> list[Product]:
        """Its other variants and the products with near-duplicate pictures, in the catalogue's order."""
        if not (product.variants or product.twins):
            return []
        rows = self._connection().execute(
            f"SELECT {self._columns.names} FROM products WHERE position IN ("
            "SELECT position FROM products WHERE variants != '' AND variants = ? "
            "UNION SELECT position FROM products WHERE twins != '' AND twins = ?"
            ") AND id != ? ORDER BY position LIMIT ?",
            (product.variants, product.twins, product.id, limit),
        )
        return list(map(self._columns.product, rows))

    def beside(self, product: Product) -> tuple[Product | None, Product | None]:
        """The products before and after it in its category, in the catalogue's order; None at either end."""
        return self._next(product, "<", "DESC"), self._next(product, ">", "ASC")

    def products_at(self, positions: Iterable[int]) -> dict[int, Product]:
        """The products at these positions of the catalogue, by position; unknown ones are left out."""
        wanted = list(positions)
        marks = ",".join("?" * len(wanted))
        query = f"SELECT position, {self._columns.names} FROM products WHERE position IN ({marks})"
        rows = self._connection().execute(query, wanted)
        return {position: self._columns.product(tuple(row)) for position, *row in stepwise(rows, every=6)}

    def product_ids(self, *, offset: int, limit: int) -> list[str]:
        """The ids of at most `limit` products, from the `offset`-th of the catalogue on."""
        query = "SELECT id FROM products WHERE position >= ? ORDER BY position LIMIT ?"
        return [product_id for (product_id,) in self._connection().execute(query, (offset, limit))]

    def category_codes(self) -> tuple[list[str], Sequence[int]]:
        """The categories, the first of which is none, and the place in them of each product's, in order."""
        if stored := self._index.category_codes():
            return stored
        places: dict[str, int] = {"": 0}
        rows = self._connection().execute("SELECT category FROM products ORDER BY position")
        codes = array("I", (places.setdefault(category, len(places)) for (category,) in rows))
        return list(places), codes

    def neighbours(self, product_id: str, *, recipe: str | None = None) -> list[Neighbour]:
        """The stored list of a product, best first; empty if the product is unknown.

        `recipe` is a recipe's name, by default the first. Raises `KeyError` for a recipe that the bundle does
        not have, and `BundleError` if the list cannot be read.
        """
        description = self._recipe(recipe)
        shard = fmt.shard_of(product_id, description["shards"])
        path = self.folder / fmt.shard_file(description["name"], shard)
        try:
            text = path.read_text(encoding="utf-8")
            # Each list has its own line, so only that line is parsed.
            begin = text.find("\n" + fmt.list_key(product_id)) + 1
            if begin == 0:
                return []
            begin += len(fmt.list_key(product_id))
            entries = fmt.parse_json(text[begin : text.index("\n", begin)].rstrip(","))
            return [Neighbour(entry_id, score) for entry_id, score in entries]
        except (OSError, ValueError) as error:
            raise BundleError(f"{path} cannot be read ({error}): build it again, {_BUILD_HINT}.") from error

    def thumbnail(self, image_id: str, *, small: bool = False) -> Path | None:
        """The path of an image's thumbnail or small thumbnail; None if the id is unknown or has none."""
        return thumbnail_in(self.folder, image_id, small=small)

    def large_picture(self, image_id: str) -> Path | None:
        """The path of an image's large picture; None if the id is unknown or has none."""
        return large_picture_in(self.folder, image_id)

    def product_map(self, recipe: str) -> ProductMap | None:
        """The map of a recipe and the build's data about it; None if there is no map.

        Raises `BundleError` if the map cannot be read.
        """
        path = self.folder / fmt.map_file(recipe)
        try:
            found = ProductMap(**fmt.read_json(path))
            numbers = [*found.x, *found.y, found.fitted, found.placed, found.removed]
            if not len(found.x) == len(found.y) == self.count or {*map(type, numbers)} != {int}:
                raise ValueError("it has no place for each product")
            return found
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise BundleError(f"{path} cannot be read ({error}): build it again, {_BUILD_HINT}.") from error

    def map_places(self, recipe: str) -> bytes | None:
        """All products' x, then all their y, on a recipe's map; None if there is no map.

        Each is a little-endian 16-bit number. Raises `BundleError` if the map cannot be read.
        """
        path = self.folder / fmt.places_file(recipe)
        try:
            with open_file(path) as file:
                places = file.read(4 * self.count + 1)
            if len(places) != 4 * self.count:
                raise OSError("it does not have one place for each product")
            return places
        except FileNotFoundError:
            # An earlier build wrote only the JSON.
            found = self.product_map(recipe)
            return None if found is None else encoded("H", found.x) + encoded("H", found.y)
        except (OSError, OverflowError) as error:
            raise BundleError(f"{path} cannot be read ({error}): build it again, {_BUILD_HINT}.") from error

    def report(self) -> dict[str, Any]:
        """The content of report.json: what the build left out and why, and how it went."""
        try:
            report: dict[str, Any] = fmt.read_json(self.folder / fmt.REPORT)
            return report
        except (OSError, ValueError) as error:
            raise BundleError(f"{self.folder / fmt.REPORT} cannot be read ({error}).") from error

    def positions_of(self, product_ids: Iterable[str]) -> list[int]:
        """The positions of these products, in the order of the ids; unknown ids are left out."""
        ids = list(dict.fromkeys(product_ids))
        marks = ",".join("?" * len(ids))
        query = f"SELECT id, position FROM products WHERE id IN ({marks})"
        found = dict(self._connection().execute(query, ids).fetchall())
        return [found[each] for each in ids if each in found]

    def _next(self, product: Product, comparison: str, order: str) -> Product | None:
        row = self._connection().execute(
            f"SELECT {self._columns.names} FROM products WHERE category = ? AND position {comparison} "
            f"(SELECT position FROM products WHERE id = ?) ORDER BY position {order} LIMIT 1",
            (product.category, product.id),
        )
        return next(map(self._columns.product, row), None)

    def _recipe(self, name: str | None) -> dict[str, Any]:
        if name is None:
            return self.recipes[0]
        for description in self.recipes:
            if description["name"] == name:
                return description
        raise KeyError(name)


def thumbnail_in(folder: Path, image_id: str, *, small: bool = False) -> Path | None:
    """The path of an image's thumbnail, or small one, in a generation's folder; None where there is none."""
    if not fmt.is_image_id(image_id):
        return None
    path = folder / fmt.thumbnail_file(image_id, small=small)
    return path if path.is_file() else None


def large_picture_in(folder: Path, image_id: str) -> Path | None:
    """The path of an image's large picture in a generation's folder; None where there is none."""
    if not fmt.is_image_id(image_id):
        return None
    path = folder / fmt.large_file(image_id)
    return path if path.is_file() else None


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = fmt.read_json(path)
        version = manifest["version"]
        if version == fmt.VERSION:
            # Read each required field now, so that a broken manifest is reported here and not later.
            files, recipes = manifest["files"], manifest["recipes"]
            _ = manifest["generation"], files["sha256"], recipes[0], [recipe["name"] for recipe in recipes]
            numbers = [manifest["counts"]["products"], files["count"], files["bytes"]]
            for number in numbers + [recipe["shards"] for recipe in recipes]:
                if type(number) is not int or number < 0:
                    raise ValueError(f"{number!r} where a number is expected")
            return manifest
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BundleError(
            f"{path} is missing or broken ({type(error).__name__}: {error}): build it again, {_BUILD_HINT}."
        ) from error
    raise BundleError(
        f"{path} says bundle version {version!r} where this program reads version {fmt.VERSION}: "
        f"build it again, {_BUILD_HINT}."
    )

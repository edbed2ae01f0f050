"""Opens the live generation of a bundle and answers what a page asks, without reading the rest."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle import format as fmt
from bundle.catalogue import COLUMNS, open_catalogue, product_from, search_expression
from bundle.format import BundleError, Neighbour, Product
from bundle.seal import mismatches

_BUILD_HINT = "run: python -m precompute build PHOTOS"


@dataclass(frozen=True)
class Page:
    """One page of a search: its products, and how many there are on all pages together."""

    products: tuple[Product, ...]
    total: int


class Bundle:
    """One generation, opened read-only. Opening costs the same for ten products and for a million.

    Safe to use from many threads.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        """Use `Bundle.open`, which checks what it is given."""
        self.folder = folder
        self.manifest = manifest
        self._local = threading.local()
        self._connection()

    @classmethod
    def open(cls, root: Path) -> Bundle:
        """Open the live generation of the bundle at `root`.

        Raises `BundleError`, in one sentence that says what to do, where there is no bundle, where it is
        of another version, or where one of its parts cannot be read.
        """
        if not root.is_dir():
            raise BundleError(f"There is no bundle at {root}: {_BUILD_HINT}.")
        generation = fmt.read_current(root)
        if generation is None:
            raise BundleError(
                f"{root} is no bundle: its file {fmt.CURRENT}, which names the live generation, "
                f"is missing or broken: {_BUILD_HINT}."
            )
        return cls.open_generation(root / generation)

    @classmethod
    def open_generation(cls, folder: Path) -> Bundle:
        """Open the generation in `folder`, live or not. Raises `BundleError` as `open` does."""
        # Absolute, so that whoever serves its files may resolve paths against another folder.
        folder = folder.absolute()
        manifest = _read_manifest(folder / fmt.MANIFEST)
        try:
            return cls(folder, manifest)
        except sqlite3.Error as error:
            raise BundleError(
                f"{folder / fmt.CATALOGUE} cannot be read ({error}): build it again, {_BUILD_HINT}."
            ) from error

    @property
    def generation(self) -> str:
        """The name of this generation."""
        return self.manifest["generation"]

    @property
    def count(self) -> int:
        """How many products there are."""
        return self.manifest["counts"]["products"]

    @property
    def recipes(self) -> list[dict[str, Any]]:
        """What the manifest says of each recipe, the default one first."""
        return self.manifest["recipes"]

    def mismatches(
        self, *, contents: bool = False, advance: Callable[[int], None] = lambda count: None
    ) -> list[str]:
        """What does not match the seal, one sentence each; empty where all is well.

        Looks at the manifest's digest and at every file's name and size; with `contents`, at every
        file's hash too, with `advance(1)` called after each.
        """
        return list(mismatches(self.folder, self.manifest, contents=contents, advance=advance))

    def categories(self) -> list[tuple[str, int]]:
        """Every category with its number of products, by name."""
        return self._connection().execute("SELECT name, products FROM categories ORDER BY name").fetchall()

    def page(self, *, search: str = "", category: str = "", offset: int = 0, limit: int = 48) -> Page:
        """The products that match, from the `offset`-th on, `limit` of them at most.

        `search` is what a person typed: each of its words must begin a word of the title or the category.
        Products come in the catalogue's order, or best match first where something is searched for.
        """
        expression = search_expression(search)
        if search.strip() and not expression:
            return Page((), 0)
        source = "products"
        conditions, values, order = [], [], "products.position"
        if expression:
            source = "search JOIN products ON products.position = search.rowid"
            conditions, values, order = ["search MATCH ?"], [expression], "search.rank, products.position"
        if category:
            conditions.append("products.category = ?")
            values.append(category)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(f"products.{name}" for name in COLUMNS.split(", "))
        query = f"SELECT {columns} FROM {source} {where} ORDER BY {order} LIMIT ? OFFSET ?"
        connection = self._connection()
        rows = connection.execute(query, (*values, limit, offset)).fetchall()
        if conditions:
            total = connection.execute(f"SELECT count(*) FROM {source} {where}", values).fetchone()[0]
        else:
            total = self.count
        return Page(tuple(map(product_from, rows)), total)

    def product(self, product_id: str) -> Product | None:
        """The product with this id, or None."""
        return next(iter(self.products([product_id])), None)

    def products(self, product_ids: Iterable[str]) -> list[Product]:
        """The products with these ids, in the order asked for; unknown ids are left out."""
        ids = list(product_ids)
        found: dict[str, Product] = {}
        # SQLite takes 32,766 values in one statement; a page asks for far fewer.
        marks = ",".join("?" * len(ids))
        for row in self._connection().execute(f"SELECT {COLUMNS} FROM products WHERE id IN ({marks})", ids):
            product = product_from(row)
            found[product.id] = product
        return [found[product_id] for product_id in ids if product_id in found]

    def neighbours(self, product_id: str, *, recipe: str | None = None) -> list[Neighbour]:
        """The stored list of a product, best first; empty where the product is unknown.

        `recipe` is a recipe's name; the first one where left out. Raises `KeyError` for a recipe that
        the bundle does not hold, `BundleError` where the list cannot be read.
        """
        description = self._recipe(recipe)
        shard = fmt.shard_of(product_id, description["shards"])
        path = self.folder / fmt.shard_file(description["name"], shard)
        try:
            text = path.read_text(encoding="utf-8")
            # Each list has a line of its own, so one line is parsed and not the file.
            begin = text.find("\n" + fmt.list_key(product_id)) + 1
            if begin == 0:
                return []
            begin += len(fmt.list_key(product_id))
            entries = json.loads(text[begin : text.index("\n", begin)].rstrip(","))
            return [Neighbour(entry_id, score) for entry_id, score in entries]
        except (OSError, ValueError) as error:
            raise BundleError(f"{path} cannot be read ({error}): build it again, {_BUILD_HINT}.") from error

    def thumbnail(self, image_id: str, *, small: bool = False) -> Path | None:
        """Where an image's thumbnail is, or its small one; None where it has none or there is no such id."""
        if not fmt.is_image_id(image_id):
            return None
        path = self.folder / fmt.thumbnail_file(image_id, small=small)
        return path if path.is_file() else None

    def report(self) -> dict[str, Any]:
        """The content of report.json: what was left out of the build and why, and how it went."""
        try:
            return json.loads((self.folder / fmt.REPORT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BundleError(f"{self.folder / fmt.REPORT} cannot be read ({error}).") from error

    def _recipe(self, name: str | None) -> dict[str, Any]:
        if name is None:
            return self.recipes[0]
        for description in self.recipes:
            if description["name"] == name:
                return description
        raise KeyError(name)

    def _connection(self) -> sqlite3.Connection:
        # One connection a thread: SQLite serialises the use of a shared one.
        if not hasattr(self._local, "connection"):
            self._local.connection = open_catalogue(self.folder / fmt.CATALOGUE)
        return self._local.connection


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["version"]
        if version == fmt.VERSION:
            # A look at each field the app relies on, so that a broken manifest is named here and not later.
            _ = manifest["generation"], manifest["counts"]["products"], manifest["files"]["sha256"]
            _ = [(recipe["name"], recipe["shards"]) for recipe in manifest["recipes"]], manifest["recipes"][0]
            return manifest
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BundleError(
            f"{path} is missing or broken ({type(error).__name__}: {error}): build it again, {_BUILD_HINT}."
        ) from error
    raise BundleError(
        f"{path} says bundle version {version!r} where this program reads version {fmt.VERSION}: "
        f"build it again, {_BUILD_HINT}."
    )

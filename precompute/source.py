"""Reads a catalogue from a folder: which products there are, and which picture belongs to each."""

from __future__ import annotations

import csv
import math
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path, PurePosixPath

from bundle import format as fmt
from precompute.errors import UserError
from precompute.lock import LOCK
from precompute.store.files import STORE

TABLE = "products.csv"
EXTENSIONS = frozenset(
    [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"]
)

_PREFIX = re.compile(r"([^\W\d_]+(?:[ _-][^\W\d_]+)*)[ _-]*\d+")
_OPAQUE = re.compile(r"[0-9a-f-]{16,}|[\d_-]+", re.IGNORECASE)
_TEXT_COLUMNS = ("category", "brand", "currency", "url", "description", "variants")
_KNOWN_COLUMNS = ("id", "image", "images", "title", *_TEXT_COLUMNS, "tags", "price", "in_stock", "popularity")
_IN_STOCK = {"yes": True, "true": True, "in stock": True, "no": False, "false": False, "out of stock": False}


@dataclass(frozen=True)
class LeftOut:
    """A file or a row of the source that is not in the bundle, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class SourceProduct:
    """A product as its source gives it; `files` are its pictures' paths below the source's folder.

    The other fields are those of `bundle.Product`.
    """

    id: str
    title: str
    files: tuple[str, ...]
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    price: float | None = None
    currency: str = ""
    in_stock: bool | None = None
    popularity: float | None = None
    url: str = ""
    description: str = ""
    variants: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Catalogue:
    """What a source holds: its folder, its products in order, and what was left out so far."""

    folder: Path
    products: list[SourceProduct]
    left_out: list[LeftOut]


def read_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue in `folder`: its products.csv where it has one, else every picture below it.

    Without a table each picture is a product whose id is its path; its category is its sub-folder, or,
    where there are no sub-folders, the letters before the number in its name (`sofa_00000226.jpg`). A
    folder has no order of its own: the categories take turns, so that the first page shows each of them.

    Raises `UserError` where the folder does not exist, cannot be read or holds no product.
    """
    if not folder.exists():
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which does not exist.")
    if not folder.is_dir():
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which is a file.")
    if _is_output(folder):
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which a build wrote.")
    try:
        has_table = (folder / TABLE).is_file()
        catalogue = _read_table(folder) if has_table else _read_folder(folder)
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be read ({error.strerror}).") from error
    if not catalogue.products:
        others = f" {len(catalogue.left_out)} other files are there." if catalogue.left_out else ""
        raise UserError(
            f"Expected pictures ({' '.join(sorted(EXTENSIONS))}) in {folder}. Received: none.{others}"
        )
    return catalogue


def _read_folder(folder: Path) -> Catalogue:
    pictures: list[str] = []
    left_out: list[LeftOut] = []
    for path in _files(folder, left_out):
        if not _is_text(path):
            left_out.append(LeftOut(_shown(path), "its name is not valid Unicode"))
        elif not _is_picture(path):
            left_out.append(LeftOut(path, "not a picture by its name"))
        else:
            pictures.append(path)
    flat = all("/" not in path for path in pictures)
    groups: dict[str, list[SourceProduct]] = defaultdict(list)
    for path in pictures:
        category = _category_from_name(path) if flat else _category_from_folder(path)
        groups[category].append(SourceProduct(path, _title(path, category), (path,), category))
    turns = chain.from_iterable(zip_longest(*(groups[name] for name in sorted(groups))))
    return Catalogue(folder, [product for product in turns if product is not None], left_out)


def _files(folder: Path, left_out: list[LeftOut]) -> Iterator[str]:
    """Every file below `folder` as a path with / between its parts, sorted.

    Hidden files and what a build wrote are left aside; folders that are not looked into go into `left_out`.
    """

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        file = _shown(os.path.relpath(error.filename, folder))
        left_out.append(LeftOut(file, f"the folder cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        base = "" if Path(parent) == folder else Path(parent).relative_to(folder).as_posix() + "/"
        seen = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in seen if not _is_output(Path(parent, name))]
        for name in folders:
            if Path(parent, name).is_symlink():
                left_out.append(LeftOut(_shown(base + name), "a link to a folder, which is not followed"))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            # A link to nothing is named as what cannot be read; a pipe is no file at all.
            if path.is_file() or not path.exists():
                yield base + name


def _is_output(folder: Path) -> bool:
    """Whether a build wrote into `folder`: the thumbnails there are no pictures of a catalogue."""
    if (folder / LOCK).is_file() and (folder / STORE).is_dir():
        return True
    live = fmt.read_current(folder)
    return live is not None and (folder / live / fmt.MANIFEST).is_file()


def _is_picture(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in EXTENSIONS


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str) -> str:
    """`path` as text that can be written: bytes that are no Unicode are replaced."""
    return os.fsencode(path).decode(errors="replace")


def _category_from_folder(path: str) -> str:
    return " > ".join(PurePosixPath(path).parts[:-1])


def _category_from_name(path: str) -> str:
    match = _PREFIX.match(PurePosixPath(path).stem)
    return match[1].replace("_", " ") if match else ""


def _title(path: str, category: str) -> str:
    """A title from the file's name; a name that tells nothing is shortened and put behind the category."""
    stem = PurePosixPath(path).stem
    if _OPAQUE.fullmatch(stem):
        last = category.rpartition(" > ")[2]
        stem = f"{last or 'product'} {stem[:8].rstrip('-')}"
    words = re.sub(r"[\s_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def _read_table(folder: Path) -> Catalogue:
    products: dict[str, SourceProduct] = {}
    left_out: list[LeftOut] = []
    pictures = _Pictures(folder)
    for number, row in _rows(folder / TABLE):
        try:
            product = _product_from(row, pictures)
        except ValueError as error:
            left_out.append(LeftOut(f"{TABLE}, line {number}", str(error)))
            continue
        if product.id in products:
            left_out.append(
                LeftOut(f"{TABLE}, line {number}", f"the id {product.id!r} occurs before: the first is kept")
            )
        else:
            products[product.id] = product
    named = {file for product in products.values() for file in product.files}
    for path in _files(folder, left_out):
        if _is_picture(path) and path not in named:
            left_out.append(LeftOut(_shown(path), f"no product of {TABLE} that is kept names it"))
    return Catalogue(folder, list(products.values()), left_out)


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of the table with their line numbers, cells stripped, columns in lower case."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            columns = {name: name.strip().lower() for name in reader.fieldnames or ()}
            missing = {"id", "image"} - set(columns.values())
            if missing:
                raise UserError(
                    f"Expected the columns id and image in {table}. "
                    f"Received: {', '.join(columns) or 'no header'}."
                )
            for row in reader:
                cells = {columns[name]: value.strip() for name, value in row.items() if name in columns}
                yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise UserError(f"{table} is not in UTF-8 ({error}): save it as UTF-8.") from error
    except csv.Error as error:
        raise UserError(f"{table} is no table of comma-separated values ({error}).") from error


class _Pictures:
    """The files that a table may name: those below its folder, links resolved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.resolve()
        # A table names thousands of files in one folder.
        self._resolved = cache(Path.resolve)

    def check(self, file: str) -> None:
        """Raise `ValueError` with the reason where a file cannot be a picture of the catalogue."""
        path = self._folder / file
        try:
            target = path.resolve() if path.is_symlink() else self._resolved(path.parent) / path.name
            if not target.is_relative_to(self._root):
                raise ValueError(f"its image {file!r} is outside of the catalogue's folder")
            if not path.is_file():
                raise ValueError(f"its image {file!r} does not exist")
        except (OSError, RuntimeError) as error:
            # A name that is too long, or links in a circle.
            raise ValueError(f"its image {file!r} cannot be read ({error})") from error


def _product_from(row: dict[str, str], pictures: _Pictures) -> SourceProduct:
    """The product of one row; raises `ValueError` with the reason where the row cannot be used."""
    product_id, image = row["id"], row["image"]
    if not product_id:
        raise ValueError("it has no id")
    if not image:
        raise ValueError("it has no image")
    files = tuple(dict.fromkeys([image, *_parts(row.get("images", ""))]))
    for file in files:
        pictures.check(file)
    further = (name for name in row if name not in _KNOWN_COLUMNS)
    facts = {name.replace("_", " "): row[name] for name in further if row[name]}
    understood = {
        "price": _number(row.get("price", "")),
        "popularity": _number(row.get("popularity", "")),
        "in_stock": _stock(row.get("in_stock", "")),
    }
    for name, value in understood.items():
        if value is None and row.get(name):
            # Shown as it was written rather than dropped.
            facts[name.replace("_", " ")] = row[name]
    return SourceProduct(
        id=product_id,
        title=row.get("title") or _title(image, row.get("category", "")),
        files=files,
        tags=tuple(dict.fromkeys(_parts(row.get("tags", "")))),
        facts=facts,
        **understood,
        **{name: row.get(name, "") for name in _TEXT_COLUMNS},
    )


def _parts(cell: str) -> list[str]:
    """What a cell with several values lists, | between them."""
    return [part for text in cell.split("|") if (part := text.strip())]


def _stock(text: str) -> bool | None:
    """Whether a product is in stock: a word for yes or no, or how many there are."""
    word = text.lower().replace("_", " ")
    if word in _IN_STOCK:
        return _IN_STOCK[word]
    number = _number(text)
    return None if number is None else number > 0


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None

"""Reads a catalogue: which products there are, and which pictures belong to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from precompute.shared.errors import UserError
from precompute.shared.printable import printable
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.sources.doubts.groups import believed
from precompute.sources.files import EXTENSIONS, files_in, is_output, is_picture, shown
from precompute.sources.folders.aside import SYNONYMS
from precompute.sources.folders.folder import read_pictures
from precompute.sources.folders.folder_tables import tables_below
from precompute.sources.folders.picture_files import PictureFiles
from precompute.sources.folders.unpacked import UnpackFolder, opened
from precompute.sources.images import is_address, scheme_of
from precompute.sources.kinds import EXTENSIONS_OF_TABLES, FOLDER, kind_named
from precompute.sources.products import SourceProduct, lost_sale, product_from
from precompute.sources.records import LeftOut, Record, left_out_before
from precompute.sources.table import Records, read_records

TABLE = "products.csv"
"""A folder's table of this name is preferred to any other."""

_LONGEST_REASON = 110

_NO_COLUMNS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Catalogue:
    """The content of a source: its folder, its products in order, and what was left out so far."""

    folder: Path
    products: list[SourceProduct]
    left_out: list[LeftOut]


class NeedsCollecting(UserError):
    """A source's pictures are at addresses and must be collected before a build."""


def read_catalogue(
    source: Path,
    *,
    kind: str | None = None,
    columns: Mapping[str, str] = _NO_COLUMNS,
    image_folder: Path | None = None,
    exclude: Sequence[str] = (),
    unpack_to: Path | None = None,
) -> Catalogue:
    """Read the catalogue in a folder or a table, and report what it is.

    If a folder has a table, that lists the products; otherwise each picture below the folder is a product.
    `kind` is the value of --source, or None to recognise the kind. `columns` maps fields to columns of a
    table. `image_folder` holds a table's pictures, by default the table's own folder. `exclude` has patterns
    of files and folders to ignore. Archives, and pictures inside tables, are unpacked to `unpack_to`, by
    default a folder that is deleted when the process ends.

    Raises `UserError` if the source does not exist, cannot be read or has no product, and `NeedsCollecting`
    if a picture is at an address.
    """
    if not source.exists():
        raise UserError(
            f"Expected a folder of pictures, or a table. Received: {source}, which does not exist."
        )
    given, unpack = source, UnpackFolder(unpack_to)
    source = opened(source, unpack)
    is_folder = source.is_dir()
    if is_folder and is_output(source):
        raise UserError(f"Expected a folder of pictures. Received: {source}, which a build wrote.")
    if not is_folder and not source.is_file():
        raise UserError(
            f"Expected a folder of pictures, or a table in a file. Received: {source}, which is a pipe, "
            "a socket or a device."
        )
    if kind and (kind_named(kind) is FOLDER) is not is_folder:
        what = "folder" if is_folder else "file"
        raise UserError(f"Expected {kind_named(kind).what}. Received: {source}, which is a {what}.")
    # A compressed table counts as one beside its pictures.
    folder = image_folder or (source if is_folder else given.parent)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise UserError(
            f"Expected --image-folder to be a folder of pictures. Received: {folder}, which {what}."
        )
    pictures = PictureFiles(folder, exclude, unpack_to=unpack)
    try:
        if is_folder:
            catalogue = _read_folder(source, columns, pictures, exclude)
        else:
            records = read_records(source, columns=columns, kind=kind, pictures=pictures)
            catalogue = _read_tables([(records, "")], pictures)
    except OSError as error:
        raise UserError(f"{error.filename or source} cannot be read ({error.strerror}).") from error
    if not catalogue.products:
        raise UserError(_nothing_in(source, catalogue.left_out, has_folder=image_folder is not None))
    return catalogue


def _read_folder(
    folder: Path, columns: Mapping[str, str], pictures: PictureFiles, exclude: Sequence[str]
) -> Catalogue:
    tables = [] if columns else tables_below(folder, exclude)
    if tables:
        parts = [(read_records(path, pictures=pictures), below) for path, below in tables]
        return _with_unnamed(_read_tables(parts, pictures), "its tables", exclude)
    table = table_in(folder, columns, pictures=pictures)
    if table is not None:
        name, records = table
        catalogue = _read_tables([(records, "")], pictures)
        if catalogue.products:
            return _with_unnamed(catalogue, name, exclude, before=left_out_before(folder))
        if columns or name == TABLE:
            raise UserError(_nothing_in(folder / name, catalogue.left_out))
        say(f"None of the pictures that {name} names exists: the pictures are read without the table.")
    products, left_out = read_pictures(folder, exclude)
    if products:
        say(f"Source: a folder with {counted(len(products), 'picture')}.")
    return Catalogue(folder, products, left_out)


def _with_unnamed(
    catalogue: Catalogue, name: str, exclude: Sequence[str], *, before: Sequence[LeftOut] = ()
) -> Catalogue:
    """The catalogue of a folder's table `name`, with its unused pictures reported as left out.

    `before` is what was left out when the folder was collected.
    """
    catalogue.left_out[:0] = before
    named = {file for product in catalogue.products for file in product.files}
    for path in files_in(catalogue.folder, catalogue.left_out, exclude=exclude):
        if is_picture(path) and path not in named:
            reason = f"no kept product of {name} names it"
            catalogue.left_out.append(LeftOut(shown(path), reason))
    return catalogue


def table_in(
    folder: Path, columns: Mapping[str, str], *, pictures: PictureFiles | None = None
) -> tuple[str, Records] | None:
    """The table of a folder: products.csv, or the only other one if it names pictures."""
    names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in EXTENSIONS_OF_TABLES)
    tables = [name for name in names if not name.startswith((".", "~$")) and (folder / name).is_file()]
    tables = [name for name in tables if name != SYNONYMS]
    chosen = (
        [TABLE] if TABLE in tables else [name for name in tables if name.startswith("products.")] or tables
    )
    if len(chosen) == 1:
        try:
            return chosen[0], read_records(folder / chosen[0], columns=columns, pictures=pictures)
        except UserError as error:
            if columns or chosen == [TABLE]:
                raise
            reason = f"the pictures are read without it. {error}"
            say(printable(f"{chosen[0]} is not read as a table of products, {reason}"))
    elif columns:
        there = ", ".join(tables) or "none"
        raise UserError(
            f"Expected one table in {folder} for --column. Received: {there}; give the table itself."
        )
    elif chosen:
        say(
            f"{folder} has several tables ({', '.join(chosen)}): the pictures are read without them. "
            "To use a table, give its path."
        )
    return None


def _read_tables(tables: Sequence[tuple[Records, str]], pictures: PictureFiles) -> Catalogue:
    """The products of several tables, in order. Their pictures are found by `pictures`.

    Each table comes with the sub-folder that its paths start from; empty for the source's folder.
    """
    products: dict[str, SourceProduct] = {}
    left_out: list[LeftOut] = []
    lost = 0
    for records, below in tables:
        for entry in records:
            if isinstance(entry, LeftOut):
                left_out.append(entry)
                continue
            record = _below(entry, below) if below else entry
            try:
                product = product_from(record, _files(record, pictures, left_out))
                if product.id in products:
                    raise ValueError(f"its id {product.id!r} is a repeat: the first product is kept")
            except ValueError as error:
                left_out.append(LeftOut(entry.place, str(error)))
                continue
            products[product.id] = product
            lost += lost_sale(record, product)
            if not product.url and is_address(address := record.fields.get("url", "").strip()):
                reason = f"its address {address[:80]!r} is malformed: it is shown as text, not as a link"
                left_out.append(LeftOut(entry.place, reason))
    kept, about_groups = believed(list(products.values()))
    for records, below in tables:
        name = f"{below}/{records.path.name}" if below else records.path.name
        say(printable(f"Source: {name}, {records.counted()}."))
        say(printable(records.describe()))
        for note in records.notes:
            say(printable(f"{name}: {note}."))
    for note in (*pictures.notes(), *filter(None, [about_groups, _about_prices(kept), _about_sales(lost)])):
        say(printable(f"{tables[0][0].path.name}: {note}."))
    folder = pictures.gathered(file for product in kept for file in product.files)
    return Catalogue(folder, kept, left_out)


def _about_prices(products: Sequence[SourceProduct]) -> str:
    """A note about prices that cannot be parsed; empty if all can."""
    texts = [each.facts["price"] for each in products if each.price is None and each.facts.get("price")]
    if not texts:
        return ""
    prices = "1 price is" if len(texts) == 1 else f"{len(texts):,} prices are"
    return f"{prices} not understood and shown as written, such as “{texts[0][:60]}”"


def _about_sales(lost: int) -> str:
    """A note about `lost` former prices that are not higher than the price; empty if there are none."""
    if not lost:
        return ""
    one = "price before a sale is not shown: it must"
    several = "prices before a sale are not shown: they must"
    return f"{lost:,} {one if lost == 1 else several} be higher than the price, in the same currency"


def _below(record: Record, folder: str) -> Record:
    """The record with its paths below a sub-folder of the source."""
    images = tuple(image if is_address(image) else f"{folder}/{image}" for image in record.images)
    fields = record.fields
    if images and fields.get("id") == record.images[0]:
        fields = fields | {"id": images[0]}
    return replace(record, fields=fields, images=images)


def _files(record: Record, pictures: PictureFiles, left_out: list[LeftOut]) -> tuple[str, ...]:
    """The files of a record's pictures. Each one that cannot be used is added to `left_out`.

    Raises `ValueError` with the reason if a record names pictures but none can be used.
    """
    files: dict[str, None] = {}
    reasons: list[str] = []
    for image in record.images:
        if is_address(image):
            raise NeedsCollecting(
                f"Expected pictures in files below {pictures.folder}. Received: {image[:200]} "
                f"({record.place}), an address: its pictures must be collected first."
            )
        try:
            if scheme_of(image):
                raise ValueError(f"its image {image[:80]!r} is neither a path nor an address of the web")
            files[pictures.find(image)] = None
        except ValueError as error:
            reasons.append(str(error))
    if reasons and not files:
        raise ValueError(reasons[0])
    left_out += [LeftOut(record.place, reason) for reason in reasons]
    return tuple(files)


def _nothing_in(source: Path, left_out: list[LeftOut], *, has_folder: bool = False) -> str:
    if source.is_dir():
        others = f" It has {counted(len(left_out), 'other file')}." if left_out else ""
        return f"Expected pictures ({' '.join(sorted(EXTENSIONS))}) in {source}. Received: none.{others}"
    first = left_out[0]
    reason = first.reason if len(first.reason) <= _LONGEST_REASON else f"{first.reason[:_LONGEST_REASON]}…"
    hint = " Are they in another folder? --image-folder FOLDER."
    return (
        f"Expected products with pictures in {source}. Received: {counted(len(left_out), 'row')}, "
        f"none usable; the first, {first.file}: {reason}."
        f"{hint if 'does not exist' in reason and not has_folder else ''}"
    )

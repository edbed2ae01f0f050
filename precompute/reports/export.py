"""Exports what a build found, for other programs: lists, embeddings and the full similarity matrix."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bundle import Bundle, Neighbour, Product
from bundle.disk import whole_file
from precompute.embeddings.vectors import Vectors, compared_vectors
from precompute.models.choice import published_recipe
from precompute.models.published import recipe_of
from precompute.models.recipe import Recipe
from precompute.neighbours.best_pair import open_products
from precompute.shared.csv_cells import marked
from precompute.shared.errors import UserError
from precompute.shared.progress import stage
from precompute.store import Store

MATRIX_PRODUCTS = 10_000
"""Products that a full matrix may have: 100 million cells are 1 GB of text, and no spreadsheet opens more."""

_PAGE = 1000
_ROWS_TOGETHER = 4096
_MATRIX_ROWS = 128
_SCHEMA = pa.schema(
    [("product", pa.string()), ("neighbour", pa.string()), ("rank", pa.int32()), ("score", pa.float64())]
)


@dataclass(frozen=True)
class ExportSettings:
    """What an export is asked for; `recipe` is None for the bundle's first, `out` for a name of its own."""

    data: Path
    format: str
    recipe: str | None = None
    out: Path | None = None


def export(settings: ExportSettings) -> list[Path]:
    """Write one export, whole or not at all, and return its files.

    Raises `BundleError` where there is no bundle, `UserError` where it does not hold what is asked for.
    """
    with Bundle.open(settings.data) as bundle:
        description = published_recipe(bundle, settings.recipe)
        name, write = FORMATS[settings.format]
        out = settings.out or Path(name)
        check_out(out)
        return write(_Source(settings.data, bundle, description), out)


def check_out(out: Path) -> None:
    """Raise `UserError` if no file can be written at `out`: its folder is missing, or it is a folder."""
    if not out.parent.is_dir():
        raise UserError(f"Expected --out in a folder that exists. Received: {out}.")
    if out.is_dir():
        raise UserError(f"Expected --out to be a file. Received: the folder {out}.")


Found = TypeVar("Found")


def published_vectors(
    data: Path,
    bundle: Bundle,
    description: Mapping[str, Any],
    products: Sequence[Product],
    *,
    vectors_of: Callable[..., Found],
) -> Found:
    """The vectors of some products of the bundle at `data`, under a recipe that the manifest describes.

    `vectors_of` is `compared_vectors` or `picture_vectors`. Raises `UserError` if the store does not have all
    that they need.
    """
    store = Store(data)
    recipe = _published(description, store)
    embeddings = store.embeddings(description["embeddings"], writable=False)
    colours = store.pictures_of(bundle.manifest) if recipe.colour else None
    try:
        return vectors_of(products, embeddings, recipe, pictures=colours)
    except KeyError as error:
        raise UserError(
            f"Expected the embeddings of all pictures of the bundle in {embeddings.folder}. "
            f"Received: {error.args[0]:,} fewer (they are no part of a deploy). "
            "Run this where the bundle was built, or build it again."
        ) from error


def _published(description: Mapping[str, Any], store: Store) -> Recipe:
    try:
        return recipe_of(description, heads=store.heads)
    except KeyError as error:
        raise UserError(
            f"The bundle's manifest does not say the {error.args[0]} of its recipe: build it again."
        ) from error


@dataclass(frozen=True)
class _Source:
    """One recipe of the bundle at `data`."""

    data: Path
    bundle: Bundle
    description: dict[str, Any]

    def products(self) -> Iterator[Product]:
        """The products, in the catalogue's order."""
        return chain.from_iterable(self.bundle.batches())

    def lists(self) -> Iterator[tuple[str, list[Neighbour]]]:
        """Each product's id and list, in the catalogue's order."""
        for product in self.products():
            yield product.id, self.bundle.neighbours(product.id, recipe=self.description["name"])

    def vectors(self) -> Vectors:
        """What the recipe compares, in the catalogue's order."""
        products = list(self.products())
        return published_vectors(
            self.data, self.bundle, self.description, products, vectors_of=compared_vectors
        )


def _lists_csv(source: _Source, out: Path) -> list[Path]:
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_SCHEMA.names)
        with _stage(source) as advance:
            for product_id, entries in source.lists():
                product = marked(product_id)
                writer.writerows(
                    (product, marked(entry.id), rank, f"{entry.score:.6f}")
                    for rank, entry in enumerate(entries, start=1)
                )
                advance(1)
    return [out]


def _lists_parquet(source: _Source, out: Path) -> list[Path]:
    with (
        whole_file(out) as temporary,
        parquet.ParquetWriter(temporary, _SCHEMA) as writer,
        _stage(source) as advance,
    ):
        entries = source.lists()
        while some := list(islice(entries, _PAGE)):
            rows = [
                (product_id, entry.id, rank, entry.score)
                for product_id, neighbours in some
                for rank, entry in enumerate(neighbours, start=1)
            ]
            columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
            arrays = [pa.array(*column) for column in zip(columns, _SCHEMA.types, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))
            advance(len(some))
    return [out]


def _embeddings_parquet(source: _Source, out: Path) -> list[Path]:
    vectors = source.vectors()
    names = {"product": vectors.row_ids} | ({"image": vectors.images} if vectors.images else {})
    with whole_file(out) as temporary:
        _write_vectors(temporary, names, vectors.values)
    return [out]


def _write_vectors(path: Path, names: dict[str, list[str]], vectors: np.ndarray) -> None:
    """What names a row, and d float32, a row."""
    width = vectors.shape[1]
    schema = pa.schema([*((name, pa.string()) for name in names), ("vector", pa.list_(pa.float32(), width))])
    # Embeddings have next to nothing that compression could take away.
    with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, len(vectors), _ROWS_TOGETHER):
            part = slice(start, start + _ROWS_TOGETHER)
            values = pa.FixedSizeListArray.from_arrays(pa.array(vectors[part].ravel()), width)
            texts = [pa.array(column[part]) for column in names.values()]
            writer.write_batch(pa.record_batch([*texts, values], schema=schema))


def _embeddings_npy(source: _Source, out: Path) -> list[Path]:
    vectors = source.vectors()
    names = out.with_suffix(".ids.json")
    with whole_file(out) as temporary, whole_file(names) as temporary_names:
        with temporary.open("wb") as file:
            np.save(file, vectors.values)
        text = json.dumps(vectors.row_ids, ensure_ascii=False, indent=0) + "\n"
        temporary_names.write_text(text, encoding="utf-8")
    return [out, names]


def _matrix_csv(source: _Source, out: Path) -> list[Path]:
    count = source.bundle.count
    if count > MATRIX_PRODUCTS:
        raise UserError(
            f"Expected at most {MATRIX_PRODUCTS:,} products for a full matrix. Received: {count:,}, whose "
            f"matrix would have {count**2:,} cells, about {count**2 / 1e8:,.0f} GB of text, which no "
            "spreadsheet opens; export the lists with --format csv or --format parquet."
        )
    vectors = source.vectors()
    space = open_products(vectors.values, source.description["metric"], counts=vectors.counts)
    labels = [marked(product_id) for product_id in vectors.ids]
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["product", *labels])
        with _stage(source) as advance:
            for start in range(0, count, _MATRIX_ROWS):
                rows = np.arange(start, min(start + _MATRIX_ROWS, count))
                for row, scores in zip(rows.tolist(), space.full_scores(rows), strict=True):
                    writer.writerow([labels[row], *map("{:.6f}".format, scores.tolist())])
                advance(len(rows))
    return [out]


FORMATS: dict[str, tuple[str, Callable[[_Source, Path], list[Path]]]] = {
    "csv": ("lists.csv", _lists_csv),
    "parquet": ("lists.parquet", _lists_parquet),
    "matrix": ("matrix.csv", _matrix_csv),
    "embeddings-parquet": ("embeddings.parquet", _embeddings_parquet),
    "embeddings-npy": ("embeddings.npy", _embeddings_npy),
}
"""What can be exported: the file's usual name and what writes it, by the name of the format."""


def _stage(source: _Source) -> AbstractContextManager[Callable[[int], None]]:
    return stage("Exporting", source.bundle.count, "products")

"""The keys of a static site's products: of all that a product's files are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from bundle import Product
from bundle.format import THUMBNAILS, canonical_json, key_of
from bundle.seal import read_files_table
from dashapp.document.static_bundle import OF_ONE_BUILD
from dashapp.document.static_pages import StaticSite

_MOST_VARIANTS = 1_000
"""More variants than any page shows."""


class ProductKeys:
    """Makes the keys of the products of one site."""

    def __init__(self, made: StaticSite, *, program: str) -> None:
        """`made` is the site whose files are made, `program` the key of the program that makes them."""
        self._made = made
        self._program = program
        self._of: dict[str, str] = {}

    @cached_property
    def common(self) -> str:
        """The key of what the files of all products have in common."""
        site, bundle = self._made.site, self._made.bundle
        manifest = {name: value for name, value in bundle.manifest.items() if name not in OF_ONE_BUILD}
        settings = replace(site.settings, data=Path())
        described = (settings, site.recipes, sorted(map(repr, site.overlaps.items())), site.categories)
        more = (site.thumbnails_tag, site.tile_shape, site.theme, site.split, site.has_map)
        texts = (self._made.language.code, self._made.empty(), repr(described), repr(more))
        return key_of(self._program, canonical_json(manifest), *texts)

    @cached_property
    def _pictures(self) -> dict[str, list[str]]:
        """The sealed files of each picture, by its id."""
        found: dict[str, list[str]] = {}
        for file in read_files_table(self._made.bundle.folder):
            if file.path.startswith(f"{THUMBNAILS}/"):
                image_id = file.path.rpartition("/")[2].partition(".")[0]
                found.setdefault(image_id, []).append(f"{file.sha256} {file.path}")
        return found

    def of_product(self, product: Product) -> tuple[str, list[str]]:
        """The key of a product's own files, and the ids of the products that it covers."""
        bundle = self._made.bundle
        lists = [bundle.neighbours(product.id, recipe=each.name) for each in self._made.site.recipes]
        listed = bundle.products({entry.id: None for entries in lists for entry in entries})
        variants = bundle.variants(product, limit=_MOST_VARIANTS)
        before, after = bundle.beside(product)
        told = [[tuple(entry) for entry in entries] for entries in lists]
        near = [product, *listed, *variants, *(each for each in (before, after) if each)]
        counts = (len(listed), len(variants), before is None)
        return key_of(self.common, repr(told), repr(counts), *map(self._row, near)), [
            each.id for each in near
        ]

    def of_several(self, products: Iterable[Product]) -> str:
        """The key of a file that tells of some products, and of nothing else."""
        return key_of(self.common, *map(self._row, products))

    def _row(self, product: Product) -> str:
        if product.id not in self._of:
            position = self._made.bundle.positions_of([product.id])
            pictures = [self._pictures.get(image.id) for image in product.images]
            self._of[product.id] = key_of(repr(product), repr(position), repr(pictures))
        return self._of[product.id]

"""The input of the doctor's checks: a catalogue with everything known about its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from bundle import Product
from precompute.embeddings.embed import Embedded
from precompute.neighbours import NeighbourLists
from precompute.sources import Catalogue, SourceProduct
from precompute.store import MeasureStore, PictureStore
from precompute.store.pictures import thumbnail_files


@dataclass(frozen=True)
class Case:
    """A catalogue that was read and embedded, with the lists of one recipe.

    `products` are the catalogue's products that have a picture, in its order. `embedded` is the outcome for
    its files. `measures` and `pictures` are by image id.
    """

    catalogue: Catalogue
    products: list[Product]
    embedded: Embedded
    measures: MeasureStore
    pictures: PictureStore
    lists: NeighbourLists

    @cached_property
    def by_id(self) -> dict[str, Product]:
        """The products by id."""
        return {product.id: product for product in self.products}

    @cached_property
    def sources(self) -> dict[str, SourceProduct]:
        """The products as the source gives them, by id."""
        return {product.id: product for product in self.catalogue.products}

    @cached_property
    def by_image(self) -> dict[str, list[Product]]:
        """The products that have each image, by image id, in the catalogue's order."""
        found: dict[str, list[Product]] = {}
        for product in self.products:
            for image in product.images:
                found.setdefault(image.id, []).append(product)
        return found

    def files_of(self, product_id: str, image_id: str) -> tuple[str, ...]:
        """The files of a product that hold an image."""
        return tuple(
            file for file in self.sources[product_id].files if self.embedded.images.get(file) == image_id
        )

    def neighbours(self) -> Iterator[tuple[Product, list[tuple[Product, float]]]]:
        """Each product with its nearest products and their scores, best first.

        Products of the same article are left out: variants and products that share a picture tell nothing
        new.
        """
        products = [self.by_id[product_id] for product_id in self.lists.ids]
        for product, row, scores in zip(products, self.lists.rows, self.lists.scores, strict=True):
            others = zip(map(products.__getitem__, row.tolist()), scores.tolist(), strict=True)
            yield product, [pair for pair in others if not same_article(product, pair[0])]

    def small_picture(self, image_id: str) -> Image.Image | None:
        """The smaller thumbnail of a picture, RGB; None if it is gone."""
        try:
            with Image.open(self.pictures.folder / thumbnail_files(image_id)[1]) as image:
                return image.convert("RGB")
        except OSError:
            return None


def same_article(one: Product, other: Product) -> bool:
    """Whether two products are variants of each other, or share a picture."""
    if one.variants and one.variants == other.variants:
        return True
    return not {image.id for image in one.images}.isdisjoint(image.id for image in other.images)


def articles(products: list[Product]) -> int:
    """The number of articles, counting variants of each other as one."""
    return len({(bool(product.variants), product.variants or product.id) for product in products})

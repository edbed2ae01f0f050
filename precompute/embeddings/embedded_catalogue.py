"""Embeds a catalogue's pictures, for builds and the doctor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from bundle import Product, ProductImage
from precompute.embeddings.embed import Embedded, EmbeddingTask, embed_all
from precompute.embeddings.picture_maker import PictureMaker
from precompute.shared.clock import Clock
from precompute.shared.machine import available_cores
from precompute.shared.progress import say, stage
from precompute.shared.wording import counted
from precompute.sources import Catalogue, LeftOut, SourceProduct
from precompute.store import PictureStore

_AS_GIVEN = tuple(field.name for field in fields(SourceProduct) if field.name != "files")
"""The product fields that the bundle takes unchanged from the source."""

_WAITING = 8
"""The fewest threads that load pictures where each may wait for a store elsewhere."""


class ExtraMeasure(Protocol):
    """An additional measurement of pictures, stored by image id; `add` is called in a loader's thread."""

    def holds(self, image_id: str) -> bool:
        """Whether a picture was already measured."""

    def add(self, image_id: str, data: bytes, image: Image.Image) -> None:
        """Measure the file's bytes and the upright picture."""

    def commit(self) -> None:
        """Write new measurements to the disk."""

    def for_worker(self) -> ExtraMeasure:
        """The same for a process that only adds, as `EmbeddingStore.for_worker` gives a store."""

    def refresh(self) -> None:
        """Read what such processes have added."""


class EmbedFiles(Protocol):
    """Embeds files, in this process or elsewhere."""

    def __call__(
        self,
        folder: Path,
        files: list[str],
        tasks: list[EmbeddingTask],
        *,
        maker: PictureMaker,
        pictures: PictureStore,
        advance: Callable[..., None],
        extra: ExtraMeasure | None = None,
    ) -> Embedded:
        """Embed the pictures in `files`, paths below `folder`, make their thumbnails, and measure them.

        Afterwards the tasks' stores, `pictures` and `extra` have all results, and the tasks the seconds.
        `advance` is that of `precompute.shared.progress.stage`.
        """


@dataclass(frozen=True)
class EmbeddedCatalogue:
    """An embedded catalogue: its products that have at least one embedded picture, in its order.

    `left_out` has the source's rows and files that are in no product. `embedded` is the outcome for the
    files.
    """

    products: list[Product]
    left_out: list[LeftOut]
    embedded: Embedded

    @property
    def images(self) -> int:
        """How many distinct pictures the products have."""
        return len({image.id for product in self.products for image in product.images})

    @property
    def counts(self) -> dict[str, int]:
        """How many products and pictures there are, and how many rows and files were left out."""
        return {"products": len(self.products), "images": self.images, "left_out": len(self.left_out)}


def embed_catalogue(
    catalogue: Catalogue,
    tasks: list[EmbeddingTask],
    *,
    maker: PictureMaker,
    pictures: PictureStore,
    clock: Clock,
    extra: ExtraMeasure | None = None,
    embed: EmbedFiles | None = None,
) -> EmbeddedCatalogue:
    """Embed every picture of a catalogue and make its thumbnails, reusing what the stores have.

    `embed` does the work, by default in this process.
    """
    embed = embed or embed_files
    files = list(dict.fromkeys(file for product in catalogue.products for file in product.files))
    with stage("Embedding", len(files), "images") as advance:
        embedded = embed(
            catalogue.folder, files, tasks, maker=maker, pictures=pictures, advance=advance, extra=extra
        )
    clock.add("reading", embedded.reading_seconds)
    for task in tasks:
        clock.add("model", task.opening_seconds)
        clock.add("embedding", task.embedding_seconds)
    if pictures.damaged:
        say(f"Made again in {pictures.folder}: {counted(pictures.damaged, 'damaged thumbnail')}.")
    products = _products(catalogue, embedded, pictures)
    return EmbeddedCatalogue(products, _left_out(catalogue, embedded), embedded)


def embed_files(
    folder: Path,
    files: list[str],
    tasks: list[EmbeddingTask],
    *,
    maker: PictureMaker,
    pictures: PictureStore,
    advance: Callable[..., None],
    extra: ExtraMeasure | None = None,
) -> Embedded:
    """Embed the pictures in `files`, paths below `folder`, and make their thumbnails. See `EmbedFiles`."""

    def known(image_id: str) -> bool:
        return pictures.holds(image_id) and (extra is None or extra.holds(image_id))

    def on_new_picture(image_id: str, data: bytes, image: Image.Image) -> None:
        if not pictures.holds(image_id):
            pictures.add(image_id, *maker.make(image, data))
        if extra is not None and not extra.holds(image_id):
            extra.add(image_id, data, image)

    def commit() -> None:
        pictures.commit()
        if extra is not None:
            extra.commit()

    return embed_all(
        folder,
        files,
        tasks,
        known=known,
        on_new_picture=on_new_picture,
        commit=commit,
        advance=advance,
        threads=max(available_cores(), _WAITING) if pictures.is_shared else None,
    )


def signatures_of(products: Sequence[Product], pictures: PictureStore) -> np.ndarray:
    """The signature (`pictures.signature`) of the first picture of each product: (n, k) uint8."""
    return pictures.signatures([product.images[0].id for product in products])


def _products(catalogue: Catalogue, embedded: Embedded, pictures: PictureStore) -> list[Product]:
    """The products that have a picture with an embedding, in the catalogue's order."""

    def images(product: SourceProduct) -> tuple[ProductImage, ...]:
        ids = dict.fromkeys(embedded.images[file] for file in product.files if file in embedded.images)
        shown = ((each, pictures[each]) for each in ids)
        return tuple(ProductImage(each, picture.width, picture.height) for each, picture in shown)

    return [
        Product(
            images=found,
            colours=pictures[found[0].id].colours,
            **{name: getattr(product, name) for name in _AS_GIVEN},
        )
        for product in catalogue.products
        if (found := images(product))
    ]


def _left_out(catalogue: Catalogue, embedded: Embedded) -> list[LeftOut]:
    """Everything left out and why, and what happens to products that lose a picture."""
    losers: dict[str, list[SourceProduct]] = {file: [] for file in embedded.left_out}
    for product in catalogue.products:
        for file in product.files:
            # For a picture that is its own product, nothing needs to be added.
            if file in losers and file != product.id:
                losers[file].append(product)
    left_out = list(catalogue.left_out)
    for file, reason in embedded.left_out.items():
        for product in losers[file][:1]:
            reason += f"; {product.id!r} {_goes_on(product, file, embedded)}"
        others = len(losers[file]) - 1
        left_out.append(LeftOut(file, reason + (f", and {others:,} more had it" if others > 0 else "")))
    return left_out


def _goes_on(product: SourceProduct, lost: str, embedded: Embedded) -> str:
    left = [file for file in product.files if file in embedded.images]
    if not left:
        return "has no other picture and is left out"
    if lost == product.files[0]:
        return f"now has {left[0]} as its first picture"
    return f"keeps {len(left)} of its {counted(len(product.files), 'picture')}"

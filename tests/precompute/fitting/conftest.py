"""Catalogues made up of numbers: products whose embeddings show their labels through much noise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from bundle import Product, ProductImage
from precompute.embeddings.projection import project
from precompute.fitting.discriminant import principal_axes
from precompute.fitting.fit import classes_of
from precompute.fitting.labels import Labels, labels_of
from precompute.fitting.trial import Sample

WIDTH = 24


@dataclass(frozen=True)
class Made:
    """A made-up catalogue: its sample and its labels."""

    sample: Sample
    labels: list[Labels]


def product(number: int, *, pictures: int = 1, **given: object) -> Product:
    """A product with an id, and as many pictures."""
    name = f"p{number:04}"
    images = [hashlib.sha256(f"{name} {place}".encode()).hexdigest() for place in range(pictures)]
    fields: dict[str, object] = {
        "id": name,
        "title": name,
        "images": tuple(ProductImage(one, 9, 9) for one in images),
    }
    return Product(**fields | given)  # type: ignore[arg-type]


def sample_of(products: Sequence[Product], embeddings: np.ndarray, labels: Sequence[Labels]) -> Sample:
    """The sample of products with the embeddings of their pictures, in order."""
    owners = np.repeat(np.arange(len(products)), [len(each.images) for each in products])
    projected = embeddings.copy()
    project(projected, [image.id for each in products for image in each.images], projection="centre")
    axes = principal_axes(embeddings)
    classes = classes_of(labels, len(products))
    return Sample(products, axes.applied(embeddings), owners, [(projected, 1.0)], classes)


@pytest.fixture(scope="session")
def made() -> Callable[..., Made]:
    """Makes a catalogue of `count` products of `classes` categories.

    An embedding is a direction of the category, faint beside noise that is loud in some directions. Where
    `told` is false the categories are drawn at random. With two `pictures` a product has a direction as well.
    """

    def make(
        *, count: int = 240, classes: int = 6, told: bool = True, pictures: int = 1, seed: int = 0
    ) -> Made:
        random = np.random.default_rng(seed)
        shown = np.arange(count) % classes
        directions = random.standard_normal((classes, WIDTH))
        loud = np.where(np.arange(WIDTH) < WIDTH // 2, 5.0, 1.0)
        own = random.standard_normal((count, WIDTH)) * (1.5 if pictures > 1 else 0.0)
        rows = np.repeat(np.arange(count), pictures)
        noise = random.standard_normal((len(rows), WIDTH)) * loud
        embeddings = (directions[shown[rows]] * 1.2 + own[rows] + noise).astype(np.float32)
        said = shown if told else random.permutation(shown)
        products = [
            product(number, pictures=pictures, category=f"class {name}") for number, name in enumerate(said)
        ]
        labels = labels_of(products, [pictures] * count, brand=False)
        return Made(sample_of(products, embeddings, labels), labels)

    return make

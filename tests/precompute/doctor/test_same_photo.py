"""Whether two pictures are one photo, cut or saved anew, is asked of their pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from precompute.doctor import same_photo as comparison
from tests.precompute.doctor.conftest import photo


def same_photo(one: Image.Image, other: Image.Image) -> bool:
    return comparison.same_photo(*map(comparison.SmallPicture, (one, other)))


def scene(seed: int, *, tint: tuple[float, float, float] = (1, 1, 1)) -> Image.Image:
    """Soft shapes as a photo has them, 200 × 150."""
    random = np.random.default_rng(seed)
    rough = Image.fromarray(random.integers(0, 255, (9, 12, 3)).astype(np.uint8))
    smooth = np.asarray(rough.resize((200, 150), Image.Resampling.BICUBIC))
    return Image.fromarray((smooth * tint).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def cut(image: Image.Image, share: float, corner: float) -> Image.Image:
    width, height = (round(side * share) for side in image.size)
    left, top = round((image.width - width) * corner), round((image.height - height) * corner)
    return image.crop((left, top, left + width, top + height))


@pytest.mark.parametrize("share", [0.95, 0.9, 0.8, 0.7, 0.6])
@pytest.mark.parametrize("corner", [0, 0.3, 1])
def test_a_part_of_a_photo_is_that_photo(share: float, corner: float) -> None:
    image = scene(1)
    part = saved(cut(image, share, corner).resize((160, 120)), 70)
    assert same_photo(image, part) and same_photo(part, image)


def test_copies_are_that_photo() -> None:
    image = scene(2)
    assert same_photo(image, saved(image, 30))
    assert same_photo(image, image.resize((77, 58)))
    assert same_photo(ImageOps.expand(image, 20, "white"), image)


def test_other_pictures_are_not() -> None:
    images = [scene(seed) for seed in range(8)]
    pairs = [(one, other) for place, one in enumerate(images) for other in images[:place]]
    assert not any(same_photo(one, other) for one, other in pairs)


def test_the_same_shapes_in_another_colour_are_another_product() -> None:
    assert not same_photo(scene(3), scene(3, tint=(1, 0.6, 0.6)))
    assert not same_photo(scene(3), ImageEnhance.Brightness(scene(3)).enhance(0.7))


def test_small_things_in_the_same_place_of_much_white_are_two() -> None:
    def ring(seed: int) -> Image.Image:
        canvas = Image.new("RGB", (200, 200), "white")
        canvas.paste(ImageEnhance.Brightness(photo(seed, size=24)).enhance(2), (88, 88))
        return canvas

    assert not same_photo(ring(1), ring(2))
    assert same_photo(ring(1), saved(ring(1), 60))


def test_plain_pictures_are_nothing_to_go_by() -> None:
    plain = Image.new("RGB", (200, 200), "#888")
    assert not same_photo(plain, plain)
    assert not same_photo(plain, scene(4))
    assert not same_photo(Image.new("RGB", (1, 1)), scene(4))
    assert not same_photo(Image.new("RGB", (200, 3)), scene(4))

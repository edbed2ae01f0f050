"""Pictures to look at closely: which ones have one, and how large it is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictures.decoding import decode
from pictures.in_time import decode_larger
from precompute.building.build import BuildSettings, check_settings
from precompute.embeddings.picture_maker import PictureMaker
from precompute.models.recipe import DEFAULT
from precompute.shared.errors import UserError


def encoded(width: int, height: int, kind: str = "JPEG") -> bytes:
    """A picture whose red grows to the right and whose green grows downwards."""
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, axis=0)
    down = np.linspace(0, 255, height, dtype=np.uint8)[:, None].repeat(width, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([across, down, np.full_like(down, 90)])).save(buffer, kind)
    return buffer.getvalue()


def sizes(data: bytes, maker: PictureMaker) -> list[tuple[int, int]]:
    """The sizes of what is made of a file."""
    _, contents = maker.make(decode(data), data)
    return [Image.open(io.BytesIO(content)).size for content in contents]


@pytest.mark.parametrize(
    ("width", "height", "kind", "large"),
    [
        (2048, 2048, "JPEG", (1024, 1024)),
        (3000, 2000, "JPEG", (1024, 683)),
        (1500, 3000, "JPEG", (512, 1024)),
        (900, 600, "JPEG", (900, 600)),
        (1600, 1200, "PNG", (1024, 768)),
    ],
)
def test_a_picture_is_as_large_as_was_asked_for_or_as_it_is(
    width: int, height: int, kind: str, large: tuple[int, int]
) -> None:
    made = sizes(encoded(width, height, kind), PictureMaker(400, 1024))
    assert max(made[0]) == 400 and max(made[1]) == 200 and made[2] == large


def test_a_picture_of_few_pixels_has_none() -> None:
    assert len(sizes(encoded(400, 300), PictureMaker(400, 1024))) == 2
    assert len(sizes(encoded(2000, 1000), PictureMaker(400))) == 2


def test_a_large_picture_changes_nothing_of_the_others() -> None:
    data = encoded(2048, 2048)
    with_large, without = PictureMaker(400, 1024), PictureMaker(400)
    assert with_large.make(decode(data), data)[1][:2] == without.make(decode(data), data)[1]
    assert with_large.fingerprint != without.fingerprint
    assert "large" not in without.describe() and with_large.describe()["large"] == 1024


def test_what_may_take_long_is_not_decoded_once_more() -> None:
    data = encoded(6000, 5000)
    assert decode_larger(data, 1024) is None
    assert max(sizes(data, PictureMaker(400, 1024))[2]) >= 512


@pytest.mark.parametrize("size", [300, 400, 2049, -1])
def test_a_size_that_cannot_be_is_one_sentence(size: int, tmp_path: Path) -> None:
    settings = BuildSettings(source=tmp_path, out=tmp_path / "data", recipes=(DEFAULT,), large_pictures=size)
    with pytest.raises(UserError, match="Expected --large-pictures to be more than --thumbnail-size"):
        check_settings(settings)

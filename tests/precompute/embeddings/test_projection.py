"""The centre follows from the present pictures alone, a vector from its embedding and the centre alone."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from precompute.embeddings import projection
from precompute.embeddings.projection import centre, project
from precompute.models.recipe import ANCHORS, RECIPES


def catalogue(count: int, dimensions: int = 12) -> tuple[list[str], np.ndarray]:
    embeddings = np.random.default_rng(1).random((count, dimensions)).astype(np.float32) + 7
    return [hashlib.sha256(b"%d" % row).hexdigest() for row in range(count)], embeddings


def projected(embeddings: np.ndarray, ids: list[str]) -> np.ndarray:
    vectors = embeddings.copy()
    project(vectors, ids, projection="centre")
    return vectors


def test_centring_takes_the_centre_away_and_leaves_unit_length() -> None:
    ids, embeddings = catalogue(200)
    first = embeddings[np.argsort(ids)[:ANCHORS]].astype(np.float64)
    assert np.allclose(centre(embeddings, ids), first.mean(axis=0), rtol=1e-15)
    direction = embeddings - first.mean(axis=0)
    expected = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    assert np.allclose(projected(embeddings, ids), expected, atol=1e-7)


def test_no_projection_leaves_every_bit() -> None:
    ids, embeddings = catalogue(5)
    vectors = embeddings.copy()
    project(vectors, ids, projection="none")
    assert (vectors == embeddings).all()
    with pytest.raises(ValueError, match="Received: 'whiten'"):
        project(vectors, ids, projection="whiten")


@pytest.mark.parametrize("count", [1, 5, ANCHORS, 300])
def test_order_and_repeated_pictures_change_no_bit(count: int) -> None:
    ids, embeddings = catalogue(count)
    expected = projected(embeddings, ids)
    rows = np.random.default_rng(2).integers(0, count, 3 * count)
    rows = np.random.default_rng(3).permutation(np.concatenate([rows, np.arange(count)]))
    found = projected(embeddings[rows], [ids[row] for row in rows])
    assert found.tobytes() == expected[rows].tobytes()


@pytest.mark.parametrize("dimensions", [1, 3, 200, 1280])
def test_a_row_is_the_same_whatever_block_it_is_in(monkeypatch: pytest.MonkeyPatch, dimensions: int) -> None:
    ids, embeddings = catalogue(150, dimensions)
    expected = projected(embeddings, ids).tobytes()
    for block in (1, 7, 64):
        monkeypatch.setattr(projection, "_BLOCK", block)
        assert projected(embeddings, ids).tobytes() == expected


def test_a_picture_that_is_no_anchor_comes_and_goes_without_moving_any_vector() -> None:
    ids, embeddings = catalogue(300)
    order = np.argsort(ids)
    expected = projected(embeddings, ids)
    kept = np.sort(order[:-1])
    assert projected(embeddings[kept], [ids[row] for row in kept]).tobytes() == expected[kept].tobytes()
    without_an_anchor = np.sort(order[1:])
    moved = projected(embeddings[without_an_anchor], [ids[row] for row in without_an_anchor])
    assert (moved != expected[without_an_anchor]).any(axis=1).all()


def test_one_picture_alone_has_no_direction() -> None:
    assert (projected(np.ones((2, 4), np.float32), ["a", "a"]) == 0).all()


def test_the_fingerprint_spells_the_rule_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from precompute.models import recipe

    before = [RECIPES[name].fingerprint("0" * 64) for name in ("efficientnet-lite0", "vgg16-fc2")]
    monkeypatch.setitem(recipe._SPELLED_OUT, "projection", {"centre": "less the mean of 63"})
    after = [RECIPES[name].fingerprint("0" * 64) for name in ("efficientnet-lite0", "vgg16-fc2")]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]

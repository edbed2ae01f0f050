"""Several recipes in one build: one pass over the files, one bundle, lists that can be compared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from precompute.cli.main import main
from precompute.embeddings import embed as embedding
from precompute.embeddings import loader
from precompute.models.recipe import DEFAULT, Recipe
from precompute.store import Store
from tests.builds import embed
from tests.drawn_pictures import encoded, picture
from tests.seeded import application, save

FILES = [f"{seed:02d}.png" for seed in range(21)]


class Mean:
    """An extractor of two numbers a picture: its mean, times a factor, and its first pixel's red."""

    runtime = "test"
    weights_sha256 = "0" * 64

    def __init__(self, *, batch: int, factor: float = 1.0) -> None:
        self.batch, self.factor = batch, factor
        self.seen = 0

    def __call__(self, images: np.ndarray) -> np.ndarray:
        assert 1 <= len(images) <= self.batch
        self.seen += len(images)
        means = images.mean(axis=(1, 2, 3)) * self.factor
        return np.stack([means, images[:, 0, 0, 0]], axis=1).astype(np.float32)


class BlindToRed(Mean):
    """One that has no embedding for a picture whose first pixel is all red."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        found = super().__call__(images)
        found[images[:, 0, 0, 0] == 255] = np.nan
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed, name in enumerate(FILES):
        (photos / name).write_bytes(encoded(picture(seed)))
    return photos


def recipe(**fields: object) -> Recipe:
    return Recipe(**{"name": "x", "description": "", "extractor": "test", "input_size": 32} | fields)


def test_every_file_is_read_once_and_decoded_once_for_each_decoding(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Counter[str] = Counter()

    def counting(name: str, function):
        def run(*arguments):
            done[" ".join([name, *(str(each) for each in arguments[1:])])] += 1
            return function(*arguments)

        return run

    monkeypatch.setattr(loader, "read_picture", counting("read", loader.read_picture))
    monkeypatch.setattr(embedding, "decode_in_time", counting("decode", embedding.decode_in_time))
    recipes = [
        recipe(),
        recipe(input_size=48),
        recipe(decoding="plain"),
        recipe(decoding="plain", resize="squash"),
    ]
    thumbnails: list[str] = []
    found = embed(
        folder,
        FILES,
        [(Mean(batch=8), each) for each in recipes],
        tmp_path / "store",
        known=lambda image_id: False,
        on_new_picture=lambda image_id, data, image: thumbnails.append(image_id),
    )
    assert done == {"read": 21, "decode upright": 21, "decode plain": 21}
    assert sorted(thumbnails) == sorted(found[0].ids)


def test_the_thumbnail_is_upright_whatever_the_recipe(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a.jpg").write_bytes(encoded(picture(1, width=90, height=40), "JPEG", exif=exif))
    sizes: list[tuple[int, int]] = []
    embed(
        tmp_path,
        ["a.jpg"],
        [(Mean(batch=1), recipe(decoding="plain"))],
        tmp_path / "store",
        known=lambda image_id: False,
        on_new_picture=lambda _, data, image: sizes.append(image.size),
    )
    assert sizes == [(40, 90)]


def test_extractors_of_different_batches_give_what_each_gives_alone(folder: Path, tmp_path: Path) -> None:
    pairs = [(Mean(batch=8), recipe()), (Mean(batch=3, factor=2.0), recipe(input_size=48, resize="squash"))]
    together = embed(folder, FILES, pairs, tmp_path / "together")
    for place, (found, pair) in enumerate(zip(together, pairs, strict=True)):
        (alone,) = embed(folder, FILES, [pair], tmp_path / str(place))
        assert found.ids == alone.ids and found.images == alone.images
        assert np.array_equal(found.vectors, alone.vectors)
        assert len(found.vectors) == 21 and len(np.unique(found.vectors[:, 0])) == 21


def test_a_picture_that_one_recipe_cannot_embed_is_left_out_under_all(folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), "red").save(folder / "05 red.png")
    Image.new("RGB", (40, 40), "red").save(folder / "00 red again.png")
    (folder / "06 broken.png").write_bytes(b"hello")
    files = sorted(path.name for path in folder.iterdir())
    pairs = [(BlindToRed(batch=4), recipe()), (Mean(batch=6), recipe())]
    first, second = embed(folder, files, pairs, tmp_path / "store")
    assert first.left_out["05 red.png"] == first.left_out["00 red again.png"]
    assert set(first.left_out) == set(second.left_out) == {"05 red.png", "00 red again.png", "06 broken.png"}
    assert first.ids == second.ids and len(first.ids) == 21
    assert first.vectors.shape == second.vectors.shape == (21, 2)
    assert np.isfinite(first.vectors).all()


@pytest.fixture
def toml(tmp_path: Path) -> tuple[Path, Path]:
    """Two recipes of one model, with seeded weights: one by distance, one by cosine."""
    save(application("MobileNet", size=64), tmp_path / "seeded.weights.h5")
    files = []
    for metric in ("euclidean", "cosine"):
        lines = [f'name = "small-{metric}"', f'metric = "{metric}"', 'extractor = "keras:MobileNet"']
        lines += ['weights = "seeded.weights.h5"', "input_size = 64", "top = 4", 'projection = "none"']
        files.append(tmp_path / f"{metric}.toml")
        files[-1].write_text("\n".join(lines))
    return files[0], files[1]


@pytest.mark.slow
def test_a_bundle_holds_several_recipes_in_the_order_given(
    folder: Path,
    toml: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    given = ["--recipe", str(toml[0]), "--recipe", DEFAULT, "--recipe", str(toml[1])]
    assert main(["build", str(folder), "--out", str(tmp_path / "data"), *given]) == 0
    printed = capsys.readouterr().out
    assert main(["check", "--data", str(tmp_path / "data")]) == 0

    bundle = Bundle.open(tmp_path / "data")
    assert [each["name"] for each in bundle.recipes] == ["small-euclidean", DEFAULT, "small-cosine"]
    for each in bundle.recipes:
        scores = [
            entry.score
            for product in bundle.page(limit=99).products
            for entry in bundle.neighbours(product.id, recipe=each["name"])
        ]
        assert len(scores) == 21 * 20
        expected = {f"p{share:02d}": np.quantile(scores, share / 100) for share in (1, 50, 99)}
        assert each["scores"] == pytest.approx(expected, abs=1e-6)
        assert each["search"] == {"engine": "exact"}
        assert each["name"] in printed
    first, default, last = bundle.recipes
    assert (first["metric"], first["projection"], first["top"]) == ("euclidean", "none", 4)
    assert first["weights"] == last["weights"] != default["weights"]
    assert {key: default[key] for key in ("top", "depth", "decimals")} == {
        "top": 20,
        "depth": 60,
        "decimals": 2,
    }
    nearest = [entry.score for entry in bundle.neighbours(FILES[0], recipe="small-euclidean")]
    assert nearest == sorted(nearest) and nearest[0] > 0

    report = bundle.report()
    pairs = {tuple(entry["recipes"]): entry for entry in report["overlap"]}
    assert len(pairs) == 3
    shares = []
    for product in bundle.page(limit=99).products:
        one, other = (
            {entry.id for entry in bundle.neighbours(product.id, recipe=name)[:4]}
            for name in ("small-euclidean", "small-cosine")
        )
        shares.append(len(one & other) / len(one | other))
    assert pairs["small-euclidean", "small-cosine"]["jaccard"] == pytest.approx(np.mean(shares), abs=1e-4)
    assert report["runtime"].keys() == {each["name"] for each in bundle.recipes}
    # Two of them differ only in the search.
    assert first["embeddings"] == last["embeddings"] != default["embeddings"]
    assert len(list((tmp_path / "data" / "store" / "embeddings").iterdir())) == 2
    images = [product.images[0].id for product in bundle.page(limit=99).products]
    assert Store(tmp_path / "data").embeddings(default["embeddings"]).vectors(images).shape == (21, 1280)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--recipe", DEFAULT, "--recipe", DEFAULT],
            f"recipes with different names. Received: {DEFAULT} twice",
        ),
        (
            ["--recipe", "vgg16-fc2", "--recipe", DEFAULT, "--weights", "x.h5"],
            "one --recipe beside --weights",
        ),
        (["--weights", "x.h5"], f"for {DEFAULT}, which brings its own"),
        (["--recipe", "vgg16-fc2", "--pooling", "max"], "Expected --pooling beside a recipe keras:MODEL"),
        (["--recipe", "keras:VGG61"], "Did you mean VGG19 or VGG16"),
    ],
)
def test_what_cannot_go_together_is_one_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["build", str(folder), "--out", str(tmp_path / "data"), *arguments]) == 2
    error = capsys.readouterr().err
    *said, last = error.splitlines()
    assert words in last and last.startswith("akin: ") and not any("akin: " in line for line in said)
    assert not (tmp_path / "data").exists()

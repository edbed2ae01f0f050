"""How fast is the embedding stage, beside the usual loop and beside what the machine allows?

    python benchmarks/embedding.py PHOTOS [--images 512] [--rounds 5] [--recipe NAME] [--as-before]

In each round, one after the other on the same photos: the loop of the tutorials (Keras' `load_img`,
`img_to_array` and `model.predict`, one image at a time, the same model), decoding alone, the model alone,
Akin's embedding, which does both at once, and the whole stage as a build runs it: thumbnails, colours,
signatures and the store included. The ceiling of embedding that decodes and computes on the same cores is
1 / (1 / decoding + 1 / model). `--as-before` adds the stage as the first version ran it: its thumbnails, and
on LiteRT all cores at each image together.

The medians of the rounds are printed, as images a second and as processor time: machines are noisy, and a
ratio within one run means more than any figure by itself.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent))

from pictures.decoding import decode
from pictures.form import to_input
from pictures.thumbnail import Thumbnail
from precompute.embeddings import picture_maker
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.loader import load
from precompute.embeddings.picture_maker import THUMBNAIL_SIZE, PictureMaker
from precompute.models.recipe import DEFAULT, RECIPES, Recipe
from precompute.models.registry import RUNTIMES, Extractor, best_runtime, open_extractor, plan_extractor
from precompute.models.runtimes import litert
from precompute.shared.machine import available_cores
from precompute.sources import read_catalogue
from precompute.store import Store

TUTORIAL = "tutorial loop"
TUTORIAL_IMAGES = 64


def measured(images: int, run: Callable[[], object]) -> tuple[float, float]:
    """Images a second of one run, and milliseconds of processor time for each."""
    started, busy = time.perf_counter(), time.process_time()
    run()
    return images / (time.perf_counter() - started), (time.process_time() - busy) / images * 1000


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipe", choices=RECIPES, default=DEFAULT)
    parser.add_argument("--runtime", choices=RUNTIMES)
    parser.add_argument("--as-before", action="store_true")
    arguments = parser.parse_args()

    recipe = RECIPES[arguments.recipe]
    catalogue = read_catalogue(arguments.photos)
    files = [product.files[0] for product in catalogue.products]
    # From all classes, not from the first.
    files = files[:: max(1, len(files) // arguments.images)][: arguments.images]
    extractor = open_extractor(recipe, runtime=arguments.runtime or best_runtime(recipe))
    runs = runs_of(recipe, extractor, catalogue.folder, files, as_before=arguments.as_before)

    rounds = []
    for number in range(arguments.rounds):
        row = {
            name: measured(min(TUTORIAL_IMAGES, len(files)) if name == TUTORIAL else len(files), run)
            for name, run in runs.items()
        }
        rounds.append(row)
        print(
            f"round {number + 1} of {arguments.rounds}: "
            + ", ".join(f"{name} {each:.1f}/s {busy:.1f} ms" for name, (each, busy) in row.items()),
            flush=True,
        )
    report(rounds, f"{len(files)} images, {available_cores()} cores, {recipe.name} on {extractor.runtime}")


def report(rounds: list[dict[str, tuple[float, float]]], what: str) -> None:
    """Print the medians of the rounds, and the ratios that the documents state."""
    print(f"\n{what}, medians\n\n| | images/s | CPU ms an image | of the model's |\n|---|---|---|---|")
    for name in rounds[0]:
        speed, busy = (median(row[name][place] for row in rounds) for place in (0, 1))
        share = median(row[name][1] / row["model alone"][1] for row in rounds)
        print(f"| {name} | {speed:.0f} | {busy:.1f} | {share:.2f} |")
    ceilings = [1 / (1 / row["decoding alone"][0] + 1 / row["model alone"][0]) for row in rounds]
    embedding = [row["embedding"][0] for row in rounds]
    usual = median(each / row[TUTORIAL][0] for each, row in zip(embedding, rounds, strict=True))
    most = median(each / ceiling for each, ceiling in zip(embedding, ceilings, strict=True))
    print(f"\nEmbedding is {usual:.1f} times the tutorial loop and {most:.2f} times the ceiling.")


def runs_of(
    recipe: Recipe, extractor: Extractor, folder: Path, files: list[str], *, as_before: bool
) -> dict[str, Callable[[], object]]:
    """What is measured in each round, by name."""

    def decode_all() -> np.ndarray:
        loaded = load(
            folder,
            files,
            lambda _, data: to_input(
                decode(data), recipe.input_size, resize=recipe.resize, interpolation=recipe.interpolation
            ),
            threads=available_cores(),
            ahead=64,
        )
        return np.stack([item.result for item in loaded if item.result is not None])

    inputs = decode_all()

    def compute_all() -> None:
        for start in range(0, len(inputs), extractor.batch):
            extractor(inputs[start : start + extractor.batch])

    def embed(*, pictures_too: bool, extractor: Extractor = extractor) -> None:
        # Into a store of its own, so that nothing is known before.
        with tempfile.TemporaryDirectory() as out:
            store, maker = Store(Path(out)), PictureMaker(THUMBNAIL_SIZE)
            task = EmbeddingTask(recipe, lambda: extractor, store.embeddings("key"))
            if not pictures_too:
                embed_all(folder, files, [task])
                return
            pictures = store.pictures(maker.fingerprint)
            embed_all(
                folder,
                files,
                [task],
                known=pictures.holds,
                on_new_picture=lambda image_id, data, image: pictures.add(image_id, *maker.make(image, data)),
                commit=pictures.commit,
            )

    # One copy of the model, whatever its size: all cores share each image.
    with patch.object(litert, "_MOST_BYTES", 0):
        before = open_extractor(recipe, runtime=extractor.runtime) if as_before else extractor

    def embed_as_before() -> None:
        with patch.object(picture_maker, "to_thumbnail", thumbnail_as_before):
            embed(pictures_too=True, extractor=before)

    return {
        TUTORIAL: tutorial_loop(recipe, [folder / file for file in files[:TUTORIAL_IMAGES]]),
        "decoding alone": decode_all,
        "model alone": compute_all,
        "embedding": lambda: embed(pictures_too=False),
        "the whole stage": lambda: embed(pictures_too=True),
    } | ({"the whole stage as before": embed_as_before} if as_before else {})


def thumbnail_as_before(image: Image.Image, size: int, *, quality: int) -> Thumbnail:
    """A thumbnail as the first version made it: the whole picture copied, and WebP's method 2 at 78."""

    def webp(picture: Image.Image) -> bytes:
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=78, method=2)
        return buffer.getvalue()

    large = image.copy()
    large.thumbnail((size, size), Image.Resampling.LANCZOS)
    return Thumbnail(webp(large), large.width, large.height, webp(large.reduce(2)))


def tutorial_loop(recipe: Recipe, paths: list[Path]) -> Callable[[], None]:
    """The usual way, after one call that builds what Keras builds at first use."""
    import keras

    model = plan_extractor(recipe, runtime="keras").model()

    def run(chosen: list[Path] = paths) -> None:
        for path in chosen:
            image = keras.utils.load_img(path, target_size=(recipe.input_size, recipe.input_size))
            array = keras.utils.img_to_array(image, dtype="uint8")
            model.predict(array[np.newaxis], verbose=0)

    run(paths[:2])
    return run


if __name__ == "__main__":
    main()

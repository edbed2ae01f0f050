"""How fast is the embedding stage, beside the usual loop and beside what the machine allows?

    python benchmarks/embedding.py PHOTOS [--images 512] [--rounds 5]

In each round, one after the other on the same photos: the loop of the tutorials (Keras' `load_img`,
`img_to_array` and `model.predict`, one image at a time, the same model), decoding alone, the model alone,
and Akin's stage, which does both at once. The ceiling of a stage that decodes and computes on the same
cores is 1 / (1 / decoding + 1 / model). The medians of the rounds are printed: machines are noisy, and a
ratio within one run means more than any figure by itself.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent))

from pictures.decoding import decode
from pictures.form import to_input
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.loader import load
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import RUNTIMES, best_runtime, open_extractor, plan_extractor
from precompute.shared.machine import available_cores
from precompute.sources import read_catalogue
from precompute.store import EmbeddingStore

RECIPE = RECIPES[DEFAULT]
TUTORIAL_IMAGES = 64


def rate(images: int, run: Callable[[], object]) -> float:
    """Images a second of one run."""
    started = time.perf_counter()
    run()
    return images / (time.perf_counter() - started)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runtime", choices=RUNTIMES, default=best_runtime(RECIPE))
    arguments = parser.parse_args()

    catalogue = read_catalogue(arguments.photos)
    files = [product.files[0] for product in catalogue.products[: arguments.images]]
    extractor = open_extractor(RECIPE, runtime=arguments.runtime)
    tutorial = tutorial_loop([catalogue.folder / file for file in files[:TUTORIAL_IMAGES]])

    def decode_all() -> np.ndarray:
        loaded = load(
            catalogue.folder,
            files,
            lambda _, data: to_input(
                decode(data), RECIPE.input_size, resize=RECIPE.resize, interpolation=RECIPE.interpolation
            ),
            threads=available_cores(),
            ahead=64,
        )
        return np.stack([item.result for item in loaded if item.result is not None])

    inputs = decode_all()

    def compute_all() -> None:
        for start in range(0, len(inputs), extractor.batch):
            extractor(inputs[start : start + extractor.batch])

    def embed() -> None:
        # Into a store of its own, so that nothing is known before.
        with tempfile.TemporaryDirectory() as folder:
            work = EmbeddingTask(RECIPE, lambda: extractor, EmbeddingStore(Path(folder)))
            embed_all(catalogue.folder, files, [work])

    rounds = []
    for number in range(arguments.rounds):
        row = {
            "tutorial loop": rate(min(TUTORIAL_IMAGES, len(files)), tutorial),
            "decoding alone": rate(len(inputs), decode_all),
            "model alone": rate(len(inputs), compute_all),
            "Akin": rate(len(inputs), embed),
        }
        row["ceiling"] = 1 / (1 / row["decoding alone"] + 1 / row["model alone"])
        row["Akin / tutorial loop"] = row["Akin"] / row["tutorial loop"]
        row["Akin / ceiling"] = row["Akin"] / row["ceiling"]
        rounds.append(row)
        print(
            f"round {number + 1} of {arguments.rounds}: " + ", ".join(f"{k} {v:.2f}" for k, v in row.items())
        )

    print(f"\n{len(inputs)} images, {available_cores()} cores, runtime {extractor.runtime}, medians\n")
    print("| images/s | |\n|---|---|")
    for name in rounds[0]:
        print(f"| {name} | {median(row[name] for row in rounds):.{2 if '/' in name else 0}f} |")


def tutorial_loop(paths: list[Path]) -> Callable[[], None]:
    """The usual way, after one call that builds what Keras builds at first use."""
    import keras

    model = plan_extractor(RECIPE, runtime="keras").model()

    def run(chosen: list[Path] = paths) -> None:
        for path in chosen:
            image = keras.utils.load_img(path, target_size=(RECIPE.input_size, RECIPE.input_size))
            array = keras.utils.img_to_array(image, dtype="uint8")
            model.predict(array[np.newaxis], verbose=0)

    run(paths[:2])
    return run


if __name__ == "__main__":
    main()

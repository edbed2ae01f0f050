"""Which runtime is faster for a model? Keras beside LiteRT, the model alone, in one run.

    python benchmarks/runtimes.py MobileNet ResNet50 [--images 64] [--rounds 3]

The models are those of keras.applications with the values that Keras gives them at first: how long a network
takes does not depend on its weights. Prints the median images a second, the smallest cosine between the two
runtimes' embeddings, and the seconds that the conversion to LiteRT takes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent))

import keras

from precompute.models.recipe import APPLICATIONS
from precompute.models.registry import Extractor
from precompute.models.runtimes.keras import KerasExtractor
from precompute.models.runtimes.litert import LiteRTExtractor, convert, smallest_cosine


def rate(extractor: Extractor, images: np.ndarray) -> float:
    """Images a second of one run over all images."""
    started = time.perf_counter()
    for begin in range(0, len(images), extractor.batch):
        extractor(images[begin : begin + extractor.batch])
    return len(images) / (time.perf_counter() - started)


def main() -> None:
    """Measure each model and print a row for it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+", choices=sorted(APPLICATIONS), metavar="MODEL")
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print("| images/s | Keras | LiteRT | conversion, s | smallest cosine |\n|---|---|---|---|---|")
    for name in arguments.models:
        size = APPLICATIONS[name]
        inputs = keras.Input((size, size, 3), dtype="uint8")
        scaled = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
        network = getattr(keras.applications, name)(weights=None, include_top=False, pooling="avg")
        model = keras.Model(inputs, network(scaled), name=name)
        started = time.perf_counter()
        flatbuffer = convert(model)
        conversion = time.perf_counter() - started
        runtimes: dict[str, Extractor] = {
            "Keras": KerasExtractor(model, weights_sha256=""),
            "LiteRT": LiteRTExtractor(flatbuffer, weights_sha256=""),
        }
        images = np.random.default_rng(0).integers(0, 256, (arguments.images, size, size, 3), dtype=np.uint8)
        probes = images[:8]
        cosine = smallest_cosine(*(extractor(probes) for extractor in runtimes.values()))
        rounds = [{key: rate(run, images) for key, run in runtimes.items()} for _ in range(arguments.rounds)]
        rates = " | ".join(f"{median(row[key] for row in rounds):.0f}" for key in runtimes)
        print(f"| {name} | {rates} | {conversion:.0f} | {cosine:.7f} |", flush=True)


if __name__ == "__main__":
    main()

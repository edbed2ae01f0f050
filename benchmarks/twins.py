"""By how much do copies of a picture differ from it, and by how much other pictures of the same studio?

    python benchmarks/twins.py PHOTOS

Takes every tenth picture below PHOTOS, saves it anew in several ways, and compares the signatures that decide
what is a twin; and every two pictures with each other.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from pictures.decoding import decode
from pictures.signature import TOLERANCE, signature_of
from precompute.sources import EXTENSIONS


def saved(image: Image.Image, format_name: str, quality: int) -> Image.Image:
    """The picture after it was saved with losses."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, quality=quality)
    return decode(buffer.getvalue())


def scaled(image: Image.Image, factor: float) -> Image.Image:
    """The picture in another size."""
    return image.resize([round(side * factor) for side in image.size], Image.Resampling.BICUBIC)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG, quality 40": lambda image: saved(image, "JPEG", 40),
    "JPEG, quality 20": lambda image: saved(image, "JPEG", 20),
    "WebP, quality 60": lambda image: saved(image, "WEBP", 60),
    "half of the size": lambda image: scaled(image, 0.5),
    "twice the size": lambda image: scaled(image, 2),
    "0.37 of the size, JPEG, quality 60": lambda image: saved(scaled(image, 0.37), "JPEG", 60),
}


def main() -> None:
    """Print the largest difference of each kind of copy, and the smallest ones of other pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    folder = parser.parse_args().photos
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in EXTENSIONS)
    originals = [decode(path.read_bytes()) for path in files]
    signatures = np.stack([signature_of(image) for image in originals]).astype(np.int16)
    print(
        f"{len(files):,} pictures; the tolerance is {TOLERANCE}\n\n| copies | largest difference |\n|---|---|"
    )
    for name, copy in COPIES.items():
        part = slice(None, None, 10)
        copies = np.stack([signature_of(copy(image)) for image in originals[part]]).astype(np.int16)
        print(f"| {name} | {np.abs(copies - signatures[part]).max()} |")
    flat = signatures.reshape(len(files), -1)
    smallest = np.concatenate(
        [np.abs(flat[row + 1 :] - flat[row]).max(axis=1, initial=0) for row in range(len(files) - 1)]
    )
    print(f"\nOther pictures, the smallest differences: {np.sort(smallest)[:8].tolist()}")


if __name__ == "__main__":
    main()

"""How much of what is wrong with a catalogue does the doctor find, and how much of what it finds is wrong?

    python benchmarks/doctor.py PHOTOS

PHOTOS has a sub-folder for each category. It is examined as it is, then a copy of it in which some pictures,
drawn at random, were given a fault each. A finding is right where its fault was put in: what was wrong before
counts against it. Then the measure of blur is compared with the variance of the Laplacian, and the cost of
measuring with that of decoding and of making thumbnails.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFilter, ImageFont, ImageOps

sys.path.insert(0, str(Path(__file__).parent.parent))

from pictures.decoding import decode
from precompute.building.build import BuildSettings
from precompute.doctor import Diagnosis, diagnose
from precompute.doctor.measuring import measure, sharpness
from precompute.doctor.single_pictures import BLURRED
from precompute.embeddings.picture_maker import THUMBNAIL_SIZE, PictureMaker
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.sources import EXTENSIONS

WORDS = ("No image", "Image coming soon", "Kein Bild verfügbar", "Photo à venir", "n/a")

Fault = Callable[[Image.Image, random.Random], bytes]


def jpeg(image: Image.Image, quality: int = 85, **options: object) -> bytes:
    """The picture as a JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def blurred(sigma: float) -> Fault:
    """Blurred by a Gaussian of `sigma` pixels, where the longer side is taken to have 512."""
    return lambda image, _: jpeg(image.filter(ImageFilter.GaussianBlur(sigma * max(image.size) / 512)))


def enlarged(factor: int) -> Fault:
    """Made smaller and larger again."""
    small = Image.Resampling.BICUBIC
    return lambda image, _: jpeg(
        image.resize([side // factor for side in image.size], small).resize(image.size, small)
    )


def on_canvas(image: Image.Image, draw: random.Random) -> bytes:
    """The picture small on much white."""
    canvas = Image.new("RGB", (800, 800), "white")
    small = ImageOps.contain(image, (round(800 * draw.uniform(0.12, 0.35)),) * 2)
    canvas.paste(small, [draw.randrange(40, 760 - side) for side in small.size])
    return jpeg(canvas)


def card(_: Image.Image, draw: random.Random) -> bytes:
    """A card that says that there is no picture."""
    ground, ink = draw.choice([("#eeeeee", "#999999"), ("#ffffff", "#333333"), ("#f4f0ea", "#b08454")])
    image = Image.new("RGB", (draw.randrange(300, 700), draw.randrange(300, 700)), ground)
    pencil, (width, height) = ImageDraw.Draw(image), image.size
    if draw.random() < 0.7:
        box = (width * 0.36, height * 0.3, width * 0.64, height * 0.52)
        pencil.rounded_rectangle(box, 8, outline=ink, width=6)
    font = ImageFont.load_default(size=width // 12)
    pencil.text((width / 2, height * 0.65), draw.choice(WORDS), anchor="mm", fill=ink, font=font)
    return jpeg(image)


def blank(_: Image.Image, draw: random.Random) -> bytes:
    """One colour."""
    return jpeg(Image.new("RGB", (400, 400), tuple(draw.randrange(256) for _ in range(3))))


def cut(share: float) -> Fault:
    """A part of the picture, saved anew."""

    def make(image: Image.Image, draw: random.Random) -> bytes:
        width, height = (round(side * share) for side in image.size)
        left, top = draw.randint(0, image.width - width), draw.randint(0, image.height - height)
        return jpeg(image.crop((left, top, left + width, top + height)), 75)

    return make


def turned(degrees: int) -> Fault:
    """Turned counter-clockwise."""
    return lambda image, _: jpeg(image.rotate(degrees, expand=True), 95)


def turned_twice(image: Image.Image, _: random.Random) -> bytes:
    """Turned, with the note that asks for it still there."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.ExifImageWidth], inner[ExifTags.Base.ExifImageHeight] = image.size[::-1]
    return jpeg(image, exif=exif.tobytes())


def same(image: Image.Image, _: random.Random) -> bytes:
    """As it is."""
    return jpeg(image, 95)


IN_PLACE: dict[str, dict[str, Fault]] = {
    "blurred-picture": {
        **{f"Gaussian, σ {sigma:g}": blurred(sigma) for sigma in (1.5, 2, 3, 4)},
        **{f"enlarged {factor} times": enlarged(factor) for factor in (3, 4)},
    },
    "small-picture": {"200 pixels": lambda image, _: jpeg(ImageOps.contain(image, (200, 200)))},
    "empty-picture": {"12–35 % of the side, on white": on_canvas},
    "blank-picture": {"one colour": blank},
    "placeholder": {"a card of its own": card},
    "turned-picture": {f"{degrees}°": turned(degrees) for degrees in (90, 180, 270)},
    "turned-twice": {"EXIF kept": turned_twice},
    "damaged-picture": {"cut short": lambda image, _: jpeg(image)[:4000]},
}
"""Faults that a picture is given, by the finding they must lead to."""

BESIDE: dict[str, dict[str, Fault]] = {
    "near-duplicate": {
        "JPEG, quality 40": lambda image, _: jpeg(image, 40),
        "half of the size": lambda image, _: jpeg(image.resize([side // 2 for side in image.size])),
        "with a margin": lambda image, _: jpeg(ImageOps.expand(image, image.width // 10, "white")),
        **{f"{share:.0%} of each side": cut(share) for share in (0.95, 0.9, 0.8, 0.7)},
    }
}
"""Copies that are put beside a picture as another product."""


@dataclass
class Faults:
    """The faults that were put in: by finding and fault the products that have it."""

    ids: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def add(self, kind: str, fault: str, *product_ids: str) -> None:
        """Note a fault of some products."""
        self.ids[kind][fault].update(product_ids)

    def of_kind(self, kind: str) -> set[str]:
        """All products that have a fault of a kind."""
        return set().union(*self.ids[kind].values())


def pictures_of(photos: Path) -> list[str]:
    """The pictures below a folder, sorted."""
    paths = (path for path in photos.rglob("*") if path.suffix.lower() in EXTENSIONS)
    return sorted(path.relative_to(photos).as_posix() for path in paths)


def spoil(photos: Path, shop: Path, each: int) -> Faults:
    """Copy the photos to `shop`, with `each` pictures that have each of the faults."""
    draw, faults = random.Random(0), Faults()
    files = pictures_of(photos)
    order = draw.sample(files, len(files))
    for file in files:
        (shop / file).parent.mkdir(parents=True, exist_ok=True)
        (shop / file).write_bytes((photos / file).read_bytes())

    def take(count: int) -> list[str]:
        taken, order[:count] = order[:count], []
        return taken

    for kind, ways in IN_PLACE.items():
        for fault, make in ways.items():
            for file in take(each):
                (shop / file).write_bytes(make(decode((photos / file).read_bytes()), draw))
                faults.add(kind, fault, file)
    for kind, ways in BESIDE.items():
        for fault, make in ways.items():
            for file in take(each):
                copy = f"{Path(file).parent}/copy-{Path(file).stem}.jpg"
                (shop / copy).write_bytes(make(decode((photos / file).read_bytes()), draw))
                faults.add(kind, fault, file, copy)
    for file in take(each):
        copy = f"{Path(file).parent}/again-{Path(file).name}"
        (shop / copy).write_bytes((photos / file).read_bytes())
        faults.add("shared-picture", "one file on two products", file, copy)
    sign = card(Image.new("RGB", (1, 1)), draw)
    for file in take(each):
        (shop / file).write_bytes(sign)
        faults.add("placeholder", "one card on many", file)
    categories = sorted({file.split("/")[0] for file in files})
    for file in take(4 * each):
        other = draw.choice([name for name in categories if name != file.split("/")[0]])
        moved = f"{other}/{Path(file).name}"
        os.replace(shop / file, shop / moved)
        faults.add("wrong-category", "moved to another", moved)
    return faults


def examine(photos: Path, out: Path) -> Diagnosis:
    """What the doctor finds."""
    return diagnose(BuildSettings(photos, out, (RECIPES[DEFAULT],)))


def found_in(diagnosis: Diagnosis) -> dict[str, set[str]]:
    """The products of the findings of each kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for finding in diagnosis.findings:
        found[finding.kind].update(finding.products)
    return found


def print_findings(faults: Faults, spoiled: dict[str, set[str]], clean: dict[str, set[str]]) -> None:
    """The table of recall by fault and of precision by kind."""
    print(
        "\n| finding | fault | products | found | recall | precision of the finding | in PHOTOS as they are |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind, ways in faults.ids.items():
        right = len(spoiled[kind] & faults.of_kind(kind))
        precision = f"{right / len(spoiled[kind]):.2f}" if spoiled[kind] else "–"
        last = f"{precision} | {len(clean[kind])}"
        first = kind
        for fault, ids in ways.items():
            hits = len(ids & spoiled[kind])
            print(f"| {first} | {fault} | {len(ids)} | {hits} | {hits / len(ids):.2f} | {last} |")
            first, last = "", " | "


def variance_of_laplacian(image: Image.Image) -> float:
    """What Pech-Pacheco et al. 2000 measure focus by."""
    grey = np.asarray(image, np.float64) @ (0.299, 0.587, 0.114)
    sides = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1]
    return float((sides - 4 * grey[1:-1, 1:-1]).var())


def print_blur(photos: Path, files: Iterable[str]) -> None:
    """How many blurred pictures either measure finds, where both find as many of those that are not."""
    measures: dict[str, Callable[[Image.Image], float | None]] = {
        "sharpness": sharpness,
        "variance of the Laplacian": variance_of_laplacian,
    }
    values: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in measures}
    draw = random.Random(0)
    for file in files:
        image = decode((photos / file).read_bytes())
        image.thumbnail((512, 512))
        for fault, make in {"": same, **IN_PLACE["blurred-picture"]}.items():
            made = decode(make(image, draw))
            for name, function in measures.items():
                value = function(made)
                values[name][fault].append(np.inf if value is None else value)
    share = float(np.mean(np.array(values["sharpness"][""]) < BLURRED))
    least = max(share, 1 / len(values["sharpness"][""]))
    names = list(IN_PLACE["blurred-picture"])
    print(f"\n| at {least:.1%} of the pictures as they are | " + " | ".join(names) + " |")
    print("|---|" + "---|" * len(names))
    for name in measures:
        limit = np.quantile(values[name][""], least)
        recalls = (np.mean(np.array(values[name][fault]) <= limit) for fault in names)
        print(f"| {name} | " + " | ".join(f"{recall:.2f}" for recall in recalls) + " |")


def print_cost(photos: Path, files: Iterable[str]) -> None:
    """What measuring a picture takes, beside decoding it and making its thumbnails and facts."""
    seconds: Counter[str] = Counter()
    maker = PictureMaker(THUMBNAIL_SIZE)
    for file in files:
        data = (photos / file).read_bytes()
        times = [time.perf_counter()]
        image = decode(data)
        times.append(time.perf_counter())
        measure(data, image)
        times.append(time.perf_counter())
        maker.make(image, data)
        times.append(time.perf_counter())
        for name, (begin, end) in zip(("decoding", "measuring", "making"), pairwise(times), strict=True):
            seconds[name] += end - begin
    print(
        f"\nMeasuring takes {seconds['measuring'] / seconds['making']:.2f} of making thumbnails and facts, "
        f"and {seconds['measuring'] / seconds['decoding']:.2f} of decoding."
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--each", type=int, default=20, help="pictures with each fault (default: 20)")
    parser.add_argument("--data", type=Path, help="a bundle of PHOTOS, whose store is used and added to")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop, out = Path(folder, "shop"), arguments.data or Path(folder, "data")
        clean = examine(arguments.photos, out)
        faults = spoil(arguments.photos, shop, arguments.each)
        spoiled = examine(shop, out)
    print(f"\n{clean.products:,} products; {spoiled.products:,} with faults, {arguments.each} of each")
    print_findings(faults, found_in(spoiled), found_in(clean))
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in clean.seconds.items())
    print(f"\nSeconds for PHOTOS as they are: {stages}")
    sample = random.Random(1).sample(pictures_of(arguments.photos), 300)
    print_blur(arguments.photos, sample)
    print_cost(arguments.photos, sample)


if __name__ == "__main__":
    main()

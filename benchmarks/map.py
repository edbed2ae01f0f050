"""How large a catalogue can the map show? What comes over the wire, the first picture, and frame times.

    python benchmarks/map.py [--products 3068 100000] [--rounds 3]

Writes a bundle of made-up products in clusters for each size, serves them by gunicorn with two workers and
opens their maps in turn in Chromium, without a graphics card: drawn by WebGL, and on the plain canvas that
is there for browsers without it. Each round is a first visit: the seconds go from the request to the first
picture whose pixels can be read. Then a mouse drags the whole map, and its wheel zooms in and out.
A frame's time is that from one frame in which the map was drawn to the next frame.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, chromium, gunicorn, watch
from bundle import BundleWriter, Product, ProductImage
from bundle.format import MAP_SIDE, ProductMap
from precompute.shared.progress import stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CATEGORIES = [f"Category {number}" for number in range(1, 17)]
CLUSTERS = 8  # of each category
SPREAD = MAP_SIDE / 40  # the standard deviation of a cluster on either axis
IMAGE = ProductImage("0" * 64, 40, 40)

DRAGS = 60  # movements of the mouse, 8 pixels each
TURNS = 30  # of the wheel, in and as many out
TURN = 40  # pixels of the wheel: one enlarges the map by a tenth

# The call that each picture begins with.
PAINTERS = {
    "WebGL": ("WebGL2RenderingContext", "clear"),
    "plain canvas": ("CanvasRenderingContext2D", "clearRect"),
}

NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : get.call(this, kind, ...rest);
};"""

# Reading a pixel waits until all that was asked for before it is drawn.
MEASURE = """
let seen;
window.measured = { first: new Promise((resolve) => (seen = resolve)), times: [] };
let [begun, drawn, last] = [false, false, 0];
const { prototype } = CONTEXT;
const clear = prototype.CLEAR;
prototype.CLEAR = function (...values) {
  drawn = true;
  if (!begun) {
    begun = true;
    setTimeout(() => {
      if (this.readPixels) this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, new Uint8Array(4));
      else this.getImageData(0, 0, 1, 1);
      seen(performance.now());
    });
  }
  return clear.apply(this, values);
};
const tick = (now) => {
  if (drawn) window.measured.times.push(now - last);
  [drawn, last] = [false, now];
  requestAnimationFrame(tick);
};
requestAnimationFrame(tick);"""


@dataclass
class Measured:
    """What was measured of one catalogue with one painter: KB, seconds, and milliseconds of frames."""

    points: float = 0.0
    first: list[float] = field(default_factory=list)
    dragging: list[float] = field(default_factory=list)
    zooming: list[float] = field(default_factory=list)

    def row(self) -> str:
        cells = [f"{self.points:,.0f}", f"{median(self.first):.2f}"]
        cells += [
            f"{median(times):.0f} | {quantiles(times, n=20)[-1]:.0f}"
            for times in (self.dragging, self.zooming)
        ]
        return " | ".join(cells)


def write(root: Path, count: int) -> None:
    """A bundle of `count` products in clusters on its map, all with one picture and with empty lists."""
    chance = random.Random(0)
    clusters = [
        (category, *(chance.uniform(0.1, 0.9) * MAP_SIDE for _ in range(2)))
        for category in CATEGORIES
        for _ in range(CLUSTERS)
    ]
    members = [chance.choice(clusters) for _ in range(count)]

    def products() -> Iterator[Product]:
        with stage("Writing", count, "products") as advance:
            for number, (category, *_) in enumerate(members):
                yield Product(f"product-{number}", f"{category} {number}", (IMAGE,), category=category)
                advance(1)

    def along(axis: int) -> list[int]:
        near = (round(chance.gauss(cluster[axis], SPREAD)) for cluster in members)
        return [min(MAP_SIDE, max(0, value)) for value in near]

    webp = io.BytesIO()
    Image.new("RGB", (IMAGE.width, IMAGE.height), "tan").save(webp, "WEBP")
    with BundleWriter(root, generation="benchmark") as writer:
        writer.write_catalogue(products())
        for small in (False, True):
            writer.write_thumbnail(IMAGE.id, webp.getvalue(), small=small)
        shards = writer.write_neighbours("lite", ((f"product-{number}", []) for number in range(count)))
        writer.write_map("lite", ProductMap(along(1), along(2), fitted=count))
        recipe = {"name": "lite", "shards": shards, "metric": "cosine", "top": 20, "depth": 60}
        created = "2025-01-01T00:00:00Z"
        writer.publish({"created": created, "counts": {"products": count}, "recipes": [recipe]})


def visit(browser: Browser, address: str, painter: str, measured: Measured) -> None:
    """Open the map as a first visitor, drag and zoom it, and add what that took to `measured`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    transfers = watch(page)
    if painter != "WebGL":
        page.add_init_script(NO_WEBGL)
    name, clear = PAINTERS[painter]
    page.add_init_script(MEASURE.replace("CONTEXT", name).replace("CLEAR", clear))
    page.goto(f"{address}/map")
    measured.first.append(page.evaluate("window.measured.first") / 1000)
    page.keyboard.press("Shift")  # Until a visitor does something, no Dash is loaded.
    page.locator("#first-page").wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    (measured.points,) = (each["bytes"] / 1000 for each in transfers if "/points" in each["address"])
    box = page.locator(".map-stage").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    measured.dragging += frames_of(page, lambda: drag(page, middle))
    measured.zooming += frames_of(page, lambda: zoom(page))
    context.close()


def frames_of(page: Page, act: Callable[[], None]) -> list[float]:
    """The milliseconds of the frames in which the map was drawn while a visitor did something."""
    page.evaluate("window.measured.times = []")
    act()
    return page.evaluate("window.measured.times")


def drag(page: Page, middle: tuple[float, float]) -> None:
    """Drag the map to the right and back to the left."""
    x, y = middle
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(DRAGS):
        page.mouse.move(x + 8 * min(step, DRAGS - step), y)
    page.mouse.up()


def zoom(page: Page) -> None:
    """Turn the wheel over the middle of the map, in and out again."""
    for pixels in (-TURN, TURN):
        for _ in range(TURNS):
            page.mouse.wheel(0, pixels)


def main() -> None:
    """Write, serve, measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, nargs="+", default=[3068, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = [(count, painter) for count in arguments.products for painter in PAINTERS]
    measured = {row: Measured() for row in rows}
    with ExitStack() as stack:
        addresses = {}
        for count in arguments.products:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            write(Path(folder), count)
            port = stack.enter_context(gunicorn(DASHBOARD, AKIN_DATA=folder))
            addresses[count] = f"http://127.0.0.1:{port}"
        browser = stack.enter_context(chromium())
        with stage("Measuring", (arguments.rounds + 1) * len(rows), "visits") as advance:
            for number in range(arguments.rounds + 1):
                for count, painter in rows:
                    # The first round starts the servers' workers and is not counted.
                    kept = measured[count, painter] if number else Measured()
                    visit(browser, addresses[count], painter, kept)
                    advance(1)
    print("In Chromium, without a graphics card; a frame's milliseconds, median and 95th percentile:\n")
    print("| products | drawn by | points, KB | first picture, s | dragging | 95 % | zooming | 95 % |")
    print("|---|---|---|---|---|---|---|---|")
    for (count, painter), each in measured.items():
        print(f"| {count:,} | {painter} | {each.row()} |")


if __name__ == "__main__":
    main()

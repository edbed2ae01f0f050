"""Does a page cost the same at a thousand and at a million products? Every operation, boot, memory, swap.

    python benchmarks/scale.py [--products 1000 10000 100000 1000000] [--keep FOLDER] [--rounds 15]
                               [--leaves 600] [--brands 2000] [--tags 300]

Writes a made-up shop of each size with the project's own writer, or takes what an earlier run kept in FOLDER,
and asks for every kind of page by Dash's callback, without a network. In turns with it, a bare Dash callback
makes as many cards from constants. The table has the processor's milliseconds, as a multiple of the bare
callback's: they hardly depend on what else the machine does. Each search and filter is a new one in each
round, so that nothing is remembered; the column "first" has the first of its kind in a new process.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import REPOSITORY
from benchmarks.made_up import MANNERS, MATERIALS, PLACES, THINGS, Shop, category, name_of, write
from benchmarks.serving import page_question
from bundle.format import COLOURS

CARDS = {"gallery": 48, "product": 20, "api": 24}
"""How many cards each kind of page has; the bare callback makes as many."""

SWAPS = 8

Ask = Callable[[int], tuple[str, str]]
"""Gives the path and the query of an address, another one for each number."""


class Wishes:
    """What visitors of a shop ask for, another thing in each turn."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def one(self, turn: int) -> str:
        """A thing that there is."""
        return THINGS[turn * 5 % min(len(THINGS), -(-self._shop.leaves // len(PLACES)))]

    def two(self, turn: int) -> str:
        """A material and a thing."""
        return f"{MATERIALS[turn % len(MATERIALS)]} {self.one(turn)}"

    def typo(self, turn: int) -> str:
        """A word without its third letter."""
        words = [word for word in (*MATERIALS, *MANNERS) if len(word) > 5]
        word = words[turn * 7 % len(words)]
        return word[:2] + word[3:]

    def leaf(self, turn: int) -> str:
        """One of the narrowest categories."""
        return category(turn * 31 % self._shop.leaves, self._shop)

    def broad(self, turn: int) -> str:
        """One of the widest categories."""
        return self.leaf(turn).split(" > ")[0]

    def brands(self, turn: int) -> list[str]:
        """Two brands."""
        return [name_of(40 + turn * 3 + step, 3).title() for step in range(2)]

    def tag(self, turn: int) -> str:
        """A tag."""
        return name_of(9000 + turn, 4)

    def colour(self, turn: int) -> str:
        """A colour."""
        return COLOURS[turn % len(COLOURS)]

    def product(self, turn: int) -> str:
        """The id of a product."""
        return f"sku-{turn * 7919 % self._shop.products:07d}"

    def deep(self, turn: int) -> int:
        """A page in the middle of the whole catalogue."""
        return max(1, self._shop.products // 48 // 2 - turn)


def gallery(**arguments: Callable[[int], Any] | str) -> tuple[str, Ask]:
    """A gallery of what the arguments of an address say, each the same always, or by the turn."""

    def address(turn: int) -> tuple[str, str]:
        values = {name: each if isinstance(each, str) else each(turn) for name, each in arguments.items()}
        return "/", "?" + urlencode(values, doseq=True)

    return "gallery", address


def api(**arguments: Callable[[int], Any] | str) -> tuple[str, Ask]:
    """An answer of the API with some arguments."""
    _, address = gallery(**arguments)
    return "api", lambda turn: ("/api/v1/products", address(turn)[1])


def pages(wishes: Wishes) -> dict[str, tuple[str, Ask]]:
    """Pages and searches, by name: the kind of page, and the addresses."""
    return {
        "gallery": gallery(page=lambda turn: turn % 5 + 1),
        "product": ("product", lambda turn: (f"/product/{wishes.product(turn)}", "?n=20")),
        "for you": (
            "product",
            lambda turn: (
                "/for-you",
                "?"
                + urlencode({"like": [wishes.product(turn * 3 + step) for step in (1, 5, 9)]}, doseq=True),
            ),
        ),
        "search, one word": gallery(q=wishes.one),
        "search, frequent word": gallery(q=lambda turn: MATERIALS[turn % 20]),
        "search, in nearly all": gallery(q=lambda turn: ("wipe", "clean", "wip", "clea", "cm")[turn % 5]),
        "search, two words": gallery(q=wishes.two),
        "search, two letters": gallery(q=lambda turn: THINGS[turn * 7 % len(THINGS)][:2]),
        "search, a page in the middle": gallery(q="wipe", page=wishes.deep),
        "search, colour and word": gallery(q=lambda turn: f"{wishes.colour(turn)} {wishes.one(turn)}"),
        "search, filters": gallery(q=wishes.one, stock="in", min=lambda turn: 5 + turn),
        "search, by price": gallery(q=wishes.one, sort="price"),
        "typo": gallery(q=wishes.typo),
        "id": gallery(q=wishes.product),
        "what begins all ids": gallery(q=lambda turn: ("sku", "SKU", "sku-", "Sku", "sku0")[turn % 5]),
        "nothing found": gallery(q=lambda turn: f"zzyzx{turn} qqwert"),
        "API q=, one word": api(q=wishes.one),
        "API q=, two words": api(q=wishes.two),
    }


def filters(wishes: Wishes) -> dict[str, tuple[str, Ask]]:
    """Filters, orders and deep pages, as in `pages`."""
    return {
        "category": gallery(category=wishes.broad),
        "leaf category": gallery(category=wishes.leaf),
        "in stock": gallery(stock="in", page=lambda turn: turn + 1),
        "colour, stock, price": gallery(colour=wishes.colour, stock="in", max=lambda turn: 60 + turn),
        "brands, tag": gallery(brand=wishes.brands, tag=wishes.tag),
        "category, brands, sale": gallery(category=wishes.broad, brand=wishes.brands, sale="on"),
        "all brands unfolded, 400 of them": gallery(stock="in", all="brand", min=lambda turn: turn + 1),
        "a page in the middle": gallery(page=wishes.deep),
        "the same, filtered": gallery(stock="in", page=wishes.deep),
        "the same, by name": gallery(sort="name", stock="in", page=wishes.deep),
        "by price, dearest": gallery(sort="price-down", colour=wishes.colour),
        "shuffle": gallery(sort="shuffle", seed=lambda turn: turn + 1),
        "shuffle, filtered": gallery(sort="shuffle", seed=lambda turn: turn + 1, colour=wishes.colour),
        "API, filters": api(colour=wishes.colour, in_stock="true", offset=lambda turn: 9 * turn),
    }


class Client:
    """Asks an app for pages in this process, as a browser's Dash does, and counts the processor's time."""

    def __init__(self, server: Any, **state: str) -> None:
        """Ask `server`; `state` has the pages' data that its callback takes, by their names."""
        self._client = server.test_client()
        self._state = state

    def milliseconds(self, path: str, search: str) -> float:
        """What one answer takes. Raises `SystemExit` if it is an error."""
        started = time.process_time()
        if path.startswith(("/api/", "/map/")):
            answer = self._client.get(path + search)
        else:
            asked = page_question(path, search, **self._state)
            answer = self._client.post("/_dash-update-component", json=asked)
        body = answer.get_data()
        took = (time.process_time() - started) * 1000
        if answer.status_code != 200:
            raise SystemExit(
                f"Expected status 200 for {path}{search}. Received: {answer.status_code}, {body[:200]!r}."
            )
        return took


def bare(cards: int) -> Client:
    """The least that a Dash app can be, with so many cards."""
    from benchmarks.serving import bare_server

    os.environ["BENCHMARK_CARDS"] = str(cards)
    client = Client(bare_server())
    for _ in range(3):
        client.milliseconds("/", "")
    return client


def measure(folder: Path, shop: Shop, rounds: int) -> dict[str, Any]:
    """All figures of one size, in this process, which has done nothing else yet."""
    from dashapp.app import create_app
    from dashapp.http.map_data import map_tag
    from dashapp.settings import Settings

    bares = {kind: bare(cards) for kind, cards in CARDS.items()}
    before = resident()
    started = time.process_time()
    app = create_app(Settings(data=folder))
    boot = {
        "CPU seconds of create_app": time.process_time() - started,
        "MB at most, create_app": peak() - before,
        "MB of the process before": before,
    }
    client = Client(app.server, language="en")
    client.milliseconds("/product/sku-0000001", "")  # What Dash and Flask do once is none of theirs.
    asked = pages(Wishes(shop)) | filters(Wishes(shop))
    first = {name: client.milliseconds(*ask(0)) for name, (_, ask) in asked.items()}
    points = f"/map/{map_tag(app.sites.current().bundle)}/points"
    asked["map, points"] = ("gallery", lambda turn: (points, ""))
    first["map, points"] = client.milliseconds(points, "")
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(1, rounds + 1):
        for name, (kind, ask) in asked.items():
            taken[name].append(client.milliseconds(*ask(turn)) / bares[kind].milliseconds("/", ""))
    cost = median(bares["gallery"].milliseconds("/", "") for _ in range(9))
    boot["MB after all pages"] = resident() - before
    boot["MB of the worker in all"] = resident()
    boot["MB of these that no file backs"] = anonymous()
    return {
        "bare": cost,
        "first": {name: value / cost for name, value in first.items()},
        "ratios": {name: median(values) for name, values in taken.items()},
        "boot": boot | swap(folder, app, client),
    }


def swap(folder: Path, app: Any, client: Client) -> dict[str, float]:
    """What changes of generations take: another name for the same files is another generation."""
    other = folder / "other"
    if not other.exists():
        other.symlink_to("scale")
    gc.collect()
    gc.disable()
    try:
        before = resident()
        turns = [one_swap(folder, app, client, name=("other", "scale")[turn % 2]) for turn in range(SWAPS)]
        took, freed, later = zip(*turns, strict=True)
        return {
            "CPU seconds of a swap": median(took),
            f"MB more after {SWAPS} swaps": resident() - before,
            "old bundle freed at once": float(all(freed)),
            "ms of the first search after it": median(later),
        }
    finally:
        gc.enable()
        (folder / "CURRENT").write_text("scale\n", encoding="utf-8")
        other.unlink()


def one_swap(folder: Path, app: Any, client: Client, *, name: str) -> tuple[float, bool, float]:
    """CPU seconds until the generation `name` is live, whether the old one is gone, ms of a search then."""
    import weakref

    old = weakref.ref(app.sites.current().bundle)
    started = time.process_time()
    (folder / "CURRENT").write_text(f"{name}\n", encoding="utf-8")
    while app.sites.current().bundle is old():
        time.sleep(0.05)
    took = time.process_time() - started
    client.milliseconds("/product/sku-0000001", "")
    return took, old() is None, client.milliseconds("/", "?q=lamp&stock=in")


def anonymous() -> float:
    """The megabytes that this process alone holds: what it read from files, but keeps no copy of, is not."""
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
    return int(rollup.split("Anonymous:")[1].split()[0]) * 1024 / 1e6


def resident() -> float:
    """The megabytes that this process holds now."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak() -> float:
    """The most megabytes that this process has held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def figures(shop: Shop, folder: Path, rounds: int) -> dict[str, Any]:
    """Write the shop where it is not there yet, and measure it in a process of its own."""
    taken: dict[str, float] = {}
    if not (folder / "CURRENT").exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"Writing {shop.products:,} products to {folder}.", file=sys.stderr, flush=True)
        taken = write(folder, shop)
    command = [sys.executable, __file__, "--measure", str(folder), "--rounds", str(rounds)]
    command += ["--products", str(shop.products), "--leaves", str(shop.leaves)]
    command += ["--brands", str(shop.brands), "--tags", str(shop.tags)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=REPOSITORY)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found["writing"] = {part: seconds / shop.products * 1e6 for part, seconds in taken.items()}
    return found


def table(heading: str, rows: dict[str, list[float | None]], columns: list[str]) -> None:
    """Print a table, with a last column that says how much the last is of the first."""
    print(f"\n| {heading} | " + " | ".join(columns) + " | growth |\n|---|" + "---|" * (len(columns) + 1))
    for name, values in rows.items():
        shown = ["–" if value is None else f"{value:.2f}" for value in values]
        known = [value for value in values if value is not None]
        growth = f"{known[-1] / known[0]:.1f}" if len(known) > 1 and known[0] else "–"
        print(f"| {name} | " + " | ".join(shown) + f" | {growth} |", flush=True)


def main() -> None:
    """Write the shops, measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--leaves", type=int, default=600, help="the narrowest categories")
    parser.add_argument("--brands", type=int, default=2000)
    parser.add_argument("--tags", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--keep", type=Path, help="where the shops are, or are kept")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    labels = {"leaves": arguments.leaves, "brands": arguments.brands, "tags": arguments.tags}
    if arguments.measure:
        shop = Shop(arguments.products[0], **labels)
        print(json.dumps(measure(arguments.measure, shop, arguments.rounds)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        root = arguments.keep or Path(temporary)
        shops = [Shop(count, **labels) for count in arguments.products]
        name = "-".join(map(str, labels.values()))
        found = [figures(shop, root / f"{shop.products}-{name}", arguments.rounds) for shop in shops]
    columns = [f"{shop.products:,}" for shop in shops]
    print(
        f"{labels['leaves']:,} leaf categories, {labels['brands']:,} brands, {labels['tags']:,} tags; ",
        end="",
    )
    print("bare callback of 48 cards, ms: " + ", ".join(f"{each['bare']:.1f}" for each in found))

    def rows(part: str) -> Iterator[tuple[str, list[float | None]]]:
        names = dict.fromkeys(name for each in found for name in each[part])
        return ((name, [each[part].get(name) for each in found]) for name in names)

    table("of a bare callback", dict(rows("ratios")), columns)
    table("first in a worker, of a bare callback", dict(rows("first")), columns)
    table("a worker", dict(rows("boot")), columns)
    if any(each["writing"] for each in found):
        table("writing, CPU seconds for a million products", dict(rows("writing")), columns)


if __name__ == "__main__":
    main()

"""Does a server stay whole for as long as it runs? Everything at once, for minutes.

    python benchmarks/soak.py DATA PHOTOS [--minutes 10] [--out test-artefacts/soak]

Serves the bundle in DATA, which holds two generations with a live search (docs/live.md), as it is deployed,
with two workers. Visitors open pages and click, searchers type, uploaders send photos of PHOTOS and broken
ones, slow clients hold connections; meanwhile the generation changes every 20 s, and every 45 s a worker is
killed. Each second the memory of every worker, and of the process that decodes photos for it, is read (their
proportional set sizes, which Linux tells). Prints what came, and writes it as OUT.json and a picture of it as
OUT.html. Exit code 1 where an answer failed that no kill explains.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, gunicorn
from bundle import Bundle
from bundle.generations import generations, roll_back
from dashapp.addresses import product_href

VISITORS, SEARCHERS, UPLOADERS, SLOW = 4, 2, 2, 40
PAUSE = 0.2
"""Seconds between two clicks of one visitor."""

PUBLISH_EVERY, KILL_EVERY = 20.0, 45.0
AFTER_A_KILL = 3.0
"""Seconds for which a connection that breaks off is the kill's doing."""

PAGES = ("/", "/?page=2", "/map", "/for-you", "/about", "/healthz", "/api/v1/products?limit=10")
WORDS = ("cup", "lamp", "chiar", "oak", "blue", "round", "q", "stol", "tray")


@dataclass
class Tally:
    """What came: answers by kind and status, their seconds, failures, and memory over time."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    cut: int = 0
    memory: list[tuple[float, int, int]] = field(default_factory=list)
    each_second: Counter[int] = field(default_factory=Counter)
    killed: list[float] = field(default_factory=list)
    published: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def answered(self, kind: str, status: int, seconds: float, path: str) -> None:
        """Count an answer; a 5xx other than "busy, come again" is a failure."""
        with self.lock:
            self.answers[f"{kind} {status}"] += 1
            self.seconds.setdefault(kind, []).append(seconds)
            self.each_second[int(self.now())] += 1
            if status >= 500 and not (kind == "photo" and status == 503):
                self.failures.append({"at": round(self.now(), 1), "path": path, "status": status})

    def broke_off(self, error: Exception, path: str) -> None:
        """Count a connection that broke off."""
        with self.lock:
            now = self.now()
            if any(0 <= now - killed < AFTER_A_KILL for killed in self.killed):
                self.cut += 1
            else:
                self.failures.append({"at": round(now, 1), "path": path, "error": repr(error)})


class Client:
    """Someone with a connection that is kept open, as a browser does."""

    def __init__(self, port: int, tally: Tally) -> None:
        self._port, self._tally = port, tally
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, kind: str, path: str, body: bytes | None = None, content_type: str = "") -> None:
        """Ask and count what comes."""
        started = time.monotonic()
        try:
            headers = {"Content-Type": content_type} if content_type else {}
            self._connection.request("GET" if body is None else "POST", path, body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._tally.broke_off(error, path)
            self._connection.close()
        else:
            self._tally.answered(kind, answer.status, time.monotonic() - started, path)


def visit(client: Client, dice: random.Random, ids: list[str], photos: list[bytes]) -> None:
    """Open a page, or click on a product."""
    if dice.random() < 0.3:
        client.ask("page", dice.choice(PAGES))
        return
    product = dice.choice(ids)
    client.ask("page", product_href(product))
    address = [
        {"id": "address", "property": "pathname", "value": product_href(product)},
        {"id": "address", "property": "search", "value": ""},
    ]
    outputs = {"id": "page", "property": "children"}
    click = {"output": "page.children", "outputs": outputs, "inputs": address, "changedPropIds": []}
    client.ask("click", "/_dash-update-component", json.dumps(click).encode(), "application/json")
    client.ask("api", f"/api/v1/products/{quote(product, safe='')}/similar")


def search(client: Client, dice: random.Random, ids: list[str], photos: list[bytes]) -> None:
    """Search for a word, letter by letter."""
    word = dice.choice(WORDS)
    for end in range(1, len(word) + 1):
        client.ask("search", f"/?q={quote(word[:end])}")


def upload(client: Client, dice: random.Random, ids: list[str], photos: list[bytes]) -> None:
    """Search with a photo; one in four is broken."""
    photo = dice.choice(photos)
    if dice.random() < 0.25:
        photo = photo[: dice.randrange(len(photo))]
    client.ask("photo", "/api/v1/similar?fields=ids", photo, "image/jpeg")


def hold(client: Client, dice: random.Random, ids: list[str], photos: list[bytes], *, port: int) -> None:
    """Send a part of a request on many connections, and wait."""
    connections = []
    for _ in range(SLOW):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with suppress(OSError):
            connection.putrequest("POST", "/_dash-update-component")
            connection.putheader("Content-Length", "60000")
            connection.endheaders(b"{")
        connections.append(connection)
    time.sleep(10)
    for connection in connections:
        connection.close()


def workers_of() -> list[int]:
    """The processes of the workers of the server that this process started."""
    return [child for master in children_of(os.getpid()) for child in children_of(master)]


def children_of(process: int) -> list[int]:
    """The processes that a process started."""
    with suppress(OSError):
        return [
            int(child)
            for thread in Path(f"/proc/{process}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    return []


def memory_of(process: int) -> int:
    """The kilobytes of memory that a process has for itself, with its share of what it shares."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def with_decoder(worker: int) -> int:
    """The kilobytes of memory of a worker and of the process that decodes photos for it."""
    return sum(map(memory_of, (worker, *children_of(worker))))


@contextmanager
def running(tally: Tally, tasks: list[Callable[[], None]]) -> Iterator[threading.Event]:
    """Repeat each task in a thread of its own until the event is set."""
    end = threading.Event()

    def repeat(task: Callable[[], None]) -> None:
        while not end.is_set():
            try:
                task()
            except Exception as error:
                tally.failures.append({"at": round(tally.now(), 1), "error": f"the soak's own: {error!r}"})
            end.wait(PAUSE)

    threads = [threading.Thread(target=repeat, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield end
    finally:
        end.set()
        for thread in threads:
            thread.join()


def soak(data: Path, photos: list[bytes], *, minutes: float) -> Tally:
    """Do it all for so many minutes."""
    ids = Bundle.open(data).product_ids(offset=0, limit=10_000)
    settings = {"AKIN_DATA": str(data.absolute()), "AKIN_LIVE": "litert", "AKIN_LIVE_RATE": "100000"}
    with gunicorn(DASHBOARD, **settings) as port:
        tally = Tally()
        deeds = [visit] * VISITORS + [search] * SEARCHERS + [upload] * UPLOADERS
        deeds += [lambda *arguments: hold(*arguments, port=port)]
        tasks: list[Callable[[], None]] = []
        for number, deed in enumerate(deeds):
            client, dice = Client(port, tally), random.Random(number)
            tasks.append(lambda deed=deed, client=client, dice=dice: deed(client, dice, ids, photos))
        with running(tally, tasks):
            publish_at, kill_at = PUBLISH_EVERY, KILL_EVERY
            while tally.now() < 60 * minutes:
                time.sleep(1)
                tally.memory += [(tally.now(), each, with_decoder(each)) for each in workers_of()]
                if tally.now() > publish_at:
                    roll_back(data)
                    tally.published.append(tally.now())
                    publish_at += PUBLISH_EVERY
                if tally.now() > kill_at and (workers := workers_of()):
                    tally.killed.append(tally.now())
                    os.kill(random.choice(workers), signal.SIGKILL)
                    kill_at += KILL_EVERY
    return tally


def summary(tally: Tally) -> dict[str, Any]:
    """The numbers in short."""
    settled = [kilobytes for at, _, kilobytes in tally.memory if at > 30 and kilobytes]
    half = tally.now() / 2
    peak = {
        name: max((kilobytes for at, _, kilobytes in tally.memory if low <= at < high), default=0) // 1024
        for name, low, high in (("first_half", 0, half), ("second_half", half, float("inf")))
    }
    return {
        "answers": sum(tally.answers.values()),
        "by_status": dict(sorted(tally.answers.items())),
        "published": len(tally.published),
        "killed": len(tally.killed),
        "cut_by_a_kill": tally.cut,
        "failures": tally.failures,
        "milliseconds": {
            kind: {"median": round(1000 * median(times)), "of_100": round(1000 * quantiles(times, n=100)[98])}
            for kind, times in sorted(tally.seconds.items())
            if len(times) > 1
        },
        "megabytes": {"median": round(median(settled) / 1024) if settled else 0, "peak": peak},
    }


def draw(tally: Tally, path: Path) -> None:
    """Memory of each worker, answers a second, kills, publishes and failures over time."""
    from plotly.graph_objects import Figure, Scatter

    figure = Figure()
    for process in sorted({process for _, process, _ in tally.memory}):
        points = [(at, size / 1024) for at, each, size in tally.memory if each == process and size]
        if points:
            x, y = zip(*points, strict=True)
            figure.add_trace(Scatter(x=x, y=y, name=f"worker {process}, MB", mode="lines"))
    seconds = range(int(tally.now()))
    rate = [tally.each_second[second] for second in seconds]
    figure.add_trace(Scatter(x=list(seconds), y=rate, name="answers a second", mode="lines"))
    marks = (
        ("kills", tally.killed, "x"),
        ("publishes", tally.published, "triangle-up"),
        ("failures", [failure["at"] for failure in tally.failures], "circle"),
    )
    for name, times, symbol in marks:
        points = Scatter(
            x=times, y=[0] * len(times), name=name, mode="markers", marker={"symbol": symbol, "size": 10}
        )
        figure.add_trace(points)
    figure.update_layout(title="A soak: memory, answers and failures", xaxis_title="seconds")
    figure.write_html(path, include_plotlyjs=True)


def main() -> int:
    """Soak, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=Path("test-artefacts/soak"))
    options = parser.parse_args()
    if len(generations(options.data)) < 2:
        raise SystemExit("Expected two generations, to change between: build twice, as `make soak` does.")
    pictures = sorted(path for path in options.photos.rglob("*") if path.suffix in (".jpg", ".png", ".webp"))
    photos = [path.read_bytes() for path in pictures[:100]]
    tally = soak(options.data, photos, minutes=options.minutes)
    found = summary(tally)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    draw(tally, options.out.with_suffix(".html"))
    print(json.dumps(found, indent=1))
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())

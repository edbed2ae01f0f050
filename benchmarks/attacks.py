"""What do attacks cost a visitor who does nothing wrong?

    python benchmarks/attacks.py DATA [--rounds 6] [--seconds 10] [--products 100000]

Serves the bundle in DATA, which has a live search (docs/live.md), as it is deployed, with two workers, or
WEB_CONCURRENCY. With --products, it serves so many made-up products instead, with points between the bundle's
vectors. One visitor opens pages and clicks, and someone asks for /healthz twice a second, each time on a new
connection. In every other round all attacks run at once: connections that send a part of a request, that send
nothing and that take no answer; malformed bodies; and photos that hurt decoders, from many addresses, without
the limit on photos a minute. Prints the milliseconds of the visitor's pages in both kinds of rounds, their
ratio, the longest wait for /healthz and the most memory. Exit code 1 if the ratio of medians is above 2, or
that wait above a second.

All of it runs on one machine, so the server is also slowed down by what the attackers compute themselves, in
a process of their own. Close other programs first.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Event as SyncEvent
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, gunicorn
from benchmarks.soak import children_of, memory_of, workers_of
from bundle import Bundle
from dashapp.addresses import product_href
from tests.attack import clients
from tests.hostile_photos import AS_LARGE_AS_ALLOWED, LARGE, TOO_MANY_PARTS

MOST_RATIO, MOST_SECONDS = 2.0, 1.0
PAUSE = 0.05
"""Seconds between two pages of the visitor, and between two malformed bodies of an attacker."""

PLOTLY = b"GET /_dash-component-suites/plotly/package_data/plotly.min.js HTTP/1.1\r\nHost: x\r\n\r\n"
HELD = {
    "a body of which one byte comes": (clients.SLOW_BODY, 40),
    "a body that no one reads": (clients.SLOW_BODY_NOBODY_READS, 40),
    "a chunk that does not end": (clients.SLOW_CHUNKS, 40),
    "a head that does not end": (clients.SLOW_HEAD, 40),
    "nothing": (clients.SILENT, 40),
    "an answer that is not taken": (PLOTLY, 16),
}
"""What an attacker sends on so many connections before it waits."""

BODIES = (b"[" * 60_000, b'{"a":' * 10_000, b"9" * 5_000, b'{"output": "\\udfff"}', b"")
PHOTO_CLIENTS = 8


@dataclass
class Found:
    """The seconds of the visitor's pages, by kind, and of /healthz; what attackers were answered.

    `kilobytes` is the most memory of all processes of the server (their proportional set sizes).
    """

    pages: dict[str, list[float]] = field(default_factory=dict)
    health: list[float] = field(default_factory=list)
    kilobytes: int = 0
    attacks: Counter[str] = field(default_factory=Counter)


def ask(connection: http.client.HTTPConnection, path: str, body: bytes | None = None, **headers: str) -> int:
    """The status of an answer, all of which is read."""
    connection.request("GET" if body is None else "POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def pages_of(ids: list[str], dice: random.Random) -> list[tuple[str, str, bytes | None]]:
    """What the visitor opens next: kinds of page, their paths, and what is sent there."""
    product = dice.choice(ids)
    address = [
        {"id": "address", "property": "pathname", "value": product_href(product)},
        {"id": "address", "property": "search", "value": ""},
    ]
    outputs = {"id": "page", "property": "children"}
    click = {"output": "page.children", "outputs": outputs, "inputs": address, "changedPropIds": []}
    return [
        ("gallery", f"/?page={dice.randint(1, 3)}", None),
        ("product", product_href(product), None),
        ("search", f"/?q={dice.choice(['cup', 'lamp', 'blue', 'oak'])}", None),
        ("click", clients.CALLBACK, json.dumps(click).encode()),
    ]


def visit(port: int, ids: list[str], found: Found, ended: threading.Event) -> None:
    """One visitor, who opens page after page on one connection."""
    dice = random.Random(1)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not ended.is_set():
        for kind, path, body in pages_of(ids, dice):
            started = time.monotonic()
            headers = {"X-Forwarded-For": "203.0.113.1", "Content-Type": "application/json"}
            status = ask(connection, path, body, **headers)
            if status != 200:
                raise SystemExit(f"The visitor got {status} for {path}.")
            found.pages.setdefault(kind, []).append(time.monotonic() - started)
            ended.wait(PAUSE)


def look_at_health(port: int, found: Found, ended: threading.Event) -> None:
    """Ask for /healthz as a host's router does."""
    while not ended.wait(0.5):
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        status = ask(connection, "/healthz")
        connection.close()
        found.health.append(time.monotonic() - started)
        if status != 200:
            raise SystemExit(f"/healthz answered {status}.")


def look_at_memory(found: Found, ended: threading.Event) -> None:
    """Add up the memory of the server that this process started: master, workers, and what decodes photos."""
    while not ended.wait(0.2):
        processes = [process for worker in workers_of() for process in (worker, *children_of(worker))]
        masters = [each for each in children_of(os.getpid()) if children_of(each)]
        found.kilobytes = max(found.kilobytes, sum(map(memory_of, (*masters, *processes))))


def hold(port: int, data: bytes, count: int, found: Found, ended: threading.Event) -> None:
    """Open so many connections, send a part, wait; open again what the server has closed."""
    held: list[socket.socket] = []
    while not ended.wait(0.5):
        held = [each for each in held if _is_open(each)]
        while len(held) < count and not ended.is_set():
            with suppress(OSError):
                held.append(clients.connect(f"http://127.0.0.1:{port}", receive_buffer=4096))
                held[-1].sendall(data)
                found.attacks["held"] += 1
    for each in held:
        each.close()


def _is_open(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def send_malformed(port: int, found: Found, ended: threading.Event) -> None:
    """Send Dash what is no JSON, or not what it asks for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not ended.is_set():
        for body in BODIES:
            with suppress(OSError, http.client.HTTPException):
                status = ask(connection, clients.CALLBACK, body, **{"Content-Type": "application/json"})
                found.attacks[f"malformed {status}"] += 1
            ended.wait(PAUSE)


def send_photos(port: int, photos: list[bytes], number: int, found: Found, ended: threading.Event) -> None:
    """Search with photos that hurt, one after the other, without a pause."""
    while not ended.is_set():
        for photo in photos[number:] + photos[:number]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            with suppress(OSError, http.client.HTTPException):
                client = f"198.51.100.{number + 1}"
                status = ask(connection, "/api/v1/similar", photo, **{"X-Forwarded-For": client})
                found.attacks[f"photo {status}"] += 1
            connection.close()
            if ended.is_set():
                return


@contextmanager
def running(tasks: list[Callable[[threading.Event], None]]) -> Iterator[None]:
    """Run each task in a thread of its own, and end them all."""
    ended = threading.Event()
    threads = [threading.Thread(target=task, args=(ended,)) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def attackers(port: int, photos: list[bytes], found: Found) -> list[Callable[[threading.Event], None]]:
    """All attacks, each a function that lasts until its event is set."""
    tasks: list[Callable[[threading.Event], None]] = [
        lambda ended, data=data, count=count: hold(port, data, count, found, ended)
        for data, count in HELD.values()
    ]
    tasks += [lambda ended: send_malformed(port, found, ended)] * 2
    return tasks + [
        lambda ended, number=number: send_photos(port, photos, number, found, ended)
        for number in range(PHOTO_CLIENTS)
    ]


def attack(
    port: int, go: SyncEvent, under_way: SyncEvent, ended: SyncEvent, counts: Queue[dict[str, int]]
) -> None:
    """Attack whenever `go` is set, in a process of its own, and tell at last what was answered."""
    photos = [make() for make in (*TOO_MANY_PARTS.values(), *LARGE.values(), *AS_LARGE_AS_ALLOWED.values())]
    found = Found()
    under_way.set()
    while not ended.is_set():
        if go.wait(0.1):
            with running(attackers(port, photos, found)):
                while go.is_set():
                    time.sleep(0.05)
    counts.put(dict(found.attacks))


@contextmanager
def attacking(port: int, found: Found) -> Iterator[SyncEvent]:
    """A process that attacks while the event is set, and puts what it was answered into `found`."""
    context = get_context("spawn")
    go, under_way, ended = context.Event(), context.Event(), context.Event()
    counts: Queue[dict[str, int]] = context.Queue()
    process = context.Process(target=attack, args=(port, go, under_way, ended, counts))
    process.start()
    under_way.wait()
    try:
        yield go
    finally:
        go.clear()
        ended.set()
        found.attacks.update(counts.get())
        process.join()


def measure(data: Path, *, rounds: int, seconds: float) -> tuple[Found, Found]:
    """What came in quiet rounds, and in those with attacks."""
    ids = Bundle.open(data).product_ids(offset=0, limit=10_000)
    settings = {"AKIN_LIVE": "litert", "AKIN_LIVE_RATE": "100000", "FORWARDED_ALLOW_IPS": "*"}
    quiet, attacked = Found(), Found()
    with (
        gunicorn(DASHBOARD, AKIN_DATA=str(data.absolute()), **settings) as port,
        attacking(port, attacked) as go,
    ):
        with running([lambda ended: visit(port, ids, Found(), ended)]):
            time.sleep(min(seconds, 5.0))  # Warms both workers up.
        for number in range(2 * rounds):
            found = attacked if number % 2 else quiet
            tasks = [
                lambda ended, found=found: visit(port, ids, found, ended),
                lambda ended, found=found: look_at_health(port, found, ended),
                lambda ended, found=found: look_at_memory(found, ended),
            ]
            if number % 2:
                go.set()
            # The attacks are under way before anything is measured, and over after them.
            time.sleep(2.0)
            with running(tasks):
                time.sleep(seconds)
            go.clear()
    return quiet, attacked


def show(quiet: Found, attacked: Found) -> bool:
    """Print what came; whether it is within the bounds."""
    print("| page | quiet: median, ms | 95 of 100 | attacked: median, ms | 95 of 100 | ratio of medians |")
    print("|---|---|---|---|---|---|")
    everything = [
        {**each.pages, "all": [seconds for times in each.pages.values() for seconds in times]}
        for each in (quiet, attacked)
    ]
    ratio = 0.0
    for kind, before in everything[0].items():
        cells = []
        for times in (before, everything[1][kind]):
            cells += [f"{1000 * median(times):.1f}", f"{1000 * quantiles(times, n=20)[-1]:.1f}"]
        ratio = median(everything[1][kind]) / median(before)
        print(f"| {kind} | {' | '.join(cells)} | {ratio:.2f} |")
    longest = max(attacked.health)
    print(f"\n/healthz took at most {1000 * longest:.0f} ms in {len(attacked.health)} attacked answers,")
    print(f"and {1000 * max(quiet.health):.0f} ms in {len(quiet.health)} quiet ones.")
    megabytes = [each.kilobytes // 1024 for each in (quiet, attacked)]
    print(
        "The server's processes took at most {} MB in quiet rounds, and {} MB in attacked ones.".format(
            *megabytes
        )
    )
    print(f"Attacks: {json.dumps(dict(sorted(attacked.attacks.items())))}")
    return ratio <= MOST_RATIO and longest <= MOST_SECONDS


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--products", type=int)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        if options.products:
            from benchmarks.live import write_large

            write_large(Path(folder), Bundle.open(options.data), options.products)
        data = Path(folder) if options.products else options.data
        return 0 if show(*measure(data, rounds=options.rounds, seconds=options.seconds)) else 1


if __name__ == "__main__":
    sys.exit(main())

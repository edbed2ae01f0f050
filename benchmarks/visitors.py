"""Do those who search slow down everyone else? Product pages alone, and while others search all the time.

    python benchmarks/visitors.py [--data FOLDER | --products 100000] [--searching 4] [--pause 0.5]
                                  [--rounds 6] [--seconds 8]

Serves a bundle as it is deployed, by gunicorn, or writes a made-up shop first. One visitor opens product
after product for some seconds: alone, then beside others who type, each of whom searches for the next thing
half a second (`--pause`) after an answer, then beside others who search without any pause; and so in turns.
Prints the product pages' milliseconds and their ratios to those alone.

What visitors ask is written down before, and no answer is looked into beyond its length, as all of them share
the cores with the server. The searching visitors are a process of their own.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, cycle, islice
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, REPOSITORY, gunicorn
from benchmarks.made_up import Shop, write
from benchmarks.serving import page_request
from bundle import Bundle
from dashapp.addresses import product_href

WARM_UP = 40
"""Product pages before any that counts: each worker has then made some."""

WORDS = 300
"""How many of a catalogue's words are searched for, the most frequent ones."""

ASKED = 1000
"""How many requests are written down for a visitor, who then begins again with the first."""


class Line:
    """A kept connection for requests that are written down already."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> None:
        """Send a request and receive the answer. Raises `SystemExit` if it is an error."""
        self._socket.sendall(request)
        received = self._receive()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head = received[:end].lower()
        if not head.startswith(b"http/1.1 200 "):
            raise SystemExit(f"Expected status 200. Received: {head[:40]!r}.")
        missing = int(head.split(b"content-length:")[1].split()[0]) - len(received) + end + 4
        while missing > 0:
            missing -= len(self._receive())

    def _receive(self) -> bytes:
        came = self._socket.recv(1 << 18)
        if not came:
            raise SystemExit("The server closed the connection.")
        return came


def words_of(data: Path) -> list[str]:
    """The words of the catalogue that are searched for."""
    with Bundle.open(data) as bundle:
        known = sorted(bundle.vocabulary().items(), key=lambda each: -each[1])
    return [word for word, _ in known if word.isalpha() and len(word) > 3][:WORDS]


def searches(words: list[str], seed: int) -> Iterator[str]:
    """The queries of searches' addresses: a word, two, a word within filters, a word without a letter."""
    dice = random.Random(seed)
    while True:
        one, other = dice.choice(words), dice.choice(words)
        yield "?" + urlencode({"q": one})
        yield "?" + urlencode({"q": f"{one} {other}"})
        yield "?" + urlencode({"q": other, "stock": "in", "max": dice.randrange(20, 200)})
        yield "?" + urlencode({"q": one[:2] + one[3:], "sort": "price"})


def search(port: int, visitors: int, pause: float) -> None:
    """Search as so many visitors for the words of the input's first line, until the input ends.

    Each searches again `pause` seconds after an answer. Prints a line once each has had an answer, and in the
    end how many answers came in how many seconds.
    """
    words = sys.stdin.readline().split()
    asked = [
        [page_request("/", each) for each in islice(searches(words, number), ASKED)]
        for number in range(visitors)
    ]
    lines = [Line(port) for _ in asked]
    for line, requests in zip(lines, asked, strict=True):
        line.ask(requests[-1])
    answers = [0] * visitors
    over = threading.Event()

    def visit(number: int) -> None:
        for request in cycle(asked[number]):
            if over.is_set():
                return
            lines[number].ask(request)
            answers[number] += 1
            if pause:
                over.wait(pause)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    started, before = time.monotonic(), sum(answers)
    sys.stdin.read()
    took, came = time.monotonic() - started, sum(answers) - before
    over.set()
    for thread in threads:
        thread.join()
    print(came, took)


@contextmanager
def searching(port: int, words: list[str], visitors: int, pause: float) -> Iterator[list[float]]:
    """Have visitors search during the `with`; afterwards the list has how many answers came a second."""
    command = [sys.executable, __file__, "--searching", str(visitors), "--pause", str(pause)]
    process = subprocess.Popen(
        [*command, "--at", str(port)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    found: list[float] = []
    try:
        process.stdin.write(" ".join(words) + "\n")
        process.stdin.flush()
        if not process.stdout.readline():
            raise SystemExit("The searching visitors gave up: see the message above.")
        yield found
    finally:
        told, _ = process.communicate()
        if process.returncode == 0 and told:
            came, took = map(float, told.split())
            found.append(came / took)


def visit(line: Line, requests: Iterator[bytes], seconds: float) -> list[float]:
    """Open products for some seconds: the milliseconds that each took."""
    end = time.monotonic() + seconds
    took = []
    while (started := time.monotonic()) < end:
        line.ask(next(requests))
        took.append((time.monotonic() - started) * 1000)
    return took


def percentile(times: list[float]) -> float:
    """The 99th."""
    return quantiles(times, n=100)[-1]


def measure(port: int, data: Path, arguments: argparse.Namespace) -> None:
    """Measure in turns and print the table."""
    with Bundle.open(data) as bundle:
        some = bundle.product_ids(offset=0, limit=5000)
        print(f"{bundle.count:,} products, {arguments.searching} searching visitors\n", flush=True)
    random.Random(1).shuffle(some)
    requests = cycle([page_request(product_href(each)) for each in some])
    words = words_of(data)
    line = Line(port)
    for _ in range(WARM_UP):
        line.ask(next(requests))
    alone: list[list[float]] = []
    beside: dict[float, list[list[float]]] = {arguments.pause: [], 0.0: []}
    rates: dict[float, list[float]] = {pause: [] for pause in beside}
    for _ in range(arguments.rounds):
        alone.append(visit(line, requests, arguments.seconds))
        for pause, turns in beside.items():
            with searching(port, words, arguments.searching, pause) as found:
                turns.append(visit(line, requests, arguments.seconds))
            rates[pause] += found
    print("| a product's page | ms, median | 99th percentile | times, median | 99th percentile | pages |")
    print("|---|---|---|---|---|---|")
    base = list(chain.from_iterable(alone))
    print(f"| alone | {median(base):.1f} | {percentile(base):.1f} | | | {len(base):,} |")
    for pause, turns in beside.items():
        every = list(chain.from_iterable(turns))
        ratios = f"{median(every) / median(base):.2f} | {percentile(every) / percentile(base):.2f}"
        name = f"beside searches, {pause:g} s after an answer" if pause else "beside searches without a pause"
        print(f"| {name} | {median(every):.1f} | {percentile(every):.1f} | {ratios} | {len(every):,} |")
    told = " and ".join(f"{median(rate):.1f}" for rate in rates.values())
    print(f"\n{told} searches a second were answered meanwhile.")


def main() -> None:
    """Serve, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a bundle that is there already")
    parser.add_argument("--products", type=int, default=100_000, help="of the shop that is made up")
    parser.add_argument("--searching", type=int, default=4, help="visitors who search")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds of those who type")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.at:
        search(arguments.at, arguments.searching, arguments.pause)
        return
    with ExitStack() as stack:
        data = arguments.data
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            print(f"Writing {arguments.products:,} products.", file=sys.stderr, flush=True)
            write(data, Shop(arguments.products))
        port = stack.enter_context(gunicorn(DASHBOARD, AKIN_DATA=str(data.resolve())))
        measure(port, data.resolve(), arguments)


if __name__ == "__main__":
    main()

"""Do those who search slow down everyone else? Product pages alone, and while others search all the time.

    python benchmarks/visitors.py [--data FOLDER | --products 100000] [--searching 4]
                                  [--rounds 6] [--seconds 8]

Serves a bundle as it is deployed, by gunicorn, or writes a made-up shop first. One visitor opens product
after product for some seconds, then again while others search, each for the next thing as soon as an answer
has come; and so in turns. Prints the product pages' milliseconds alone and beside the searches, and their
ratios. The searching visitors are a process of their own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, REPOSITORY, gunicorn
from benchmarks.made_up import Shop, write
from benchmarks.serving import Visitor
from bundle import Bundle
from dashapp.addresses import product_href

WARM_UP = 40
"""Product pages before any that counts: each worker has then made some."""

WORDS = 300
"""How many of a catalogue's words are searched for, the most frequent ones."""


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


def search(port: int, visitors: int) -> None:
    """Search as so many visitors for the words of the input's first line, until the input ends.

    Prints a line once each has had an answer, and in the end how many answers came in how many seconds.
    """
    words = sys.stdin.readline().split()
    answers = [0] * visitors
    begun, over = threading.Barrier(visitors + 1), threading.Event()

    def visit(number: int) -> None:
        visitor = Visitor(port, language="en")
        for asked in searches(words, number):
            if over.is_set():
                return
            visitor.click("/", asked)
            if answers[number] == 0:
                begun.wait()
            answers[number] += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    begun.wait()
    print("begun", flush=True)
    started, before = time.monotonic(), sum(answers)
    sys.stdin.read()
    took, came = time.monotonic() - started, sum(answers) - before
    over.set()
    for thread in threads:
        thread.join()
    print(came, took)


@contextmanager
def searching(port: int, words: list[str], visitors: int) -> Iterator[list[float]]:
    """Have visitors search during the `with`; afterwards the list has how many answers came a second."""
    command = [sys.executable, __file__, "--searching", str(visitors), "--at", str(port)]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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


def visit(visitor: Visitor, ids: Iterator[str], seconds: float) -> list[float]:
    """Open products for some seconds: the milliseconds that each took."""
    end = time.monotonic() + seconds
    took = []
    while time.monotonic() < end:
        took.append(visitor.click(product_href(next(ids)))[0])
    return took


def percentile(times: list[float]) -> float:
    """The 99th."""
    return quantiles(times, n=100)[-1]


def measure(port: int, data: Path, visitors: int, rounds: int, seconds: float) -> None:
    """Measure in turns and print the table."""
    with Bundle.open(data) as bundle:
        some = bundle.product_ids(offset=0, limit=5000)
        print(f"{bundle.count:,} products, {visitors} searching visitors\n", flush=True)
    dice = random.Random(1)
    ids = iter(lambda: dice.choice(some), None)
    words = words_of(data)
    visitor = Visitor(port, language="en")
    for _ in range(WARM_UP):
        visitor.click(product_href(next(ids)))
    alone, beside = [], []
    rates = []
    for _ in range(rounds):
        alone.append(visit(visitor, ids, seconds))
        with searching(port, words, visitors) as found:
            beside.append(visit(visitor, ids, seconds))
        rates += found
    print("| a product's page | ms, median | ms, 99th percentile | pages |\n|---|---|---|---|")
    fast, slow = (list(chain.from_iterable(turns)) for turns in (alone, beside))
    for name, every in (("alone", fast), ("beside searches", slow)):
        print(f"| {name} | {median(every):.1f} | {percentile(every):.1f} | {len(every):,} |")
    middle, last = median(slow) / median(fast), percentile(slow) / percentile(fast)
    print(f"| times as long | {middle:.2f} | {last:.2f} | |")
    print(f"\n{median(rates):.1f} searches a second were answered meanwhile.")


def main() -> None:
    """Serve, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a bundle that is there already")
    parser.add_argument("--products", type=int, default=100_000, help="of the shop that is made up")
    parser.add_argument("--searching", type=int, default=4, help="visitors who search")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.at:
        search(arguments.at, arguments.searching)
        return
    with ExitStack() as stack:
        data = arguments.data
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            print(f"Writing {arguments.products:,} products.", file=sys.stderr, flush=True)
            write(data, Shop(arguments.products))
        port = stack.enter_context(gunicorn(DASHBOARD, AKIN_DATA=str(data.resolve())))
        measure(port, data.resolve(), arguments.searching, arguments.rounds, arguments.seconds)


if __name__ == "__main__":
    main()

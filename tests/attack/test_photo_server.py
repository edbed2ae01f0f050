"""Attacks on a live search that runs: its memory has a bound, and no client keeps others out."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.drawn_pictures import encoded, picture
from tests.hostile_photos import AS_LARGE_AS_ALLOWED, LARGE, TOO_MANY_PARTS, progressive_jpeg
from tests.live_demo import write_live_demo
from tests.serving import serving
from tests.sharing import made_once

ADDRESS = "/api/v1/similar"
MEGABYTE = 1_000_000
ABOVE_IDLE = 250 * MEGABYTE
WHOLE = 512 * 1024**2
"""The smallest of Heroku's machines: the master and two workers."""

ATTACKERS = 8

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells it here"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("attacked")
    settings = {"AKIN_LIVE": "litert", "AKIN_LIVE_RATE": "100000", "FORWARDED_ALLOW_IPS": "*"}
    data = made_once(tmp_path_factory, "live-demo", write_live_demo) / "data"
    with serving(data, folder / "log", WEB_CONCURRENCY="2", **settings) as address:
        warm_up(address)
        yield address


def post(address: str, data: bytes, *, client: int) -> int:
    host, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=120)
    try:
        connection.request("POST", ADDRESS, data, {"X-Forwarded-For": f"198.51.100.{client}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (ConnectionError, http.client.HTTPException):
        return 0  # The server answered before it had all of it, and closed.
    finally:
        connection.close()


def warm_up(address: str) -> None:
    """Let both workers have had photos."""
    good = encoded(picture(1), "JPEG")
    with_all = [threading.Thread(target=post, args=(address, good), kwargs={"client": n}) for n in range(16)]
    for thread in with_all:
        thread.start()
    for thread in with_all:
        thread.join()


class Memory:
    """The memory of a server's processes, looked at all the time."""

    def __init__(self, address: str) -> None:
        self._master = _listening(int(address.rpartition(":")[2]))
        self.workers = _children(self._master)
        self.idle = {worker: self.of(worker) for worker in self.workers}
        self.most = dict(self.idle)
        self.whole = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def of(self, worker: int) -> int:
        """A worker's, with that of the process that decodes for it."""
        return sum(_number(each, "status", "VmRSS") for each in (worker, *_children(worker)))

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            for worker in self.workers:
                self.most[worker] = max(self.most[worker], self.of(worker))
            all_of_them = [self._master, *self.workers, *(c for w in self.workers for c in _children(w))]
            self.whole = max(self.whole, sum(_number(each, "smaps_rollup", "Pss") for each in all_of_them))


def _listening(port: int) -> int:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().split(b"\0")
        except OSError:
            continue
        parent = int(path.parent.name)
        if f"127.0.0.1:{port}".encode() in command and any(
            _command(child) == command for child in _children(parent)
        ):
            return parent
    raise AssertionError(f"no server at port {port}")


def _command(process: int) -> list[bytes]:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _children(process: int) -> list[int]:
    found: set[int] = set()
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found |= set(map(int, path.read_text().split()))
        except OSError:
            continue
    return sorted(found)


def _number(process: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def test_memory_has_a_bound_whatever_is_sent_and_comes_back(
    server: str, often: Callable[[int, int], int]
) -> None:
    hostile = [write() for group in (TOO_MANY_PARTS, LARGE, AS_LARGE_AS_ALLOWED) for write in group.values()]
    answers: Counter[int] = Counter()

    def attack(number: int) -> None:
        for place in range(often(1, 3)):
            answers[post(server, hostile[(number * 5 + place) % len(hostile)], client=number)] += 1

    with Memory(server) as memory:
        attackers = [threading.Thread(target=attack, args=(number,)) for number in range(ATTACKERS)]
        for attacker in attackers:
            attacker.start()
        for attacker in attackers:
            attacker.join()
        for data in hostile:
            answers[post(server, data, client=99)] += 1
    assert set(answers) <= {0, 200, 422, 503} and answers[422] and answers[200], answers
    for worker in memory.workers:
        assert memory.most[worker] < memory.idle[worker] + ABOVE_IDLE
    assert memory.whole < WHOLE
    assert _children(memory._master) == memory.workers, "no worker was ended"
    for worker in memory.workers:
        deadline, kept = time.monotonic() + 60, memory.idle[worker] + 40 * MEGABYTE
        while memory.of(worker) > kept and time.monotonic() < deadline:
            time.sleep(0.1)
        assert memory.of(worker) <= kept


def test_one_client_keeps_no_one_out(server: str, often: Callable[[int, int], int]) -> None:
    slow, good, ended = progressive_jpeg(60), encoded(picture(2), "JPEG"), threading.Event()

    def attack() -> None:
        while not ended.is_set():
            post(server, slow, client=1)

    attackers = [threading.Thread(target=attack) for _ in range(2 * ATTACKERS)]
    for attacker in attackers:
        attacker.start()
    try:
        time.sleep(1)
        answers = [post(server, good, client=2) for _ in range(often(3, 8))]
    finally:
        ended.set()
        for attacker in attackers:
            attacker.join()
    assert set(answers) == {200}

"""A connection to a Ray cluster, and tasks on it that are retried where their worker ends."""

from __future__ import annotations

import logging
import math
import os
import re
import signal
import socket
import statistics
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

# Ray reads these when it is imported. It should send no usage reports, and print little.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_DEDUP_LOGS", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")

import ray
from ray.exceptions import (
    NodeDiedError,
    ObjectLostError,
    OutOfMemoryError,
    RayError,
    RayTaskError,
    WorkerCrashedError,
)

from precompute.shared.errors import UserError
from precompute.shared.progress import say

Item = TypeVar("Item")

_ANSWERS_WITHIN = 10.0
_POLL = 1.0
_GONE_FOR = 120.0
"""Seconds without any core in the cluster before a build gives up: machines may be on their way."""

_CRASHES = 3
"""Crashes after which a task's own content is blamed: two may come from machines that went away."""

_LATE = 4.0
"""A task that takes this many times as long as the median gets a second copy, once no others wait."""

_LATE_AT_LEAST = 30.0
_CRASHED = (WorkerCrashedError, NodeDiedError, OutOfMemoryError, ObjectLostError)


class CrashedError(Exception):
    """A task whose worker ended each time, and which could not be split any further."""


@contextmanager
def connection(name: str) -> Iterator[None]:
    """Connect to the cluster that `name` means until the block ends. Raises `UserError` without one."""
    address = "auto" if name == "ray" else name
    if name != "ray":
        _check_reachable(name)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    say(f"Connecting to {'the cluster of this machine' if name == 'ray' else name} …")
    try:
        with warnings.catch_warnings():
            # What is wrong with an address is said below, once.
            warnings.simplefilter("ignore")
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, TimeoutError, RayError) as error:
        raise UserError(_no_cluster(name, error)) from error
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
    try:
        yield
    finally:
        ray.shutdown()


def _check_reachable(name: str) -> None:
    match = re.fullmatch(r"ray://(.+):(\d+)", name)
    assert match
    try:
        socket.create_connection((match[1], int(match[2])), timeout=_ANSWERS_WITHIN).close()
    except (OSError, OverflowError) as error:
        raise UserError(
            f"Expected a Ray cluster at {name}. Nothing answers there ({error}). "
            "The port must be the one for Ray clients: 10001, unless `ray start` was given another."
        ) from error


def _no_cluster(name: str, error: Exception) -> str:
    if name == "ray":
        return (
            "Expected this machine to be part of a Ray cluster. Found: none. Start one with "
            "`ray start --head`, or join one with `ray start --address=HOST:6379`."
        )
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return f"Expected a Ray cluster at {name}. Received: {first.rstrip('.')}."


def cores() -> int:
    """How many cores the cluster has now."""
    return int(ray.cluster_resources().get("CPU", 0))


def nodes() -> list[dict[str, Any]]:
    """The machines that compute, as Ray describes them."""
    return [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]


def cores_of_a_gpu() -> int:
    """The fewest cores that a machine has for each of its GPUs."""
    with_gpu = [each for node in nodes() if (each := node["Resources"]).get("GPU")]
    return max(1, int(min((each["CPU"] / each["GPU"] for each in with_gpu), default=1)))


def memory_of_a_core() -> float:
    """The least bytes of memory that a machine has for each of its cores."""
    return min(
        (each["memory"] / each["CPU"] for node in nodes() if "memory" in (each := node["Resources"])),
        default=math.inf,
    )


@dataclass
class _Running(Generic[Item]):
    """A running task: how many of its workers crashed, since when it runs, and its copies."""

    item: Item
    crashes: int
    since: float = field(default_factory=time.monotonic)
    copies: set[Any] = field(default_factory=set)


class Runner(Generic[Item]):
    """Runs a task for each item, as many at a time as there are cores, and again where a worker ends.

    `submit(item)` starts one. `split(item)` gives the parts of an item whose workers ended `_CRASHES` times;
    an item without parts is given up.
    """

    def __init__(
        self, submit: Callable[[Item], Any], *, split: Callable[[Item], list[Item]] = lambda item: []
    ) -> None:
        self._submit, self._split = submit, split
        self._running: dict[Any, _Running[Item]] = {}
        self._seconds: list[float] = []

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Any]]:
        """Each item with its result, or with a `CrashedError` where it was given up, in no order."""
        waiting = deque((item, 0) for item in items)
        try:
            while waiting or self._running:
                while waiting and len(self._running) < 2 * self._cores():
                    self._copy(_Running(*waiting.popleft()))
                for running, result in self._finished(copy_late=not waiting):
                    crashes = running.crashes + 1
                    if not isinstance(result, _CRASHED):
                        yield running.item, result
                    elif crashes < _CRASHES:
                        waiting.appendleft((running.item, crashes))
                    elif parts := self._split(running.item):
                        waiting.extendleft((each, self._crashes_of_a_part(each)) for each in parts)
                    else:
                        yield running.item, CrashedError(type(result).__name__)
        finally:
            for reference in self._running:
                ray.cancel(reference, force=True)

    def _crashes_of_a_part(self, item: Item) -> int:
        """One more splits a part again. A single item gets two more, since a machine may have gone away."""
        return _CRASHES - (1 if self._split(item) else 2)

    def _copy(self, running: _Running[Item]) -> None:
        reference = self._submit(running.item)
        running.copies.add(reference)
        self._running[reference] = running

    def _finished(self, *, copy_late: bool) -> list[tuple[_Running[Item], Any]]:
        """The tasks that have ended since, each with its result or its error; waits a moment for one."""
        ready, _ = ray.wait(list(self._running), num_returns=1, timeout=_POLL)
        found = []
        for reference in ready:
            running = self._running.pop(reference)
            running.copies.discard(reference)
            result = _result(reference)
            if isinstance(result, _CRASHED) and running.copies:
                continue  # The other copy still runs.
            for copy in running.copies:
                del self._running[copy]
                ray.cancel(copy, force=True)
            self._seconds.append(time.monotonic() - running.since)
            found.append((running, result))
        if copy_late and not ready:
            self._copy_late()
        return found

    def _copy_late(self) -> None:
        if len(self._seconds) < 2:
            return
        late = max(_LATE_AT_LEAST, _LATE * statistics.median(self._seconds))
        now = time.monotonic()
        for running in list(self._running.values()):
            if len(running.copies) == 1 and now - running.since > late:
                self._copy(running)

    def _cores(self) -> int:
        """The cluster's cores; waits where there are none, and raises `UserError` where none come."""
        since = time.monotonic()
        while not (count := cores()):
            if time.monotonic() - since > _GONE_FOR:
                raise UserError(
                    "All machines of the cluster are gone. What they had finished is kept: start them again, "
                    "then run the same command to continue."
                )
            if time.monotonic() - since > 10 * _POLL:
                say("No machine of the cluster answers; waiting for one …")
            time.sleep(_POLL)
        return count


def _result(reference: Any) -> Any:
    """A task's result, or the error if its worker ended. Raises what the task itself raised."""
    try:
        return ray.get(reference)
    except _CRASHED as error:
        return error
    except RayTaskError as error:
        # As if it had happened here, so that the message names, for example, a full disk.
        if isinstance(error.cause, UserError | OSError):
            raise error.cause from error
        raise

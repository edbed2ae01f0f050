"""Tasks that outlive their workers, with a cluster that is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import pytest

pytest.importorskip("ray", reason="Ray is not installed (requirements-cluster.txt)")

from ray.exceptions import WorkerCrashedError

from precompute.building.engine import cluster
from precompute.building.engine.cluster import CrashedError, Runner
from precompute.building.engine.ray_lists import check_tile
from precompute.neighbours import MEMORY_BUDGET
from precompute.neighbours.best_pair import open_products
from precompute.shared.errors import UserError

Task = tuple[int, Any]
"""A number, and the item."""


class MadeUpCluster:
    """Ends one task at each wait, the oldest first; `outcome` says how, None for a task that hangs.

    Each wait takes a second of a clock of its own.
    """

    def __init__(self, outcome: Callable[[Task], Any]) -> None:
        self.now = 0.0
        self.cancelled: list[Task] = []
        self.started: list[Task] = []
        self._outcome = outcome
        self._numbers = count()

    def submit(self, item: Any) -> Task:
        self.started.append((next(self._numbers), item))
        return self.started[-1]

    def wait(self, tasks: list[Task], **options: Any) -> tuple[list[Task], list[Task]]:
        self.now += 1
        ended = [task for task in tasks if self._outcome(task) is not None]
        return ended[:1], tasks

    def get(self, task: Task) -> Any:
        outcome = self._outcome(task)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def cancel(self, task: Task, *, force: bool) -> None:
        self.cancelled.append(task)

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., MadeUpCluster]]:
    def make(outcome: Callable[[Task], Any]) -> MadeUpCluster:
        found = MadeUpCluster(outcome)
        monkeypatch.setattr(cluster, "ray", found)
        monkeypatch.setattr(cluster.time, "monotonic", lambda: found.now)
        monkeypatch.setattr(cluster.time, "sleep", lambda seconds: None)
        return found

    yield make


def halves(item: str) -> list[str]:
    middle = len(item) // 2
    return [item[:middle], item[middle:]] if middle else []


def test_every_item_has_its_result_and_few_run_at_once(made_up: Callable[..., MadeUpCluster]) -> None:
    found = made_up(lambda task: task[1].upper())
    results = Runner(found.submit).run("abcdefghij")
    next(results)
    assert len(found.started) == 4  # Two for each core.
    assert dict(results) == {letter: letter.upper() for letter in "bcdefghij"}


def test_a_task_whose_worker_ended_runs_again(made_up: Callable[..., MadeUpCluster]) -> None:
    found = made_up(lambda task: WorkerCrashedError() if task[0] < 2 else task[1].upper())
    assert dict(Runner(found.submit).run("a")) == {"a": "A"}
    assert [item for _, item in found.started] == ["a"] * 3


def test_what_ends_workers_is_found_by_splitting(made_up: Callable[..., MadeUpCluster]) -> None:
    found = made_up(lambda task: WorkerCrashedError() if "x" in task[1] else task[1].upper())
    results = dict(Runner(found.submit, split=halves).run(["abcd", "efxgh"]))
    crashed = {item for item, result in results.items() if isinstance(result, CrashedError)}
    assert crashed == {"x"}
    assert sorted("".join(result for item, result in results.items() if item != "x")) == list("ABCDEFGH")


def test_a_picture_is_not_left_out_for_one_machine_that_goes_while_another_is_looked_for(
    made_up: Callable[..., MadeUpCluster],
) -> None:
    gone: list[str] = []

    def outcome(task: Task) -> Any:
        item = task[1]
        if item == "b" and not gone:
            gone.append(item)
            return WorkerCrashedError()
        return WorkerCrashedError() if "x" in item else item.upper()

    # A task's outcome is asked for twice.
    asked: dict[int, Any] = {}
    found = made_up(lambda task: asked.setdefault(task[0], outcome(task)))
    results = dict(Runner(found.submit, split=halves).run(["bx"]))
    assert gone and results["b"] == "B"
    assert isinstance(results["x"], CrashedError)


def test_a_late_task_gets_a_second_copy_and_the_first_to_end_counts(
    made_up: Callable[..., MadeUpCluster],
) -> None:
    # The fourth task hangs; its copy is the tenth and does not.
    found = made_up(lambda task: None if task[0] == 3 else task[1].upper())
    assert dict(Runner(found.submit).run("abcdefghi")) == {letter: letter.upper() for letter in "abcdefghi"}
    assert found.started[9] == (9, "d")
    assert found.cancelled == [(3, "d")]
    assert found.now >= cluster._LATE_AT_LEAST


def test_tasks_are_cancelled_where_nobody_wants_their_results(made_up: Callable[..., MadeUpCluster]) -> None:
    found = made_up(lambda task: task[1])
    results = Runner(found.submit).run("abcdef")
    next(results)
    results.close()
    assert [item for _, item in found.cancelled] == ["b", "c", "d"]


def test_a_cluster_whose_machines_have_all_gone_is_given_up(
    made_up: Callable[..., MadeUpCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made_up(lambda task: task[1])
    seconds = count(step=10)
    monkeypatch.setattr(cluster.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(found, "cluster_resources", dict)
    with pytest.raises(UserError, match="All machines of the cluster are gone"):
        list(Runner(found.submit).run("a"))


@pytest.mark.parametrize(("length", "most"), [(1.0, 30), (2.0, 15)])
def test_a_tile_that_no_core_can_hold_is_refused(length: float, most: int) -> None:
    """Vectors of another length have points beside them."""
    vectors = np.eye(40, dtype=np.float32) * np.float32(length)
    space = open_products(vectors, "cosine", counts=None)
    memory = MEMORY_BUDGET + 30 * 2 * 40 * 4
    check_tile(space, most, memory)
    with pytest.raises(UserError, match=rf"Received: 40 rows, .* It needs at most --tile {most}\."):
        check_tile(space, 32_000, memory)
    with pytest.raises(UserError, match=r"It needs more memory for each core\."):
        check_tile(space, 32_000, MEMORY_BUDGET)
    # A shard has four tiles' rows, and a graph.
    with pytest.raises(UserError, match=r"Expected a shard to fit .* It needs more memory for each core\."):
        check_tile(space, 32_000, memory, shards=True)
    check_tile(space, 32_000, memory + 10**7, shards=True)
    pictures = open_products(vectors, "cosine", counts=np.full(20, 2))
    check_tile(pictures, most, memory)
    with pytest.raises(UserError, match=rf"at most --tile {most}\."):
        check_tile(pictures, most + 1, memory)

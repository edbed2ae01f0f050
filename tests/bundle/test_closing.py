"""A bundle closes its databases: where a `with` ends, and when nobody holds it any more."""

from __future__ import annotations

import gc
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle import Bundle, Filters, Query
from bundle.caches import cached_with_owner
from bundle.format import CATALOGUE
from tests.sample_bundle import write_sample_bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_sample_bundle(tmp_path)
    return tmp_path


@pytest.fixture
def no_cycles() -> Iterator[None]:
    """Nothing is freed but what nobody holds."""
    gc.disable()
    yield
    gc.enable()


def open_catalogues(root: Path) -> int:
    """How many times this process has the catalogue open."""
    there = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            path = descriptor.readlink()
        except OSError:
            continue
        there += path.name == CATALOGUE and root in path.parents
    return there


def use(bundle: Bundle) -> None:
    """Fill every cache that a bundle has."""
    for sort in bundle.sorts:
        bundle.page(Query("cup xup", sort=sort, seed=1, filters=Filters(lowest=1)))
    bundle.facets()
    bundle.admitted(Filters(in_stock=True))


def test_a_bundle_that_nobody_holds_is_freed_with_its_databases(root: Path, no_cycles: None) -> None:
    bundle = Bundle.open(root)
    use(bundle)
    thread = threading.Thread(target=use, args=(bundle,))
    thread.start()
    thread.join()
    alive = weakref.ref(bundle)
    assert open_catalogues(root) == 1, "a thread that has ended has none open"
    del bundle, thread
    assert alive() is None
    assert open_catalogues(root) == 0


def test_with_closes_the_connections_of_all_threads(root: Path) -> None:
    waiting, done = threading.Event(), threading.Event()

    def read() -> None:
        use(bundle)
        waiting.set()
        done.wait()

    thread = threading.Thread(target=read)
    with Bundle.open(root) as bundle:
        thread.start()
        waiting.wait()
        assert open_catalogues(root) == 2
    assert open_catalogues(root) == 0
    done.set()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        bundle.categories()


def test_a_closed_bundle_opens_no_database_for_another_thread(root: Path) -> None:
    with Bundle.open(root) as bundle:
        pass
    failures: list[str] = []

    def read() -> None:
        try:
            bundle.categories()
        except sqlite3.ProgrammingError as error:
            failures.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert failures == ["The bundle is closed."]
    assert open_catalogues(root) == 0


class Counting:
    def __init__(self) -> None:
        self.calls: list[int] = []

    @cached_with_owner(maxsize=1)
    def double(self, number: int) -> int:
        self.calls.append(number)
        return 2 * number


def test_a_cache_is_each_objects_own_and_goes_with_it(no_cycles: None) -> None:
    one, other = Counting(), Counting()
    assert [one.double(2), one.double(2), other.double(2)] == [4, 4, 4]
    assert one.calls == other.calls == [2]
    one.double(3)
    one.double(2)
    assert one.calls == [2, 3, 2], "of each object, as many results as asked for are kept"
    alive = weakref.ref(one)
    del one
    assert alive() is None

"""Searches wait while other requests are in progress, but come to their end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from queue import Queue
from threading import Event, Thread, get_ident, get_native_id

import pytest
from flask import Flask, request

from bundle.search.steps import step
from dashapp.parts import right_of_way
from dashapp.parts.right_of_way import (
    NICENESS,
    RightOfWay,
    as_search,
    give_way,
    register_right_of_way,
)

PATIENCE = 60
"""Seconds after which a test fails: none waits so long where all is well."""


class Shop:
    """A server whose product page waits to be let go, and whose search does one step after another."""

    def __init__(self) -> None:
        self.server = Flask(__name__)
        register_right_of_way(self.server)
        self.looking, self.looked = Event(), Event()
        self.steps: Queue[str] = Queue()
        self._asked: list[Thread] = []
        self.server.add_url_rule("/product", "product", self._product)
        self.server.add_url_rule("/photo", "photo", self._product, methods=["POST"])
        self.server.add_url_rule("/search/<name>", "search", self._search)

    def _product(self) -> str:
        self.looking.set()
        assert self.looked.wait(PATIENCE)
        give_way()
        return "a product"

    def _search(self, name: str) -> str:
        def find() -> str:
            for _ in range(3):
                self.steps.put(name)
                step()
            return "found"

        as_search(str)  # A page may be made twice in one request.
        return as_search(lambda: as_search(find))

    def ask(self, path: str, *, method: str = "GET") -> Thread:
        """Ask for a path in a thread, which ends when the answer is there."""
        thread = Thread(target=lambda: self.server.test_client().open(path, method=method), daemon=True)
        thread.start()
        self._asked.append(thread)
        return thread

    def close(self) -> None:
        """Let all requests come to their end: one that ended later would leave the next test's way."""
        self.looked.set()
        assert ended(*self._asked)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(right_of_way, "_way", RightOfWay())
    monkeypatch.setattr(right_of_way, "STEP", 0)
    shop = Shop()
    yield shop
    shop.close()


def ended(*threads: Thread) -> bool:
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def test_a_search_waits_for_a_page_that_is_in_progress(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "WAIT", PATIENCE)
    product = shop.ask("/product")
    assert shop.looking.wait(PATIENCE)
    search = shop.ask("/search/mug")
    search.join(0.2)
    assert shop.steps.empty() and search.is_alive()
    shop.looked.set()
    assert ended(product, search) and shop.steps.qsize() == 3


def test_a_search_ends_while_pages_are_always_in_progress(shop: Shop) -> None:
    shop.ask("/product")
    assert shop.looking.wait(PATIENCE)
    assert ended(shop.ask("/search/mug")) and shop.steps.qsize() == 3


def test_a_photo_is_not_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "WAIT", 10 * PATIENCE)
    shop.ask("/photo", method="POST")
    assert shop.looking.wait(PATIENCE)
    assert ended(shop.ask("/search/mug"))


def test_searches_go_one_after_another(shop: Shop) -> None:
    shop.ask("/product")
    assert shop.looking.wait(PATIENCE)
    assert ended(*(shop.ask(f"/search/{name}") for name in "abcd"))
    names = [shop.steps.get() for _ in range(12)]
    assert names == sorted(names, key=names.index)


def test_a_search_that_hangs_holds_no_other_up_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_TURN", 0.01)
    way = RightOfWay()
    hangs, other = way.begin(), way.begin()
    way.end(hangs)
    way.end(other)
    assert not way.is_needed


def test_a_failure_ends_what_was_begun(shop: Shop) -> None:
    @shop.server.get("/fails/<kind>")
    def fails(kind: str) -> str:
        def fail() -> str:
            raise RuntimeError("on purpose")

        return as_search(fail) if kind == "search" else fail()

    client = shop.server.test_client()
    for kind in ("search", "page"):
        assert client.get(f"/fails/{kind}").status_code == 500
        assert not right_of_way._way.is_needed
    assert client.get("/search/mug").status_code == 200


def test_without_a_request_nothing_waits() -> None:
    assert as_search(get_ident) == get_ident()
    give_way()
    step()


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux has a thread a priority of its own.")
def test_a_search_has_less_priority_than_a_page(shop: Shop) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    shop.server.add_url_rule("/nice/page", "page", lambda: str(niceness()))
    shop.server.add_url_rule("/nice/search", "nice", lambda: f"{as_search(niceness)} {niceness()}")
    client = shop.server.test_client()
    page = int(client.get("/nice/page").text)
    assert client.get("/nice/search").text == f"{min(19, page + NICENESS)} {page}"


def test_a_search_knows_its_request(shop: Shop) -> None:
    shop.server.add_url_rule("/asked", "asked", lambda: as_search(lambda: request.args["q"]))
    assert shop.server.test_client().get("/asked?q=mug").text == "mug"


def test_searches_work_where_a_sandbox_forbids_priorities(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", forbidden)
    right_of_way._threads.cache_clear()
    assert shop.server.test_client().get("/search/mug").status_code == 200
    right_of_way._threads.cache_clear()

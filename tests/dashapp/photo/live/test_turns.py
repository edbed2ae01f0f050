"""Who is served when."""

from __future__ import annotations

import threading
import time

import pytest

from dashapp.photo.live.turns import BusyError, Places, Room, Turns
from tests.waiting import PATIENCE, eventually


def test_turns_are_had_in_the_order_of_arrival_and_one_at_a_time() -> None:
    turns, order, inside = Turns(patience=PATIENCE), [], []

    def take(number: int) -> None:
        with turns.turn(str(number)):
            inside.append(number)
            order.append((number, len(inside)))
            time.sleep(0.005)
            inside.remove(number)

    threads = []
    with turns.turn("first"):
        for number in range(12):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            eventually(lambda: len(turns._waiting) == number + 1, pause=lambda _: time.sleep(0.001))  # noqa: B023
    for thread in threads:
        thread.join()
    assert order == [(number, 1) for number in range(12)]


def test_whoever_waits_too_long_is_told_and_holds_up_no_one() -> None:
    turns = Turns(patience=0.02)
    with turns.turn("a"), pytest.raises(BusyError), turns.turn("b"):
        pytest.fail("there were two turns at once")
    with turns.turn("b"):
        pass


def test_a_failure_ends_its_turn() -> None:
    turns = Turns(patience=0.1)
    with pytest.raises(RuntimeError), turns.turn("a"):
        raise RuntimeError
    with turns.turn("b"):
        pass


def test_one_client_has_half_of_the_time_however_quick_it_is() -> None:
    turns, now, order = Turns(patience=60, clock=lambda: now[0]), [0.0], []

    def take(client: str, seconds: float) -> None:
        with turns.turn(client):
            order.append((client, now[0]))
            now[0] += seconds

    take("quick", 2)
    waiting = [threading.Thread(target=take, args=("quick", 2)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    while len(turns._waiting) < 3:
        time.sleep(0.001)
    take("other", 0.5)
    assert order == [("quick", 0), ("other", 2)], "they came first, and rest until 4"
    for moment in (4, 8, 12):
        now[0] = moment
        with turns._changed:
            turns._changed.notify_all()
        while len(order) < 2 + moment / 4:
            time.sleep(0.001)
    for thread in waiting:
        thread.join()
    assert order[2:] == [("quick", 4), ("quick", 8), ("quick", 12)]
    now[0] += 3600
    take("other", 0.1)
    assert set(turns._rests) == {"other"}, "those who have rested are forgotten"


def test_alone_one_rests_as_long_as_the_turn_was() -> None:
    turns = Turns(patience=10)
    with turns.turn("a"):
        time.sleep(0.05)
    started = time.monotonic()
    with turns.turn("a"):
        assert time.monotonic() - started >= 0.04


def test_room_for_bytes_has_a_bound_and_one_client_half_of_it() -> None:
    room = Room(100)
    with room.room("a") as first:
        first(30)
        with room.room("a") as second:
            second(20)
            with pytest.raises(BusyError):
                second(1)
            with room.room("b") as other:
                other(50)
                with pytest.raises(BusyError), room.room("c") as third:
                    third(1)
        first(20)
    assert not room._taken


def test_one_client_has_half_of_the_places_and_all_clients_have_all() -> None:
    places = Places(4)
    with places.place("a"), places.place("a"):
        with pytest.raises(BusyError), places.place("a"):
            pass
        with places.place("b"), places.place("c"), pytest.raises(BusyError), places.place("d"):
            pass
    with places.place("a"), places.place("a"):
        pass
    assert not places._taken

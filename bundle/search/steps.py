"""Lets the rest of a process do something between the steps of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

_between: list[Callable[[], None]] = []


def between_steps(do: Callable[[], None]) -> None:
    """From now on, call `do` between the steps of all searches in this process. It may wait."""
    if do not in _between:
        _between.append(do)


def step() -> None:
    """A step of a search ends. It took about a millisecond."""
    for do in _between:
        do()


def stepwise(items: Iterable[_Item], *, every: int = 1) -> Iterator[_Item]:
    """The items. A step ends before each of them, or before one in `every`."""
    for number, item in enumerate(items):
        if number % every == 0:
            step()
        yield item

"""Lets whoever shares a process with a search do something else between its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

_between: list[Callable[[], None]] = []


def between_steps(do: Callable[[], None]) -> None:
    """From now on call `do` between the steps of all searches in this process: it may wait."""
    if do not in _between:
        _between.append(do)


def step() -> None:
    """A step of a search ends, which took a millisecond or so."""
    for do in _between:
        do()


def stepwise(items: Iterable[_Item], *, every: int = 1) -> Iterator[_Item]:
    """The items, with the end of a step before each, or before the first of as many as `every` says."""
    for number, item in enumerate(items):
        if number % every == 0:
            step()
        yield item

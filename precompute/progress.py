"""Shows how far each stage of a build is: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_SECONDS_BETWEEN_LINES = 5.0

console = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print one line, before something that takes seconds and cannot be counted."""
    console.print(text)


@contextmanager
def stage(name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a stage of `total` steps; the function that is handed out takes the number of steps done anew."""
    if console.is_terminal:
        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(unit),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(name, total=total)
            yield lambda count: progress.advance(task, count)
    else:
        lines = _Lines(name, total, unit)
        yield lines.advance
        lines.close()


class _Rate(ProgressColumn):
    """Steps a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} {self._unit}/s" if speed else "")


class _Lines:
    """The same for a log: a line every few seconds and one at the end."""

    def __init__(self, name: str, total: int, unit: str) -> None:
        self._name, self._total, self._unit = name, total, unit
        self._done = 0
        self._started = self._shown = time.monotonic()

    def advance(self, count: int) -> None:
        """Count the steps and print a line where the last one is some seconds old."""
        self._done += count
        now = time.monotonic()
        if now - self._shown >= _SECONDS_BETWEEN_LINES and self._done < self._total:
            self._shown = now
            rate = self._done / (now - self._started)
            left = f", {(self._total - self._done) / rate:.0f} s left" if rate else ""
            console.print(f"{self._state()}, {rate:,.0f} {self._unit}/s{left}")

    def close(self) -> None:
        """Print the last line."""
        console.print(f"{self._state()}, {time.monotonic() - self._started:.1f} s")

    def _state(self) -> str:
        return f"{self._name}: {self._done:,} of {self._total:,} {self._unit}"

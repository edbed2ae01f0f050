"""Shows how far each stage of a command is, on stderr: a live line on a terminal, plain lines in a log.

stdout is left to what a command found. `console.quiet` silences all of it (`precompute.cli.output`).
"""

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

_SECONDS_BETWEEN_LINES = (5.0, 60.0)
"""At first and at the most: the longer a stage has taken, the fewer lines a log needs of it."""

console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(text: str) -> None:
    """Print one line, before something that takes seconds and cannot be counted."""
    console.print(text)


@contextmanager
def stage(name: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    """Show a stage of `total` steps; the function that is handed out takes the number of steps done anew.

    A second number says how many of them were known before, and so took no time: they are shown, and do
    not count in the rate. `total` sets how many steps there are, where that is found out on the way.
    """
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
            reused = 0

            def advance(count: int, known: int = 0, *, total: int | None = None) -> None:
                nonlocal reused
                reused += known
                shown = f"{name} ({reused:,} known)" if reused else name
                progress.update(task, advance=count, total=total, description=shown)

            yield advance
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
        return Text(_rate(speed, self._unit) if speed else "")


class _Lines:
    """The same for a log: a line every few seconds and one at the end."""

    def __init__(self, name: str, total: int, unit: str) -> None:
        self._name, self._total, self._unit = name, total, unit
        self._done = self._known = 0
        self._started = self._shown = time.monotonic()

    def advance(self, count: int, known: int = 0, *, total: int | None = None) -> None:
        """Count the steps, and print a line if the last one is some seconds old."""
        self._total = self._total if total is None else total
        self._done += count
        self._known += known
        now = time.monotonic()
        taken = now - self._started
        least, most = _SECONDS_BETWEEN_LINES
        if now - self._shown >= min(max(least, taken / 20), most) and self._done < self._total:
            self._shown = now
            rate = (self._done - self._known) / taken
            left = f", {duration((self._total - self._done) / rate)} left" if rate else ""
            console.print(f"{self._state()}, {_rate(rate, self._unit)}{left}")

    def close(self) -> None:
        """Print the last line."""
        console.print(f"{self._state()}, {time.monotonic() - self._started:.1f} s")

    def _state(self) -> str:
        known = f" ({self._known:,} known)" if self._known else ""
        unit = self._unit.removesuffix("s") if self._total == 1 else self._unit
        return f"{self._name}: {self._done:,} of {self._total:,} {unit}{known}"


def _rate(speed: float, unit: str) -> str:
    """Steps per second, with a decimal if there are few: slow models take over a second per image."""
    return f"{speed:,.{0 if speed >= 10 else 1}f} {unit}/s"


def duration(seconds: float) -> str:
    """How long something takes, as precisely as a guess deserves: "45 s", "12 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

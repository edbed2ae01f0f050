"""Builds that are killed at chosen points: `python -m tests.killed_builds PHOTOS OUT KILLS SEED`.

A first build, undisturbed, counts the lines of ours that it runs. Then KILLS children of this process, each a
copy of it, build into OUT-0, OUT-1, … and send themselves SIGKILL at a line each, spread over the whole
build. Prints where each was, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from precompute.building import build as builds
from precompute.embeddings import embed
from precompute.shared import progress
from precompute.store import parts
from tests.builds import run, tiny_plan

OURS = tuple(f"{os.sep}{name}{os.sep}" for name in ("precompute", "bundle"))


class Lines:
    """Counts the lines of ours that run in all threads, and kills this process at the one it is told.

    With `function`, as in "writer.publish", that is the one of these among the lines of this function.
    """

    def __init__(self, *, last: int | None = None, function: str = "", channel: int = 1) -> None:
        self.count = 0
        self.of_functions: Counter[str] = Counter()
        self._last, self._function, self._channel = last, function, channel

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        """See `sys.settrace`."""
        if not any(name in frame.f_code.co_filename for name in OURS):
            return None
        if event == "line":
            where = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
            self.count += 1
            self.of_functions[where] += 1
            count = self.of_functions[where] if self._function else self.count
            if count == self._last and self._function in ("", where):
                os.write(self._channel, where.encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return self.trace


def traced(source: Path, out: Path, lines: Lines) -> None:
    """A build under the eyes of `lines`."""
    threading.settrace(lines.trace)
    sys.settrace(lines.trace)
    try:
        run(source, out)
    finally:
        sys.settrace(None)
        threading.settrace(None)


def main() -> None:
    """Count, kill and print."""
    source, out, kills = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    builds.plan_extractor = tiny_plan
    progress.console.quiet = True
    # Each batch is kept at once, and parts are merged often, so that a small build has it all.
    embed._COMMIT_EVERY = 0.0
    parts._MOST_SMALL = 2
    lines = Lines()
    traced(source, Path(f"{out}-undisturbed"), lines)
    chosen = random.Random(int(sys.argv[4]))
    places = []
    for kill in range(kills):
        step = lines.count / kills
        last = int((kill + chosen.random()) * step) + 1
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            traced(source, Path(f"{out}-{kill}"), Lines(last=last, channel=writing))
            os._exit(0)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        with os.fdopen(reading) as channel:
            places.append({"killed": os.WIFSIGNALED(status), "at": channel.read()})
    print(json.dumps(places))


if __name__ == "__main__":
    main()

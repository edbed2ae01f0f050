"""A catalogue's hard life: `python -m tests.attack.rounds FOLDER ROUNDS SEED`.

Each round changes the catalogue at random, kills a build of it with SIGKILL somewhere, as often as not, looks
whether what is live is whole, builds, and compares every byte with a build that has no past. Prints what
happened in each round, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from bundle import Bundle
from precompute.building import build as builds
from precompute.embeddings import embed
from precompute.shared import progress
from precompute.store import parts
from tests.builds import assert_tidy, content_of, fresh, run, tiny_plan
from tests.drawn_pictures import encoded, picture
from tests.killed_builds import Lines, traced

SHELVES = ("cups", "hats", "bags", "new shelf")


def edit(photos: Path, dice: random.Random) -> str:
    """Change the catalogue in one way, and say in which."""
    files = sorted(path for path in photos.rglob("*") if path.suffix == ".png")
    place = photos / dice.choice(SHELVES) / f"{dice.randrange(30):04}.png"
    place.parent.mkdir(parents=True, exist_ok=True)
    one = dice.choice(files) if len(files) > 3 else None
    kind = dice.choice(["add", "change", "rename", "delete", "break", "copy", "pipe", "link", "grow"])
    if kind == "add" or one is None:
        _put(place, _picture(dice))
    elif kind == "change":
        _put(one, _picture(dice))
    elif kind == "rename":
        one.replace(place)
    elif kind == "delete":
        one.unlink()
    elif kind == "break":
        _put(one, _picture(dice)[: dice.randrange(200)])
    elif kind == "copy" and one.is_file():
        _put(place, one.read_bytes())
    elif kind == "pipe":
        place.unlink(missing_ok=True)
        os.mkfifo(place)
    elif kind == "link":
        place.unlink(missing_ok=True)
        place.symlink_to(dice.choice(["nowhere", one.name, "/dev/zero"]))
    elif kind == "grow":
        for number in range(8):
            _put(place.with_name(f"9{number}{place.name}"), _picture(dice))
    return kind


def _put(path: Path, data: bytes) -> None:
    # What stands there may be a pipe, which nobody reads.
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _picture(dice: random.Random) -> bytes:
    return encoded(picture(dice.randrange(40), width=24, height=20))


def killed(photos: Path, out: Path, *, function: str, line: int) -> str:
    """Build in a copy of this process that kills itself in that function, and say where it did."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        traced(photos, out, Lines(last=line, function=function, channel=writing))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as channel:
        where = channel.read()
    os.waitpid(child, 0)
    return where


def main() -> None:
    """Live it and print it."""
    folder, rounds, dice = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    builds.plan_extractor = tiny_plan
    progress.console.quiet = True
    # Each batch is kept at once, and parts are merged often, so that a small build has it all.
    embed._COMMIT_EVERY = 0.0
    parts._MOST_SMALL = 2
    photos, out = folder / "photos", folder / "data"
    for number in range(9):
        _put_first(photos, number)
    lines = Lines()
    traced(photos, out, lines)
    happened: list[dict[str, Any]] = []
    for number in range(rounds):
        edits = [edit(photos, dice) for _ in range(dice.randint(1, 4))]
        where = ""
        if dice.random() < 0.5:
            # A function and not a line, as most lines read the folder.
            function, count = dice.choice(sorted(lines.of_functions.items()))
            where = killed(photos, out, function=function, line=dice.randint(1, count))
            assert Bundle.open(out).mismatches(contents=True) == [], (number, edits, where)
        run(photos, out)
        past = content_of(out)
        assert_tidy(out)
        assert past == fresh(photos, folder / "fresh"), (number, edits, where)
        shutil.rmtree(folder / "fresh")
        happened.append({"edits": edits, "killed": where})
    print(json.dumps(happened))


def _put_first(photos: Path, number: int) -> None:
    path = photos / SHELVES[number % 3] / f"{number:04}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(picture(number, width=24, height=20)))


if __name__ == "__main__":
    main()

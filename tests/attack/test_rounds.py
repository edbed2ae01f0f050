"""Rounds of edits, kills and builds end in what a build without a past gives, to the last byte."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.kill


def test_no_edit_and_no_kill_leaves_a_trace(tmp_path: Path, often: Callable[[int, int], int]) -> None:
    count = often(16, 60)
    command = [sys.executable, "-m", "tests.attack.rounds", str(tmp_path), str(count), "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    rounds = json.loads(done.stdout)
    assert len(rounds) == count
    # The rounds had something to survive. What the dice say differs with every function that a build has.
    killed = {each["killed"].partition(".")[0] for each in rounds if each["killed"]}
    assert len([each for each in rounds if each["killed"]]) >= count / 8, killed
    assert len(killed) >= often(2, 8), killed
    assert len({kind for each in rounds for kind in each["edits"]}) >= often(6, 9)

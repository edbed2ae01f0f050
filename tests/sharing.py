"""What costs much is made once in a run of the tests, however many processes share the work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` has filled in this run; who comes later waits. It is only to be read.

    Workers of pytest-xdist have temporary folders of their own beneath one that is the run's.
    """
    own = factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, complete = run / f"shared-{name}", run / f"shared-{name}.complete"
    with FileLock(run / f"shared-{name}.lock"):
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            complete.touch()
    return folder

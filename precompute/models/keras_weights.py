"""Weights files of Keras: which one Keras fetches, and whether one fits a model."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.error import URLError

import h5py
import keras
import numpy as np
from keras.src.utils import file_utils

from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError

SUFFIXES = (".h5", ".keras")

_ANSWER_SECONDS = 10.0
"""The most seconds until the weights' server first answers, including the DNS lookup."""

_SILENCE_SECONDS = 20.0
"""The timeout of a stalled download, in seconds."""


class _Found(Exception):
    """Leaves Keras' own code with the path of the file that it would load."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


def fetch(build: Callable[[], Any], recipe: Recipe) -> Path:
    """The weights file that `build`, which makes a model of keras.applications, would load.

    Raises `UserError`, within seconds, where the file is not in Keras' cache and cannot be fetched.
    """
    try:
        with _instead_of_get_file(lambda get_file, wanted: _get(get_file, wanted, recipe)):
            build()
    except _Found as found:
        return found.path
    raise UserError(f"Keras has no ImageNet weights for the recipe {recipe.name}: give a file by --weights.")


def fits(model: keras.Model, path: Path) -> bool:
    """Load a weights file into a model, and say whether it holds that model's weights and no others.

    The model keeps random weights where it does not. Raises `UserError` where the file cannot be read.
    """
    if not path.name.endswith(SUFFIXES):
        raise UserError(f"Expected a weights file that ends in {' or '.join(SUFFIXES)}. Received: {path}.")
    try:
        # Keras' newer formats are read by name, so that what a file has besides would go unnoticed.
        by_name = path.name.endswith((".weights.h5", ".keras"))
        if by_name and _numbers_in(path) != _numbers_of(model):
            return False
        model.load_weights(path)
    except OSError as error:
        raise UserError(f"The weights {path} cannot be read ({error}).") from error
    except zipfile.BadZipFile as error:
        raise UserError(f"The weights {path} are not a Keras file ({error}).") from error
    except (ValueError, KeyError, IndexError):
        return False
    return True


def _get(get_file: Callable[..., str], wanted: dict[str, Any], recipe: Recipe) -> Path:
    home = _keras_home()
    folder = home / wanted["cache_subdir"]
    try:
        if not (folder / wanted["fname"]).exists():
            _require_answer(wanted["origin"])
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(_SILENCE_SECONDS)
        try:
            return Path(get_file(**wanted, cache_dir=str(home)))
        finally:
            socket.setdefaulttimeout(before)
    # Keras raises plain exceptions for what goes wrong on the way.
    except Exception as error:
        raise UserError(
            f"The weights of the recipe {recipe.name} are not in {folder} and cannot be fetched from "
            f"{wanted['origin']} ({getattr(error, 'reason', None) or error}): put the file there or "
            "name it by --weights."
        ) from error


def _keras_home() -> Path:
    """The folder that Keras keeps its files in, as `get_file` chooses it."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home if os.access(home, os.W_OK) else Path(tempfile.gettempdir(), ".keras")


def _require_answer(address: str) -> None:
    """Raise `OSError` unless the server of an address answers in time.

    A machine without a network may wait for minutes in looking up a name, which no timeout of a socket
    covers: hence the thread.
    """
    failure: list[Exception] = [URLError(f"no answer within {_ANSWER_SECONDS:.0f} seconds")]

    def ask() -> None:
        try:
            request = urllib.request.Request(address, method="HEAD")
            urllib.request.urlopen(request, timeout=_ANSWER_SECONDS).close()
            failure.clear()
        except Exception as error:
            # Raised below, in the thread that asked.
            failure[:] = [error]

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_ANSWER_SECONDS)
    if failure:
        raise failure[0]


@contextmanager
def _instead_of_get_file(get: Callable[[Callable[..., str], dict[str, Any]], Path]) -> Iterator[None]:
    """During the `with`, raise what Keras would load after `get_file` as `_Found`.

    Keras has no public way to ask which file it loads; every model of keras.applications calls this one
    function for it, after the model is built and before anything is loaded.
    """
    original = file_utils.get_file

    def get_file(fname: str, origin: str, **others: Any) -> None:
        raise _Found(get(original, {"fname": fname, "origin": origin, **others}))

    file_utils.get_file = get_file
    try:
        yield
    finally:
        file_utils.get_file = original


def _numbers_of(model: keras.Model) -> int:
    """How many floating-point numbers the weights of a model are."""
    return sum(int(np.prod(weight.shape)) for weight in model.weights if "float" in str(weight.dtype))


def _numbers_in(path: Path) -> int:
    """The same for a file of Keras 3, what an optimizer keeps left aside."""
    total = 0

    def count(name: str, node: h5py.Group | h5py.Dataset) -> None:
        nonlocal total
        if isinstance(node, h5py.Dataset) and node.dtype.kind == "f" and not name.startswith("optimizer"):
            total += node.size

    with ExitStack() as stack:
        source: Path | IO[bytes] = path
        if path.suffix == ".keras":
            source = stack.enter_context(stack.enter_context(zipfile.ZipFile(path)).open("model.weights.h5"))
        stack.enter_context(h5py.File(source)).visititems(count)
    return total

"""Reads a PyTorch checkpoint without PyTorch.

The format is that of `torch.save` before version 1.6: four pickles (magic number, protocol, system
information, the tensors' descriptions), a fifth with the storages' keys, then each storage as its
number of elements (int64) and its bytes, all little-endian.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np

from precompute.shared.errors import UserError

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGE_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a checkpoint by name, each an array of its own dtype and shape.

    Only dictionaries of tensors are accepted: a pickle that names any other class or function is refused, so
    an untrusted file cannot run code. Raises `UserError` for a file in another format.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise UserError(
            f"{path} is not a PyTorch checkpoint in the format of torch.save before 1.6 ({error}): "
            "install the package that holds it again."
        ) from error


def _read(file: IO[bytes]) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != _MAGIC_NUMBER or _Unpickler(file).load() != _PROTOCOL:
        raise ValueError("the magic number or the protocol is unknown")
    if not _Unpickler(file).load()["little_endian"]:
        raise ValueError("it is big-endian")
    views = _Unpickler(file).load()
    dtypes = {view.storage: view.dtype for view in views.values()}
    storages = {}
    for key in _Unpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(file.read(count * dtypes[key].itemsize), dtypes[key], count)
    return {name: view.array(storages[view.storage]) for name, view in views.items()}


class _Unpickler(pickle.Unpickler):
    """An unpickler that admits tensors in ordered dictionaries and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The few names that a checkpoint needs; raises `UnpicklingError` for all others."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _View
        if module == "torch" and name in _STORAGE_TYPES:
            return _STORAGE_TYPES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no checkpoint of weights needs")

    def persistent_load(self, identifier: Any) -> tuple[str, np.dtype]:
        """The key and the dtype of the storage that a tensor points to."""
        _, dtype, key, _, _, _ = identifier
        return key, dtype


class _View:
    """What a checkpoint says of one tensor: its storage, offset, shape and strides, in elements."""

    def __init__(
        self,
        storage: tuple[str, np.dtype],
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        *_: object,
    ) -> None:
        self.storage, self.dtype = storage
        self.offset, self.shape, self.strides = offset, shape, strides

    def array(self, storage: np.ndarray) -> np.ndarray:
        """A contiguous copy of the elements that the view covers."""
        last = sum(stride * (size - 1) for size, stride in zip(self.shape, self.strides, strict=True))
        if self.offset < 0 or min(self.strides, default=0) < 0 or self.offset + last >= len(storage):
            raise ValueError("a tensor reaches beyond its storage")
        strides = [stride * self.dtype.itemsize for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(storage[self.offset :], self.shape, strides, writeable=False)
        return view.copy()

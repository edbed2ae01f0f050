"""What was measured of pictures, by image id."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa

from precompute.store.known_ids import KnownIds
from precompute.store.locations import Location
from precompute.store.locked import Locked
from precompute.store.parts import Parts


@dataclass(frozen=True)
class Measures:
    """What is measured of a picture, as `precompute.doctor.measuring` does it.

    `width` and `height` are those of the file as it is shown, in pixels. `orientation` is its EXIF note on
    how to turn it, 1 where it says nothing, and `noted_width` and `noted_height` the sides that EXIF has of
    the pixels, 0 where it has none. `sharpness` is None where there is nothing sharp or blurred to see. The
    others are shares from 0 to 1: `frame` of the picture's edge that has one colour, `span` of the picture's
    side that is taken by what differs from it, `ground` of the pixels that have the commonest colour, `ink`
    of all other pixels that have the commonest colour among those.
    """

    width: int
    height: int
    orientation: int
    noted_width: int
    noted_height: int
    sharpness: float | None
    frame: float
    span: float
    ground: float
    ink: float


_COLUMNS = ("image_id", *(field.name for field in fields(Measures)))
_TYPES = (*[pa.int32()] * 5, *[pa.float64()] * 5)


class MeasureStore(Locked):
    """What was measured in one way, in a location that may be new; opening reads which there are.

    `add` is safe to use from many threads. What is added is kept once `commit` returns.
    """

    def __init__(self, location: Path | Location) -> None:
        self._parts = Parts(location, _COLUMNS, writable=True)
        self._measures: dict[str, Measures] = {}
        self._known = KnownIds()
        self._seen: set[str] = set()
        self._added: dict[str, Measures] = {}
        self._lock = Lock()
        self.refresh()

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._measures or image_id in self._known

    def __getitem__(self, image_id: str) -> Measures:
        return self._measures[image_id]

    def refresh(self) -> None:
        """Read what was added by others."""
        for table in self._parts.read(seen=self._seen):
            for image_id, *values in zip(*table.to_pydict().values(), strict=True):
                self._measures[image_id] = Measures(*values)

    def for_worker(self) -> MeasureStore:
        """This store for a process that only adds, as `EmbeddingStore.for_worker` gives one."""
        worker = copy(self)
        worker._parts = self._parts.for_worker()
        worker._measures, worker._added, worker._seen = {}, {}, set()
        worker._known = KnownIds(np.sort(np.array(list(self._measures), "S64")))
        return worker

    def add(self, image_id: str, measures: Measures) -> None:
        """Add what was measured of a picture."""
        with self._lock:
            self._measures[image_id] = self._added[image_id] = measures

    def commit(self) -> None:
        """Write everything added since the last commit to the disk."""
        with self._lock:
            added, self._added = self._added, {}
        if added:
            self._parts.add_records(added, _TYPES)

    def merge(self) -> None:
        """Merge the small parts if there are many; only the driver may."""
        self._parts.merge()

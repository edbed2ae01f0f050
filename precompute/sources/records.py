"""The products of a source as plain text, before any field is parsed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bundle.disk import read_text
from precompute.shared.printable import printable
from precompute.shared.progress import say

REPORT = "collected.json"
"""The report of a collection, in the folder of its catalogue."""

_LARGEST = 1_000_000_000
"""Bytes of it."""


@dataclass(frozen=True)
class Record:
    """One product of a source: its texts under Akin's names, and its pictures, best first.

    `place` is its position in the source, for messages ("products.csv, line 7"). `fields` has keys of
    `precompute.sources.products.KNOWN`, all optional; any other key is a fact. `images` are paths below the
    source's folder, or addresses. `decimal` is the source's decimal separator, "." or ",", if known: it
    decides how prices such as 1.299 are read.
    """

    place: str
    fields: dict[str, str]
    images: tuple[str, ...]
    decimal: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A file or row of the source that is not in the bundle, and the reason."""

    file: str
    reason: str


def left_out_before(folder: Path) -> list[LeftOut]:
    """What was left out when the folder was collected, and whether the collection is unfinished.

    Empty if the folder was not collected. If the report cannot be read, a line says so.
    """
    path = folder / REPORT
    try:
        content = json.loads(read_text(path, most=_LARGEST))
        found = [LeftOut(str(each["file"]), str(each["reason"])) for each in content["left_out"]]
        source, unfinished = str(content["source"]), str(content["unfinished"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{path} cannot be read ({type(error).__name__})"
        say(printable(f"{what}, so it is unknown what collecting left out."))
        return []
    if unfinished:
        found.append(LeftOut(source, f"it is not completely collected: {unfinished}"))
    return found

"""What a source gives, product by product, before any of it is understood."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from precompute.shared.printable import printable
from precompute.shared.progress import say

REPORT = "collected.json"
"""The report of a collection, in the folder of the catalogue that it wrote."""


@dataclass(frozen=True)
class Record:
    """One product as a source gives it: text under Akin's names, its pictures best first.

    `place` is where it stands, for messages and reports ("products.csv, line 7"). `fields` has the keys of
    `precompute.sources.products.KNOWN`, all of them optional; any other key is a fact. `images` are paths
    below the source's folder, or addresses. `decimal` is the separator, "." or ",", that the source is known
    to put before decimals: it decides on prices such as 1.299.
    """

    place: str
    fields: dict[str, str]
    images: tuple[str, ...]
    decimal: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A file or a row of the source that is not in the bundle, and why."""

    file: str
    reason: str


def left_out_before(folder: Path) -> list[LeftOut]:
    """What was left out as the folder was collected, and what is missing as it was not finished.

    Empty where nobody collected the folder. A report that cannot be read is said, and is no reason to stop.
    """
    path = folder / REPORT
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = [LeftOut(str(each["file"]), str(each["reason"])) for each in content["left_out"]]
        source, unfinished = str(content["source"]), str(content["unfinished"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{path} cannot be read ({type(error).__name__})"
        say(printable(f"{what}, so that what collecting left out is not known."))
        return []
    if unfinished:
        found.append(LeftOut(source, f"it is not collected to its end: {unfinished}"))
    return found

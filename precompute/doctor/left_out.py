"""Finds what is left out of the shop: damaged pictures, unusable rows, files that no product names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from precompute.doctor.case import Case
from precompute.doctor.findings import Finding
from precompute.sources.folders.aside import ON_PURPOSE


def check_left_out(case: Case) -> Iterator[Finding]:
    """Findings about files and rows of the source that are left out, each with its name and the reason."""
    naming: dict[str, list[str]] = defaultdict(list)
    for product in case.catalogue.products:
        for file in product.files:
            naming[file].append(product.id)
    for file, reason in case.embedded.left_out.items():
        ids = tuple(naming[file])
        gone = sum(product_id not in case.by_id for product_id in ids)
        end = " Without another picture, it is left out of the shop." if gone else ""
        yield Finding("damaged-picture", f"{file}: {reason}.{end}", ids, (file,), weight=gone)
    for entry in case.catalogue.left_out:
        # An entry about a row names its place in a table, so no such file exists.
        unused = entry.reason.startswith(ON_PURPOSE) or _exists(case.catalogue.folder / entry.file)
        kind = "not-used" if unused else "left-out"
        yield Finding(kind, f"{entry.file}: {entry.reason}.", files=(entry.file,))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False

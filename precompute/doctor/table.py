"""Writes findings as CSV, with a row for each product of each finding."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from bundle.disk import whole_file
from precompute.doctor.findings import Diagnosis, Finding, kind_of
from precompute.shared.csv_cells import marked

COLUMNS = ("finding", "severity", "kind", "product", "file", "what", "what_to_do", "beside")


def write_table(path: Path, diagnosis: Diagnosis) -> None:
    """Write all findings, worst first. Rows of one finding have the same number.

    A finding without products has one row for each of its files. `beside` names the products to compare with,
    separated by |. The file is written atomically. Raises `OSError` if it cannot be written.
    """
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, finding in enumerate(diagnosis.findings, start=1):
            for product, name in _rows(finding):
                texts = (finding.severity, finding.kind, product, name, finding.text, kind_of(finding).advice)
                writer.writerow([number, *map(marked, (*texts, "|".join(finding.beside)))])


def _rows(finding: Finding) -> Iterator[tuple[str, str]]:
    """The product and the file of each row. One of the two may be empty."""
    if not finding.products:
        yield from (("", file) for file in finding.files or ("",))
    elif len(finding.files) == len(finding.products):
        yield from zip(finding.products, finding.files, strict=True)
    else:
        first = finding.files[0] if finding.files else ""
        yield from ((product, first) for product in finding.products)

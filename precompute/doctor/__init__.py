"""Finds what hurts a shop in its catalogue: pictures, listings and fields that visitors stumble over.

A check goes from a `Case` to `Finding`s; `precompute.doctor.findings.KINDS` has what there is to find.
"""

from precompute.doctor.diagnosis import diagnose
from precompute.doctor.findings import KINDS, SEVERITIES, Diagnosis, Finding, FindingKind

__all__ = ["KINDS", "SEVERITIES", "Diagnosis", "Finding", "FindingKind", "diagnose"]

"""Finds problems in a shop's catalogue: in pictures, listings and fields.

A check turns a `Case` into `Finding`s; `precompute.doctor.findings.KINDS` lists the kinds.
"""

from precompute.doctor.diagnosis import diagnose
from precompute.doctor.findings import KINDS, SEVERITIES, Diagnosis, Finding, FindingKind

__all__ = ["KINDS", "SEVERITIES", "Diagnosis", "Finding", "FindingKind", "diagnose"]

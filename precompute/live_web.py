"""Puts the files that run an extractor in a visitor's browser into a bundle."""

from __future__ import annotations

from bundle import BundleWriter


def write_web_runtime(writer: BundleWriter) -> None:
    """Write the runtime's files below `bundle.live.WEB`, where they can be had."""

"""Errors of pictures that cannot be used. Does not import Pillow, so that a server need not load it."""

from __future__ import annotations


class PictureError(Exception):
    """A picture that cannot be used. The message is the reason that a report shows."""


class NoPictureError(PictureError):
    """Bytes that are not a picture in an accepted format."""

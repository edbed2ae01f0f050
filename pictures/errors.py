"""Why a picture cannot be used. Without Pillow, so that a server can say it without loading that."""

from __future__ import annotations


class PictureError(Exception):
    """A picture that cannot be used. Its text is the reason, as a report gives it."""


class NoPictureError(PictureError):
    """Bytes that are no picture in a format that is accepted."""
